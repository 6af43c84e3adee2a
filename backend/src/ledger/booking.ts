import type { EventSource, ExchangeId, UserEventType } from '@tradercoin/protocol'
import type { Database } from '../store/database.ts'
import type { JobContext } from '../store/job.ts'

/** Whose events are booked. */
export interface BookedAccount {
  user_id: number
  exchange_key_id: number
  exchange: ExchangeId
}

/**
 * What booking did. The first four count user events, `orders` the orders that have changed; `duplicates` changed nothing. Kept as
 * they came: `raw`, whose meaning is not known, and `bad`, which could not be read or booked.
 */
export interface BookResult {
  order_update: number
  execution: number
  balance_update: number
  position_update: number
  orders: number
  duplicates: number
  raw: number
  bad: number
}

/** What booking did, and which orders it left with less executions than the venue says were executed: our row ids. */
export interface Booked extends BookResult {
  incomplete: number[]
}

export const nothingBooked = (): BookResult => ({
  order_update: 0,
  execution: 0,
  balance_update: 0,
  position_update: 0,
  orders: 0,
  duplicates: 0,
  raw: 0,
  bad: 0,
})

/** One run of the ledger over events of one account. */
export interface Booking {
  db: Database
  context: JobContext
  account: BookedAccount
  source: EventSource
  /** Our clock (ms) when the events at hand reached us. */
  received_at: number
  result: BookResult
  /** Ids of the orders that have changed. */
  changed: Set<number>
  /** Ids of the orders of which an execution is missing. */
  incomplete: Set<number>
}

/** Appends an event to the user's log and counts it. @returns its seq */
export function publish(booking: Booking, type: Exclude<UserEventType, 'gap'>, record: object): number {
  const { context, account, received_at, result } = booking
  result[type] += 1
  return context.outbox.append(account.user_id, type, JSON.stringify(record), received_at)
}

/** A booking of the hub's own doing, in one job. */
export function ownBooking(db: Database, context: JobContext, account: BookedAccount): Booking {
  const received_at = context.now
  return {
    db,
    context,
    account,
    source: 'rest',
    received_at,
    result: nothingBooked(),
    changed: new Set(),
    incomplete: new Set(),
  }
}
