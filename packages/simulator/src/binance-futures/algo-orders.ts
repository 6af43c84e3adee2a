import type { Call, Endpoint } from '../binance/api.ts'
import { ApiError, missing, noSuchOrder, unknownOrder } from '../binance/errors.ts'
import type { Params } from '../binance/params.ts'
import { ZERO } from '../engine/decimal.ts'
import type { Algo } from './algo-book.ts'
import { algoPlaced, algoQueried } from './algo-shapes.ts'
import { checkPrice, checkQty, marketOf } from './checks.ts'
import { CONDITIONAL_TYPES, MAX_ALGO_ORDERS } from './instruments.ts'
import { clientIdParam, readPositionSide, readSide, readStp, readTif } from './orders.ts'
import { weekRange } from './queries.ts'
import type { FuturesVenue } from './venue.ts'

const ALGO_PARAMS =
  'algoType symbol side type positionSide timeInForce quantity price triggerPrice workingType priceMatch closePosition priceProtect reduceOnly activatePrice callbackRate clientAlgoId newOrderRespType selfTradePreventionMode goodTillDate'

/** Checks and places a conditional order. */
export function placeAlgo(venue: FuturesVenue, { account, params }: Pick<Call, 'account' | 'params'>): unknown {
  if (params.need('algoType') !== 'CONDITIONAL')
    throw new ApiError(-1130, "Data sent for parameter 'algoType' is not valid.")
  const market = marketOf(venue.engine.markets, params.need('symbol'))
  const side = readSide(params)
  const type = params.need('type')
  if (!(CONDITIONAL_TYPES as readonly string[]).includes(type)) throw new ApiError(-1116, 'Invalid orderType.')
  const positionSide = readPositionSide(account, params)
  const trailing = type === 'TRAILING_STOP_MARKET'
  const limit = type === 'STOP' || type === 'TAKE_PROFIT'
  const closePosition = params.boolean('closePosition') ?? false
  const reduceOnly = params.boolean('reduceOnly') ?? false
  if (reduceOnly && account.hedge) throw new ApiError(-1106, "Parameter 'reduceOnly' sent when not required.")
  if (closePosition && params.has('quantity'))
    throw new ApiError(-4137, 'Quantity must be zero with closePosition equals true.')
  if (closePosition && reduceOnly) throw new ApiError(-4138, 'Reduce only must be true with closePosition equals true.')
  if (closePosition && (limit || trailing))
    throw new ApiError(-4136, 'Target strategy invalid for orderType and closePosition.')
  const { tif, goodTill } = readTif(venue, params, false)
  const qty = closePosition ? ZERO : params.needDecimal('quantity')
  if (!closePosition) checkQty(market, qty, limit ? 'LIMIT' : 'MARKET')
  const price = limit ? params.needDecimal('price') : ZERO
  if (limit) checkPrice(market, price)
  const workingType = params.text('workingType') ?? 'CONTRACT_PRICE'
  if (workingType !== 'CONTRACT_PRICE' && workingType !== 'MARK_PRICE') {
    throw new ApiError(-1130, "Data sent for parameter 'workingType' is not valid.")
  }
  const trigger = trailing ? ZERO : params.needDecimal('triggerPrice')
  const now = workingType === 'MARK_PRICE' ? market.mark : market.last
  if (!trailing) {
    checkPrice(market, trigger)
    const up = (side === 'BUY') === type.startsWith('STOP')
    if (up ? now.gte(trigger) : now.lte(trigger)) throw new ApiError(-2021, 'Order would immediately trigger.')
  }
  const rate = trailing ? params.needDecimal('callbackRate') : ZERO
  if (trailing && (rate.lt('0.1') || rate.gt(20)))
    throw new ApiError(-1130, "Data sent for parameter 'callbackRate' is not valid.")
  const activate = trailing ? params.decimal('activatePrice') : undefined
  if (activate && (side === 'BUY' ? activate.gte(now) : activate.lte(now))) {
    throw new ApiError(-4135, 'Invalid activation price.')
  }
  const open = venue.algos.open(account)
  if (open.length >= MAX_ALGO_ORDERS) throw new ApiError(-4045, 'Reach max stop order limit.')
  const clientId = clientIdParam(venue, params, 'clientAlgoId')
  if (open.some((algo) => algo.clientId === clientId)) throw new ApiError(-4116, 'ClientOrderId is duplicated.')
  const sameClose = (algo: Algo) =>
    algo.closePosition &&
    algo.symbol === market.symbol &&
    algo.side === side &&
    algo.positionSide === positionSide &&
    algo.type === type
  if (closePosition && open.some(sameClose)) {
    throw new ApiError(
      -4130,
      'An open stop or take profit order with GTE and closePosition in the direction is existing.',
    )
  }
  const time = venue.engine.time
  const algo: Algo = {
    id: venue.algos.nextId(),
    clientId,
    accountId: account.id,
    symbol: market.symbol,
    type,
    side,
    positionSide,
    tif,
    qty: qty.toFixed(market.instrument.qtyDecimals),
    price: price.toFixed(),
    trigger: trigger.toFixed(),
    workingType,
    priceMatch: params.text('priceMatch') ?? 'NONE',
    closePosition,
    priceProtect: params.boolean('priceProtect') ?? false,
    reduceOnly,
    activatePrice: activate ? activate.toFixed() : '',
    callbackRate: trailing ? rate.toFixed() : '',
    stp: readStp(params),
    goodTill,
    status: 'NEW',
    createdAt: time,
    updatedAt: time,
    triggeredAt: 0,
    orderId: '',
    actualType: '',
    actualPrice: '0.00000',
    actualQty: '0',
    reason: '',
    activated: trailing && activate === undefined,
    extreme: trailing ? now.toFixed() : '0',
  }
  const answer = algoPlaced(algo)
  venue.algos.add(algo)
  return answer
}

