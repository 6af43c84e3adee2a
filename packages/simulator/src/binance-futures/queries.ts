import type { Call, Endpoint } from '../binance/api.ts'
import { ApiError, noSuchOrder } from '../binance/errors.ts'
import type { Params } from '../binance/params.ts'
import type { Order } from '../engine/order.ts'
import { isOpen } from '../engine/order.ts'
import { marketOf } from './checks.ts'
import { findOrder } from './orders.ts'
import { listed, queried, trade } from './shapes.ts'
import type { FuturesVenue } from './venue.ts'

const DAY = 86_400_000
export const WEEK = 7 * DAY

/** A look-up window of less than seven days; the last seven when nothing is said. */
export function weekRange(params: Params, now: number): { from: number; to: number; fromStart: boolean } {
  const start = params.integer('startTime')
  const end = params.integer('endTime')
  if (start !== undefined && end !== undefined && end - start > WEEK) {
    throw new ApiError(-4084, 'Start time and end time must be within 7 days.')
  }
  const to = end ?? (start === undefined ? now : start + WEEK)
  return { from: start ?? to - WEEK, to, fromStart: start !== undefined }
}

function page<T>(rows: T[], limit: number, fromStart: boolean): T[] {
  return fromStart ? rows.slice(0, limit) : rows.slice(-limit)
}

function allOrders(venue: FuturesVenue, call: Call): unknown[] {
  const { params, account } = call
  const symbol = params.text('symbol')
  const limit = params.limit(500, 1000)
  const orderId = params.id('orderId')
  const source: Order[] =
    symbol === undefined
      ? account.allOrders().sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1))
      : (account.orders.get(marketOf(venue.engine.markets, symbol).symbol) ?? [])
  if (orderId !== undefined)
    return page(
      source.filter((order) => order.id >= orderId),
      limit,
      true,
    ).map(listed)
  const { from, to, fromStart } = weekRange(params, venue.api.now())
  // The time filter looks at the time of creation.
  return page(
    source.filter((order) => order.createdAt >= from && order.createdAt <= to),
    limit,
    fromStart,
  ).map(listed)
}

function userTrades(venue: FuturesVenue, call: Call): unknown[] {
  const { params, account } = call
  const market = marketOf(venue.engine.markets, params.need('symbol'))
  const orderId = params.id('orderId')
  const fromId = params.id('fromId')
  if (fromId !== undefined && (params.has('startTime') || params.has('endTime'))) {
    throw new ApiError(-1128, 'Combination of optional parameters invalid.')
  }
  const { from, to, fromStart } = weekRange(params, venue.api.now())
  const rows = (account.fills.get(market.symbol) ?? []).filter((fill) => {
    if (orderId !== undefined && fill.orderId !== orderId) return false
    return fromId !== undefined ? fill.tradeId >= fromId : fill.time >= from && fill.time <= to
  })
  const { quote } = market.instrument
  return page(rows, params.limit(500, 1000), fromStart || fromId !== undefined).map((fill) => trade(fill, quote))
}

function amendments(venue: FuturesVenue, call: Call): unknown[] {
  const { params, account } = call
  const market = marketOf(venue.engine.markets, params.need('symbol'))
  const order = findOrder(account, market, params, noSuchOrder)
  return venue.amendments
    .of(order)
    .slice(-params.limit(50, 100))
    .map((row, i) => ({
      amendmentId: row.id,
      symbol: market.symbol,
      pair: market.symbol,
      orderId: order.id,
      clientOrderId: order.clientId,
      time: row.time,
      amendment: {
        price: { before: row.before.price, after: row.after.price },
        origQty: { before: row.before.qty, after: row.after.qty },
        count: i + 1,
        modifyId: row.modifyId,
      },
    }))
}

