import type { Call, Endpoint } from '../binance/api.ts'
import { ApiError, noSuchOrder } from '../binance/errors.ts'
import type { Params } from '../binance/params.ts'
import type { Fill, Order } from '../engine/order.ts'
import { marketOf } from './filters.ts'
import { findOrder } from './orders.ts'
import { eight, queried, trade } from './shapes.ts'
import type { SpotVenue } from './venue.ts'

const DAY = 86_400_000

/** Start and end of a look-up that may span 24 hours. */
export function timeRange(params: Params, longest = DAY): { from: number | undefined; to: number | undefined } {
  const from = params.integer('startTime')
  const to = params.integer('endTime')
  if (from !== undefined && to !== undefined) {
    if (from > to) throw new ApiError(-1127, 'Start time is greater than end time.')
    if (to - from > longest) {
      throw new ApiError(-1127, `More than ${longest / 3_600_000} hours between startTime and endTime.`)
    }
  }
  return { from, to }
}

/** Rows in the documented way: newest without a start, oldest first from a start; always ascending. */
export function page<T>(rows: T[], limit: number, fromStart: boolean): T[] {
  return fromStart ? rows.slice(0, limit) : rows.slice(-limit)
}

function openOrders(venue: SpotVenue, call: Call): unknown[] {
  const symbol = call.params.text('symbol')
  const market = symbol === undefined ? undefined : marketOf(venue.engine.markets, symbol)
  return [...call.account.open]
    .filter((order) => !market || order.market === market)
    .sort(byId)
    .map(queried)
}

function allOrders(venue: SpotVenue, call: Call): unknown[] {
  const { params, account } = call
  const market = marketOf(venue.engine.markets, params.need('symbol'))
  const { from, to } = timeRange(params)
  const limit = params.limit(500, 1000)
  const orderId = from === undefined && to === undefined ? params.id('orderId') : undefined
  const rows = (account.orders.get(market.symbol) ?? []).filter((order) => {
    if (orderId !== undefined) return order.id >= orderId
    return (from === undefined || order.updatedAt >= from) && (to === undefined || order.updatedAt <= to)
  })
  return page(rows, limit, orderId !== undefined || from !== undefined).map(queried)
}

const TRADE_COMBINATIONS = new Set([
  '',
  'orderId',
  'startTime',
  'endTime',
  'fromId',
  'startTime+endTime',
  'orderId+fromId',
])

function myTrades(venue: SpotVenue, call: Call): unknown[] {
  const { params, account } = call
  const market = marketOf(venue.engine.markets, params.need('symbol'))
  const used = ['orderId', 'startTime', 'endTime', 'fromId'].filter((name) => params.has(name)).join('+')
  if (!TRADE_COMBINATIONS.has(used)) throw new ApiError(-1128, 'Combination of optional parameters invalid.')
  const { from, to } = timeRange(params)
  const orderId = params.id('orderId')
  const fromId = params.id('fromId')
  const rows = (account.fills.get(market.symbol) ?? []).filter(
    (fill: Fill) =>
      (orderId === undefined || fill.orderId === orderId) &&
      (fromId === undefined || fill.tradeId >= fromId) &&
      (from === undefined || fill.time >= from) &&
      (to === undefined || fill.time <= to),
  )
  const fromStart = fromId !== undefined || from !== undefined
  return page(rows, params.limit(500, 1000), fromStart).map((fill) =>
    trade(fill, market.orders.get(fill.orderId)?.listId ?? -1),
  )
}

function account(venue: SpotVenue, call: Call): unknown {
  const { account: who, params } = call
  const omitZero = params.boolean('omitZeroBalances') ?? false
  const assets = new Set([...venue.assets, ...(who.mode === 'spot' ? who.wallet.holdings.keys() : [])])
  const balances = [...assets]
    .map((asset) => {
      const { free, locked } = venue.walletOf(who).of(asset)
      return { asset, free: eight(free), locked: eight(locked), zero: free.eq(0) && locked.eq(0) }
    })
    .filter((row) => !omitZero || !row.zero)
    .map(({ zero: _zero, ...row }) => row)
  return {
    makerCommission: 10,
    takerCommission: 10,
    buyerCommission: 0,
    sellerCommission: 0,
    commissionRates: { maker: '0.00100000', taker: '0.00100000', buyer: '0.00000000', seller: '0.00000000' },
    canTrade: true,
    canWithdraw: true,
    canDeposit: true,
    brokered: false,
    requireSelfTradePrevention: false,
    preventSor: false,
    updateTime: who.wallet.updatedAt,
    accountType: 'SPOT',
    balances,
    permissions: ['SPOT'],
    uid: who.uid,
  }
}

