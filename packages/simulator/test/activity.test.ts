import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import type { Simulator } from '../src/index.ts'
import { Journal } from '../src/store/journal.ts'
import { account, futuresStream, ledger, sim, spotStream, start, type TestAccount } from './harness.ts'

/** Ten seconds go by for the demo traders; the market itself lives in real time. */
const turn = (simulator: Simulator) => sim(simulator, 'POST', '/sim/clock', { advance_ms: 10_000 })

/** Lets turn after turn go by until the check holds. */
const untilTurns = (simulator: Simulator, check: () => Promise<void> | void) =>
  vi.waitFor(
    async () => {
      await turn(simulator)
      await check()
    },
    { timeout: 30_000, interval: 20 },
  )

interface Row {
  symbol: string
  order_id: string
  client_order_id: string
  status: string
  side: string
}
const ordersOf = async (simulator: Simulator, user: TestAccount): Promise<Row[]> =>
  (await ledger(simulator, user.account_id)).orders
const isOpen = ({ status }: Row) => status === 'NEW' || status === 'PARTIALLY_FILLED'

describe('an account with activity', () => {
  it.each([
    ['spot', 'executionReport'],
    ['futures', 'ORDER_TRADE_UPDATE'],
  ] as const)('on %s places, fills and cancels orders by itself, a few at a time', async (mode, event) => {
    await using simulator = await start({ bot: true })
    const user = await account(simulator, mode, { activity: true })
    const stream = await (mode === 'spot' ? spotStream : futuresStream)(simulator, user)
    // Without any help within seconds.
    await stream.events(event)
    const seen = () => {
      const told = stream.frames.map((frame) => frame.event ?? frame).filter(({ e }) => e === event)
      return new Set(told.map((each) => (each.o?.x ?? each.x) as string))
    }
    await untilTurns(simulator, async () => {
      expect([...seen()]).toEqual(expect.arrayContaining(['NEW', 'TRADE', 'CANCELED']))
      const orders = await ordersOf(simulator, user)
      expect(orders.filter(isOpen).length).toBeLessThanOrEqual(6)
      expect(orders.every(({ client_order_id }) => client_order_id.startsWith('demo_'))).toBe(true)
    })
    await untilTurns(simulator, async () => {
      const { executions } = await ledger(simulator, user.account_id)
      expect(new Set(executions.map(({ side }: Row) => side))).toEqual(new Set(['BUY', 'SELL']))
    })
    await stream.close()
  })

  it('leaves the orders of its owner alone and ends with the key', async () => {
    await using simulator = await start({ bot: true })
    const user = await account(simulator, 'spot', { activity: true })
    const own = await sim(simulator, 'POST', '/sim/orders', {
      account_id: user.account_id,
      symbol: 'BTCUSDT',
      side: 'BUY',
      type: 'LIMIT',
      quantity: '0.001',
      price: '50000',
    })
    await untilTurns(simulator, async () => expect((await ordersOf(simulator, user)).length).toBeGreaterThan(20))
    const kept = (await ordersOf(simulator, user)).find(({ order_id }) => order_id === own.body.order_id)
    expect(kept?.status).toBe('NEW')
    await sim(simulator, 'DELETE', `/sim/accounts/${user.account_id}`)
    const count = (await ordersOf(simulator, user)).length
    for (let i = 0; i < 20; i++) await turn(simulator)
    expect(await ordersOf(simulator, user)).toHaveLength(count)
  })

  it('is quiet in a still market, and wakes when it is started with a lively one', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'simulator-'))
    try {
      const still = await start({ dataDir })
      const user = await account(still, 'futures', { activity: true })
      const plain = await account(still, 'futures')
      for (let i = 0; i < 20; i++) await turn(still)
      expect(await ordersOf(still, user)).toEqual([])
      await still.close()
      await using lively = await start({ dataDir, bot: true })
      await untilTurns(lively, async () => expect((await ordersOf(lively, user)).length).toBeGreaterThan(0))
      expect(await ordersOf(lively, plain)).toEqual([])
      const { accounts } = (await sim(lively, 'GET', '/sim/accounts')).body
      expect(accounts.map(({ activity }: { activity: boolean }) => activity)).toEqual([true, false])
    } finally {
      rmSync(dataDir, { recursive: true })
    }
  })

  it('keeps a bounded history whose parts belong together', async () => {
    await using simulator = await start({ bot: true })
    const user = await account(simulator, 'futures', { activity: true })
    const storm = await sim(simulator, 'POST', '/sim/storm', {
      account_ids: [user.account_id],
      fills: 1500,
      rate_per_s: 100_000,
      seed: 1,
      symbol: 'XRPUSDT',
    })
    expect(storm.body.fills).toBe(1500)
    await untilTurns(simulator, async () => {
      const { orders, executions } = await ledger(simulator, user.account_id)
      const closed = orders.filter((order: Row) => order.symbol === 'XRPUSDT' && !isOpen(order))
      expect(closed.length).toBe(500)
      const ids = new Set(orders.map(({ order_id }: Row) => order_id))
      expect(executions.length).toBeGreaterThanOrEqual(500)
      expect(executions.every(({ order_id }: Row) => ids.has(order_id))).toBe(true)
    })
  })

  it('must be asked for plainly', async () => {
    await using simulator = await start()
    const body = { exchange: 'binance', trading_mode: 'spot', activity: 'yes' }
    const answer = await sim(simulator, 'POST', '/sim/accounts', body)
    expect([answer.status, answer.body]).toEqual([400, { error: 'activity must be true or false' }])
  })
})

describe('what runs for days', () => {
  it('rewrites a journal that has grown', () => {
    const directory = mkdtempSync(join(tmpdir(), 'simulator-'))
    try {
      const journal = new Journal(directory)
      journal.kind('thing', { restore: () => {}, dump: () => ['the last one'] })
      journal.open()
      journal.compact()
      const chunk = 'x'.repeat(1_000_000)
      for (let i = 0; i < 40; i++) {
        journal.add('thing', chunk)
        journal.commit()
      }
      expect(statSync(join(directory, 'journal.jsonl')).size).toBeLessThan(10_000_000)
      journal.close()
    } finally {
      rmSync(directory, { recursive: true })
    }
  })

  it.each(['spot', 'futures'] as const)('a %s storm makes exactly the fills that were asked for', async (mode) => {
    await using simulator = await start({ bot: true })
    const users = [await account(simulator, mode), await account(simulator, mode)]
    let asked = 0
    for (let seed = 1; seed <= 40; seed++) {
      const fills = 1 + (seed % 4)
      const storm = { account_ids: users.map((user) => user.account_id), fills, rate_per_s: 100_000, seed }
      expect((await sim(simulator, 'POST', '/sim/storm', storm)).body.fills).toBe(fills)
      asked += fills
    }
    const ledgers = await Promise.all(users.map((user) => ledger(simulator, user.account_id)))
    expect(ledgers.flatMap(({ executions }) => executions)).toHaveLength(asked)
  })
})
