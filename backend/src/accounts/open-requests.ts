import { type OpenRequestRow, readOpenRequests } from '../store/sync-point.ts'
import type { Account } from './account.ts'
import { credentialsOf } from './credentials.ts'

/** The stream is given this long to tell of a request before the venue is asked. */
const patienceMs = 3_000
/**
 * An order that the venue still does not know after this long was never taken: a request carries its own deadline (Binance's
 * recvWindow, 5 s), after which it is refused however late it arrives.
 */
const neverArrivedAfterMs = 30_000
/** A cancel after which the order is still open at the venue has failed. */
const cancelFailedAfterMs = 10_000
const nextLookMs = 5_000

type Looking = Pick<Account, 'key' | 'exchange' | 'parts' | 'queue'>

/**
 * Settles placings and cancels of ours whose outcome no fact of the venue shows, by asking about each order. Also after a restart:
 * the ledger holds every request since before it was sent.
 * @returns in how many ms to look again; null when nothing is open
 * Throws ExchangeError when the venue does not answer.
 */
export async function settleOpenRequests(account: Looking): Promise<number | null> {
  let isOpen = false
  for (const request of readOpenRequests(account.parts.db, account.key)) {
    const age = account.parts.clock.now() - request.asked_at
    const isSettled = age >= patienceMs && (await settle(account, request, age))
    isOpen ||= !isSettled
  }
  return isOpen ? nextLookMs : null
}

/** @returns false when it must be asked again */
async function settle(
  { key, exchange, parts, queue }: Looking,
  request: OpenRequestRow,
  age: number,
): Promise<boolean> {
  const { id, user_id, symbol, order_id, client_order_id } = request
  const events = await exchange.fetchOrder(credentialsOf(parts, key), { symbol, order_id, client_order_id })
  if (events !== null) await queue.bookNow(events, false)
  else if (request.is_known === 0) {
    if (age < neverArrivedAfterMs) return false
    const outcome = { kind: 'refused', reason: 'It never reached the exchange.' } as const
    await parts.writer.run('settlePlace', { user_id, id, outcome })
    return true
  }
  if (request.is_cancel === 0) return true
  if (age < cancelFailedAfterMs) return false
  // Where the order has ended the venue's word stands; where it has not, the cancel did not work.
  await parts.writer.run('settleCancel', { user_id, id, outcome: 'refused' })
  return true
}
