import type { ExchangeId, OpenRequest, Order, OrderTerms } from '@tradercoin/protocol'
import type { Database } from '../store/database.ts'
import { JobError } from '../store/errors.ts'
import type { Job } from '../store/job.ts'
import { findByVenueId, findStored, isClientIdUsed } from '../store/orders.ts'
import { ownBooking, publish } from './booking.ts'
import { knownExecutions } from './known-executions.ts'
import { addOrder, ownStep, saveOrder } from './order-record.ts'

/* Our own placing of an order: stored before it is sent, settled by the venue's answer, shown as the venue's only once it says so. */

export interface CreatePendingOrderArgs {
  user_id: number
  exchange_key_id: number
  exchange: ExchangeId
  /** With the client order id, which is new for this key. */
  terms: OrderTerms & { client_order_id: string }
}

/**
 * Stores an order as PENDING_NEW. Only after this job's commit may it be sent.
 * @throws JobError `not_found` (no such active key of this user), `client_order_id_used`
 */
export const createPendingOrder: Job<CreatePendingOrderArgs, Order> = (db, args, context) => {
  const { terms, ...account } = args
  const key = db.get(
    'SELECT id FROM exchange_keys WHERE id = ? AND user_id = ? AND exchange = ? AND is_active = 1 AND deleted_at IS NULL',
    account.exchange_key_id,
    account.user_id,
    account.exchange,
  )
  if (!key) throw new JobError('not_found')
  if (isClientIdUsed(db, account.exchange_key_id, terms.client_order_id)) throw new JobError('client_order_id_used')
  const place: OpenRequest = { action: 'place', state: 'sent', time: context.now, reason: null, terms }
  const state = { placed_as: terms.client_order_id, facts: null, place, cancel: null, executions: null }
  const booking = ownBooking(db, context, account)
  const order = addOrder(booking, { ...account, origin: 'hub' }, state, ownStep)
  publish(booking, 'order_update', order)
  return order
}

/** How the placing ended: the venue took it, the venue (or we, unsent) refused it, or the answer was lost. */
export type PlaceOutcome =
  | { kind: 'accepted'; order_id: string }
  | { kind: 'refused'; reason: string }
  | { kind: 'unknown' }

export interface SettlePlaceArgs {
  user_id: number
  id: number
  outcome: PlaceOutcome
}

/**
 * Notes the outcome. Facts of the venue, whenever they come, stand above it.
 * @returns the order as it now is
 * @throws JobError `not_found`
 */
export const settlePlace: Job<SettlePlaceArgs, Order> = (db, { user_id, id, outcome }, context) => {
  const stored = findStored(db, { user_id }, id)
  if (!stored?.place) throw new JobError('not_found')
  const { record } = stored
  const boundId = outcome.kind === 'accepted' ? bindable(db, record, outcome.order_id) : record.order_id
  const executions =
    boundId === record.order_id ? stored.executions : knownExecutions(db, { ...record, order_id: boundId })
  const state = { ...stored, place: settled(stored.place, outcome), executions }
  const booking = ownBooking(db, context, record)
  const order = saveOrder(booking, stored, state, ownStep, boundId)
  if (order) publish(booking, 'order_update', order)
  return order ?? record
}

function settled(place: OpenRequest, outcome: PlaceOutcome): OpenRequest {
  if (outcome.kind === 'refused') return { ...place, state: 'refused', reason: outcome.reason }
  return { ...place, state: outcome.kind === 'accepted' ? 'sent' : 'unknown' }
}

/** The venue's id from its answer, unless a report was quicker, or has made another row of it. */
function bindable(db: Database, record: Order, orderId: string): string | null {
  if (record.order_id !== null) return record.order_id
  return findByVenueId(db, { ...record, order_id: orderId }) ? null : orderId
}
