import { sim } from '../e2e/hub-api.ts'
import type { Chance } from './chance.ts'
import type { Member } from './people.ts'

/** What is done to the lines between hub and exchange, and hub and tab; each is drawn with the same chance. */
type Strike = (chaos: Chaos) => Promise<void>

const onAccount =
  (kind: string, settings: (chance: Chance) => Record<string, unknown> = () => ({})): Strike =>
  async (chaos) => {
    const member = chaos.chance.pick(chaos.members)
    const { accountId } = chaos.chance.pick(member.accounts)
    await sim(chaos.paper, 'POST', '/faults', { kind, account_id: accountId, ...settings(chaos.chance) })
  }

const onVenue =
  (kind: string, settings: (chance: Chance) => Record<string, unknown>): Strike =>
  async (chaos) => {
    const exchange = chaos.chance.pick(['binance', 'okx', 'bybit'])
    await sim(chaos.paper, 'POST', '/faults', { kind, exchange, ...settings(chaos.chance) })
  }

const strikes: Record<string, Strike> = {
  drop_connection: onAccount('drop_connection'),
  silent_stream: onAccount('silent_stream', () => ({ duration_ms: 4_000 })),
  delay: onAccount('delay', (chance) => ({ delay_ms: chance.int(50, 1_500), duration_ms: 2_000 })),
  duplicate_events: onAccount('duplicate_events', (chance) => ({ count: chance.int(1, 20) })),
  reorder_events: onAccount('reorder_events', () => ({ count: 4 })),
  lose_events: onAccount('lose_events', (chance) => ({ count: chance.int(1, 5) })),
  malformed_frame: onAccount('malformed_frame'),
  reject_upgrade: onVenue('reject_upgrade', () => ({ status: 503, count: 2 })),
  http_error: onVenue('http_error', () => ({ status: 503, count: 3 })),
  slow_tab: async ({ chance, members }) => chance.pick(chance.pick(members).tabs).dawdle(chance.int(500, 4_000)),
  dropped_tab: async ({ chance, members }) => chance.pick(chance.pick(members).tabs).drop(),
}

/** Strikes every so often, by the seed, until it is stopped. */
export class Chaos {
  readonly paper: string
  readonly members: readonly Member[]
  readonly chance: Chance
  /** How often each kind has struck. */
  readonly struck = new Map<string, number>(Object.keys(strikes).map((kind) => [kind, 0]))
  #isOver = false
  #running: Promise<void> = Promise.resolve()

  constructor(paper: string, members: readonly Member[], chance: Chance) {
    this.paper = paper
    this.members = members
    this.chance = chance
  }

  start(): void {
    this.#running = this.#strikeOn()
  }

  /** Stops, and disarms what is still armed. */
  async stop(): Promise<void> {
    this.#isOver = true
    await this.#running
    await sim(this.paper, 'DELETE', '/faults')
  }

  async #strikeOn(): Promise<void> {
    // Each kind has its turn before chance decides, so that a short run leaves none out.
    const kinds = Object.keys(strikes)
    for (let turn = 0; !this.#isOver; turn += 1) {
      const kind = kinds[turn] ?? this.chance.pick(kinds)
      await strikes[kind]?.(this)
      this.struck.set(kind, (this.struck.get(kind) ?? 0) + 1)
      await new Promise((wake) => setTimeout(wake, this.chance.int(150, 900)))
    }
  }
}
