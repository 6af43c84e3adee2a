import type { AccountEvent } from '@tradercoin/protocol'
import { describe, expect, test } from 'vitest'
import { ExchangeError } from '../../errors.ts'
import type { Instrument, SnapshotSince } from '../../exchange.ts'
import { systemClock } from '../../transport/clock.ts'
import { readRange } from './order-query.ts'
import { pageLimit, type SpotRest, type TimeRange } from './rest.ts'
import { fetchSpotSnapshot } from './snapshot.ts'
import type { RawAccount } from './wire.ts'

const now = 1_795_400_000_000
const hour = 60 * 60_000
const trading_mode = 'spot' as const
const who = { api_key: 'key', api_secret: 'secret', passphrase: null }

const instrument = (base_asset: string): Instrument => ({
  trading_mode: 'spot',
  symbol: `${base_asset}USDT`,
  base_asset,
  quote_asset: 'USDT',
  settle_asset: 'USDT',
  quantity_unit: 'BASE',
  contract_value: null,
  tick_size: null,
  min_price: null,
  max_price: null,
  step_size: null,
  min_quantity: null,
  max_quantity: null,
  market_step_size: null,
  market_min_quantity: null,
  market_max_quantity: null,
  min_notional: null,
  max_notional: null,
  min_quote_quantity: null,
  quote_step_size: null,
  is_trading: true,
})

function order(symbol: string, orderId: number, overrides: object = {}): object {
  return {
    symbol,
    orderId,
    orderListId: -1,
    clientOrderId: `c${orderId}`,
    price: '10',
    origQty: '2',
    executedQty: '0',
    cummulativeQuoteQty: '0',
    status: 'NEW',
    timeInForce: 'GTC',
    type: 'LIMIT',
    side: 'BUY',
    stopPrice: '0',
    time: now - hour,
    updateTime: now - hour,
    isWorking: true,
    workingTime: now - hour,
    ...overrides,
  }
}

const filled = { executedQty: '2', cummulativeQuoteQty: '20', status: 'FILLED' }

function trade(symbol: string, orderId: number, tradeId = orderId * 10): object {
  return {
    symbol,
    id: tradeId,
    orderId,
    price: '10',
    qty: '2',
    quoteQty: '20',
    commission: '0.01',
    commissionAsset: 'BNB',
    time: now - hour,
    isBuyer: true,
    isMaker: true,
  }
}

/** An account as the venue would answer for it; every call is noted. */
class FakeRest implements SpotRest {
  readonly calls: string[] = []
  accountNow: RawAccount = { uid: '1', canTrade: true, updateTime: now - 2 * hour, balances: [] }
  open: object[] = []
  orders: { symbol: string; orderId: number }[] = []
  trades_: { symbol: string; orderId: number }[] = []
  allocations_: { symbol: string; orderId: number }[] = []
  lists: { orders: { symbol: string; orderId: string }[] }[] = []

  async account() {
    this.calls.push('account')
    return this.accountNow
  }
  async openOrders() {
    this.calls.push('openOrders')
    return this.open
  }
  async order(_who: unknown, ref: { symbol: string; order_id: string | null }) {
    this.calls.push(`order ${ref.order_id}`)
    const found = this.orders.find((row) => String(row.orderId) === ref.order_id)
    if (!found) throw new ExchangeError('not_found', 'order_not_found', 'unknown')
    return found
  }
  async allOrders(_who: unknown, symbol: string) {
    this.calls.push(`allOrders ${symbol}`)
    return this.orders.filter((row) => row.symbol === symbol)
  }
  async tradesOfOrder(_who: unknown, symbol: string, orderId: string) {
    this.calls.push(`tradesOfOrder ${orderId}`)
    return this.trades_.filter((row) => row.symbol === symbol && String(row.orderId) === orderId)
  }
  async allocations(_who: unknown, symbol: string, orderId: string) {
    this.calls.push(`allocations ${orderId}`)
    return this.allocations_.filter((row) => row.symbol === symbol && String(row.orderId) === orderId)
  }
  async openOrderLists() {
    this.calls.push('openOrderLists')
    return this.lists
  }
  async trades(_who: unknown, symbol: string) {
    this.calls.push(`trades ${symbol}`)
    return this.trades_.filter((row) => row.symbol === symbol)
  }
  async orderLists() {
    this.calls.push('orderLists')
    return this.lists
  }
  keyRights = () => Promise.reject(new Error('not asked here'))
  probe = () => Promise.reject(new Error('not asked here'))
  place = () => Promise.reject(new Error('not asked here'))
  amend = () => Promise.reject(new Error('not asked here'))
  cancel = () => Promise.reject(new Error('not asked here'))
  exchangeInfo = () => Promise.reject(new Error('not asked here'))
}