function findAlgo(venue: FuturesVenue, call: Call, gone: () => ApiError): Algo {
  const id = call.params.integer('algoId')
  const clientId = call.params.text('clientAlgoId')
  if (id === undefined && clientId === undefined) throw missing('algoId')
  const algo = venue.algos.find(call.account, id, clientId)
  if (!algo) throw gone()
  return algo
}

function cancel(venue: FuturesVenue, call: Call): unknown {
  const algo = findAlgo(venue, call, unknownOrder)
  if (algo.status !== 'NEW') throw unknownOrder()
  venue.algos.end(algo, 'CANCELED')
  return { algoId: algo.id, clientAlgoId: algo.clientId, code: '200', msg: 'success' }
}

function all(venue: FuturesVenue, { account, params }: Call): unknown[] {
  const market = marketOf(venue.engine.markets, params.need('symbol'))
  const id = params.integer('algoId')
  const limit = params.limit(500, 1000)
  const { from, to, fromStart } = weekRange(params, venue.api.now())
  const rows = venue.algos
    .of(account)
    .filter((algo) => algo.symbol === market.symbol)
    .filter((algo) => (id !== undefined ? algo.id >= id : algo.createdAt >= from && algo.createdAt <= to))
  const page = id !== undefined || fromStart ? rows.slice(0, limit) : rows.slice(-limit)
  return page.map((algo) => algoQueried(algo, true))
}

/** Conditional orders of USDⓈ-M futures. */
export function algoEndpoints(venue: FuturesVenue): Endpoint[] {
  const ofSymbol = (params: Params) => params.text('symbol')
  return [
    {
      rest: 'POST /fapi/v1/algoOrder',
      ws: 'algoOrder.place',
      security: 'TRADE',
      weight: 0,
      orders: 1,
      places: true,
      params: ALGO_PARAMS,
      run: (call) => placeAlgo(venue, call),
    },
    {
      rest: 'DELETE /fapi/v1/algoOrder',
      ws: 'algoOrder.cancel',
      security: 'TRADE',
      weight: 1,
      params: 'algoId clientAlgoId',
      run: (call) => cancel(venue, call),
    },
    {
      rest: 'DELETE /fapi/v1/algoOpenOrders',
      security: 'TRADE',
      weight: 1,
      params: 'symbol',
      run: ({ account, params }) => {
        const market = marketOf(venue.engine.markets, params.need('symbol'))
        for (const algo of venue.algos.open(account))
          if (algo.symbol === market.symbol) venue.algos.end(algo, 'CANCELED')
        return { code: 200, msg: 'The operation of cancel all open order is done.' }
      },
    },
    {
      rest: 'GET /fapi/v1/algoOrder',
      security: 'USER_DATA',
      weight: 1,
      params: 'algoId clientAlgoId',
      run: (call) => algoQueried(findAlgo(venue, call, noSuchOrder), false),
    },
    {
      rest: 'GET /fapi/v1/openAlgoOrders',
      security: 'USER_DATA',
      weight: (params) => (params.has('symbol') ? 1 : 40),
      params: 'algoType symbol algoId',
      run: ({ account, params }) => {
        const symbol = ofSymbol(params)
        const id = params.integer('algoId')
        if (symbol !== undefined) marketOf(venue.engine.markets, symbol)
        return venue.algos
          .open(account)
          .filter((algo) => (symbol === undefined || algo.symbol === symbol) && (id === undefined || algo.id === id))
          .map((algo) => algoQueried(algo, true))
      },
    },
    {
      rest: 'GET /fapi/v1/allAlgoOrders',
      security: 'USER_DATA',
      weight: 5,
      params: 'symbol algoId startTime endTime limit page',
      run: (call) => all(venue, call),
    },
  ]
}
