import {
  compareDecimal,
  hasEnded,
  isZeroDecimal,
  noExecutions,
  type OpenRequest,
  type Order,
  type OrderTimelineEntry,
  type OrderView,
  removedKeyReason,
  viewOrder,
} from '@tradercoin/protocol'
import { orderColumns } from '../store/columns.ts'
import { insertOrderEvent } from '../store/order-events.ts'
import {
  insertOrder,
  type OrderIdentity,
  type OrderState,
  type StoredOrder,
  updateOrder,
  updateOrderState,
} from '../store/orders.ts'
import { type Booking, publish } from './booking.ts'
import { missingQuantity } from './missing-quantity.ts'
import { openAmend } from './open-amend.ts'

/** The request that overlays the venue's facts: a cancel hides the placing but keeps its terms. */
function openRequest({ place, cancel }: OrderState): OpenRequest | null {
  if (cancel === null || place?.state === 'refused') return place
  return { ...cancel, terms: place?.terms ?? null }
}

/** The reason shown on an order that its venue does not know any more. */
export const lostOrderReason = 'The exchange no longer knows this order: it ended while the hub could not hear of it.'

/**
 * Status and reason where the venue's word is not the last: an order it has lost is over, one whose key was removed while it had not
 * ended is not known any more.
 */
function shownEnd(state: OrderState, view: OrderView): Pick<Order, 'status' | 'reason'> {
  const { status, reason } = view
  if (hasEnded(view)) return { status, reason }
  if (state.lost_at !== undefined) {
    const { quantity, executed_qty } = view
    const isWhole = quantity !== null && !isZeroDecimal(executed_qty) && compareDecimal(executed_qty, quantity) >= 0
    return isWhole ? { status: 'FILLED', reason: null } : { status: 'CANCELED', reason: lostOrderReason }
  }
  return state.key_removed ? { status: 'UNKNOWN', reason: removedKeyReason } : { status, reason }
}

/** The record that tabs see, as it follows from the state. An order_id from the answer to our placing is shown before any report. */
export function recordOf(identity: OrderIdentity, state: OrderState): Order {
  const view = viewOrder(state.facts, openRequest(state), state.executions ?? noExecutions)
  const { status, reason } = shownEnd(state, view)
  return {
    id: identity.id,
    user_id: identity.user_id,
    exchange_key_id: identity.exchange_key_id,
    exchange: identity.exchange,
    trading_mode: view.trading_mode,
    order_id: view.order_id ?? identity.order_id,
    client_order_id: view.client_order_id,
    symbol: view.symbol,
    side: view.side,
    position_side: view.position_side,
    type: view.type,
    venue_type: view.venue_type,
    time_in_force: view.time_in_force,
    post_only: view.post_only,
    reduce_only: view.reduce_only,
    status,
    price: view.price,
    stop_price: view.stop_price,
    quantity: view.quantity,
    quantity_unit: view.quantity_unit,
    venue_quantity: view.venue_quantity,
    executed_qty: view.executed_qty,
    executed_price: view.executed_price,
    last_price: view.last_price,
    last_qty: view.last_qty,
    fee: view.fee,
    fee_asset: view.fee_asset,
    fees: view.fees,
    realized_pnl: view.realized_pnl,
    amend: openAmend(state),
    origin: identity.origin,
    reason,
    parent_order_id: view.parent_order_id,
    create_time: state.facts?.create_time ?? state.place?.time ?? view.create_time,
    update_time: view.update_time,
  }
}

function recordsEqual(a: Order, b: Order): boolean {
  return orderColumns.every((field) => fieldsEqual(a, b, field))
}

const jsonFields: ReadonlySet<keyof Order> = new Set(['fees', 'amend'])

function fieldsEqual(a: Order, b: Order, field: keyof Order): boolean {
  return a[field] === b[field] || (jsonFields.has(field) && JSON.stringify(a[field]) === JSON.stringify(b[field]))
}

/** What caused a step of an order: who told it, and the venue's time of it (null for a step of our own). */
export interface StepCause {
  source: OrderTimelineEntry['source']
  exchange_time: number | null
  /** What is to be read of this step beside the order itself. */
  note?: string
}

/** A step of the hub's own doing. */
export const ownStep: StepCause = { source: 'hub', exchange_time: null }

/**
 * Stores an order's new state. Where its record has changed, tells the user, and adds a step to its timeline where that shows it.
 * `orderId`: the venue's id where an answer has told it just now.
 * @returns the record, and whether it has changed
 */
export function saveOrder(
  booking: Booking,
  { identity, state: before }: StoredOrder,
  changed: OrderState,
  cause: StepCause,
  orderId: string | null = identity.order_id,
): { order: Order; isChanged: boolean } {
  const state = changed.amend ? { ...changed, amend: openAmend(changed) } : changed
  const old = recordOf(identity, before)
  const order = recordOf({ ...identity, order_id: orderId }, state)
  const isChanged = !recordsEqual(old, order)
  noteMissing(booking, identity.id, state)
  if (!isChanged) {
    updateOrderState(booking.db, identity.id, state)
    return { order, isChanged }
  }
  updateOrder(booking.db, old, order, state)
  tell(booking, old, order, cause)
  return { order, isChanged }
}

/** Stores an order seen for the first time and tells the user. `placedAs`: see insertOrder. */
export function addOrder(
  booking: Booking,
  origin: Order['origin'],
  state: OrderState,
  cause: StepCause,
  placedAs: string | null = null,
): Order {
  const { user_id, exchange_key_id, exchange } = booking.account
  const order = recordOf({ id: 0, user_id, exchange_key_id, exchange, origin, order_id: null }, state)
  insertOrder(booking.db, order, state, placedAs)
  tell(booking, null, order, cause)
  noteMissing(booking, order.id, state)
  return order
}

function noteMissing({ incomplete }: Booking, id: number, state: OrderState): void {
  if (missingQuantity(state) === null) incomplete.delete(id)
  else incomplete.add(id)
}

/** What a step of the timeline shows of the order; a change of anything else (the venue's id, a fee) is no step of its own. */
const stepFields = [
  'status',
  'executed_qty',
  'price',
  'quantity',
  'reason',
  'amend',
] as const satisfies readonly (keyof Order)[]

function tell(booking: Booking, old: Order | null, order: Order, { source, exchange_time, note }: StepCause): void {
  booking.changed.add(order.id)
  const seq = publish(booking, 'order_update', order)
  if (old && stepFields.every((field) => fieldsEqual(old, order, field))) return
  insertOrderEvent(booking.db, order.id, seq, {
    source,
    status: order.status,
    executed_qty: order.executed_qty,
    price: order.price,
    quantity: order.quantity,
    reason: note ?? order.reason,
    amend: order.amend,
    exchange_time,
    received_time: booking.received_at,
    commit_time: booking.context.now,
  })
}
