import type { AccountEvent } from '@tradercoin/protocol'
import { expect, it } from 'vitest'
import { ExchangeError } from '../../errors.ts'
import type { OrderRef, SnapshotSince } from '../../exchange.ts'
import { systemClock } from '../../transport/clock.ts'
import type { FuturesRest } from './rest.ts'
import { fetchFuturesSnapshot } from './snapshot.ts'
import { fixture } from './test-fixtures.ts'

const now = 1_795_310_000_000
const hour = 3_600_000
const who = { api_key: 'key', api_secret: 'secret', passphrase: null }
const nothing: SnapshotSince = { time: now - hour, open_orders: [], symbols: [], balances: [], positions: [] }

const row = (name: string, overrides: object = {}) => ({ ...(fixture(name).value as object), ...overrides })
const notFound = () => Promise.reject(new ExchangeError('not_found', 'order_not_found', 'Unknown.'))

/** An account at the venue: the answers of each call, and what was asked. */
function venue(answers: Partial<Record<keyof FuturesRest, (...asked: never[]) => unknown>>) {
  const asked: string[] = []
  const empty = {
    openOrders: [],
    openAlgoOrders: [],
    allOrders: [],
    allAlgoOrders: [],
    userTrades: [],
    tradesOfOrder: [],
    income: [],
  }
  const calls = { ...empty, positions: [], symbolConfig: [], balances: [], order: null, algoOrder: null }
  const rest = Object.fromEntries(
    Object.entries(calls).map(([name, answer]) => [
      name,
      async (_who: unknown, ...params: unknown[]) => {
        asked.push(`${name} ${JSON.stringify(params)}`)
        const given = answers[name as keyof FuturesRest] as ((...args: unknown[]) => unknown) | undefined
        if (given) return given(...params)
        return answer ?? notFound()
      },
    ]),
  ) as unknown as FuturesRest
  const venueClock = { now: async () => now, estimate: () => now, refresh: async () => {} }
  const fetch = (since: SnapshotSince) => fetchFuturesSnapshot({ rest, clock: quick, venueClock }, who, since)
  return { asked, fetch }
}

/** Second looks do not make a test wait. */
const quick = { ...systemClock, after: (_ms: number, fn: () => void) => systemClock.after(0, fn) }

const orders = (events: AccountEvent[]) => events.flatMap((event) => (event.kind === 'order' ? [event.order] : []))
const executions = (events: AccountEvent[]) =>
  events.flatMap((event) => (event.kind === 'execution' ? [event.execution] : []))

it('reads an account as a whole', async () => {
  const { fetch, asked } = venue({
    openOrders: () => [row('rest-order-open', { updateTime: now - 1000 })],
    openAlgoOrders: () => [row('rest-algo-placed')],
    userTrades: () => [row('rest-trade')],
    positions: () => [row('rest-position')],
    symbolConfig: () => fixture('rest-symbol-config').value,
    balances: () => [row('rest-balance')],
  })
  const { events, as_of, unproven } = await fetch(nothing)
  expect(as_of).toBe(now)
  expect(events.map((event) => event.kind)).toEqual(['order', 'order', 'execution', 'balance', 'position'])
  expect(orders(events).map((order) => order.order_id)).toEqual(['algo:2148719', '612345678901'])
  expect(executions(events)[0]).toMatchObject({ trade_id: '5566778899', client_order_id: 'hub-f-001' })
  expect(unproven).toContain('Conditional orders')
  // All symbols at once, a minute earlier than known; trades of the one symbol that traded.
  expect(asked.filter((call) => call.startsWith('allOrders'))).toEqual([
    `allOrders [{"startTime":${now - hour - 60_000},"endTime":${now + 60_000}}]`,
  ])
  expect(asked.filter((call) => call.startsWith('userTrades'))).toHaveLength(1)
})

