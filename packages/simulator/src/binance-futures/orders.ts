import type { Call, Endpoint } from '../binance/api.ts'
import { ApiError, illegal, missing, noSuchOrder, unknownOrder } from '../binance/errors.ts'
import { Params } from '../binance/params.ts'
import type { Account } from '../engine/account.ts'
import { type Big, ZERO } from '../engine/decimal.ts'
import type { Market } from '../engine/market.ts'
import { isOpen, type Order, type PositionSide, type Side, type StpMode, type Ticket } from '../engine/order.ts'
import { parseJsonWithLongIntegers } from '../http/json.ts'
import { checkOrder, checkPrice, checkQty, marketOf } from './checks.ts'
import { CONDITIONAL_TYPES, DEFAULT_STP, STP_MODES } from './instruments.ts'
import { acknowledged, freshlyPlaced, modified } from './shapes.ts'
import type { FuturesVenue } from './venue.ts'

const CLIENT_ID = /^[.A-Z:/a-z0-9_-]{1,36}$/
const TIFS = ['GTC', 'IOC', 'FOK', 'GTX', 'GTD', 'RPI']
export const ORDER_PARAMS =
  'symbol side type positionSide timeInForce quantity price priceMatch reduceOnly newClientOrderId newOrderRespType selfTradePreventionMode goodTillDate stopPrice closePosition activationPrice callbackRate workingType priceProtect'
const MODIFY_PARAMS = 'symbol orderId origClientOrderId side quantity price priceMatch reduceOnly modifyId'

export function clientIdParam(venue: FuturesVenue, params: Params, name: string): string {
  const given = params.text(name)
  if (given === undefined) return venue.newClientId()
  if (!CLIENT_ID.test(given)) throw new ApiError(-4015, 'Client order id is not valid.')
  return given
}

export function readSide(params: Params): Side {
  const side = params.need('side')
  if (side !== 'BUY' && side !== 'SELL') throw new ApiError(-1117, 'Invalid side.')
  return side
}

/** One-way accounts use BOTH, hedge accounts must say LONG or SHORT. */
export function readPositionSide(account: Account, params: Params): PositionSide {
  const given = params.text('positionSide') ?? 'BOTH'
  if (given !== 'BOTH' && given !== 'LONG' && given !== 'SHORT') {
    throw new ApiError(-1130, "Data sent for parameter 'positionSide' is not valid.")
  }
  if (account.hedge !== (given !== 'BOTH')) {
    throw new ApiError(-4061, "Order's position side does not match user's setting.")
  }
  return given
}

export function readStp(params: Params): StpMode {
  const stp = params.text('selfTradePreventionMode') ?? DEFAULT_STP
  if (!(STP_MODES as readonly string[]).includes(stp)) throw new ApiError(-5039, 'Invalid selfTradePreventionMode.')
  return stp as StpMode
}

/** The price that priceMatch stands for: a level of the other side (OPPONENT) or of the own side (QUEUE). */
export function matchedPrice(market: Market, side: Side, match: string): Big {
  const found = /^(OPPONENT|QUEUE)(?:_(5|10|20))?$/.exec(match)
  if (!found) throw new ApiError(-5037, 'Invalid priceMatch.')
  const levels = found[1] === 'OPPONENT' ? market.book.opposite(side) : market.book.side(side)
  const level = levels[Math.max(0, Number(found[2] ?? 1) - 1)]
  if (!level) throw new ApiError(-5041, 'No depth matches this price match.')
  return level.price
}

export function readTif(venue: FuturesVenue, params: Params, required: boolean): { tif: string; goodTill: number } {
  const tif = params.text('timeInForce') ?? (required ? undefined : 'GTC')
  if (tif === undefined) throw missing('timeInForce')
  if (!TIFS.includes(tif)) throw new ApiError(-1115, 'Invalid timeInForce.')
  const date = params.integer('goodTillDate') ?? 0
  if (tif !== 'GTD') return { tif, goodTill: 0 }
  if (date === 0) throw missing('goodTillDate')
  // Only full seconds count.
  const goodTill = Math.floor(date / 1000) * 1000
  if (goodTill <= venue.api.now() + 600_000 || date >= 253_402_300_799_000) {
    throw new ApiError(
      -5040,
      'The goodTillDate timestamp must be greater than the current time plus 600 seconds and smaller than 253402300799000.',
    )
  }
  return { tif, goodTill }
}

