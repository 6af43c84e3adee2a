import { type AccountEvent, algoIdPrefix, type OrderReport } from '@tradercoin/protocol'
import { amountOrNull, id, idOrNull, object, text, textOrNull, time, timeOrNull } from '../../fields.ts'
import type { RawAlgoOrder, RawAlgoUpdate, RawEvent } from './wire.ts'
import { algoStatus, isPostOnly, orderType, positionSide, side, timeInForce } from './words.ts'

/*
 * A conditional order lives in its own id space and becomes an ordinary order once it is triggered. It is shown as an order of its own,
 * `algo:<id>`, which is over once it is TRIGGERED; the order it became names it as its parent. Fills and fate belong to that order
 * alone: the parent's executed quantity stays "0" whatever the venue repeats there, so that nothing is counted twice.
 */

export function algoOrderId(algoId: string): string {
  return algoIdPrefix + algoId
}

/** The venue's algo id; null for an ordinary order's id. */
export function algoIdOf(orderId: string): string | null {
  return orderId.startsWith(algoIdPrefix) ? orderId.slice(algoIdPrefix.length) : null
}

/** Whether an order was a conditional one before it was triggered; only those have such a type, save the conditional ones themselves. */
export function wasTriggered({ type, order_id }: OrderReport): boolean {
  return type !== 'LIMIT' && type !== 'MARKET' && type !== 'OTHER' && algoIdOf(order_id) === null
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
  triggerTime: number | null
  reason: string | null
  createTime: number | null
  updateTime: number
}

function reports(algo: Algo): AccountEvent[] {
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
    status: algoStatus(algo.status),
    price: amountOrNull(algo.price),
    stop_price: amountOrNull(algo.triggerPrice),
    quantity: amountOrNull(algo.quantity),
    quantity_unit: 'BASE',
    executed_qty: '0',
    venue_average_price: null,
    reason: algo.reason,
    parent_order_id: null,
    create_time: algo.createTime,
    update_time: algo.updateTime,
  }
  const events: AccountEvent[] = [{ kind: 'order', order: parent, execution: null }]
  // Of one that ended before the trigger, or that the engine refused, no order came.
  if (parent.status === 'TRIGGERED' && algo.childId !== null) {
    events.push({ kind: 'order', order: child(parent, algo, algo.childId), execution: null })
  }
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
