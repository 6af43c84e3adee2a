import type { ExchangeId, OpenRequest, Order, OrderTerms } from '@tradercoin/protocol'
import { JobError } from '../store/errors.ts'
import type { Job } from '../store/job.ts'
import { findByVenueId, findStored, isClientIdUsed, type OrderIdentity, type VenueOrderId } from '../store/orders.ts'
import { ownBooking } from './booking.ts'
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
    `SELECT id FROM exchange_keys WHERE id = ? AND user_id = ? AND exchange = ? AND is_active = 1 AND suspended_reason IS NULL
     AND deleted_at IS NULL`,
    account.exchange_key_id,
    account.user_id,
    account.exchange,
  )
  if (!key) throw new JobError('not_found')
  if (isClientIdUsed(db, account.exchange_key_id, terms.client_order_id)) throw new JobError('client_order_id_used')
  const place: OpenRequest = { action: 'place', state: 'sent', time: context.now, reason: null, terms }
  const state = { facts: null, place, cancel: null, executions: null }
  return addOrder(ownBooking(db, context, account), 'hub', state, ownStep, terms.client_order_id)
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
  const { place } = stored?.state ?? {}
  if (!stored || !place) throw new JobError('not_found')
  const told = outcome.kind === 'accepted' ? venueIdOf(stored.identity, place, outcome.order_id) : null
  const binds = stored.identity.order_id === null && told !== null && !findByVenueId(db, told)
  // It may have been filled under the venue's id before that id was known here.
  const executions = binds ? knownExecutions(db, told) : stored.state.executions
  const state = { ...stored.state, place: settled(place, outcome), executions }
  const orderId = binds ? told.order_id : stored.identity.order_id
  return saveOrder(ownBooking(db, context, stored.identity), stored, state, ownStep, orderId).order
}

function venueIdOf({ exchange_key_id }: OrderIdentity, place: OpenRequest, orderId: string): VenueOrderId | null {
  if (!place.terms) return null
  const { trading_mode, symbol } = place.terms
  return { exchange_key_id, trading_mode, symbol, order_id: orderId }
}

function settled(place: OpenRequest, outcome: PlaceOutcome): OpenRequest {
  if (outcome.kind === 'refused') return { ...place, state: 'refused', reason: outcome.reason }
  return { ...place, state: outcome.kind === 'accepted' ? 'sent' : 'unknown' }
}
