import type { Clock } from '@tradercoin/exchanges'

/** Time that moves only when told; chance that is always the same. */
export class TestClock implements Clock {
  private time: number
  private timers: { at: number; fn: () => void }[] = []

  constructor(time = 1_700_000_000_000) {
    this.time = time
  }

  now(): number {
    return this.time
  }

  random(): number {
    return 0.5
  }

  after(ms: number, fn: () => void): () => void {
    const timer = { at: this.time + Math.max(0, ms), fn }
    this.timers.push(timer)
    return () => {
      this.timers = this.timers.filter((other) => other !== timer)
    }
  }

  /** Moves on, calling what falls due on the way, in order. */
  advance(ms: number): void {
    const end = this.time + ms
    for (;;) {
      const next = this.timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
      if (!next) break
      this.timers = this.timers.filter((timer) => timer !== next)
      this.time = Math.max(this.time, next.at)
      next.fn()
    }
    this.time = end
  }
}