it('asks for orders that vanished, one by one, and says which are lost', async () => {
  const { fetch, asked } = venue({
    order: ((_symbol: string, key: { orderId: string }) =>
      key.orderId === '1'
        ? row('rest-order-open', { orderId: 1, status: 'FILLED', updateTime: now })
        : notFound()) as never,
    algoOrder: () => row('rest-algo-finished', { actualOrderId: '', algoStatus: 'CANCELED' }),
    userTrades: () => [row('rest-trade', { orderId: 1 })],
  })
  const open = (order_id: string | null): OrderRef => ({
    trading_mode: 'futures',
    symbol: 'BTCUSDT',
    order_id,
    client_order_id: null,
  })
  const { events, lost, unproven } = await fetch({
    ...nothing,
    open_orders: [open('1'), open('2'), open('algo:2148719'), open(null)],
  })
  expect(orders(events).map(({ order_id, status }) => `${order_id} ${status}`)).toEqual([
    'algo:2148719 CANCELED',
    '1 FILLED',
  ])
  expect(executions(events)).toHaveLength(1)
  expect(lost).toEqual([open('2')])
  expect(unproven).toContain('1 orders that were open are no longer known')
  // "Not found" was believed only after a second look.
  expect(asked.filter((call) => call === 'order ["BTCUSDT",{"orderId":"2"}]').length).toBeGreaterThan(1)
})

it('reads the order a conditional order has become and names its parent', async () => {
  const child = row('rest-order-open', { orderId: 612345999001, status: 'FILLED', updateTime: 1795309900028 })
  const { fetch } = venue({
    algoOrder: () => row('rest-algo-finished'),
    order: ((_symbol: string, key: { orderId: string }) =>
      key.orderId === '612345999001' ? child : notFound()) as never,
  })
  const { events } = await fetch({
    ...nothing,
    open_orders: [{ trading_mode: 'futures', symbol: 'BTCUSDT', order_id: 'algo:2148719', client_order_id: null }],
  })
  expect(orders(events)).toMatchObject([
    { order_id: '612345999001', status: 'FILLED', parent_order_id: 'algo:2148719', executed_qty: '0.008' },
    { order_id: 'algo:2148719', status: 'TRIGGERED', parent_order_id: null, executed_qty: '0' },
  ])
})

it('invents no open order when the venue does not know what a conditional order became', async () => {
  const { fetch } = venue({ openAlgoOrders: () => [row('rest-algo-finished', { algoStatus: 'TRIGGERED' })] })
  const { events, unproven } = await fetch(nothing)
  expect(orders(events).map((order) => order.order_id)).toEqual(['algo:2148719'])
  expect(unproven).toContain('no longer known')
})

it('reads full pages by halves, so that no row is missed', async () => {
  const all = Array.from({ length: 2_500 }, (_, i) =>
    row('rest-order-open', {
      orderId: i + 1,
      executedQty: '0',
      time: now - hour + i * 1_000,
      updateTime: now - hour + i * 1_000,
    }),
  )
  const { fetch } = venue({
    allOrders: (({ startTime, endTime }: { startTime: number; endTime: number }) =>
      all
        .filter(
          ({ updateTime }: { updateTime?: number }) => updateTime && updateTime >= startTime && updateTime <= endTime,
        )
        .slice(0, 1_000)) as never,
  })
  const { events } = await fetch(nothing)
  expect(new Set(orders(events).map((order) => order.order_id)).size).toBe(2_500)
})

it('finds the symbols itself where the venue still wants one, and says what that cannot prove', async () => {
  const { fetch, asked } = venue({
    allOrders: (({ symbol }: { symbol?: string }) => {
      if (symbol === undefined) throw new ExchangeError('refused', 'invalid_parameter', 'Mandatory parameter.')
      return symbol === 'ETHUSDT' ? [row('rest-order-liquidated', { time: now, updateTime: now })] : []
    }) as never,
    income: () => [
      { symbol: 'ETHUSDT', incomeType: 'COMMISSION' },
      { symbol: '', incomeType: 'TRANSFER' },
    ],
    userTrades: () => [row('rest-trade', { symbol: 'ETHUSDT', orderId: '8389766145050669870' })],
  })
  const { events, unproven } = await fetch({ ...nothing, symbols: [{ trading_mode: 'futures', symbol: 'BNBUSDT' }] })
  expect(executions(events)).toMatchObject([{ order_id: '8389766145050669870', kind: 'LIQUIDATION' }])
  expect(unproven).toContain('on a symbol not traded before')
  expect(asked.filter((call) => call.startsWith('allOrders')).length).toBe(3)
})