function commission(venue: SpotVenue, call: Call): unknown {
  const market = marketOf(venue.engine.markets, call.params.need('symbol'))
  const { makerRate, takerRate } = market.instrument
  const none = { maker: '0.00000000', taker: '0.00000000', buyer: '0.00000000', seller: '0.00000000' }
  return {
    symbol: market.symbol,
    standardCommission: { ...none, maker: eight(makerRate), taker: eight(takerRate) },
    specialCommission: none,
    taxCommission: none,
    discount: { enabledForAccount: false, enabledForSymbol: false, discountAsset: 'BNB', discount: '0.75000000' },
  }
}

function preventedMatches(venue: SpotVenue, call: Call): unknown[] {
  const { params } = call
  const market = marketOf(venue.engine.markets, params.need('symbol'))
  const matchId = params.integer('preventedMatchId')
  const orderId = params.id('orderId')
  if (matchId === undefined && orderId === undefined) {
    throw new ApiError(-1128, 'Combination of optional parameters invalid.')
  }
  return venue.prevented
    .of(call.account.id)
    .filter((row) => row.symbol === market.symbol)
    .filter((row) => matchId === undefined || row.preventedMatchId === matchId)
    .filter((row) => orderId === undefined || row.makerOrderId === orderId || row.takerOrderId === orderId)
}

function amendments(venue: SpotVenue, call: Call): unknown[] {
  const { params, account } = call
  const market = marketOf(venue.engine.markets, params.need('symbol'))
  const orderId = params.id('orderId')
  if (orderId === undefined) params.need('orderId')
  const order = findOrder(account, market, orderId, undefined, noSuchOrder)
  const fromId = params.integer('fromExecutionId') ?? 0
  return venue.amendments
    .of(order)
    .filter((row) => row.executionId >= fromId)
    .slice(0, params.limit(500, 1000))
    .map((row) => ({
      symbol: market.symbol,
      orderId: order.id,
      executionId: row.executionId,
      origClientOrderId: row.before.clientId,
      newClientOrderId: row.clientId,
      origQty: eight(row.before.qty),
      newQty: eight(row.newQty),
      time: row.time,
    }))
}

function byId(a: Order, b: Order): number {
  return a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1)
}

/** Account queries of Binance Spot. */
export function queryEndpoints(venue: SpotVenue): Endpoint[] {
  return [
    {
      rest: 'GET /api/v3/account',
      ws: 'account.status',
      security: 'USER_DATA',
      weight: 20,
      params: 'omitZeroBalances',
      run: (call) => account(venue, call),
    },
    {
      rest: 'GET /api/v3/order',
      ws: 'order.status',
      security: 'USER_DATA',
      weight: 4,
      params: 'symbol orderId origClientOrderId',
      run: ({ params, account }) => {
        const market = marketOf(venue.engine.markets, params.need('symbol'))
        return queried(findOrder(account, market, params.id('orderId'), params.text('origClientOrderId'), noSuchOrder))
      },
    },
    {
      rest: 'GET /api/v3/openOrders',
      ws: 'openOrders.status',
      security: 'USER_DATA',
      weight: (params) => (params.has('symbol') ? 6 : 80),
      params: 'symbol',
      run: (call) => openOrders(venue, call),
    },
    {
      rest: 'GET /api/v3/allOrders',
      ws: 'allOrders',
      security: 'USER_DATA',
      weight: 20,
      params: 'symbol orderId startTime endTime limit',
      run: (call) => allOrders(venue, call),
    },
    {
      rest: 'GET /api/v3/myTrades',
      ws: 'myTrades',
      security: 'USER_DATA',
      weight: (params) => (params.has('orderId') ? 5 : 20),
      params: 'symbol orderId startTime endTime fromId limit',
      run: (call) => myTrades(venue, call),
    },
    {
      rest: 'GET /api/v3/rateLimit/order',
      ws: 'account.rateLimits.orders',
      security: 'USER_DATA',
      weight: 40,
      params: '',
      run: ({ account }) => venue.api.limits.orderCounts(account.id),
    },
    {
      rest: 'GET /api/v3/account/commission',
      ws: 'account.commission',
      security: 'USER_DATA',
      weight: 20,
      params: 'symbol',
      run: (call) => commission(venue, call),
    },
    {
      rest: 'GET /api/v3/myPreventedMatches',
      ws: 'myPreventedMatches',
      security: 'USER_DATA',
      weight: (params) => (params.has('preventedMatchId') ? 2 : 20),
      params: 'symbol preventedMatchId orderId fromPreventedMatchId limit',
      run: (call) => preventedMatches(venue, call),
    },
    {
      rest: 'GET /api/v3/order/amendments',
      ws: 'order.amendments',
      security: 'USER_DATA',
      weight: 4,
      params: 'symbol orderId fromExecutionId limit',
      run: (call) => amendments(venue, call),
    },
    {
      rest: 'GET /api/v3/myAllocations',
      ws: 'myAllocations',
      security: 'USER_DATA',
      weight: 20,
      params: 'symbol startTime endTime fromAllocationId limit orderId',
      run: (call) => {
        marketOf(venue.engine.markets, call.params.need('symbol'))
        return []
      },
    },
  ]
}
