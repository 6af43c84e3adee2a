import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sim } from '../e2e/hub-api.ts'
import { freePort, type Program, startHub, startPaperExchange } from '../e2e/processes.ts'
import { Chance } from './chance.ts'
import { Chaos } from './chaos.ts'
import { type Options, readOptions, usage } from './options.ts'
import { addMember, type Member } from './people.ts'
import { judge, type Verdict } from './verdict.ts'

/* npm run prove: what was sent is what was stored is what was delivered, whatever breaks in between. */

interface Stage {
  options: Options
  chance: Chance
  base: string
  paper: string
  members: Member[]
  startHub(): Promise<Program>
}

async function prove(options: Options): Promise<boolean> {
  const { seed, events, users, kills } = options
  console.log(`prove: seed ${seed}, ${events} events, ${users} users, ${kills} kills of the hub`)
  const dataDir = mkdtempSync(join(tmpdir(), 'tradercoin-prove-'))
  const [hubPort, paperPort] = [await freePort(), await freePort()]
  const base = `http://127.0.0.1:${hubPort}`
  const paper = `http://127.0.0.1:${paperPort}`
  const exchange = await startPaperExchange(paperPort)
  const stage: Stage = {
    options,
    chance: new Chance(seed),
    base,
    paper,
    members: [],
    startHub: () => startHub({ port: hubPort, dataDir, paper, env: { LOG_LEVEL: 'warn' } }),
  }
  let hub = await stage.startHub()
  const tabs: Promise<void>[] = []
  try {
    for (let index = 0; index < users; index += 1) {
      stage.members.push(await addMember(base, paper, index, options.tabsPerUser))
    }
    for (const tab of stage.members.flatMap((member) => member.tabs)) tabs.push(tab.run())
    const chaos = new Chaos(paper, stage.members, stage.chance)
    hub = await storm(stage, hub, chaos)
    const verdicts = await settle(stage)
    report(verdicts, chaos, stage)
    return verdicts.every(({ differences }) => differences.length === 0)
  } finally {
    for (const tab of stage.members.flatMap((member) => member.tabs)) tab.end()
    await Promise.all(tabs)
    await hub.stop()
    await exchange.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

/** Runs the storm with faults and kills in it; resolves with the hub that is up at its end. */
async function storm(stage: Stage, first: Program, chaos: Chaos): Promise<Program> {
  const { options, chance, members, paper } = stage
  let hub = first
  chaos.start()
  // A fill brings an order event of its own, and so does each order: about half of the events are fills.
  let isOver = false
  const blowing = sim(paper, 'POST', '/storm', {
    account_ids: members.flatMap(({ accounts }) => accounts.map(({ accountId }) => accountId)),
    fills: Math.ceil(options.events / 2),
    rate_per_s: Math.max(1, Math.ceil(options.rate / 2)),
    seed: options.seed,
    summary: 'brief',
  }).finally(() => {
    isOver = true
  })
  const stormMs = (options.events / options.rate) * 1_000
  const pauseMs = stormMs / (options.kills + 1)
  for (let kill = 0; kill < options.kills; kill += 1) {
    await new Promise((wake) => setTimeout(wake, isOver ? 200 : pauseMs * (0.5 + chance.next())))
    await hub.stop('SIGKILL')
    hub = await stage.startHub()
  }
  await blowing
  await chaos.stop()
  return hub
}

/** Waits until all three records agree, or time is up. Every line is cut once more, so that each account compares with its exchange. */
async function settle({ options, members, paper }: Stage): Promise<Verdict[]> {
  for (const { accountId } of members.flatMap(({ accounts }) => accounts)) {
    await sim(paper, 'POST', '/faults', { kind: 'drop_connection', account_id: accountId })
  }
  const deadline = Date.now() + options.settleMs
  for (;;) {
    const verdicts: Verdict[] = []
    for (const member of members) verdicts.push(await judge(paper, member))
    if (Date.now() > deadline || verdicts.every(({ differences }) => differences.length === 0)) return verdicts
    await new Promise((wake) => setTimeout(wake, 500))
  }
}

function report(verdicts: readonly Verdict[], chaos: Chaos, { members, options }: Stage): void {
  console.table(
    verdicts.map(({ user, sent, stored, delivered, orders, differences }, index) => ({
      user,
      orders,
      sent,
      stored,
      delivered,
      reconnects: members[index]?.tabs.reduce((sum, tab) => sum + tab.reconnects, 0),
      verdict: differences.length === 0 ? 'equal' : 'DIFFERENT',
    })),
  )
  console.log(
    `struck: ${[...chaos.struck].map(([kind, count]) => `${kind} ${count}`).join(', ')}, kill -9 ${options.kills}`,
  )
  for (const { user, differences } of verdicts)
    for (const difference of differences) console.log(`${user}: ${difference}`)
  const isEqual = verdicts.every(({ differences }) => differences.length === 0)
  console.log(
    isEqual
      ? `sent = stored = delivered, once and in order, nobody else's; seed ${options.seed}`
      : `NOT EQUAL; repeat with: npm run prove -- --seed ${options.seed} --events ${options.events} --users ${options.users} --tabs ${options.tabsPerUser} --kills ${options.kills} --rate ${options.rate}`,
  )
}

const options = readOptions(process.argv.slice(2))
if (options === 'help') console.log(usage)
else process.exitCode = (await prove(options)) ? 0 : 1
