import type { Call, Endpoint } from '../binance/api.ts'
import { ApiError, illegal, missing, noSuchOrder, unknownOrder } from '../binance/errors.ts'
import type { Params } from '../binance/params.ts'
import type { Account } from '../engine/account.ts'
import { isMultiple, ZERO } from '../engine/decimal.ts'
import type { Market } from '../engine/market.ts'
import { isOpen, type Order, type Side, type StpMode, type Ticket } from '../engine/order.ts'
import { checkFilters, marketOf } from './filters.ts'
import { DEFAULT_STP, ORDER_TYPES, STP_MODES } from './instruments.ts'
import { amended, cancelled, fillsOf, placed } from './shapes.ts'
import { readTrailing } from './trailing.ts'
import type { SpotVenue } from './venue.ts'

const CLIENT_ID = /^[a-zA-Z0-9-_.:/]{1,36}$/
const NEEDS_TIF = new Set(['LIMIT', 'STOP_LOSS_LIMIT', 'TAKE_PROFIT_LIMIT'])
export const ORDER_PARAMS =
  'symbol side type timeInForce quantity quoteOrderQty price stopPrice trailingDelta icebergQty newClientOrderId strategyId strategyType newOrderRespType selfTradePreventionMode'
const CANCEL_PARAMS = 'symbol orderId origClientOrderId newClientOrderId cancelRestrictions'

/** A client order id of the caller, or one as Binance makes up. */
export function clientIdParam(venue: SpotVenue, params: Params, name: string): string {
  const given = params.text(name)
  if (given === undefined) return venue.newClientId()
  if (!CLIENT_ID.test(given)) throw illegal(name, '^[a-zA-Z0-9-_]{1,36}$')
  return given
}

function enumParam<T extends string>(
  params: Params,
  name: string,
  values: readonly T[],
  code: number,
  text: string,
): T {
  const value = params.need(name)
  if (!(values as readonly string[]).includes(value)) throw new ApiError(code, text)
  return value as T
}

/** Which way the price must go to fire a stop order: the fact sheet's "stop side rule". */
export function triggerDirection(type: string, side: Side): 'UP' | 'DOWN' {
  const stop = type.startsWith('STOP_LOSS')
  return (side === 'BUY') === stop ? 'UP' : 'DOWN'
}

