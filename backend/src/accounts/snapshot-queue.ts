import type { Clock } from '@tradercoin/exchanges'

/** Snapshots of one venue that run at once; the venue's request budget is what they really wait for. */
const runningAtOnce = 6
/** Periodic comparisons start no closer together than this: they must leave the budget to others. */
const comparisonEveryMs = 2_500

/** Lets the snapshots of one venue run a few at a time: accounts that fell behind first come first served, comparisons last. */
export class SnapshotQueue {
  private readonly clock: Clock
  private readonly waiting: (() => void)[] = []
  private running = 0
  private nextComparisonAt = 0

  constructor(clock: Clock) {
    this.clock = clock
  }

  /** How many wait before one that would come now. */
  get length(): number {
    return this.waiting.length
  }

  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.running >= runningAtOnce) await new Promise<void>((start) => this.waiting.push(start))
    else this.running += 1
    try {
      return await task()
    } finally {
      const next = this.waiting.shift()
      if (next) next()
      else this.running -= 1
    }
  }

  /** Whether a comparison may start now; if so, it counts as started. */
  admitsComparison(): boolean {
    const now = this.clock.now()
    if (this.running > 0 || now < this.nextComparisonAt) return false
    this.nextComparisonAt = now + comparisonEveryMs
    return true
  }
}
