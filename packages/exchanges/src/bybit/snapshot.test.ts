import type { AccountEvent } from '@tradercoin/protocol'
import { expect, it } from 'vitest'
import { ExchangeError } from '../errors.ts'
import type { OrderRef, SnapshotSince } from '../exchange.ts'
import { systemClock } from '../transport/clock.ts'
import { InstrumentBook } from './category.ts'
import { queryOrder } from './order-query.ts'
import type { BybitRest } from './rest.ts'
import { fetchBybitSnapshot } from './snapshot.ts'
import { fixture } from './test-fixtures.ts'

const now = 1_795_340_000_000
const hour = 3_600_000
const day = 24 * hour
const who = { api_key: 'key', api_secret: 'secret', passphrase: null }
const since: SnapshotSince = { time: now - hour, open_orders: [], symbols: [], balances: [], positions: [] }

const rowsOf = (name: string) => (fixture(name).value as { result: { list: object[] } }).result.list
const row = (name: string, overrides: object = {}) => ({ ...rowsOf(name)[0], ...overrides })
const openRow = (overrides: object = {}) => row('rest-open-orders', overrides)
const execution = (overrides: object = {}) => row('rest-executions', overrides)
const account = (fixture('rest-account').value as { result: object }).result

type Call = (...asked: string[]) => unknown

/** An account at the venue: the answers of each call, and what was asked. */
function venue(answers: Partial<Record<keyof BybitRest, Call>>, environment: 'live' | 'demo' = 'live') {
  const asked: string[] = []
  const names = [
    'openOrders',
    'recentOrder',
    'orderHistory',
    'pastOrder',
    'executions',
    'executionsOfOrder',
    'positions',
    'wallet',
  ] as const
  const call =
    (name: keyof BybitRest, empty: unknown) =>
    async (_who: unknown, ...params: unknown[]) => {
      const texts = params.map((param) => (typeof param === 'string' ? param : JSON.stringify(param)))
      asked.push([name, ...texts].join(' '))
      return answers[name]?.(...texts) ?? empty
    }
  const rest = Object.fromEntries([
    ...names.map((name) => [name, call(name, [])]),
    ['account', call('account', account)],
  ]) as unknown as BybitRest
  const parts = {
    rest,
    environment,
    // Second looks do not make a test wait.
    clock: { ...systemClock, after: (_ms: number, fn: () => void) => systemClock.after(0, fn) },
    venueClock: { now: async () => now, estimate: () => now, refresh: async () => {} },
    instruments: async () => new InstrumentBook([]),
  }
  return {
    asked,
    of: (name: string) =>
      asked.filter((call) => call.startsWith(`${name} `)).map((call) => call.slice(name.length + 1).trimEnd()),
    fetch: (known: SnapshotSince = since) => fetchBybitSnapshot(parts, who, known),
    order: (ref: OrderRef) => queryOrder(parts, who, ref),
  }
}

const orders = (events: AccountEvent[]) => events.flatMap((event) => (event.kind === 'order' ? [event.order] : []))
const executions = (events: AccountEvent[]) =>
  events.flatMap((event) => (event.kind === 'execution' ? [event.execution] : []))

it('reads every product of an account', async () => {
  const { fetch, of } = venue({
    openOrders: (category, coin) => (category === 'linear' && coin === 'USDT' ? [openRow()] : []),
    orderHistory: (category) => (category === 'spot' ? [row('rest-history')] : []),
    executions: (category) => (category === 'linear' ? rowsOf('rest-executions') : []),
    positions: (_category, coin) => (coin === 'USDT' ? rowsOf('rest-positions') : []),
    wallet: () => rowsOf('rest-wallet'),
  })
  const { events, as_of, unproven } = await fetch()
  expect([as_of, unproven]).toEqual([now, null])
  expect(events.map(({ kind }) => kind)).toEqual([
    ...['order', 'order', 'execution', 'execution', 'execution', 'balance', 'balance'],
    // ETHUSDT is flat, and nobody believed otherwise.
    'position',
  ])
  expect(events.at(-1)).toMatchObject({ position: { symbol: 'BTCUSDT', margin_mode: 'CROSS' } })
  expect(executions(events)[0]).toMatchObject({ position_side: 'NET' })
  expect(of('openOrders')).toEqual(['spot', 'linear USDT', 'linear USDC', 'inverse'])
  expect(of('positions')).toEqual(['linear USDT', 'linear USDC', 'inverse'])
  // A minute earlier than known, and open to the end, whatever our clock says of the venue's.
  const slice = `{"startTime":${now - hour - 60_000}}`
  expect(of('executions')).toEqual([`spot ${slice}`, `linear ${slice}`, `inverse ${slice}`])
  expect(of('orderHistory')).toEqual([`spot ${slice}`, `linear ${slice}`, `inverse ${slice}`])
})