function fetchSnapshot(rest: FakeRest, since: Partial<SnapshotSince>) {
  const parts = {
    rest,
    clock: { ...systemClock, after: (_ms: number, fn: () => void) => systemClock.after(0, fn) },
    venueClock: { now: async () => now, estimate: () => now, refresh: async () => {} },
    instruments: async () => ['BTC', 'ETH', 'SOL', 'BNB'].map(instrument),
  }
  const all = { time: now - hour, open_orders: [], symbols: [], balances: [], positions: [], ...since }
  return fetchSpotSnapshot(parts, who, all)
}

const balance = (asset: string, free: string, locked = '0') => ({ asset, free, locked })
const ids = (events: AccountEvent[]) =>
  events.flatMap((event) => {
    if (event.kind === 'order') return [`order ${event.order.order_id} ${event.order.status}`]
    return event.kind === 'execution' ? [`execution ${event.execution.trade_id}`] : []
  })

describe('what is asked', () => {
  test('an account where nothing was open and nothing has changed costs one call', async () => {
    const rest = new FakeRest()
    rest.accountNow.balances = [balance('USDT', '100')]
    const snapshot = await fetchSnapshot(rest, {
      symbols: [{ trading_mode: 'spot', symbol: 'BTCUSDT' }],
      balances: [{ asset: 'USDT', total: '100.00' }],
    })
    expect(rest.calls).toEqual(['account'])
    expect(snapshot.as_of).toBe(now)
    expect(snapshot.unproven).toMatch(/placed and over/)
  })

  test.each<[string, (rest: FakeRest) => void, Partial<SnapshotSince>]>([
    ['a balance moved', (rest) => rest.accountNow.balances.push(balance('USDT', '90')), {}],
    ['something is locked', (rest) => rest.accountNow.balances.push(balance('USDT', '90', '10')), {}],
    ['the account changed', (rest) => Object.assign(rest.accountNow, { updateTime: now }), {}],
    [
      'an order was open',
      () => {},
      { open_orders: [{ trading_mode, symbol: 'BTCUSDT', order_id: '1', client_order_id: null }] },
    ],
  ])('open orders when %s', async (_name, change, since) => {
    const rest = new FakeRest()
    change(rest)
    await fetchSnapshot(rest, { balances: [{ asset: 'USDT', total: '100' }], ...since })
    expect(rest.calls).toContain('openOrders')
  })

  test('the first snapshot asks for no history', async () => {
    const rest = new FakeRest()
    rest.open = [order('BTCUSDT', 1, { executedQty: '1', cummulativeQuoteQty: '10', status: 'PARTIALLY_FILLED' })]
    rest.trades_ = [trade('BTCUSDT', 1) as never]
    const snapshot = await fetchSnapshot(rest, { time: null })
    expect(rest.calls).toEqual(['account', 'openOrders', 'tradesOfOrder 1'])
    expect(ids(snapshot.events)).toEqual(['execution 10', 'order 1 PARTIALLY_FILLED'])
    expect(snapshot.unproven).toBeNull()
  })
})