/** Reads and checks the parameters of a new order. `market`: where it may trail; the legs of lists may not. */
export function readTicket(venue: SpotVenue, params: Params, market?: Market): Ticket {
  const side = enumParam(params, 'side', ['BUY', 'SELL'] as const, -1117, 'Invalid side.')
  const type = enumParam(params, 'type', ORDER_TYPES, -1116, 'Invalid orderType.')
  const stops = type.startsWith('STOP_LOSS') || type.startsWith('TAKE_PROFIT')
  const limit = type === 'LIMIT' || type === 'LIMIT_MAKER' || type.endsWith('_LIMIT')
  const tif = NEEDS_TIF.has(type)
    ? enumParam(params, 'timeInForce', ['GTC', 'IOC', 'FOK'] as const, -1115, 'Invalid timeInForce.')
    : 'GTC'
  if (!NEEDS_TIF.has(type) && params.has('timeInForce')) throw notRequired('timeInForce')
  const trails = params.has('trailingDelta')
  if (trails && !stops) throw notRequired('trailingDelta')
  if (trails && !market) throw new ApiError(-1013, 'Trailing stop orders are not supported for this symbol.')
  if (params.has('quoteOrderQty') && type !== 'MARKET') throw notRequired('quoteOrderQty')
  if (params.has('price') && !limit) throw notRequired('price')
  if (params.has('stopPrice') && !stops) throw notRequired('stopPrice')
  const quoteQty = type === 'MARKET' ? params.decimal('quoteOrderQty') : undefined
  if (quoteQty && params.has('quantity')) {
    throw new ApiError(-1128, 'Combination of optional parameters invalid.')
  }
  const qty = quoteQty ? ZERO : params.needDecimal('quantity')
  const price = limit ? params.needDecimal('price') : ZERO
  if ((!quoteQty && qty.eq(ZERO)) || (limit && price.eq(ZERO)))
    throw new ApiError(-1013, 'Price * QTY is zero or less.')
  const stopPrice = stops && !trails ? params.needDecimal('stopPrice') : params.decimal('stopPrice')
  const direction = triggerDirection(type, side)
  const trailing = market ? readTrailing(params, market, direction, stopPrice, venue.world.clock.now()) : undefined
  const trigger = trailing?.trigger ?? (stopPrice && { price: stopPrice, direction, triggered: false })
  const stp = params.text('selfTradePreventionMode') ?? DEFAULT_STP
  if (!(STP_MODES as readonly string[]).includes(stp)) {
    throw new ApiError(-1013, 'This symbol does not allow the specified self-trade prevention mode.')
  }
  const extra: Ticket['extra'] = { ...trailing?.extra }
  const iceberg = params.decimal('icebergQty')
  if (iceberg) {
    if (!limit) throw notRequired('icebergQty')
    if (tif !== 'GTC') throw new ApiError(-1013, 'Iceberg orders must be GTC.')
    extra.icebergQty = iceberg.toFixed()
  }
  const strategyId = params.integer('strategyId')
  if (strategyId !== undefined) extra.strategyId = strategyId
  const strategyType = params.integer('strategyType')
  if (strategyType !== undefined) {
    if (strategyType < 1_000_000) throw new ApiError(-1130, "Data sent for parameter 'strategyType' is not valid.")
    extra.strategyType = strategyType
  }
  return {
    clientId: clientIdParam(venue, params, 'newClientOrderId'),
    side,
    type,
    kind: limit ? 'LIMIT' : 'MARKET',
    tif,
    postOnly: type === 'LIMIT_MAKER',
    price,
    qty,
    ...(quoteQty ? { quoteQty } : {}),
    ...(trigger ? { trigger } : {}),
    stp: stp as StpMode,
    extra,
  }
}

function notRequired(name: string): ApiError {
  return new ApiError(-1106, `Parameter '${name}' sent when not required.`)
}

function respType(params: Params, type: string): string {
  const value = params.text('newOrderRespType') ?? (type === 'LIMIT' || type === 'MARKET' ? 'FULL' : 'ACK')
  if (!['ACK', 'RESULT', 'FULL'].includes(value))
    throw new ApiError(-1130, "Data sent for parameter 'newOrderRespType' is not valid.")
  return value
}

/** The order a call names by orderId or origClientOrderId. `gone` is what to throw when there is none. */
export function findOrder(
  account: Account,
  market: Market,
  orderId: bigint | undefined,
  clientId: string | undefined,
  gone: () => ApiError,
): Order {
  if (orderId === undefined && clientId === undefined) {
    throw new ApiError(-1102, "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!")
  }
  if (orderId !== undefined) {
    const order = market.orders.get(orderId)
    if (!order || order.account !== account) throw gone()
    if (clientId !== undefined && order.clientId !== clientId) {
      throw new ApiError(-2039, 'Client order ID is not correct for this order ID.')
    }
    return order
  }
  const order = account.lastByClientId.get(`${market.symbol}|${clientId}`)
  if (!order) throw gone()
  return order
}

function cancelOne(venue: SpotVenue, call: Call): Record<string, unknown> {
  const { params, account } = call
  const market = marketOf(venue.engine.markets, params.need('symbol'))
  const order = findOrder(account, market, params.id('orderId'), params.text('origClientOrderId'), unknownOrder)
  return cancelOrder(venue, order, params.text('cancelRestrictions'), clientIdParam(venue, params, 'newClientOrderId'))
}

