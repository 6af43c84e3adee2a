import { hasEnded } from '@tradercoin/protocol'
import type { Database } from '../store/database.ts'
import { readOrder } from '../store/order-list.ts'
import { type OpenRequestRow, readOpenRequests } from '../store/sync-point.ts'
import type { Account } from './account.ts'
import { credentialsOf } from './credentials.ts'
import { closeLost } from './lost-orders.ts'

/** The stream is given this long to tell of a request before the venue is asked. */
const patienceMs = 3_000
/**
 * An order that the venue still does not know after this long was never taken: a request carries its own deadline (Binance's
 * recvWindow, 5 s), after which it is refused however late it arrives.
 */
const neverArrivedAfterMs = 30_000
/** A cancel after which the order is still open at the venue has failed, and so has a change it does not show. */
const failedAfterMs = 10_000
const nextLookMs = 5_000

type Looking = Pick<Account, 'key' | 'exchange' | 'parts' | 'queue'>

/** What looking at our own open requests brought. */
export interface OpenRequestsLook {
  /** In how many ms to look again; null when nothing is open. */
  nextInMs: number | null
  /** The venue told of a request sent since the stream is up what the stream should have told long before. */
  isStreamBehind: boolean
}

/**
 * Settles placings, changes and cancels of ours whose outcome no fact of the venue shows, by asking about each order. Also after a restart:
 * the ledger holds every request since before it was sent.
 * `upSince`: our clock (ms) since when the stream is up; null while it is not.
 * Throws ExchangeError when the venue does not answer.
 */
export async function settleOpenRequests(account: Looking, upSince: number | null): Promise<OpenRequestsLook> {
  let isOpen = false
  let isStreamBehind = false
  for (const request of readOpenRequests(account.parts.db, account.key)) {
    const age = account.parts.clock.now() - request.asked_at
    if (age < patienceMs) {
      isOpen = true
      continue
    }
    const { isSettled, isNews } = await settle(account, request, age)
    isOpen ||= !isSettled
    isStreamBehind ||= isNews && upSince !== null && request.asked_at >= upSince
  }
  return { nextInMs: isOpen ? nextLookMs : null, isStreamBehind }
}

/** @returns `isSettled`: it need not be asked again; `isNews`: the venue's answer changed the ledger */
async function settle(
  account: Looking,
  request: OpenRequestRow,
  age: number,
): Promise<{ isSettled: boolean; isNews: boolean }> {
  const { key, exchange, parts, queue } = account
  const { id, user_id, trading_mode, symbol, order_id, client_order_id } = request
  const ref = { trading_mode, symbol, order_id, client_order_id }
  const askedAt = parts.clock.now()
  const events = await exchange.fetchOrder(credentialsOf(parts, key), ref)
  let isNews = false
  if (events !== null) {
    const booked = await queue.bookNow(events, false)
    isNews = booked.orders > 0 || booked.execution > 0
  } else if (request.is_known === 0) {
    if (age < neverArrivedAfterMs) return { isSettled: false, isNews }
    const outcome = { kind: 'refused', reason: 'It never reached the exchange.' } as const
    await parts.writer.run('settlePlace', { user_id, id, outcome })
    return { isSettled: true, isNews }
  }
  if (request.is_cancel === 0 && request.amend_time === null) return { isSettled: true, isNews }
  if (age < failedAfterMs) return { isSettled: isAnswered(parts.db, request), isNews }
  // Where the order has ended the venue's word stands; where it has not, the request did not work.
  if (request.is_cancel === 1) await parts.writer.run('settleCancel', { user_id, id, outcome: 'refused' })
  if (request.amend_time !== null) {
    const outcome = { kind: 'refused', reason: 'The exchange did not make this change.' } as const
    await parts.writer.run('settleAmend', { user_id, id, time: request.amend_time, outcome })
  }
  if (events === null) await closeLost(account, [ref], askedAt)
  return { isSettled: true, isNews }
}

/** Whether what was just booked shows how the request ended. */
function isAnswered(db: Database, { user_id, id }: OpenRequestRow): boolean {
  const order = readOrder(db, { user_id }, id)
  return (
    !order ||
    hasEnded(order) ||
    (order.amend === null && order.status !== 'PENDING_CANCEL' && order.status !== 'UNKNOWN')
  )
}
