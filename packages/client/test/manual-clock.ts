import type { Clock } from '../src/clock.ts'

export interface ManualClock extends Clock {
  /** Lets time pass, calling each timer at its own moment. */
  advance(ms: number): void
  /** Lets time pass without calling any timer: a machine that slept. */
  sleep(ms: number): void
  /** What `random()` gives next. */
  chance: number
  /** Milliseconds until each pending timer, shortest first. */
  pending(): number[]
}

export function createManualClock(): ManualClock {
  let now = 1_000_000
  const timers = new Set<{ at: number; fn: () => void }>()
  return {
    chance: 0.999,
    now: () => now,
    random() {
      return this.chance
    },
    after(ms, fn) {
      const timer = { at: now + ms, fn }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    advance(ms) {
      const end = now + ms
      for (;;) {
        const due = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
        if (!due) break
        timers.delete(due)
        now = Math.max(now, due.at)
        due.fn()
      }
      now = end
    },
    sleep(ms) {
      now += ms
    },
    pending: () => [...timers].map(({ at }) => at - now).sort((a, b) => a - b),
  }
}
