import type { OrderReport } from '@tradercoin/protocol'
import { isZeroDecimal } from '@tradercoin/protocol'
import { amountOrNull, decimalOrNull, id, object, text, textOrNull, time, timeOrNull } from '../fields.ts'
import { type Category, modeOf, unitOf } from './category.ts'
import type { RawOrder } from './wire.ts'
import {
  type EndingWords,
  endReason,
  isPostOnly,
  orderStatus,
  orderType,
  positionSide,
  side,
  timeInForce,
  venueType,
} from './words.ts'

/**
 * An entry of the `order` topic or a row of the order queries. It never tells a fill: those come on a topic of their own.
 * `{"symbol":"BTCUSDT","orderId":"b1a7c3d0-…","side":"Buy","orderType":"Limit","qty":"0.02","orderStatus":"New","cumExecQty":"0",…}`
 * `toldAt`: the time (ms) of the message, for an entry without one of its own.
 * https://bybit-exchange.github.io/docs/v5/websocket/private/order
 * Throws ShapeError.
 */
export function parseOrder(row: unknown, category: Category, toldAt: number | null): OrderReport {
  const o: RawOrder = object(row, 'order')
  const isMarket = o.orderType === 'Market'
  const ownSide = side(o.side)
  const executedQty = decimalOrNull(o.cumExecQty) ?? '0'
  const isQuoteSized = category === 'spot' && isMarket && isInQuote(o)
  const stopPrice = amountOrNull(o.triggerPrice)
  const ending: EndingWords = {
    orderStatus: o.orderStatus,
    orderType: o.orderType,
    timeInForce: o.timeInForce,
    cancelType: o.cancelType,
    rejectReason: o.rejectReason,
    isQuoteSized,
    executedQty,
  }
  const status = orderStatus(ending)
  const filledQty = status === 'FILLED' && !isZeroDecimal(executedQty) ? executedQty : null
  return {
    trading_mode: modeOf(category),
    symbol: text(o.symbol, 'symbol'),
    order_id: id(o.orderId, 'orderId'),
    client_order_id: textOrNull(o.orderLinkId),
    side: ownSide,
    position_side: category === 'spot' ? null : positionSide(o.positionIdx),
    type: orderType({
      orderType: o.orderType,
      stopOrderType: o.stopOrderType,
      triggerDirection: o.triggerDirection,
      triggerPrice: stopPrice,
      lastPriceOnCreated: amountOrNull(o.lastPriceOnCreated),
      side: ownSide,
    }),
    venue_type: venueType({ orderType: o.orderType, stopOrderType: o.stopOrderType }),
    time_in_force: timeInForce(o.timeInForce),
    post_only: isPostOnly(o.timeInForce),
    reduce_only: o.reduceOnly === true,
    status,
    // A market order of a contract shows the price that protects it.
    price: isMarket ? null : amountOrNull(o.price),
    stop_price: stopPrice,
    // Of one sized in quote coin the base quantity is known once it is filled.
    quantity: isQuoteSized ? filledQty : amountOrNull(o.qty),
    quantity_unit: unitOf(category),
    executed_qty: executedQty,
    venue_average_price: amountOrNull(o.avgPrice),
    reason: endReason(status, ending),
    parent_order_id: null,
    create_time: timeOrNull(o.createdTime),
    update_time: timeOrNull(o.updatedTime) ?? timeOrNull(o.createdTime) ?? time(toldAt, 'updatedTime'),
  }
}

/** Without a word on it, a market buy is sized in quote coin and a market sell in base coin. */
function isInQuote(o: RawOrder): boolean {
  if (o.marketUnit === 'quoteCoin') return true
  return o.marketUnit !== 'baseCoin' && o.side === 'Buy'
}