export function cancelOrder(
  venue: SpotVenue,
  order: Order,
  restriction: string | undefined,
  cancelId: string,
): Record<string, unknown> {
  if (!isOpen(order)) throw unknownOrder()
  if (restriction !== undefined) {
    if (restriction !== 'ONLY_NEW' && restriction !== 'ONLY_PARTIALLY_FILLED') {
      throw new ApiError(-1145, 'Invalid cancelRestrictions')
    }
    const wanted = restriction === 'ONLY_NEW' ? 'NEW' : 'PARTIALLY_FILLED'
    if (order.status !== wanted) {
      throw new ApiError(-2011, 'Order was not canceled due to cancel restrictions.')
    }
  }
  if (order.listId >= 0) return venue.lists.cancel(order.listId, cancelId)
  venue.engine.cancel(order, cancelId)
  return cancelled(order)
}

function cancelAll(venue: SpotVenue, call: Call): unknown[] {
  const market = marketOf(venue.engine.markets, call.params.need('symbol'))
  const open = [...call.account.open].filter((order) => order.market === market)
  if (open.length === 0) throw unknownOrder()
  const cancelId = venue.newClientId()
  return venue.engine.act(() => {
    const out: unknown[] = []
    for (const order of open) {
      if (!isOpen(order)) continue
      out.push(order.listId >= 0 ? venue.lists.cancel(order.listId, cancelId) : cancelShared(venue, order, cancelId))
    }
    return out
  })
}

/** All orders of a cancel-all carry the same cancel id, so only the last of them can be found by it. */
function cancelShared(venue: SpotVenue, order: Order, cancelId: string): Record<string, unknown> {
  venue.engine.cancel(order, cancelId)
  return cancelled(order)
}

function place(venue: SpotVenue, call: Call): Record<string, unknown> {
  const { params, account } = call
  const market = marketOf(venue.engine.markets, params.need('symbol'))
  const ticket = readTicket(venue, params, market)
  const answer = respType(params, ticket.type)
  checkFilters(account, market, ticket)
  const order = venue.engine.place(account, market, ticket)
  return placed(order, answer, fillsOf(account, order))
}

function amend(venue: SpotVenue, call: Call): Record<string, unknown> {
  const { params, account } = call
  const market = marketOf(venue.engine.markets, params.need('symbol'))
  const order = findOrder(account, market, params.id('orderId'), params.text('origClientOrderId'), noSuchOrder)
  const newQty = params.needDecimal('newQty')
  const clientId = clientIdParam(venue, params, 'newClientOrderId')
  if (!isOpen(order)) throw new ApiError(-2038, 'Unknown order sent.')
  if (order.amendments >= 10) throw new ApiError(-2038, 'Filter failure: MAX_NUM_ORDER_AMENDS')
  const { step, minQty } = market.instrument
  if (newQty.lt(minQty) || !isMultiple(newQty, step)) throw new ApiError(-1013, 'Filter failure: LOT_SIZE')
  const before = { qty: order.qty, clientId: order.clientId }
  venue.engine.reduce(order, newQty, clientId)
  const executionId = market.nextExecutionId - 1
  venue.amendments.add(order, { executionId, before, newQty, clientId, time: order.updatedAt })
  return { transactTime: order.updatedAt, executionId, amendedOrder: amended(order) }
}

type Half = { result: 'SUCCESS' | 'FAILURE' | 'NOT_ATTEMPTED'; body: unknown }