function income(venue: FuturesVenue, call: Call): unknown[] {
  const { params, account } = call
  const symbol = params.text('symbol')
  const type = params.text('incomeType')
  const { from, to, fromStart } = weekRange(params, venue.api.now())
  const limit = params.limit(100, 1000)
  const rows = account.income.filter(
    (row) =>
      row.time >= from &&
      row.time <= to &&
      (symbol === undefined || row.symbol === symbol) &&
      (type === undefined || row.type === type),
  )
  const pageNumber = params.integer('page')
  const picked =
    pageNumber === undefined ? page(rows, limit, fromStart) : rows.slice((pageNumber - 1) * limit, pageNumber * limit)
  return picked.map((row) => ({
    symbol: row.symbol,
    incomeType: row.type,
    income: row.amount,
    asset: row.asset,
    info: row.tradeId === '' ? row.type : row.tradeId,
    time: row.time,
    tranId: row.id,
    tradeId: row.tradeId,
  }))
}

/** Order and trade queries of USDⓈ-M futures. */
export function queryEndpoints(venue: FuturesVenue): Endpoint[] {
  const read = { security: 'USER_DATA' } as const
  const perSymbol = (one: number, all: number) => (params: Params) => (params.has('symbol') ? one : all)
  return [
    {
      ...read,
      rest: 'GET /fapi/v1/order',
      ws: 'order.status',
      weight: 1,
      params: 'symbol orderId origClientOrderId',
      run: ({ params, account }) =>
        queried(findOrder(account, marketOf(venue.engine.markets, params.need('symbol')), params, noSuchOrder)),
    },
    {
      ...read,
      rest: 'GET /fapi/v1/openOrder',
      weight: 1,
      params: 'symbol orderId origClientOrderId',
      run: ({ params, account }) => {
        const order = findOrder(account, marketOf(venue.engine.markets, params.need('symbol')), params, noSuchOrder)
        if (!isOpen(order)) throw noSuchOrder()
        return queried(order)
      },
    },
    {
      ...read,
      rest: 'GET /fapi/v1/openOrders',
      weight: perSymbol(1, 40),
      params: 'symbol',
      run: ({ params, account }) => {
        const symbol = params.text('symbol')
        const market = symbol === undefined ? undefined : marketOf(venue.engine.markets, symbol)
        return [...account.open].filter((order) => !market || order.market === market).map(queried)
      },
    },
    {
      ...read,
      rest: 'GET /fapi/v1/allOrders',
      weight: 5,
      params: 'symbol orderId startTime endTime limit',
      run: (call) => allOrders(venue, call),
    },
    {
      ...read,
      rest: 'GET /fapi/v1/userTrades',
      weight: 5,
      params: 'symbol orderId startTime endTime fromId limit',
      run: (call) => userTrades(venue, call),
    },
    {
      ...read,
      rest: 'GET /fapi/v1/orderAmendment',
      weight: 1,
      params: 'symbol orderId origClientOrderId startTime endTime limit',
      run: (call) => amendments(venue, call),
    },
    {
      ...read,
      rest: 'GET /fapi/v1/forceOrders',
      weight: perSymbol(20, 50),
      params: 'symbol autoCloseType startTime endTime limit',
      run: ({ account, params }) => {
        const symbol = params.text('symbol')
        return account
          .allOrders()
          .filter((order) => order.type === 'LIQUIDATION' && (symbol === undefined || order.market.symbol === symbol))
          .map((order) => {
            const {
              priceProtect: _a,
              priceMatch: _b,
              selfTradePreventionMode: _c,
              goodTillDate: _d,
              ...row
            } = listed(order)
            return row
          })
      },
    },
    {
      ...read,
      rest: 'GET /fapi/v1/income',
      weight: 30,
      params: 'symbol incomeType startTime endTime page limit',
      run: (call) => income(venue, call),
    },
    {
      ...read,
      rest: 'GET /fapi/v1/rateLimit/order',
      weight: 1,
      params: '',
      run: () => venue.api.limits.rules.filter((rule) => rule.rateLimitType === 'ORDERS'),
    },
  ]
}
