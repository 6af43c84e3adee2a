import type { AccountEvent, EventSource } from '@tradercoin/protocol'
import { addRecovered, findOpenGap } from '../store/gaps.ts'
import type { Job } from '../store/job.ts'
import { insertRawEvent } from '../store/raw-events.ts'
import { isStorageFailure } from '../store/transaction.ts'
import { bookAmendRefusal } from './amend-order.ts'
import { bookBalance } from './book-balance.ts'
import { bookExecution, bookOrder } from './book-order.ts'
import { bookPosition } from './book-position.ts'
import { type Booked, type BookedAccount, type Booking, nothingBooked } from './booking.ts'
import { findProblem } from './check-event.ts'

/** What arrived together: the events of one frame, or of one query. */
export interface ReceivedEvents {
  /** Our clock (ms). */
  received_at: number
  events: AccountEvent[]
}

export interface BookEventsArgs {
  account: BookedAccount
  source: EventSource
  received: ReceivedEvents[]
  /** The events fill the account's open gap: what they change is counted there. */
  recovering: boolean
}

/**
 * The one transaction of the ledger: merges each event, stores what changed, and appends what tabs must see to the user's log.
 * An event told before changes nothing and takes no seq. One that cannot be booked is kept raw and counted; the others are booked.
 */
export const bookEvents: Job<BookEventsArgs, Booked> = (db, { account, source, received, recovering }, context) => {
  const booking: Booking = {
    db,
    context,
    account,
    source,
    received_at: 0,
    result: nothingBooked(),
    changed: new Set(),
    incomplete: new Set(),
  }
  const book = context.isCareful ? bookGuarded : bookEvent
  for (const { received_at, events } of received) {
    booking.received_at = received_at
    for (const event of events) book(booking, event)
  }
  booking.result.orders = booking.changed.size
  if (recovering) countRecovered(booking)
  return { ...booking.result, incomplete: [...booking.incomplete] }
}

/** A savepoint for each event costs more than booking most of them: only when the plain way has failed before. */
function bookGuarded(booking: Booking, event: AccountEvent): void {
  const { db, context } = booking
  const mark = context.outbox.mark()
  const result = { ...booking.result }
  const [changed, incomplete] = [new Set(booking.changed), new Set(booking.incomplete)]
  db.run('SAVEPOINT booking')
  try {
    bookEvent(booking, event)
  } catch (error) {
    if (isStorageFailure(error) || !db.inTransaction) throw error
    db.run('ROLLBACK TO booking')
    context.outbox.rewind(mark)
    Object.assign(booking, { result, changed, incomplete })
    keepBadEvent(booking, event, error instanceof Error ? error.message : String(error))
  }
  db.run('RELEASE booking')
}

function bookEvent(booking: Booking, event: AccountEvent): void {
  const problem = findProblem(event)
  if (problem !== null) {
    keepBadEvent(booking, event, problem)
    return
  }
  switch (event.kind) {
    case 'order':
      bookOrder(booking, event.order, event.execution)
      break
    case 'execution':
      bookExecution(booking, event.execution)
      break
    case 'balance':
      bookBalance(booking, event.balance)
      break
    case 'position':
      bookPosition(booking, event.position)
      break
    case 'amend_refused':
      if (!bookAmendRefusal(booking, event.refusal)) {
        keepRaw(booking, event.kind, JSON.stringify(event.refusal), null)
        booking.result.raw += 1
      }
      break
    case 'raw':
      keepRaw(booking, event.event_type, event.payload, event.problem)
      booking.result[event.problem === null ? 'raw' : 'bad'] += 1
  }
}

function keepBadEvent(booking: Booking, event: AccountEvent, problem: string): void {
  keepRaw(booking, `not booked: ${event.kind}`, JSON.stringify(event), problem)
  booking.result.bad += 1
}

function keepRaw({ db, account, received_at }: Booking, type: string, payload: string, problem: string | null): void {
  const { user_id, exchange_key_id } = account
  insertRawEvent(db, { user_id, exchange_key_id, event_type: type, payload, problem, received_time: received_at })
}

function countRecovered({ db, account, result }: Booking): void {
  if (result.orders === 0 && result.execution === 0) return
  const gap = findOpenGap(db, account.exchange_key_id)
  if (gap) addRecovered(db, gap.id, result.orders, result.execution)
}