/** POST /api/v3/order/cancelReplace: the table of outcomes is in binance-rest.md section 3.6. */
function cancelReplace(venue: SpotVenue, call: Call): unknown {
  const { params, account } = call
  const market = marketOf(venue.engine.markets, params.need('symbol'))
  const mode = params.need('cancelReplaceMode')
  if (mode !== 'STOP_ON_FAILURE' && mode !== 'ALLOW_FAILURE') {
    throw new ApiError(-1130, "Data sent for parameter 'cancelReplaceMode' is not valid.")
  }
  if (!params.has('cancelOrderId') && !params.has('cancelOrigClientOrderId')) throw missing('cancelOrderId')
  const ticket = readTicket(venue, params, market)
  const answer = respType(params, ticket.type)
  checkFilters(account, market, ticket)
  const attempt = (run: () => unknown): Half => {
    try {
      return { result: 'SUCCESS', body: run() }
    } catch (error) {
      const failure = venue.api.failure(error)
      return { result: 'FAILURE', body: { code: failure.code, msg: failure.message } }
    }
  }
  const cancel = attempt(() => {
    const order = findOrder(
      account,
      market,
      params.id('cancelOrderId'),
      params.text('cancelOrigClientOrderId'),
      unknownOrder,
    )
    const cancelId = clientIdParam(venue, params, 'cancelNewClientOrderId')
    return cancelOrder(venue, order, params.text('cancelRestrictions'), cancelId)
  })
  const create: Half =
    cancel.result === 'FAILURE' && mode === 'STOP_ON_FAILURE'
      ? { result: 'NOT_ATTEMPTED', body: null }
      : attempt(() => {
          const order = venue.engine.place(account, market, ticket)
          return placed(order, answer, fillsOf(account, order))
        })
  const data = {
    cancelResult: cancel.result,
    newOrderResult: create.result,
    cancelResponse: cancel.body,
    newOrderResponse: create.body,
  }
  if (cancel.result === 'SUCCESS' && create.result === 'SUCCESS') return data
  if (cancel.result === 'FAILURE' && create.result !== 'SUCCESS') {
    throw new ApiError(-2022, 'Order cancel-replace failed.', { data })
  }
  throw new ApiError(-2021, 'Order cancel-replace partially failed.', { status: 409, data })
}

function testOrder(venue: SpotVenue, call: Call): unknown {
  const { params, account } = call
  const market = marketOf(venue.engine.markets, params.need('symbol'))
  const ticket = readTicket(venue, params)
  checkFilters(account, market, ticket)
  if (params.boolean('computeCommissionRates') !== true) return {}
  const rates = { maker: market.instrument.makerRate.toFixed(8), taker: market.instrument.takerRate.toFixed(8) }
  const none = { maker: '0.00000000', taker: '0.00000000' }
  return {
    standardCommissionForOrder: rates,
    specialCommissionForOrder: none,
    taxCommissionForOrder: none,
    discount: { enabledForAccount: false, enabledForSymbol: false, discountAsset: 'BNB', discount: '0.75000000' },
  }
}

/** Trading calls of Binance Spot. */
export function orderEndpoints(venue: SpotVenue): Endpoint[] {
  return [
    {
      rest: 'POST /api/v3/order',
      ws: 'order.place',
      security: 'TRADE',
      weight: 1,
      orders: 1,
      freeOnSuccess: true,
      places: true,
      params: ORDER_PARAMS,
      run: (call) => place(venue, call),
    },
    {
      rest: 'POST /api/v3/order/test',
      ws: 'order.test',
      security: 'TRADE',
      weight: (params) => (params.text('computeCommissionRates') === 'true' ? 20 : 1),
      params: `${ORDER_PARAMS} computeCommissionRates`,
      run: (call) => testOrder(venue, call),
    },
    {
      rest: 'DELETE /api/v3/order',
      ws: 'order.cancel',
      security: 'TRADE',
      weight: 1,
      freeOnSuccess: true,
      params: CANCEL_PARAMS,
      run: (call) => cancelOne(venue, call),
    },
    {
      rest: 'DELETE /api/v3/openOrders',
      ws: 'openOrders.cancelAll',
      security: 'TRADE',
      weight: 1,
      freeOnSuccess: true,
      params: 'symbol',
      run: (call) => cancelAll(venue, call),
    },
    {
      rest: 'POST /api/v3/order/cancelReplace',
      ws: 'order.cancelReplace',
      security: 'TRADE',
      weight: 1,
      orders: 1,
      freeOnSuccess: true,
      places: true,
      params: `${ORDER_PARAMS} cancelReplaceMode cancelOrderId cancelOrigClientOrderId cancelNewClientOrderId cancelRestrictions orderRateLimitExceededMode`,
      run: (call) => cancelReplace(venue, call),
    },
    {
      rest: 'PUT /api/v3/order/amend/keepPriority',
      ws: 'order.amend.keepPriority',
      security: 'TRADE',
      weight: 4,
      freeOnSuccess: true,
      params: 'symbol orderId origClientOrderId newQty newClientOrderId',
      run: (call) => amend(venue, call),
    },
  ]
}
