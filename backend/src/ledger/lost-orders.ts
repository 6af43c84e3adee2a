import type { OrderRef } from '@tradercoin/exchanges'
import { type EventSource, hasEnded } from '@tradercoin/protocol'
import type { Job } from '../store/job.ts'
import { findByVenueId, type OrderState, type StoredOrder } from '../store/orders.ts'
import { type BookedAccount, type BookResult, ownBooking } from './booking.ts'
import { openAmend } from './open-amend.ts'
import { ownStep, recordOf, saveOrder } from './order-record.ts'

/*
 * Venues forget orders that were canceled unfilled, some after two hours. An order that was open, and that its venue does not know any
 * more, is over; how it ended nobody can tell. It is shown as CANCELED on top of what the venue told, so that whatever the venue may
 * still tell of it wins.
 */

/** An order that the venue told of this lately may only not be visible to its queries yet. */
const settledAfterMs = 60_000

export interface CloseLostOrdersArgs {
  account: BookedAccount
  orders: readonly OrderRef[]
  /** Venue time (ms) before the venue was asked. */
  as_of: number
}

/** Shows orders as CANCELED that their venue does not know any more. One that is over, too young, or to be settled otherwise stays as it is. */
export const closeLostOrders: Job<CloseLostOrdersArgs, BookResult> = (db, { account, orders, as_of }, context) => {
  const booking = ownBooking(db, context, account)
  const { exchange_key_id } = account
  for (const { trading_mode, symbol, order_id } of orders) {
    const stored = order_id === null ? null : findByVenueId(db, { exchange_key_id, trading_mode, symbol, order_id })
    if (!stored || !canBeLost(stored, as_of)) continue
    saveOrder(booking, stored, { ...stored.state, lost_at: as_of }, ownStep)
  }
  booking.result.orders = booking.changed.size
  return booking.result
}

/** Requests of ours that are open are settled by asking about their order. */
function canBeLost({ identity, state }: StoredOrder, asOf: number): boolean {
  const isAsked = state.facts === null || state.cancel !== null || openAmend(state) !== null
  const order = recordOf(identity, state)
  return !isAsked && !hasEnded(order) && Math.max(order.create_time, order.update_time) <= asOf - settledAfterMs
}

/** The state of an order after a report of it: what a query tells, or what happened later, shows that the venue does know it. */
export function foundByReport(state: OrderState, source: EventSource, time: number): OrderState {
  return source === 'rest' ? notLost(state) : foundByExecution(state, time)
}

/** The same for an execution; one from before is no sign that the order goes on. */
export function foundByExecution(state: OrderState, time: number): OrderState {
  return state.lost_at !== undefined && time > state.lost_at ? notLost(state) : state
}

function notLost(state: OrderState): OrderState {
  if (state.lost_at === undefined) return state
  const { lost_at: _, ...found } = state
  return found
}