describe('what is found', () => {
  test('the fate and the fills of an order that vanished', async () => {
    const rest = new FakeRest()
    rest.orders = [order('BTCUSDT', 1, filled) as never]
    rest.trades_ = [trade('BTCUSDT', 1) as never]
    const snapshot = await fetchSnapshot(rest, {
      open_orders: [{ trading_mode, symbol: 'BTCUSDT', order_id: '1', client_order_id: 'c1' }],
    })
    expect(ids(snapshot.events)).toEqual(expect.arrayContaining(['order 1 FILLED', 'execution 10']))
  })

  test('a vanished order the venue no longer knows is said to be unproven, after four looks', async () => {
    const rest = new FakeRest()
    const snapshot = await fetchSnapshot(rest, {
      open_orders: [{ trading_mode, symbol: 'BTCUSDT', order_id: '77', client_order_id: null }],
    })
    expect(rest.calls.filter((call) => call === 'order 77')).toHaveLength(4)
    expect(snapshot.lost).toEqual([{ trading_mode, symbol: 'BTCUSDT', order_id: '77', client_order_id: null }])
    expect(snapshot.unproven).toMatch(/no longer knows the order 77/)
  })

  test('a symbol nobody named, from the two assets that moved', async () => {
    const rest = new FakeRest()
    rest.accountNow.balances = [balance('USDT', '80'), balance('SOL', '2')]
    rest.orders = [order('SOLUSDT', 5, filled) as never]
    rest.trades_ = [trade('SOLUSDT', 5) as never]
    const snapshot = await fetchSnapshot(rest, { balances: [{ asset: 'USDT', total: '100' }] })
    expect(rest.calls).toEqual(['account', 'openOrders', 'orderLists', 'allOrders SOLUSDT', 'tradesOfOrder 5'])
    expect(ids(snapshot.events)).toEqual(expect.arrayContaining(['order 5 FILLED', 'execution 50']))
  })

  test('moves that the found executions explain point to no other symbol', async () => {
    const rest = new FakeRest()
    rest.accountNow.balances = [balance('USDT', '80'), balance('SOL', '2'), balance('BNB', '0.99')]
    rest.orders = [order('SOLUSDT', 5, filled) as never]
    rest.trades_ = [trade('SOLUSDT', 5) as never]
    await fetchSnapshot(rest, {
      open_orders: [{ trading_mode: 'spot', symbol: 'SOLUSDT', order_id: '5', client_order_id: null }],
      balances: [
        { asset: 'USDT', total: '100' },
        { asset: 'BNB', total: '1' },
      ],
    })
    expect(rest.calls.filter((call) => call.startsWith('allOrders'))).toEqual(['allOrders SOLUSDT'])
  })

  test('a symbol bought and sold again, which shows in one asset only', async () => {
    const rest = new FakeRest()
    rest.accountNow.balances = [balance('USDT', '99')]
    rest.orders = [order('ETHUSDT', 6, filled) as never]
    const known: Partial<SnapshotSince> = {
      symbols: [
        { trading_mode, symbol: 'SOLUSDT' },
        { trading_mode, symbol: 'ETHUSDT' },
      ],
      balances: [{ asset: 'USDT', total: '100' }],
    }
    const snapshot = await fetchSnapshot(rest, known)
    expect(rest.calls).toContain('allOrders ETHUSDT')
    expect(ids(snapshot.events)).toContain('order 6 FILLED')
  })

  test('a change nothing explains is said', async () => {
    const rest = new FakeRest()
    rest.accountNow.balances = [balance('USDT', '150')]
    const snapshot = await fetchSnapshot(rest, { balances: [{ asset: 'USDT', total: '100' }] })
    expect(snapshot.unproven).toMatch(/do not explain the change of USDT/)
  })

  test('many symbols traded before: some are read, the others named', async () => {
    const rest = new FakeRest()
    rest.accountNow.updateTime = now
    const symbols = Array.from({ length: 12 }, (_, index) => ({ trading_mode, symbol: `X${index}USDT` }))
    const snapshot = await fetchSnapshot(rest, { symbols })
    expect(rest.calls.filter((call) => call.startsWith('allOrders'))).toHaveLength(10)
    expect(snapshot.unproven).toMatch(/not looked for on X10USDT, X11USDT/)
  })

  test('a row that lags behind is not taken for the fate of a vanished order', async () => {
    const rest = new FakeRest()
    rest.orders = [order('BTCUSDT', 1) as never]
    await fetchSnapshot(rest, {
      open_orders: [{ trading_mode, symbol: 'BTCUSDT', order_id: '1', client_order_id: null }],
    })
    expect(rest.calls).toContain('order 1')
  })

  test('many orders that vanished on one symbol are read together', async () => {
    const rest = new FakeRest()
    const numbers = Array.from({ length: 20 }, (_, index) => index + 1)
    rest.orders = numbers.map((id) => order('BTCUSDT', id, filled) as never)
    rest.trades_ = numbers.map((id) => trade('BTCUSDT', id) as never)
    const open_orders = numbers.map((id) => ({
      trading_mode,
      symbol: 'BTCUSDT',
      order_id: String(id),
      client_order_id: null,
    }))
    const snapshot = await fetchSnapshot(rest, { open_orders })
    expect(rest.calls).toEqual(['account', 'openOrders', 'orderLists', 'allOrders BTCUSDT', 'trades BTCUSDT'])
    expect(ids(snapshot.events)).toHaveLength(40)
  })

  test('orders that are all still open cost no history', async () => {
    const rest = new FakeRest()
    rest.open = [order('BTCUSDT', 1)]
    const open_orders = [{ trading_mode, symbol: 'BTCUSDT', order_id: '1', client_order_id: null }]
    await fetchSnapshot(rest, {
      open_orders,
      symbols: [
        { trading_mode, symbol: 'BTCUSDT' },
        { trading_mode, symbol: 'ETHUSDT' },
      ],
    })
    expect(rest.calls).toEqual(['account', 'openOrders'])
  })

  test('a symbol from an order list', async () => {
    const rest = new FakeRest()
    rest.accountNow.updateTime = now
    rest.lists = [{ orders: [{ symbol: 'ETHUSDT', orderId: '9' }] }]
    rest.orders = [order('ETHUSDT', 9, { status: 'CANCELED' }) as never]
    const snapshot = await fetchSnapshot(rest, {})
    expect(ids(snapshot.events)).toEqual(['order 9 CANCELED'])
  })

  test('the waiting legs of an open order list, which are not listed as open orders', async () => {
    const rest = new FakeRest()
    rest.accountNow.updateTime = now
    rest.open = [order('ETHUSDT', 8, { orderListId: 4411 })]
    rest.orders = [order('ETHUSDT', 9, { orderListId: 4411, status: 'PENDING_NEW', workingTime: -1 }) as never]
    const legs = [8, 9].map((id) => ({ symbol: 'ETHUSDT', orderId: String(id) }))
    rest.lists = [{ orders: legs }]
    const snapshot = await fetchSnapshot(rest, { time: null })
    expect(ids(snapshot.events)).toEqual(['order 8 NEW', 'order 9 UNTRIGGERED'])
  })

  test('what smart order routing has filled is asked for where trades do not explain an order', async () => {
    const rest = new FakeRest()
    rest.orders = [order('BTCUSDT', 1, { ...filled, usedSor: true }) as never]
    rest.allocations_ = [{ ...trade('BTCUSDT', 1), id: undefined, allocationId: 0 } as never]
    const ref = { trading_mode, symbol: 'BTCUSDT', order_id: '1', client_order_id: null }
    const snapshot = await fetchSnapshot(rest, { open_orders: [ref] })
    expect(rest.calls).toContain('allocations 1')
    expect(snapshot.events.filter((event) => event.kind === 'execution')).toMatchObject([
      { execution: { trade_id: 'allocation:0', quantity: '2' } },
    ])
  })

  test('a busy symbol’s trades are read together', async () => {
    const rest = new FakeRest()
    rest.accountNow.updateTime = now
    rest.orders = [1, 2, 3, 4].map((id) => order('BTCUSDT', id, filled) as never)
    rest.trades_ = [1, 2, 3, 4].map((id) => trade('BTCUSDT', id) as never)
    const snapshot = await fetchSnapshot(rest, { symbols: [{ trading_mode: 'spot', symbol: 'BTCUSDT' }] })
    expect(rest.calls).toEqual(['account', 'openOrders', 'orderLists', 'allOrders BTCUSDT', 'trades BTCUSDT'])
    expect(ids(snapshot.events)).toHaveLength(8)
  })

  test('an asset that went to zero is told as zero', async () => {
    const rest = new FakeRest()
    const snapshot = await fetchSnapshot(rest, { balances: [{ asset: 'BTC', total: '1' }] })
    expect(snapshot.events).toContainEqual({
      kind: 'balance',
      balance: {
        trading_mode: 'spot',
        asset: 'BTC',
        total: '0',
        available: '0',
        locked: '0',
        update_time: rest.accountNow.updateTime,
      },
    })
  })

  test('an interruption of more than 14 days is read in part, and that is said', async () => {
    const rest = new FakeRest()
    rest.accountNow.updateTime = now
    const snapshot = await fetchSnapshot(rest, {
      time: now - 20 * 24 * hour,
      symbols: [{ trading_mode: 'spot', symbol: 'BTCUSDT' }],
    })
    expect(rest.calls.filter((call) => call === 'allOrders BTCUSDT')).toHaveLength(15)
    expect(snapshot.unproven).toMatch(/14 days/)
  })
})

test('a query that fails fails the snapshot', async () => {
  const rest = new FakeRest()
  rest.accountNow.updateTime = now
  rest.openOrders = () => Promise.reject(new ExchangeError('unavailable', 'unavailable', 'down'))
  await expect(fetchSnapshot(rest, {})).rejects.toMatchObject({ kind: 'unavailable' })
})

test('a range of any length and density is read whole, each row once', async () => {
  const times = Array.from({ length: 2_600 }, (_, index) => now + Math.floor((index * index) / 10))
  const asked: TimeRange[] = []
  const rows = await readRange(
    async (slice) => {
      asked.push(slice)
      return times.filter((time) => time >= slice.startTime && time <= slice.endTime).slice(0, pageLimit)
    },
    { startTime: now - 30 * hour, endTime: now + 30 * hour },
  )
  expect([...rows].sort()).toEqual([...times].sort())
  expect(asked.every((slice) => slice.endTime - slice.startTime <= 24 * hour)).toBe(true)
})
