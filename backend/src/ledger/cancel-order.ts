import { isTerminal, type OpenRequest, type Order } from '@tradercoin/protocol'
import { JobError } from '../store/errors.ts'
import type { Job } from '../store/job.ts'
import { findStored } from '../store/orders.ts'
import { ownBooking, publish } from './booking.ts'
import { ownStep, saveOrder } from './order-record.ts'

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
  if (isTerminal(stored.record.status)) throw new JobError('order_closed', stored.record.status)
  if (stored.cancel?.state === 'sent') return { order: stored.record, isNew: false }
  const cancel: OpenRequest = { action: 'cancel', state: 'sent', time: context.now, reason: null, terms: null }
  const booking = ownBooking(db, context, stored.record)
  const order = saveOrder(booking, stored, { ...stored, cancel }, ownStep)
  if (order) publish(booking, 'order_update', order)
  return { order: order ?? stored.record, isNew: true }
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
  if (!stored.cancel) return stored.record
  const cancel: OpenRequest | null = outcome === 'refused' ? null : { ...stored.cancel, state: 'unknown' }
  const booking = ownBooking(db, context, stored.record)
  const order = saveOrder(booking, stored, { ...stored, cancel }, ownStep)
  if (order) publish(booking, 'order_update', order)
  return order ?? stored.record
}
