import { type Clock, systemClock } from './clock.ts'
import type { Transport } from './transport.ts'

/** A clock that stands still until it is moved; timers fire in order of their time. */
export class FakeClock implements Clock {
  time = 1_795_300_000_000
  #timers: { at: number; fn: () => void }[] = []

  now() {
    return this.time
  }

  after(ms: number, fn: () => void) {
    const timer = { at: this.time + ms, fn }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer)
    }
  }

  random() {
    return 0.5
  }

  /** Moves time on and lets promises that woke up run. */
  async advance(ms: number) {
    const end = this.time + ms
    for (;;) {
      const due = this.#timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0]
      if (!due) break
      this.time = Math.max(this.time, due.at)
      this.#timers = this.#timers.filter((other) => other !== due)
      due.fn()
      await new Promise((resolve) => setImmediate(resolve))
    }
    this.time = end
    await new Promise((resolve) => setImmediate(resolve))
  }
}

interface Timer {
  at: number
  fn(): void
  cancel(): void
}

/** The system's clock, except that it can be moved ahead: what was to come in the time that is skipped comes at once. */
export class SkippingClock implements Clock {
  #ahead = 0
  readonly #timers = new Set<Timer>()

  now() {
    return systemClock.now() + this.#ahead
  }

  after(ms: number, fn: () => void) {
    const run = () => {
      this.#timers.delete(timer)
      fn()
    }
    const timer: Timer = { at: this.now() + ms, fn: run, cancel: systemClock.after(ms, run) }
    this.#timers.add(timer)
    return () => {
      timer.cancel()
      this.#timers.delete(timer)
    }
  }

  random() {
    return systemClock.random()
  }

  skip(ms: number) {
    this.#ahead += ms
    // A real timer knows nothing of the skip: each is cut short, or run when its time has passed.
    for (const timer of [...this.#timers].sort((a, b) => a.at - b.at)) {
      if (!this.#timers.has(timer)) continue
      timer.cancel()
      const left = timer.at - this.now()
      if (left > 0) timer.cancel = systemClock.after(left, timer.fn)
      else timer.fn()
    }
  }
}

/** A transport for tests: real sockets, the system clock unless another is given, logs kept for assertions. */
export function testTransport(
  overrides: Partial<Transport> = {},
): Transport & { logs: { event: string; fields: object }[] } {
  const logs: { event: string; fields: object }[] = []
  return {
    clock: systemClock,
    budget: 'on',
    ca: null,
    log: (_level, event, fields) => logs.push({ event, fields }),
    onBudget: () => {},
    ...overrides,
    logs,
  }
}
