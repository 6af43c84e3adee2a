import { noExecutions, type OpenRequest, type Order, type OrderTimelineEntry, viewOrder } from '@tradercoin/protocol'
import { orderColumns } from '../store/columns.ts'
import { insertOrderEvent } from '../store/order-events.ts'
import { insertOrder, type StoredOrder, updateOrder } from '../store/orders.ts'
import type { Booking } from './booking.ts'

/** The part of an order's record that no venue tells. */
export type OrderIdentity = Pick<Order, 'id' | 'user_id' | 'exchange_key_id' | 'exchange' | 'origin'>

/** Everything an order's record follows from. */
export type OrderState = Omit<StoredOrder, 'record'>

/** The request that overlays the venue's facts: a cancel hides the placing but keeps its terms. */
function openRequest({ place, cancel }: OrderState): OpenRequest | null {
  if (cancel === null || place?.state === 'refused') return place
  return { ...cancel, terms: place?.terms ?? null }
}

/**
 * The record that tabs see, built anew from what is known. `boundId`: the venue's id as the answer to our placing told it, shown
 * before the venue reports the order.
 */
export function recordOf(identity: OrderIdentity, state: OrderState, boundId: string | null): Order {
  const view = viewOrder(state.facts, openRequest(state), state.executions ?? noExecutions)
  const { id, user_id, exchange_key_id, exchange, origin } = identity
  return {
    id,
    user_id,
    exchange_key_id,
    exchange,
    ...view,
    order_id: view.order_id ?? boundId,
    create_time: state.facts?.create_time ?? state.place?.time ?? view.create_time,
    origin,
  }
}

function recordsEqual(a: Order, b: Order): boolean {
  return orderColumns.every((field) => a[field] === b[field] || (field === 'fees' && feesEqual(a, b)))
}

const feesEqual = (a: Order, b: Order) => JSON.stringify(a.fees) === JSON.stringify(b.fees)

/** A step of the hub's own doing. */
export const ownStep: StepCause = { source: 'hub', exchange_time: null }

/** What caused a step of an order: who told it, and the venue's time of it (null for a step of our own). */
export interface StepCause {
  source: OrderTimelineEntry['source']
  exchange_time: number | null
}

/**
 * Stores an order's new state; where its record has changed, adds a step to its timeline. `boundId`: see recordOf.
 * @returns the new record when it differs from the stored one, else null
 */
export function saveOrder(
  booking: Booking,
  before: StoredOrder,
  state: OrderState,
  cause: StepCause,
  boundId: string | null = before.record.order_id,
): Order | null {
  const record = recordOf(before.record, state, boundId)
  updateOrder(booking.db, { ...state, record }, before.record)
  if (recordsEqual(record, before.record)) return null
  addStep(booking, record, cause)
  return record
}

/** Stores an order seen for the first time, with the first step of its timeline. */
export function addOrder(
  booking: Booking,
  identity: Omit<OrderIdentity, 'id'>,
  state: OrderState,
  cause: StepCause,
): Order {
  const order = { ...state, record: recordOf({ ...identity, id: 0 }, state, null) }
  insertOrder(booking.db, order)
  addStep(booking, order.record, cause)
  return order.record
}

function addStep(booking: Booking, record: Order, { source, exchange_time }: StepCause): void {
  insertOrderEvent(booking.db, record.id, {
    source,
    status: record.status,
    executed_qty: record.executed_qty,
    price: record.price,
    quantity: record.quantity,
    reason: record.reason,
    exchange_time,
    received_time: booking.received_at,
    commit_time: booking.context.now,
  })
}
