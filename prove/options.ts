import { parseArgs } from 'node:util'

/** What one proof does; every number can be set, so that a failing run can be repeated. */
export interface Options {
  seed: number
  /** Order events and fills the storm causes, about. */
  events: number
  users: number
  tabsPerUser: number
  /** How often the hub is killed with SIGKILL. */
  kills: number
  /** Order events a second. */
  rate: number
  /** After the storm everything must have arrived within this time. */
  settleMs: number
}

export const usage = `npm run prove -- [--seed N] [--events N] [--users N] [--tabs N] [--kills N] [--rate N]

Drives a hub, the paper exchange of every venue and tabs, as processes of their own, through a storm with dropped, silent, late,
doubled, reordered, lost and broken frames, refused connections, failing REST, slow tabs and kills of the hub; then compares
the exchange's ledger, the hub's database and what each tab got. Prints a table and the seed; exits with 1 on any difference.`

/** @throws Error with a sentence for what it does not know */
export function readOptions(args: string[]): Options | 'help' {
  const { values } = parseArgs({
    args,
    options: {
      seed: { type: 'string' },
      events: { type: 'string', default: '2000' },
      users: { type: 'string', default: '4' },
      tabs: { type: 'string', default: '2' },
      kills: { type: 'string', default: '5' },
      rate: { type: 'string', default: '150' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  const count = (name: string, text: string, least: number, most: number): number => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : -1 // not money: a count
    if (value < least || value > most) throw new Error(`--${name} must be a whole number from ${least} to ${most}`)
    return value
  }
  return {
    seed: values.seed === undefined ? Date.now() % 1_000_000 : count('seed', values.seed, 0, 999_999_999),
    events: count('events', values.events, 10, 1_000_000),
    users: count('users', values.users, 1, 50),
    tabsPerUser: count('tabs', values.tabs, 1, 10),
    kills: count('kills', values.kills, 0, 10_000),
    rate: count('rate', values.rate, 1, 2_000),
    settleMs: 120_000,
  }
}
