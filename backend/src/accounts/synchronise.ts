import type { AccountEvent } from '@tradercoin/protocol'
import type { BookResult } from '../ledger/booking.ts'
import { readSyncPoint } from '../store/sync-point.ts'
import type { Account } from './account.ts'
import { credentialsOf } from './credentials.ts'
import { closeLost } from './lost-orders.ts'

/** A comparison leaves orders that have moved this lately (venue time, ms) to the stream, whose word may still be on its way. */
export const settlingMs = 5_000

type Synced = Pick<Account, 'key' | 'exchange' | 'parts' | 'queue'>

/**
 * Reads what the venue can tell since the ledger's last point and books it. `upAt` says, once all is booked, since when the stream
 * that was asked for is up; null when it no longer is, and then the gap stays open.
 * Throws ExchangeError when the venue does not answer, JobError `closed` when the hub is stopping.
 */
export async function catchUp(account: Synced, upAt: () => number | null): Promise<void> {
  const { key, exchange, parts, queue } = account
  const since = readSyncPoint(parts.db, key)
  const snapshot = await exchange.fetchSnapshot(credentialsOf(parts, key), since)
  await queue.bookNow(balancesLast(snapshot.events), since.time !== null)
  await closeLost(account, snapshot.lost, snapshot.as_of)
  const ended_at = upAt()
  const { id, user_id, exchange: venue } = key
  const args = { user_id, exchange_key_id: id, synced_to: snapshot.as_of, ended_at, unproven: snapshot.unproven }
  const gap = await parts.writer.run('finishSync', args)
  if (gap && ended_at !== null) parts.observer.gapEnded(venue, gap, parts.clock.now() - ended_at)
}

/** What a comparison found. `isSettled`: nothing had moved so lately that it was left to the stream. */
export interface Comparison {
  booked: BookResult
  isSettled: boolean
}

/** Reads the account while its stream runs and books what differs. */
export async function compare(account: Synced): Promise<Comparison> {
  const { key, exchange, parts, queue } = account
  const snapshot = await exchange.fetchSnapshot(credentialsOf(parts, key), readSyncPoint(parts.db, key))
  const settledTo = snapshot.as_of - settlingMs
  const events = snapshot.events.filter((event) => (movedAt(event) ?? settledTo) <= settledTo)
  const isSettled = events.length === snapshot.events.length
  // While something moves, the balances would hide from the next query that there is something to find.
  const booked = await queue.bookNow(isSettled ? balancesLast(events) : events.filter(isNoBalance), false)
  await closeLost(account, snapshot.lost, snapshot.as_of)
  if (isSettled) {
    const args = { user_id: key.user_id, exchange_key_id: key.id, synced_to: settledTo, ended_at: null, unproven: null }
    await parts.writer.run('finishSync', args)
  }
  return { booked, isSettled }
}

const isNoBalance = ({ kind }: AccountEvent) => kind !== 'balance' && kind !== 'position'

/** Should we die midway, balances that have moved must still point to what moved them. */
function balancesLast(events: AccountEvent[]): AccountEvent[] {
  return [...events.filter(isNoBalance), ...events.filter((event) => !isNoBalance(event))]
}

function movedAt(event: AccountEvent): number | null {
  if (event.kind === 'order') return event.order.update_time
  return event.kind === 'execution' ? event.execution.time : null
}
