import { hasEnded, type OpenRequest, type Order } from '@tradercoin/protocol'
import { JobError } from '../store/errors.ts'
import type { Job } from '../store/job.ts'
import { findStored } from '../store/orders.ts'
import { ownBooking } from './booking.ts'
import { ownStep, recordOf, saveOrder } from './order-record.ts'

export interface RequestCancelArgs {
  user_id: number
  id: number
}

/** `isNew`: this request is the one that must be sent; false when a cancel of the order is already on its way. */
export interface RequestedCancel {
  order: Order
  isNew: boolean
}

/**
 * Marks an order as PENDING_CANCEL. Only after this job's commit may the cancel be sent.
 * @throws JobError `not_found`, `order_closed` (with the status in the message)
 */
export const requestCancel: Job<RequestCancelArgs, RequestedCancel> = (db, { user_id, id }, context) => {
  const stored = findStored(db, { user_id }, id)
  if (!stored) throw new JobError('not_found')
  const known = recordOf(stored.identity, stored.state)
  if (hasEnded(known)) throw new JobError('order_closed', known.status)
  if (stored.state.cancel?.state === 'sent') return { order: known, isNew: false }
  const cancel: OpenRequest = { action: 'cancel', state: 'sent', time: context.now, reason: null, terms: null }
  const booking = ownBooking(db, context, stored.identity)
  return { order: saveOrder(booking, stored, { ...stored.state, cancel }, ownStep).order, isNew: true }
}

export interface SettleCancelArgs {
  user_id: number
  id: number
  /** `refused`: the order goes on; `unknown`: the answer was lost. An accepted cancel stays pending until the venue reports it. */
  outcome: 'refused' | 'unknown'
}

/** @throws JobError `not_found` */
export const settleCancel: Job<SettleCancelArgs, Order> = (db, { user_id, id, outcome }, context) => {
  const stored = findStored(db, { user_id }, id)
  if (!stored) throw new JobError('not_found')
  if (!stored.state.cancel) return recordOf(stored.identity, stored.state)
  const cancel: OpenRequest | null = outcome === 'refused' ? null : { ...stored.state.cancel, state: 'unknown' }
  return saveOrder(ownBooking(db, context, stored.identity), stored, { ...stored.state, cancel }, ownStep).order
}
