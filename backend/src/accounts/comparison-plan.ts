import type { Clock } from '@tradercoin/exchanges'
import { settlingMs } from './synchronise.ts'

/** When something was still moving, the comparison is done again after this. */
const compareAgainMs = 20_000
/** A comparison for which the venue did not answer is repeated after this, one that was urgent sooner. */
const retryAfterMs = 5 * 60_000
const urgentRetryMs = 15_000
/** An event that could not be read may have been a fill: the venue is asked this soon after it, and this often at most. */
const doubtAfterMs = 8_000
const doubtEveryMs = 60_000
/** Once the stream is suspected, the venue is asked again after this until all is compared, and anew this often at most. */
const suspectAgainMs = 2_000
const suspectEveryMs = 60_000
/** The time from one comparison with the venue to the next, and what chance adds. */
const compareEveryMs = 8 * 60_000
const compareJitterMs = 4 * 60_000

/** The stream is suspected of losing events since then, and the next comparison is due (our clock, ms). */
interface Suspicion {
  since: number
  dueAt: number
}

/** A comparison under way: when it began (our clock, ms), and what it was begun for. */
export interface Begun {
  at: number
  isDoubted: boolean
  suspicion: Suspicion | null
}

/** When an account is to be compared with its venue: from time to time, soon when there is doubt, at once when its stream is suspected. */
export class ComparisonPlan {
  private readonly clock: Clock
  private regularAt = 0
  /** When to compare because an event could not be read (our clock, ms); null: every one could. */
  private doubtAt: number | null = null
  private nextDoubtAt = 0
  private suspicion: Suspicion | null = null
  private nextSuspicionAt = 0
  /** Our clock (ms) when a query last showed the ledger to be in step. */
  provenAt = 0

  constructor(clock: Clock) {
    this.clock = clock
  }

  /** Our clock (ms). */
  get dueAt(): number {
    return Math.min(this.regularAt, this.doubtAt ?? this.regularAt, this.suspicion?.dueAt ?? this.regularAt)
  }

  /** All is in step now. */
  proven(): void {
    this.provenAt = this.clock.now()
    this.regularAt = this.provenAt + compareEveryMs + compareJitterMs * this.clock.random()
  }

  /** The stream brought what could not be read, or something is missing that no query could bring. */
  doubt(): void {
    this.doubtAt ??= Math.max(this.clock.now() + doubtAfterMs, this.nextDoubtAt)
    this.nextDoubtAt = this.doubtAt + doubtEveryMs
  }

  /** A query has told what the stream should have: the venue is asked at once for whatever else it kept back. */
  suspect(): void {
    if (this.suspicion) return
    const since = Math.max(this.clock.now(), this.nextSuspicionAt)
    this.suspicion = { since, dueAt: since }
    this.nextSuspicionAt = since + suspectEveryMs
  }

  /** A snapshot is about to bring whatever was lost before. */
  trust(): void {
    this.suspicion = null
  }

  begin(): Begun {
    const at = this.clock.now()
    const isDoubted = this.doubtAt !== null && this.doubtAt <= at
    if (isDoubted) this.doubtAt = null
    return { at, isDoubted, suspicion: this.suspicion }
  }

  /**
   * A comparison leaves the last seconds to the stream: until one has seen all that was before a suspicion, it is done again.
   * @param isSettled whether nothing was left to the stream
   */
  done({ at, suspicion }: Begun, isSettled: boolean): void {
    if (isSettled) this.proven()
    else this.regularAt = this.clock.now() + compareAgainMs
    if (!suspicion) return
    if (isSettled || at >= suspicion.since + settlingMs) this.suspicion = null
    else suspicion.dueAt = this.clock.now() + suspectAgainMs
  }

  failed({ isDoubted, suspicion }: Begun): void {
    this.regularAt = this.clock.now() + retryAfterMs
    if (isDoubted) this.doubt()
    if (suspicion) suspicion.dueAt = this.clock.now() + urgentRetryMs
  }
}