it('tells a position that is not listed any more as closed, and no other', async () => {
  const { fetch } = venue({
    positions: () => [row('rest-position'), row('rest-position', { symbol: 'BNBUSDT', positionAmt: '0.00' })],
  })
  const { events } = await fetch({
    ...nothing,
    positions: [
      { trading_mode: 'futures', symbol: 'BTCUSDT', position_side: 'NET', position_id: null },
      { trading_mode: 'futures', symbol: 'ETHUSDT', position_side: 'SHORT', position_id: null },
    ],
  })
  const told = events.flatMap((event) => (event.kind === 'position' ? [event.position] : []))
  expect(told.map(({ symbol, position_side, quantity }) => `${symbol} ${position_side} ${quantity}`)).toEqual([
    'BTCUSDT NET 0.008',
    'ETHUSDT SHORT 0',
  ])
  expect(told[1]?.update_time).toBe(now)
})

it('looks back a day on the first snapshot and further for an order that was filling before', async () => {
  const old = now - 3 * 24 * hour
  const { fetch, asked } = venue({
    openOrders: () => [row('rest-order-open', { time: old, updateTime: old + 5_000 })],
    tradesOfOrder: () => [row('rest-trade', { time: old + 5_000 })],
  })
  const { events, unproven } = await fetch({ ...nothing, time: null })
  expect(executions(events)).toHaveLength(1)
  expect(unproven).toBeNull()
  expect(asked).toContain(`allOrders [{"startTime":${now - 24 * hour},"endTime":${now + 60_000}}]`)
})

it('asks in spans the venue takes after a long absence, and says what is gone', async () => {
  const { fetch, asked } = venue({})
  const { unproven } = await fetch({ ...nothing, time: now - 30 * 24 * hour })
  const spans = asked
    .filter((call) => call.startsWith('allOrders'))
    .map((call) => JSON.parse(call.slice('allOrders '.length))[0] as { startTime: number; endTime: number })
  expect(spans).toHaveLength(5)
  expect(spans.every(({ startTime, endTime }) => endTime - startTime < 7 * 24 * hour)).toBe(true)
  expect(spans.slice(1).every(({ startTime }, i) => startTime === (spans[i]?.endTime ?? 0) + 1)).toBe(true)
  expect(unproven).toContain('more than 3 days ago')
  expect((await fetch({ ...nothing, time: now - 100 * 24 * hour })).unproven).toContain('90 days')
})

it('fails as a whole when one query fails', async () => {
  const { fetch } = venue({
    balances: () => {
      throw new ExchangeError('unavailable', 'unavailable', 'Binance does not answer.')
    },
  })
  await expect(fetch(nothing)).rejects.toMatchObject({ kind: 'unavailable' })
})

it('keeps a row it cannot read', async () => {
  const { fetch } = venue({ openOrders: () => [{ orderId: 7 }] })
  const { events } = await fetch(nothing)
  expect(events).toEqual([
    { kind: 'raw', event_type: 'order', payload: '{"orderId":7}', problem: 'executedQty is not a decimal' },
  ])
})

it('keeps what it cannot read of orders that vanished', async () => {
  const { fetch } = venue({ order: () => ({ orderId: 7 }), algoOrder: () => ({ algoId: 8 }) })
  const open = (order_id: string): OrderRef => ({
    trading_mode: 'futures',
    symbol: 'BTCUSDT',
    order_id,
    client_order_id: null,
  })
  const { events } = await fetch({ ...nothing, open_orders: [open('7'), open('algo:8')] })
  expect(events).toMatchObject([
    { kind: 'raw', event_type: 'order', payload: '{"orderId":7}' },
    { kind: 'raw', event_type: 'algoOrder', payload: '{"algoId":8}' },
  ])
})
