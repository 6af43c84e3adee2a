import {
  type AmendRefusal,
  compareDecimal,
  type Decimal,
  hasEnded,
  type OpenAmend,
  type Order,
} from '@tradercoin/protocol'
import { JobError } from '../store/errors.ts'
import type { Job } from '../store/job.ts'
import { findByVenueId, findStored } from '../store/orders.ts'
import { type Booking, ownBooking } from './booking.ts'
import { isAt, openAmend } from './open-amend.ts'
import { ownStep, recordOf, saveOrder } from './order-record.ts'

/* Our own change of a resting order: stored before it is sent, over once the venue's facts show it or the order is over. */

export interface RequestAmendArgs {
  user_id: number
  id: number
  /** What to change; null: as it is. `quantity` is the new total. */
  price: Decimal | null
  quantity: Decimal | null
}

/** `amend`: what must be sent now; null when the order is as asked already. */
export interface RequestedAmend {
  order: Order
  amend: OpenAmend | null
}

/**
 * Notes that an order is to be changed. Only after this job's commit may that be sent.
 * @throws JobError `not_found`, `order_closed` (with the status in the message), `order_not_confirmed` while the venue has told nothing
 * of it, `cancel_in_progress`, `amend_in_progress`, `quantity_executed` (with the executed quantity in the message)
 */
export const requestAmend: Job<RequestAmendArgs, RequestedAmend> = (db, { user_id, id, price, quantity }, context) => {
  const stored = findStored(db, { user_id }, id)
  if (!stored) throw new JobError('not_found')
  const known = recordOf(stored.identity, stored.state)
  if (hasEnded(known)) throw new JobError('order_closed', known.status)
  if (stored.state.facts === null) throw new JobError('order_not_confirmed')
  if (stored.state.cancel !== null) throw new JobError('cancel_in_progress')
  if (known.amend !== null) throw new JobError('amend_in_progress')
  if (quantity !== null && compareDecimal(quantity, known.executed_qty) <= 0) {
    throw new JobError('quantity_executed', known.executed_qty)
  }
  if (isAt(price, known.price) && isAt(quantity, known.quantity)) return { order: known, amend: null }
  const amend: OpenAmend = { price, quantity, state: 'sent', time: context.now }
  const booking = ownBooking(db, context, stored.identity)
  return { order: saveOrder(booking, stored, { ...stored.state, amend }, ownStep).order, amend }
}

export interface SettleAmendArgs {
  user_id: number
  id: number
  /** Of the request that is settled: a later one is not touched. */
  time: number
  /** `refused`: the order stays as it is; `unknown`: the answer was lost. What the venue took stays open until it shows the change. */
  outcome: { kind: 'refused'; reason: string } | { kind: 'unknown' }
}

/** @throws JobError `not_found` */
export const settleAmend: Job<SettleAmendArgs, Order> = (db, { user_id, id, time, outcome }, context) => {
  const stored = findStored(db, { user_id }, id)
  if (!stored) throw new JobError('not_found')
  const { amend } = stored.state
  if (!amend || amend.time !== time) return recordOf(stored.identity, stored.state)
  const settled: OpenAmend | null = outcome.kind === 'refused' ? null : { ...amend, state: 'unknown' }
  const cause = outcome.kind === 'refused' ? { ...ownStep, note: outcome.reason } : ownStep
  return saveOrder(ownBooking(db, context, stored.identity), stored, { ...stored.state, amend: settled }, cause).order
}

/** Books that the venue did not make a change of ours after all. @returns whether one was open; if not, nothing was done */
export function bookAmendRefusal(booking: Booking, { reason, time, ...order }: AmendRefusal): boolean {
  const { exchange_key_id } = booking.account
  const stored = findByVenueId(booking.db, { exchange_key_id, ...order })
  if (!stored || openAmend(stored.state) === null) return false
  const cause = { source: booking.source, exchange_time: time, note: reason }
  saveOrder(booking, stored, { ...stored.state, amend: null }, cause)
  return true
}