it('reads a long absence in slices of seven days, and says what the venue has forgotten', async () => {
  const { fetch, of } = venue({})
  const { unproven } = await fetch({ ...since, time: now - 16 * day })
  const slices = of('executions').filter((call) => call.startsWith('spot'))
  const from = now - 16 * day - 60_000
  expect(slices).toEqual([
    `spot {"startTime":${from},"endTime":${from + 7 * day - 1}}`,
    `spot {"startTime":${from + 7 * day},"endTime":${from + 14 * day - 1}}`,
    `spot {"startTime":${from + 14 * day}}`,
  ])
  expect(unproven).toBe('Orders that ended unfilled more than 24 hours ago are no longer kept by Bybit.')
  expect((await fetch({ ...since, time: now - 23 * hour })).unproven).toBeNull()
  expect((await fetch({ ...since, time: now - 731 * day })).unproven).toContain('two years')
  const demo = venue({}, 'demo')
  expect((await demo.fetch({ ...since, time: now - 8 * day })).unproven).toContain('7 days')
  expect(demo.of('executions')[0]).toBe(`spot {"startTime":${now - 7 * day},"endTime":${now - 1}}`)
})

it('orders that were open and are listed nowhere are asked for, among the latest and then in the history', async () => {
  const open = (order_id: string | null, trading_mode: 'spot' | 'futures' = 'futures'): OrderRef => ({
    trading_mode,
    symbol: 'BTCUSDT',
    order_id,
    client_order_id: null,
  })
  const { fetch, of } = venue({
    recentOrder: (_category, _symbol, key) =>
      key.includes('"1"') ? [openRow({ orderId: '1', orderStatus: 'Filled' })] : [],
    pastOrder: (category, _symbol, key) =>
      category === 'spot' && key.includes('"2"') ? [row('rest-history', { orderId: '2' })] : [],
  })
  const { events, lost, unproven } = await fetch({
    ...since,
    open_orders: [open('1'), open('2', 'spot'), open('3'), open(null)],
  })
  expect(orders(events).map(({ order_id, status }) => [order_id, status])).toEqual([
    ['1', 'FILLED'],
    ['2', 'CANCELED'],
  ])
  expect(unproven).toBe('1 orders that were open are no longer known to Bybit: how they ended cannot be told.')
  expect(lost).toEqual([open('3')])
  // A second look and more, before an order is called lost.
  expect(of('pastOrder').filter((call) => call.includes('"3"'))).toHaveLength(4)
})

it('an order in a word we do not know is kept, and keeps nothing else back', async () => {
  const odd = openRow({ orderId: '1', orderStatus: 'Dreaming' })
  const { fetch, order } = venue({
    openOrders: (category, coin) => (category === 'linear' && coin === 'USDT' ? [odd, openRow({ orderId: '2' })] : []),
    recentOrder: () => [odd],
    executions: (category) => (category === 'linear' ? [execution({ orderId: '1' })] : []),
  })
  const known = { trading_mode: 'futures', symbol: 'BTCUSDT', order_id: '1', client_order_id: null } as const
  const { events, lost } = await fetch({ ...since, open_orders: [known] })
  expect(orders(events)).toMatchObject([{ order_id: '2' }])
  expect(executions(events)).toMatchObject([{ order_id: '1' }])
  expect(lost).toEqual([])
  expect(events).toContainEqual({
    kind: 'raw',
    event_type: 'order',
    payload: JSON.stringify(odd),
    problem: 'unknown order status',
  })
  await expect(order(known)).rejects.toMatchObject({ code: 'unexpected_answer' })
})

it('an execution whose order no list tells brings its order along', async () => {
  const { fetch, of } = venue({
    executions: (category) => (category === 'linear' ? [execution({ orderId: 'x', execType: 'BustTrade' })] : []),
    recentOrder: () => [openRow({ orderId: 'x', orderStatus: 'Filled', positionIdx: 2 })],
  })
  const { events } = await fetch()
  expect(orders(events)).toMatchObject([{ order_id: 'x' }])
  expect(executions(events)).toMatchObject([{ order_id: 'x', kind: 'LIQUIDATION', position_side: 'SHORT' }])
  expect(of('recentOrder')).toEqual(['linear BTCUSDT {"orderId":"x"}'])
})

