import {
  type AccountEvent,
  type Decimal,
  type ExecutionReport,
  isZeroDecimal,
  multiplyDecimal,
  type OrderReport,
  type VenueStatus,
} from '@tradercoin/protocol'
import {
  amountOrNull,
  decimal,
  decimalOrNull,
  id,
  idOrNull,
  object,
  text,
  textOrNull,
  time,
  timeOrNull,
} from '../../fields.ts'
import type { RawEvent, RawOrder, RawOrderUpdate, RawTrade } from './wire.ts'
import {
  executionKind,
  expiryReason,
  isPostOnly,
  orderStatus,
  orderType,
  positionSide,
  side,
  timeInForce,
  wouldTake,
} from './words.ts'

/** A post-only order is refused on arrival; one that ended later than this ended for another reason. */
const arrivalMs = 1_000

/**
 * ORDER_TRADE_UPDATE: one order, and the fill when the event is one.
 * `{"e":"ORDER_TRADE_UPDATE","E":…,"T":…,"o":{"s":"BTCUSDT","i":612345678901,"x":"TRADE","X":"PARTIALLY_FILLED","l":"0.008","t":5566778899,…}}`
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/user-data-streams/Event-Order-Update
 * Throws ShapeError.
 */
export function parseOrderUpdate(event: RawEvent): AccountEvent {
  const o: RawOrderUpdate = object(event.o, 'o')
  const forced = o.o === 'LIQUIDATION' || o.x === 'CALCULATED'
  const word = o.o === 'LIQUIDATION' ? o.o : (o.ot ?? o.o)
  const executedQty = decimal(o.z, 'z')
  const postOnly = isPostOnly(o.f)
  const { status, reason } = ending(orderStatus(o.X), o.X, postOnly, executedQty, expiryReason(o.er))
  const updateTime = timeOrNull(o.T) ?? time(event.T ?? event.E, 'T')
  const order: OrderReport = {
    trading_mode: 'futures',
    symbol: text(o.s, 's'),
    order_id: id(o.i, 'i'),
    client_order_id: textOrNull(o.c),
    side: side(o.S),
    position_side: positionSide(o.ps),
    type: orderType(word),
    venue_type: textOrNull(word),
    time_in_force: timeInForce(o.f),
    post_only: postOnly,
    reduce_only: o.R === true,
    status,
    price: amountOrNull(o.p),
    stop_price: amountOrNull(word === 'TRAILING_STOP_MARKET' ? o.AP : o.sp),
    quantity: amountOrNull(o.q),
    quantity_unit: 'BASE',
    executed_qty: executedQty,
    venue_average_price: amountOrNull(o.ap),
    reason,
    parent_order_id: null,
    create_time: o.x === 'NEW' ? updateTime : null,
    update_time: updateTime,
  }
  return { kind: 'order', order, execution: fill(o, order, forced) }
}

/** The fill of an order event; null when the event is none (its trade id is 0). */
function fill(o: RawOrderUpdate, order: OrderReport, forced: boolean): ExecutionReport | null {
  const tradeId = idOrNull(o.t)
  if (tradeId === null) return null
  const quantity = decimal(o.l, 'l')
  if (isZeroDecimal(quantity)) return null
  const price = decimal(o.L, 'L')
  const feeAsset = textOrNull(o.N)
  const fee = decimalOrNull(o.n)
  const known = feeAsset !== null && fee !== null
  return {
    trading_mode: 'futures',
    symbol: order.symbol,
    order_id: order.order_id,
    client_order_id: order.client_order_id,
    trade_id: tradeId,
    side: order.side,
    position_side: order.position_side,
    price,
    quantity,
    quote_qty: multiplyDecimal(price, quantity),
    fee: known ? fee : null,
    fee_asset: known ? feeAsset : null,
    realized_pnl: decimalOrNull(o.rp),
    is_maker: typeof o.m === 'boolean' ? o.m : null,
    kind: executionKind(order.client_order_id, forced),
    time: order.update_time,
  }
}