export function readTicket(venue: FuturesVenue, account: Account, market: Market, params: Params): Ticket {
  const side = readSide(params)
  const type = params.need('type')
  if ((CONDITIONAL_TYPES as readonly string[]).includes(type)) {
    throw new ApiError(
      -4120,
      'Order type not supported for this endpoint. Please use the Algo Order API endpoints instead.',
    )
  }
  if (type !== 'LIMIT' && type !== 'MARKET') throw new ApiError(-1116, 'Invalid orderType.')
  const positionSide = readPositionSide(account, params)
  const reduceOnly = params.boolean('reduceOnly') ?? false
  if (params.has('reduceOnly') && account.hedge)
    throw new ApiError(-1106, "Parameter 'reduceOnly' sent when not required.")
  const extra: Ticket['extra'] = { workingType: 'CONTRACT_PRICE' }
  const match = params.text('priceMatch')
  const { tif, goodTill } = type === 'LIMIT' ? readTif(venue, params, true) : { tif: 'GTC', goodTill: 0 }
  let price: Big = ZERO
  if (type === 'LIMIT' && match !== undefined && match !== 'NONE') {
    if (params.has('price')) throw new ApiError(-1106, "Parameter 'price' sent when not required.")
    price = matchedPrice(market, side, match)
    extra.priceMatch = match
  } else if (type === 'LIMIT') price = params.needDecimal('price')
  else if (params.has('price')) throw new ApiError(-1106, "Parameter 'price' sent when not required.")
  else if (params.has('timeInForce')) throw new ApiError(-1106, "Parameter 'timeInForce' sent when not required.")
  if (goodTill > 0) extra.goodTillDate = goodTill
  return {
    clientId: clientIdParam(venue, params, 'newClientOrderId'),
    side,
    type,
    kind: type,
    tif,
    postOnly: tif === 'GTX',
    price,
    qty: params.needDecimal('quantity'),
    stp: readStp(params),
    reduceOnly,
    positionSide,
    goodTill,
    extra,
  }
}

function place(venue: FuturesVenue, account: Account, params: Params): Record<string, unknown> {
  const market = marketOf(venue.engine.markets, params.need('symbol'))
  const ticket = readTicket(venue, account, market, params)
  const resp = params.text('newOrderRespType') ?? 'ACK'
  if (resp !== 'ACK' && resp !== 'RESULT')
    throw new ApiError(-1130, "Data sent for parameter 'newOrderRespType' is not valid.")
  checkOrder(account, market, { ...ticket, reduceOnly: ticket.reduceOnly ?? false })
  const order = venue.engine.place(account, market, ticket)
  return resp === 'ACK' ? freshlyPlaced(order) : acknowledged(order)
}

/** The order named by orderId (which wins) or origClientOrderId. */
export function findOrder(account: Account, market: Market, params: Params, gone: () => ApiError): Order {
  const id = params.id('orderId')
  const clientId = params.text('origClientOrderId')
  if (id === undefined && clientId === undefined) {
    throw new ApiError(-1102, "Mandatory parameter 'orderId' was not sent, was empty/null, or malformed.")
  }
  const order = id !== undefined ? market.orders.get(id) : account.lastByClientId.get(`${market.symbol}|${clientId}`)
  if (!order || order.account !== account) throw gone()
  return order
}

function cancel(venue: FuturesVenue, account: Account, params: Params): Record<string, unknown> {
  const market = marketOf(venue.engine.markets, params.need('symbol'))
  const order = findOrder(account, market, params, unknownOrder)
  venue.engine.cancel(order)
  return acknowledged(order)
}

function modify(venue: FuturesVenue, account: Account, params: Params): Record<string, unknown> {
  const market = marketOf(venue.engine.markets, params.need('symbol'))
  const order = findOrder(account, market, params, noSuchOrder)
  const side = readSide(params)
  const qty = params.needDecimal('quantity')
  const match = params.text('priceMatch')
  const price =
    match !== undefined && match !== 'NONE' ? matchedPrice(market, side, match) : params.needDecimal('price')
  if (!isOpen(order)) throw noSuchOrder()
  if (side !== order.side) throw new ApiError(-1117, 'Invalid side.')
  if (params.boolean('reduceOnly') && !order.reduceOnly) {
    throw new ApiError(-5047, 'The original order is not a reduce-only order')
  }
  if (order.amendments >= 10_000) throw new ApiError(-5026, 'Modification limit reached.')
  checkQty(market, qty, 'LIMIT')
  checkPrice(market, price)
  const modifyId = params.integer('modifyId')
  if (modifyId === undefined) delete order.extra.modifyId
  else order.extra.modifyId = modifyId
  const before = { price: order.price.toFixed(), qty: order.qty.toFixed() }
  venue.engine.modify(order, price, qty)
  venue.amendments.add(order, { before, after: { price: price.toFixed(), qty: qty.toFixed() }, modifyId })
  return modified(order, modifyId)
}

/** Runs each element of a batch; a refused one is an error object in its place. */
function batch(venue: FuturesVenue, call: Call, run: (params: Params) => unknown): unknown[] {
  let list: unknown
  try {
    list = parseJsonWithLongIntegers(call.params.need('batchOrders'))
  } catch {
    throw illegal('batchOrders', 'JSON array')
  }
  if (!Array.isArray(list) || list.length === 0) throw missing('batchOrders')
  if (list.length > 5) throw new ApiError(-1130, "Data sent for parameter 'batchOrders' is not valid.")
  return list.map((each) => attempt(venue, () => run(Params.fromObject(each as Record<string, unknown>))))
}

