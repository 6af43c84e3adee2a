import type { Clock } from '@tradercoin/exchanges'

/** Counts per name within a fixed window; all counts are dropped together when it ends, so nothing is kept of old names. */
export class CounterWindow {
  private readonly clock: Clock
  private readonly windowMs: number
  private readonly max: number
  private counts = new Map<string | number, number>()
  private endsAt = 0

  constructor(clock: Clock, max: number, windowMs: number) {
    this.clock = clock
    this.max = max
    this.windowMs = windowMs
  }

  /** Counts one; false when the name has used up its window. */
  take(name: string | number): boolean {
    const now = this.clock.now()
    if (now >= this.endsAt || this.endsAt - now > this.windowMs) {
      this.counts = new Map()
      this.endsAt = now + this.windowMs
    }
    const count = (this.counts.get(name) ?? 0) + 1
    this.counts.set(name, count)
    return count <= this.max
  }
}