it('the same id of spot and of a contract are two orders', async () => {
  const { fetch } = venue({
    openOrders: (category) =>
      category === 'linear' ? [] : [openRow({ orderId: '7', symbol: category === 'spot' ? 'BTCUSDT' : 'BTCUSD' })],
  })
  expect(orders((await fetch()).events).map(({ trading_mode, symbol }) => [trading_mode, symbol])).toEqual([
    ['spot', 'BTCUSDT'],
    ['futures', 'BTCUSD'],
  ])
})

it('the newest word on an order counts', async () => {
  const { fetch } = venue({
    openOrders: (category) => (category === 'spot' ? [openRow()] : []),
    orderHistory: (category) =>
      category === 'spot' ? [openRow({ orderStatus: 'Filled', cumExecQty: '0.02', updatedTime: '1795336003202' })] : [],
  })
  expect(orders((await fetch()).events)).toMatchObject([{ status: 'FILLED', executed_qty: '0.02' }])
})

it('a new key: earlier fills of orders that are still open', async () => {
  const { fetch, of } = venue({
    openOrders: (category, coin) =>
      coin === 'USDT' && category === 'linear' ? [openRow({ createdTime: String(now - 9 * day) })] : [],
    executionsOfOrder: () => [execution()],
  })
  const { events } = await fetch({ ...since, time: null })
  expect(of('executions')[0]).toBe(`spot {"startTime":${now - day}}`)
  expect(of('executionsOfOrder')).toHaveLength(2)
  expect(executions(events).length).toBeGreaterThan(0)
})

it('what the venue lists no longer is gone: positions closed, coins spent', async () => {
  const { fetch } = venue({ positions: (_c, coin) => (coin === 'USDT' ? rowsOf('rest-positions') : []) })
  const { events } = await fetch({
    ...since,
    balances: [
      { asset: 'XRP', total: '5' },
      { asset: 'EOS', total: '0' },
    ],
    positions: [
      { trading_mode: 'futures', symbol: 'ETHUSDT', position_side: 'NET', position_id: null },
      { trading_mode: 'futures', symbol: 'SOLUSDT', position_side: 'LONG', position_id: null },
    ],
  })
  const balances = events.filter((event) => event.kind === 'balance')
  expect(balances).toMatchObject([{ balance: { asset: 'XRP', total: '0', available: '0', update_time: now } }])
  const positions = events.flatMap((event) => (event.kind === 'position' ? [event.position] : []))
  expect(positions).toMatchObject([
    { symbol: 'BTCUSDT', quantity: '0.005' },
    { symbol: 'ETHUSDT', quantity: '0' },
    { symbol: 'SOLUSDT', position_side: 'LONG', quantity: '0', update_time: now },
  ])
})

it('a row that cannot be read is kept, and takes no other with it', async () => {
  const { fetch } = venue({ openOrders: (category) => (category === 'spot' ? [{ orderId: 1 }, openRow()] : []) })
  const { events } = await fetch()
  expect(events.filter((event) => event.kind === 'raw')).toHaveLength(1)
  expect(orders(events)).toHaveLength(1)
})

it('one order with its executions, since it was made', async () => {
  const { order, of } = venue({
    recentOrder: () => [openRow({ createdTime: String(now - 8 * day) })],
    executionsOfOrder: () => [execution()],
  })
  const events = await order({
    trading_mode: 'futures',
    symbol: 'BTCUSDT',
    order_id: null,
    client_order_id: 'hub-0001',
  })
  expect(events?.map(({ kind }) => kind)).toEqual(['order', 'execution', 'execution'])
  expect(of('recentOrder')).toEqual(['linear BTCUSDT {"orderLinkId":"hub-0001"}'])
  expect(of('executionsOfOrder')[0]).toContain(`{"startTime":${now - 8 * day},"endTime":${now - day - 1}}`)
})

it('a venue that answers "no such order" says the same as an empty list', async () => {
  const gone = () =>
    Promise.reject(new ExchangeError('not_found', 'order_not_found', 'Bybit does not know this order.'))
  const { order } = venue({ recentOrder: gone, pastOrder: gone })
  expect(await order({ trading_mode: 'spot', symbol: 'BTCUSDT', order_id: '9', client_order_id: null })).toBeNull()
})

it('an order nobody knows is asked for several times before it is believed', async () => {
  const { order, of } = venue({})
  expect(await order({ trading_mode: 'spot', symbol: 'BTCUSDT', order_id: '9', client_order_id: null })).toBeNull()
  expect(of('recentOrder')).toHaveLength(4)
})
