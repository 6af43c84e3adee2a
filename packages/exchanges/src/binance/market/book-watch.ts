import { LocalBook } from '../../market/local-book.ts'
import type { BookTop, WatchHandlers } from '../../market/market-source.ts'
import type { ChannelHandlers } from '../../market/public-protocol.ts'
import { Resync } from '../../market/resync.ts'
import type { Clock } from '../../transport/clock.ts'
import type { DepthUpdate, SequenceRule } from './sequence.ts'

/** Events that wait for a snapshot; when more come the oldest go, and a later snapshot is taken. */
const bufferedUpdates = 1_000

export interface DepthSnapshot extends BookTop {
  lastUpdateId: bigint
}

export interface BookWatchParts {
  clock: Clock
  rule: SequenceRule
  /** How many levels a side a snapshot is asked for. */
  snapshotLimit: number
  fetchSnapshot(): Promise<DepthSnapshot>
  /** Throws ShapeError. */
  parse(payload: unknown): DepthUpdate
  on: WatchHandlers<BookTop>
}

/**
 * The order book of one symbol from its diff stream and a snapshot over REST: events are held from the moment the stream is up until a
 * snapshot meets them. Whatever does not fit begins anew; the book is told only while it is whole.
 */
export class BookWatch implements ChannelHandlers {
  readonly #parts: BookWatchParts
  readonly #resync: Resync
  /** Null while no whole book is known. */
  #book: LocalBook | null = null
  #held: DepthUpdate[] = []
  #local = 0n
  #isFirst = true
  #ts = 0

  constructor(parts: BookWatchParts) {
    this.#parts = parts
    this.#resync = new Resync(parts.clock)
  }

  onUp(): void {
    this.#begin()
  }

  onDown(reason: string): void {
    this.#stop()
    this.#parts.on.onDown(reason)
  }

  onRefused(reason: string): void {
    this.#stop()
    this.#parts.on.onRefused(reason)
  }

  onPayload(payload: unknown): void {
    let update: DepthUpdate
    try {
      update = this.#parts.parse(payload)
    } catch {
      this.#restart('A change of the order book could not be read.', [])
      return
    }
    if (this.#book === null) {
      if (this.#held.length >= bufferedUpdates) this.#held.shift()
      this.#held.push(update)
    } else if (!this.#take(this.#book, update)) {
      this.#restart('A change of the order book was missed.', [update])
    } else if (!this.#tell(this.#book)) {
      this.#restart('The order book is not whole.', [])
    }
  }

  close(): void {
    this.#stop()
  }

  #begin(): void {
    const { fetchSnapshot, on } = this.#parts
    this.#resync.start(
      fetchSnapshot,
      (snapshot) => this.#adopt(snapshot),
      () => on.onDown('The order book could not be read.'),
    )
  }

  #restart(reason: string, held: DepthUpdate[]): void {
    this.#book = null
    this.#held = held
    this.#parts.on.onDown(reason)
    this.#begin()
  }

  #stop(): void {
    this.#resync.stop()
    this.#book = null
    this.#held = []
  }

  /** False when the held events do not meet the snapshot: it was older than the first of them. */
  #adopt(snapshot: DepthSnapshot): boolean {
    const book = new LocalBook()
    book.replace(snapshot, this.#parts.snapshotLimit)
    this.#local = snapshot.lastUpdateId
    this.#isFirst = true
    this.#ts = snapshot.ts
    for (const update of this.#held) {
      if (!this.#take(book, update)) return false
    }
    if (!this.#tell(book)) return false
    this.#held = []
    this.#book = book
    return true
  }

  #take(book: LocalBook, update: DepthUpdate): boolean {
    const step = this.#parts.rule(update, this.#local, this.#isFirst)
    if (step === 'gap') return false
    if (step === 'drop') return true
    book.apply(update)
    this.#local = update.last
    this.#isFirst = false
    this.#ts = Math.max(this.#ts, update.ts)
    return true
  }

  #tell(book: LocalBook): boolean {
    if (!book.isSound() || !book.isKnown()) return false
    this.#parts.on.onData({ ...book.top(), ts: this.#ts })
    return true
  }
}