function attempt(venue: FuturesVenue, run: () => unknown): unknown {
  try {
    return run()
  } catch (error) {
    const failure = venue.api.failure(error)
    return { code: failure.code, msg: failure.message }
  }
}

function batchCancel(venue: FuturesVenue, call: Call): unknown[] {
  const { params, account } = call
  const symbol = params.need('symbol')
  const list = (name: string): string[] => {
    const text = params.text(name)
    if (text === undefined) return []
    try {
      const parsed = parseJsonWithLongIntegers(text)
      if (Array.isArray(parsed)) return parsed.map(String)
    } catch {
      // Falls through to the refusal below.
    }
    throw illegal(name, 'JSON array')
  }
  const requests = [
    ...list('orderIdList').map((orderId) => ({ symbol, orderId })),
    ...list('origClientOrderIdList').map((origClientOrderId) => ({ symbol, origClientOrderId })),
  ]
  if (requests.length === 0) throw missing('orderIdList')
  if (requests.length > 10) throw new ApiError(-1130, "Data sent for parameter 'orderIdList' is not valid.")
  return requests.map((each) => attempt(venue, () => cancel(venue, account, Params.fromObject(each))))
}

function cancelAll(venue: FuturesVenue, account: Account, symbol: string): unknown {
  const market = marketOf(venue.engine.markets, symbol)
  venue.engine.act(() => {
    for (const order of [...account.open]) if (order.market === market) venue.engine.cancel(order)
  })
  return { code: 200, msg: 'The operation of cancel all open order is done.' }
}

function countdown(venue: FuturesVenue, call: Call): unknown {
  const { params, account } = call
  const market = marketOf(venue.engine.markets, params.need('symbol'))
  const ms = params.integer('countdownTime')
  if (ms === undefined) throw missing('countdownTime')
  const key = `${account.id}|${market.symbol}`
  venue.countdowns.get(key)?.()
  venue.countdowns.delete(key)
  if (ms > 0) {
    const { clock } = venue.world
    venue.countdowns.set(
      key,
      clock.at(clock.aged() + ms, () => {
        venue.countdowns.delete(key)
        cancelAll(venue, account, market.symbol)
      }),
    )
  }
  return { symbol: market.symbol, countdownTime: String(ms) }
}

/** Trading calls of USDⓈ-M futures; conditional orders are in algo-orders.ts. */
export function orderEndpoints(venue: FuturesVenue): Endpoint[] {
  const trade = { security: 'TRADE' } as const
  return [
    {
      ...trade,
      rest: 'POST /fapi/v1/order',
      ws: 'order.place',
      weight: 0,
      orders: 1,
      places: true,
      params: ORDER_PARAMS,
      run: ({ account, params }) => place(venue, account, params),
    },
    {
      ...trade,
      rest: 'POST /fapi/v1/order/test',
      weight: 1,
      params: ORDER_PARAMS,
      run: ({ account, params }) => {
        const market = marketOf(venue.engine.markets, params.need('symbol'))
        const ticket = readTicket(venue, account, market, params)
        checkOrder(account, market, { ...ticket, reduceOnly: ticket.reduceOnly ?? false })
        return {}
      },
    },
    {
      ...trade,
      rest: 'PUT /fapi/v1/order',
      ws: 'order.modify',
      weight: 0,
      orders: 1,
      params: MODIFY_PARAMS,
      run: ({ account, params }) => modify(venue, account, params),
    },
    {
      ...trade,
      rest: 'DELETE /fapi/v1/order',
      ws: 'order.cancel',
      weight: 1,
      params: 'symbol orderId origClientOrderId',
      run: ({ account, params }) => cancel(venue, account, params),
    },
    {
      ...trade,
      rest: 'DELETE /fapi/v1/allOpenOrders',
      weight: 1,
      params: 'symbol',
      run: ({ account, params }) => cancelAll(venue, account, params.need('symbol')),
    },
    {
      ...trade,
      rest: 'POST /fapi/v1/batchOrders',
      weight: 5,
      orders: 5,
      places: true,
      params: 'batchOrders',
      run: (call) => batch(venue, call, (params) => place(venue, call.account, params)),
    },
    {
      ...trade,
      rest: 'PUT /fapi/v1/batchOrders',
      weight: 5,
      orders: 5,
      params: 'batchOrders',
      run: (call) => batch(venue, call, (params) => modify(venue, call.account, params)),
    },
    {
      ...trade,
      rest: 'DELETE /fapi/v1/batchOrders',
      weight: 1,
      params: 'symbol orderIdList origClientOrderIdList',
      run: (call) => batchCancel(venue, call),
    },
    {
      ...trade,
      rest: 'POST /fapi/v1/countdownCancelAll',
      weight: 10,
      params: 'symbol countdownTime',
      run: (call) => countdown(venue, call),
    },
  ]
}
