import { join } from 'node:path'
import { type Exchange, systemClock } from '@tradercoin/exchanges'
import { compareDecimal, type Execution, type Gap, type Order, type TradingMode } from '@tradercoin/protocol'
import { type Simulator, startSimulator } from '@tradercoin/simulator'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { readFrames } from '../src/store/events.ts'
import { readOrder } from '../src/store/order-list.ts'
import { AccountsBench } from './support/accounts.ts'
import { Paper, type PaperAccount, setSecrets } from './support/paper.ts'
import { createDatabase, temporaryDirectory } from './support/store.ts'

const directory = temporaryDirectory()
let files = 0
afterAll(() => directory.remove())

const users = [1, 2, 3]
const until = (check: () => void | Promise<void>) => vi.waitFor(check, { timeout: 20_000, interval: 25 })

/** The hub's accounts against the paper exchange, over real sockets, its own ledger being the judge. */
describe.each<TradingMode>(['spot', 'futures'])('accounts on the paper exchange, %s', (mode) => {
  let simulator: Simulator
  let paper: Paper
  let owners: PaperAccount[]
  let path: string
  let exchange: Exchange
  let bench: AccountsBench

  beforeAll(async () => {
    simulator = await startSimulator({ port: 0, seed: 11, limits: 'off', bot: false })
    paper = new Paper(simulator.url, mode)
  })
  afterAll(() => simulator.close())
  beforeEach(async () => {
    path = join(directory.path, `${++files}.db`)
    const db = createDatabase(path, users.length, mode)
    owners = []
    for (const user of users) {
      const account = await paper.account()
      owners.push(account)
      setSecrets(db, user, account)
    }
    db.close()
    await start()
  })
  afterEach(async () => {
    await fetch(`${simulator.url}/sim/faults`, { method: 'DELETE' })
    await stop()
  })

  async function start() {
    exchange = paper.connect()
    bench = await AccountsBench.open(path, systemClock, exchange)
    bench.accounts.startAll()
    await until(() => {
      for (const user of users) expect(bench.state(user)).toBe('live')
    })
  }

  async function stop() {
    await bench.close()
    await exchange.close()
  }

  const owner = (user: number) => owners[user - 1] as PaperAccount

  /** Database and exchange tell the same of each user, nobody has another's, and no log has a hole. */
  async function expectInStep() {
    for (const user of users) {
      const ledger = await paper.ledger(owner(user))
      const { db } = bench.store
      const stored = db.all<Order>('SELECT order_id, symbol, status, executed_qty FROM orders WHERE user_id = ?', user)
      const orders = new Map(stored.map((order) => [`${order.symbol} ${order.order_id}`, order]))
      for (const { symbol, order_id, status, executed_qty } of ledger.orders) {
        const order = orders.get(`${symbol} ${order_id}`)
        expect(order?.status, `order ${order_id} of user ${user}`).toBe(status)
        expect(compareDecimal(order?.executed_qty ?? '-1', executed_qty)).toBe(0)
      }
      expect(stored).toHaveLength(ledger.orders.length)
      const executions = db.all<Execution>('SELECT symbol, order_id, trade_id FROM executions WHERE user_id = ?', user)
      const names = (list: { symbol: string; order_id: string; trade_id: string }[]) =>
        list.map(({ symbol, order_id, trade_id }) => `${symbol} ${order_id} ${trade_id}`).sort()
      expect(names(executions)).toEqual(names(ledger.executions))
      const frames = readFrames(db, { user_id: user }, 0, 100_000)
      expect(frames.map(({ seq }) => seq)).toEqual(frames.map((_, index) => index + 1))
      const told = frames.map(({ frame }) => JSON.parse(frame)).filter(({ type }) => type === 'execution')
      expect(names(told.map(({ data }) => data))).toEqual(names(ledger.executions))
      for (const { data } of told) expect(data).toMatchObject({ user_id: user, exchange_key_id: user })
    }
  }

  const order = { symbol: 'BTCUSDT', side: 'BUY', type: 'LIMIT', quantity: '0.01', price: '80000' } as const
  const current = (user: number, id: number) => readOrder(bench.store.db, { user_id: user }, id)

  const storedTotals = (user: number) =>
    Object.fromEntries(
      bench.store.db
        .all<{ asset: string; total: string }>('SELECT asset, total FROM balances WHERE user_id = ?', user)
        .map(({ asset, total }) => [asset, total]),
    )

  it('shows orders placed here and elsewhere, their fills and cancels, each to its owner', async () => {
    const resting = await bench.accounts.placeOrder({ user_id: 1 }, { ...order, exchange_key_id: 1 })
    expect(['PENDING_NEW', 'NEW']).toContain(resting.status)
    await until(() => expect(current(1, resting.id)?.status).toBe('NEW'))
    const taking = await bench.accounts.placeOrder(
      { user_id: 1 },
      { exchange_key_id: 1, symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', quantity: '0.01' },
    )
    await paper.order(owner(2), order)
    await until(() => expect(current(1, taking.id)?.status).toBe('FILLED'))
    await until(() => expect(bench.events.some(({ user_id }) => user_id === 2)).toBe(true))
    await bench.accounts.cancelOrder({ user_id: 1 }, resting.id)
    await until(() => expect(current(1, resting.id)?.status).toBe('CANCELED'))
    const refused = await bench.accounts.placeOrder({ user_id: 1 }, { ...order, exchange_key_id: 1, quantity: '100' })
    expect(refused).toMatchObject({ status: 'REJECTED', order_id: null })
    expect(refused.reason).not.toBeNull()
    bench.store.db.get('SELECT 1')
    const { orders } = await paper.ledger(owner(1))
    expect(orders.map(({ status }) => status).sort()).toEqual(['CANCELED', 'FILLED'])
  })

  it('is in step after a storm in which lines break and frames come twice, late or in disorder', {
    timeout: 60_000,
  }, async () => {
    const account_ids = owners.map(({ account_id }) => account_id)
    const scope = { exchange: 'binance', trading_mode: mode }
    await paper.fault('duplicate_events', { ...scope, count: 60 })
    await paper.fault('reorder_events', { ...scope, count: 60 })
    await paper.fault('delay', { ...scope, duration_ms: 1_500, delay_ms: 80 })
    const storm = paper.post('/sim/storm', { account_ids, fills: 240, rate_per_s: 120, seed: 5, symbol: 'BTCUSDT' })
    await until(() => expect(bench.records('execution').length).toBeGreaterThan(30))
    await paper.fault('drop_connection', { ...scope, count: 1 })
    await until(() => expect(bench.interruptions.length).toBeGreaterThan(0))
    await storm
    await until(() => {
      for (const user of users) expect(bench.state(user)).toBe('live')
    })
    await until(expectInStep)
    expect(bench.records<Gap>('gap').some(({ to }) => to !== null)).toBe(true)
  })

  it('finds what a stream kept back, when it compares', { timeout: 60_000 }, async () => {
    await paper.fault('lose_events', { account_id: owner(1).account_id, count: 20 })
    const bought = await paper.order(owner(1), { symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', quantity: '0.01' })
    const { executions } = await paper.ledger(owner(1))
    expect(executions).not.toEqual([])
    await fetch(`${simulator.url}/sim/faults`, { method: 'DELETE' })
    // A comparison leaves the last seconds to the stream.
    await until(async () => {
      await bench.accounts.get(1)?.compare()
      expect(bench.records<Execution>('execution').map(({ order_id }) => order_id)).toContain(bought.order_id)
    })
    await until(() => expect(bench.state(1)).toBe('live'))
    await expectInStep()
  })

  it('finds within seconds a fill that was lost before another one', async () => {
    const bought = await paper.order(owner(1), { ...order, quantity: '0.03', price: '80500' })
    await until(() => expect(bench.records('order_update')).toHaveLength(1))
    const fall = { exchange: 'binance', trading_mode: mode, symbol: 'BTCUSDT', price: '80200' }
    await paper.fault('lose_events', { account_id: owner(1).account_id, count: 10 })
    await paper.post('/sim/price', { ...fall, quantity: '0.01' })
    await fetch(`${simulator.url}/sim/faults`, { method: 'DELETE' })
    expect((await paper.ledger(owner(1))).orders).toMatchObject([{ status: 'PARTIALLY_FILLED', executed_qty: '0.01' }])
    await paper.post('/sim/price', fall)
    const of = (record: Order) => record.order_id === bought.order_id
    await until(() => expect(bench.records<Order>('order_update').filter(of).at(-1)?.status).toBe('FILLED'))
    await vi.waitFor(expectInStep, { timeout: 8_000, interval: 50 })
    expect(bench.logged).toContain('missing_fill_found')
  })

  it.each(['silent_stream', 'lose_events'])(
    'brings in all that a deaf stream (%s) kept back',
    {
      timeout: 60_000,
    },
    async (kind) => {
      const { account_id } = owner(1)
      await paper.fault(kind, kind === 'silent_stream' ? { account_id, duration_ms: 5_000 } : { account_id, count: 10 })
      const market = { symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', quantity: '0.01' } as const
      const ours = await bench.accounts.placeOrder({ user_id: 1 }, { ...market, exchange_key_id: 1 })
      const theirs = await paper.order(owner(1), market)
      await vi.waitFor(
        async () => {
          expect(current(1, ours.id)?.status).toBe('FILLED')
          expect(bench.records<Execution>('execution').map(({ order_id }) => order_id)).toContain(theirs.order_id)
          await expectInStep()
          if (mode === 'spot') expect(storedTotals(1)).toMatchObject((await paper.ledger(owner(1))).balances)
        },
        { timeout: 14_000, interval: 50 },
      )
      await until(() => expect(bench.state(1)).toBe('live'))
      expect(
        bench.records<Gap>('gap').some(({ cause, exchange_key_id }) => cause === 'silent' && exchange_key_id === 1),
      ).toBe(true)
    },
  )

  it('places once and for all when the answer is lost', async () => {
    await paper.fault('ambiguous_place', { account_id: owner(1).account_id, count: 1 })
    const { id } = await bench.accounts.placeOrder({ user_id: 1 }, { ...order, exchange_key_id: 1 })
    await until(() => expect(['NEW', 'REJECTED']).toContain(current(1, id)?.status))
    const { orders } = await paper.ledger(owner(1))
    expect(orders.length).toBeLessThanOrEqual(1)
    if (orders.length === 1) expect(current(1, id)).toMatchObject({ status: 'NEW', order_id: orders[0]?.order_id })
  })

  it('brings in what happened while the hub was down', { timeout: 60_000 }, async () => {
    const open = await bench.accounts.placeOrder({ user_id: 1 }, { ...order, exchange_key_id: 1 })
    await until(() => expect(current(1, open.id)?.status).toBe('NEW'))
    await stop()
    await paper.order(owner(1), { symbol: 'BTCUSDT', side: 'SELL', type: 'MARKET', quantity: '0.02' })
    await paper.order(owner(3), { symbol: 'ETHUSDT', side: 'BUY', type: 'MARKET', quantity: '0.1' })
    await start()
    await until(expectInStep)
    const [gap] = bench.gaps.filter(({ exchange_key_id }) => exchange_key_id === 1)
    expect(gap).toMatchObject({ cause: 'hub_stopped', recovered: { orders: 1 } })
    expect(gap?.recovered.executions).toBeGreaterThan(0)
  })

  it.runIf(mode === 'futures')('shows as closed a position that was closed while the hub was down', async () => {
    const positions = () => bench.store.db.all('SELECT symbol, quantity FROM positions WHERE user_id = 2')
    const market = { symbol: 'BTCUSDT', type: 'MARKET', quantity: '0.02' }
    await paper.order(owner(2), { ...market, side: 'BUY' })
    await until(() => expect(positions()).toMatchObject([{ symbol: 'BTCUSDT', quantity: '0.02' }]))
    await stop()
    await paper.order(owner(2), { ...market, side: 'SELL' })
    await start()
    expect(positions()).toMatchObject([{ symbol: 'BTCUSDT', quantity: '0' }])
    expect(bench.records('position_update')).toMatchObject([{ exchange_key_id: 2, quantity: '0' }])
  })
})