/**
 * One row of /order, /openOrders or /allOrders, or the answer to a place, modify or cancel (those have no average price and no
 * creation time). Throws ShapeError.
 */
export function parseOrderRow(row: unknown): OrderReport {
  const o: RawOrder = object(row, 'order')
  const word = o.type === 'LIQUIDATION' ? o.type : (o.origType ?? o.type)
  const executedQty = decimal(o.executedQty, 'executedQty')
  const createTime = timeOrNull(o.time)
  const updateTime = timeOrNull(o.updateTime) ?? time(o.time, 'updateTime')
  // The query does not say why an order expired; only a post-only one that never rested is known to have been refused.
  const onArrival = isPostOnly(o.timeInForce) && createTime !== null && updateTime - createTime <= arrivalMs
  const { status, reason } = ending(orderStatus(o.status), o.status, onArrival, executedQty, null)
  return {
    trading_mode: 'futures',
    symbol: text(o.symbol, 'symbol'),
    order_id: id(o.orderId, 'orderId'),
    client_order_id: textOrNull(o.clientOrderId),
    side: side(o.side),
    position_side: positionSide(o.positionSide),
    type: orderType(word),
    venue_type: textOrNull(word),
    time_in_force: timeInForce(o.timeInForce),
    post_only: isPostOnly(o.timeInForce),
    reduce_only: o.reduceOnly === true,
    status,
    price: amountOrNull(o.price),
    stop_price: amountOrNull(word === 'TRAILING_STOP_MARKET' ? o.activatePrice : o.stopPrice),
    quantity: amountOrNull(o.origQty),
    quantity_unit: 'BASE',
    executed_qty: executedQty,
    venue_average_price: amountOrNull(o.avgPrice),
    reason,
    parent_order_id: null,
    create_time: createTime,
    update_time: updateTime,
  }
}

/** One row of /userTrades. `order` is its order when known: a trade does not say its client id or that it was forced. Throws ShapeError. */
export function parseTradeRow(row: unknown, order: OrderReport | null): ExecutionReport {
  const t: RawTrade = object(row, 'trade')
  const price = decimal(t.price, 'price')
  const quantity = decimal(t.qty, 'qty')
  const feeAsset = textOrNull(t.commissionAsset)
  const fee = decimalOrNull(t.commission)
  const known = feeAsset !== null && fee !== null
  return {
    trading_mode: 'futures',
    symbol: text(t.symbol, 'symbol'),
    order_id: id(t.orderId, 'orderId'),
    client_order_id: order?.client_order_id ?? null,
    trade_id: id(t.id, 'id'),
    side: t.side === undefined && typeof t.buyer === 'boolean' ? (t.buyer ? 'BUY' : 'SELL') : side(t.side),
    position_side: positionSide(t.positionSide),
    price,
    quantity,
    // Computed as for the stream, so that a fill reads the same whichever way it came: the venue rounds quoteQty.
    quote_qty: multiplyDecimal(price, quantity),
    fee: known ? fee : null,
    fee_asset: known ? feeAsset : null,
    realized_pnl: decimalOrNull(t.realizedPnl),
    is_maker: typeof t.maker === 'boolean' ? t.maker : null,
    kind: executionKind(order?.client_order_id ?? null, order?.venue_type === 'LIQUIDATION'),
    time: time(t.time, 'time'),
  }
}

/** Final status and its reason: a post-only order that would have taken is refused, not expired. */
function ending(
  status: VenueStatus,
  word: unknown,
  postOnly: boolean,
  executedQty: Decimal,
  expiry: string | null,
): { status: VenueStatus; reason: string | null } {
  if (word === 'EXPIRED_IN_MATCH') return { status, reason: expiry ?? 'self-trade prevention' }
  if (word === 'EXPIRED' && postOnly && expiry === null && isZeroDecimal(executedQty)) {
    return { status: 'REJECTED', reason: wouldTake }
  }
  const ended = status === 'EXPIRED' || status === 'CANCELED' || status === 'REJECTED'
  return { status, reason: ended ? expiry : null }
}
