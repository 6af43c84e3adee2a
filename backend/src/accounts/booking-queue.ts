import { type Backoff, createBackoff } from '@tradercoin/exchanges'
import type { AccountEvent, EventSource } from '@tradercoin/protocol'
import type { ReceivedEvents } from '../ledger/book-events.ts'
import { type Booked, type BookResult, nothingBooked } from '../ledger/booking.ts'
import type { AccountKey } from '../store/account-keys.ts'
import { JobError } from '../store/errors.ts'
import type { AccountParts } from './parts.ts'

/** Events of one job: a busy account takes its turn with the others. */
const eventsAJob = 200
/** Events that may wait for one account; more, and it starts over, for a query brings them back. */
const maxWaiting = 5_000

/** What an account must hear of its queue. */
export interface QueueHandlers {
  /** Events were given up, the oldest of which came at this time (our clock, ms). */
  onOverflow(oldestAt: number): void
  /** The stream brought something that could not be read or booked, and so was kept raw. */
  onUnread(): void
  /** After what the stream brought, executions of these orders (our row ids) are missing. */
  onIncomplete(ids: readonly number[]): void
}

/**
 * The way of one account's events to the ledger: in order, one job at a time, tried again while the database cannot take them. Events
 * that arrive while a snapshot is read are held back until it is booked.
 */
export class BookingQueue {
  private readonly parts: AccountParts
  private readonly key: AccountKey
  private readonly handlers: QueueHandlers
  private received: ReceivedEvents[] = []
  private waiting = 0
  private isHeld = false
  private isBooking = false
  private isClosed = false
  private idleListeners: (() => void)[] | null = null

  constructor(parts: AccountParts, key: AccountKey, handlers: QueueHandlers) {
    this.parts = parts
    this.key = key
    this.handlers = handlers
  }

  /** Adds the events of one frame. */
  push(events: AccountEvent[], receivedAt: number): void {
    if (this.isClosed || events.length === 0) return
    this.received.push({ received_at: receivedAt, events })
    this.waiting += events.length
    if (this.waiting > maxWaiting) {
      const oldestAt = this.received[0]?.received_at ?? receivedAt
      this.drop()
      this.handlers.onOverflow(oldestAt)
      return
    }
    void this.pump()
  }

  /** From here on events wait. */
  hold(): void {
    this.isHeld = true
  }

  release(): void {
    this.isHeld = false
    void this.pump()
  }

  /** Our clock (ms) when the event that has waited longest arrived; null when none waits, or when they are held on purpose. */
  get oldestAt(): number | null {
    return this.isHeld ? null : (this.received[0]?.received_at ?? null)
  }

  /** Resolves once nothing waits any more. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      if (this.isIdle) return resolve()
      this.idleListeners ??= []
      this.idleListeners.push(resolve)
    })
  }

  /** Takes no more events and gives up those that wait. */
  close(): void {
    this.isClosed = true
    this.drop()
    this.tellIdle()
  }

  /**
   * Books events at once, past those that wait: what a query has found.
   * @throws JobError `closed` when the hub or the account is stopping
   */
  async bookNow(events: AccountEvent[], recovering: boolean): Promise<BookResult> {
    if (this.isClosed) throw new JobError('closed', 'the account is stopping')
    const total = nothingBooked()
    const receivedAt = this.parts.clock.now()
    for (let i = 0; i < events.length; i += eventsAJob) {
      const portion = [{ received_at: receivedAt, events: events.slice(i, i + eventsAJob) }]
      const result = await this.book('rest', portion, recovering)
      for (const field of Object.keys(total) as (keyof BookResult)[]) total[field] += result[field]
    }
    return total
  }

  private get isIdle(): boolean {
    return this.received.length === 0 && !this.isBooking
  }

  private drop(): void {
    this.received = []
    this.waiting = 0
  }

  private async pump(): Promise<void> {
    if (this.isHeld || this.isBooking) return
    this.isBooking = true
    try {
      while (this.received.length > 0 && !this.isHeld) {
        const portion = this.nextPortion()
        const { bad, incomplete } = await this.book('stream', portion, false)
        if (bad > 0) this.handlers.onUnread()
        if (incomplete.length > 0) this.handlers.onIncomplete(incomplete)
        // Only now may they be forgotten; an overflow meanwhile has forgotten them already.
        if (this.received[0] === portion[0]) this.forget(portion)
      }
    } catch (error) {
      this.giveUp(error)
    } finally {
      this.isBooking = false
      if (this.isIdle) this.tellIdle()
    }
  }

  private nextPortion(): ReceivedEvents[] {
    let events = 0
    let frames = 0
    for (const { events: more } of this.received) {
      if (frames > 0 && events + more.length > eventsAJob) break
      events += more.length
      frames += 1
    }
    return this.received.slice(0, frames)
  }

  private forget(portion: ReceivedEvents[]): void {
    for (const { events } of portion) this.waiting -= events.length
    this.received.splice(0, portion.length)
  }

  /** Tries until the ledger has taken the events. */
  private async book(source: EventSource, received: ReceivedEvents[], recovering: boolean): Promise<Booked> {
    const { writer, observer, clock, log } = this.parts
    const { user_id, id, exchange } = this.key
    const account = { user_id, exchange_key_id: id, exchange }
    let backoff: Backoff | null = null
    for (;;) {
      try {
        const result = await writer.run('bookEvents', { account, source, received, recovering })
        observer.booked(exchange, source, result)
        return result
      } catch (error) {
        if (!isPassing(error)) throw error
        if (this.isClosed) throw new JobError('closed', 'the account is stopping')
        if (!backoff) log('warn', 'events_wait', { exchange_key_id: id, problem: messageOf(error) })
        backoff ??= createBackoff(clock)
        const ms = backoff.next()
        await new Promise<void>((resolve) => clock.after(ms, resolve))
      }
    }
  }

  /** The writer has ended, or the ledger refuses the events as a whole: a query will bring them back. */
  private giveUp(error: unknown): void {
    const oldestAt = this.received[0]?.received_at ?? this.parts.clock.now()
    this.drop()
    if (this.isClosed || isEnding(error)) return
    this.parts.log('error', 'events_not_booked', { exchange_key_id: this.key.id, problem: messageOf(error) })
    this.handlers.onOverflow(oldestAt)
  }

  private tellIdle(): void {
    const listeners = this.idleListeners ?? []
    this.idleListeners = null
    for (const listener of listeners) listener()
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

/** The database cannot take it now, and will later. */
function isPassing(error: unknown): boolean {
  return error instanceof JobError && (error.code === 'storage' || error.code === 'busy')
}

/** The hub is going down: whoever comes next begins with a query. */
export function isEnding(error: unknown): boolean {
  return error instanceof JobError && (error.code === 'closed' || error.code === 'fenced')
}
