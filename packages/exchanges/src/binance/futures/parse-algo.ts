import {
  type AccountEvent,
  compareDecimal,
  type Decimal,
  isZeroDecimal,
  type OrderReport,
  type VenueStatus,
} from '@tradercoin/protocol'
import { amountOrNull, decimalOrNull, id, idOrNull, object, text, textOrNull, time, timeOrNull } from '../../fields.ts'
import type { RawAlgoOrder, RawAlgoUpdate, RawEvent } from './wire.ts'
import { algoStatus, isPostOnly, orderType, positionSide, side, timeInForce } from './words.ts'

/*
 * A conditional order lives in its own id space and becomes an ordinary order once it is triggered. It is shown as an order of its own,
 * `algo:<id>`, and the order it became names it as its parent. Fills belong to that order alone: the parent's executed quantity stays
 * "0" whatever the venue repeats there, so that nothing is counted twice.
 */

const prefix = 'algo:'

export function algoOrderId(algoId: string): string {
  return prefix + algoId
}

/** The venue's algo id; null for an ordinary order's id. */
export function algoIdOf(orderId: string): string | null {
  return orderId.startsWith(prefix) ? orderId.slice(prefix.length) : null
}

/**
 * ALGO_UPDATE: the conditional order, and once it is triggered the order it became.
 * `{"e":"ALGO_UPDATE","E":…,"T":…,"o":{"caid":"hub-sl-1","aid":2148719,"o":"STOP_MARKET","X":"FINISHED","ai":"612345999001","aq":"0.020",…}}`
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/user-data-streams/Event-Algo-Order-Update
 * Throws ShapeError.
 */
export function parseAlgoUpdate(event: RawEvent): AccountEvent[] {
  const o: RawAlgoUpdate = object(event.o, 'o')
  const updateTime = time(event.T ?? event.E, 'T')
  return reports({
    algoId: id(o.aid, 'aid'),
    clientId: textOrNull(o.caid),
    word: o.o,
    symbol: text(o.s, 's'),
    side: o.S,
    positionSide: o.ps,
    timeInForce: o.f,
    reduceOnly: o.R,
    status: o.X,
    price: o.p,
    triggerPrice: o.tp,
    quantity: o.q,
    childId: idOrNull(o.ai),
    childQty: o.aq,
    childPrice: o.ap,
    triggerTime: timeOrNull(o.tt),
    reason: textOrNull(o.rm),
    // A trailing stop says NEW a second time when it is activated.
    createTime: null,
    updateTime,
  })
}

/** One row of /algoOrder or /openAlgoOrders, or the answer to placing one. Throws ShapeError. */
export function parseAlgoRow(row: unknown): AccountEvent[] {
  const o: RawAlgoOrder = object(row, 'algo order')
  const word = o.orderType ?? o.type
  const trailing = word === 'TRAILING_STOP_MARKET'
  return reports({
    algoId: id(o.algoId, 'algoId'),
    clientId: textOrNull(o.clientAlgoId),
    word,
    symbol: text(o.symbol, 'symbol'),
    side: o.side,
    positionSide: o.positionSide,
    timeInForce: o.timeInForce,
    reduceOnly: o.reduceOnly,
    status: o.algoStatus,
    price: o.price,
    triggerPrice: trailing ? (amountOrNull(o.activatePrice) ?? o.triggerPrice) : o.triggerPrice,
    quantity: o.quantity,
    childId: idOrNull(o.actualOrderId),
    childQty: o.actualQty,
    childPrice: o.actualPrice,
    triggerTime: timeOrNull(o.triggerTime),
    reason: null,
    createTime: timeOrNull(o.createTime),
    updateTime: timeOrNull(o.updateTime) ?? time(o.createTime, 'updateTime'),
  })
}

interface Algo {
  algoId: string
  clientId: string | null
  word: unknown
  symbol: string
  side: unknown
  positionSide: unknown
  timeInForce: unknown
  reduceOnly: unknown
  status: unknown
  price: unknown
  triggerPrice: unknown
  quantity: unknown
  /** Id of the order it became; null before the trigger. */
  childId: string | null
  childQty: unknown
  childPrice: unknown
  triggerTime: number | null
  reason: string | null
  createTime: number | null
  updateTime: number
}

function reports(algo: Algo): AccountEvent[] {
  const quantity = amountOrNull(algo.quantity)
  const finished = algo.status === 'FINISHED'
  const status = finished ? outcome(algo, quantity) : algoStatus(algo.status)
  const parent: OrderReport = {
    trading_mode: 'futures',
    symbol: algo.symbol,
    order_id: algoOrderId(algo.algoId),
    client_order_id: algo.clientId,
    side: side(algo.side),
    position_side: positionSide(algo.positionSide),
    type: orderType(algo.word),
    venue_type: textOrNull(algo.word),
    time_in_force: timeInForce(algo.timeInForce),
    post_only: isPostOnly(algo.timeInForce),
    reduce_only: algo.reduceOnly === true,
    status,
    price: amountOrNull(algo.price),
    stop_price: amountOrNull(algo.triggerPrice),
    quantity,
    quantity_unit: 'BASE',
    executed_qty: '0',
    venue_average_price: null,
    reason: algo.reason ?? (finished && status === 'CANCELED' ? 'its order ended before it was filled' : null),
    parent_order_id: null,
    create_time: algo.createTime,
    update_time: algo.updateTime,
  }
  const events: AccountEvent[] = [{ kind: 'order', order: parent, execution: null }]
  if (algo.childId !== null) events.push({ kind: 'order', order: child(parent, algo, algo.childId), execution: null })
  return events
}

/**
 * What a triggered conditional order proves of the order it became: that it exists, and whose child it is. The time is the trigger's,
 * which is before anything that order says of itself, so its own reports always win.
 */
function child(parent: OrderReport, algo: Algo, childId: string): OrderReport {
  return {
    ...parent,
    order_id: childId,
    client_order_id: null,
    time_in_force: null,
    status: 'NEW',
    reason: null,
    parent_order_id: parent.order_id,
    create_time: null,
    update_time: algo.triggerTime ?? algo.updateTime,
  }
}

/**
 * FINISHED says that the order behind it is filled or canceled, not which of them. It is filled when that order executed all of the
 * quantity, or anything when the whole position was to be closed. An answer without the executed quantity counts as filled when it
 * has an average price.
 */
function outcome(algo: Algo, quantity: Decimal | null): VenueStatus {
  const executed = decimalOrNull(algo.childQty)
  if (executed === null) return amountOrNull(algo.childPrice) === null ? 'CANCELED' : 'FILLED'
  if (isZeroDecimal(executed)) return 'CANCELED'
  return quantity === null || compareDecimal(executed, quantity) >= 0 ? 'FILLED' : 'CANCELED'
}
