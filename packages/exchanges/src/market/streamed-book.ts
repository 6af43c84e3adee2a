import { type Backoff, createBackoff } from '../transport/backoff.ts'
import type { Clock } from '../transport/clock.ts'
import { type BookLevels, LocalBook } from './local-book.ts'
import type { BookTop, WatchHandlers } from './market-source.ts'
import type { ChannelHandlers } from './public-protocol.ts'

/** A book that held this long was sound: the next repair is not one of a series. */
const stableMs = 30_000
/** A granted channel that sends no snapshot within this time is asked for anew. */
const snapshotMs = 10_000

/** One message of a channel that sends its own snapshots. */
export interface BookMessage extends BookLevels {
  isSnapshot: boolean
  /** The venue's number of the state after it. */
  id: number
  /** The number of the state before it, where the venue tells; null otherwise. */
  previous: number | null
  /** Venue time (ms). */
  ts: number
}

/** What to do with a message when the book stands at `local`, null while none is known. `gap`: something between is missing. */
export type MessageRule = (message: BookMessage, local: number | null) => 'replace' | 'apply' | 'drop' | 'gap'

export interface StreamedBookParts {
  clock: Clock
  rule: MessageRule
  /** Throws ShapeError. */
  parse(payload: unknown): BookMessage
  /** Asks for the channel anew, so that a snapshot comes. */
  renew(): void
  on: WatchHandlers<BookTop>
}

/** The order book of one symbol from a channel that begins with a snapshot. Whatever does not fit asks for a new one; the book is told only while it is whole. */
export class StreamedBook implements ChannelHandlers {
  readonly #parts: StreamedBookParts
  readonly #backoff: Backoff
  readonly #book = new LocalBook()
  /** The number of the state the book is in; null while it is not whole. */
  #local: number | null = null
  #wholeSince = 0
  #cancelRenewal: (() => void) | null = null
  #cancelDeadline: (() => void) | null = null

  constructor(parts: StreamedBookParts) {
    this.#parts = parts
    this.#backoff = createBackoff(parts.clock)
  }

  onUp(): void {
    this.#forget()
    this.#cancelDeadline = this.#parts.clock.after(snapshotMs, () => {
      if (this.#local === null) this.#renew('The exchange sent no order book.')
    })
  }

  onDown(reason: string): void {
    this.#forget()
    this.#parts.on.onDown(reason)
  }

  onRefused(reason: string): void {
    this.#forget()
    this.#parts.on.onRefused(reason)
  }

  onPayload(payload: unknown): void {
    // A renewal is under way: what still comes belongs to the old subscription.
    if (this.#cancelRenewal !== null) return
    let message: BookMessage
    try {
      message = this.#parts.parse(payload)
    } catch {
      this.#renew('A change of the order book could not be read.')
      return
    }
    const step = this.#parts.rule(message, this.#local)
    if (step === 'drop') return
    if (step === 'gap') {
      this.#renew('A change of the order book was missed.')
      return
    }
    if (step === 'replace') {
      if (this.#local === null) this.#wholeSince = this.#parts.clock.now()
      this.#book.replace(message, null)
    } else {
      this.#book.apply(message)
    }
    this.#local = message.id
    if (this.#book.isSound()) this.#parts.on.onData({ ...this.#book.top(), ts: message.ts })
    else this.#renew('The order book is not whole.')
  }

  close(): void {
    this.#forget()
  }

  #renew(reason: string): void {
    const { clock, on, renew } = this.#parts
    if (this.#local !== null && clock.now() - this.#wholeSince >= stableMs) this.#backoff.reset()
    this.#forget()
    on.onDown(reason)
    this.#cancelRenewal = clock.after(this.#backoff.next(), () => {
      this.#cancelRenewal = null
      renew()
    })
  }

  #forget(): void {
    this.#cancelRenewal?.()
    this.#cancelRenewal = null
    this.#cancelDeadline?.()
    this.#cancelDeadline = null
    this.#local = null
  }
}
