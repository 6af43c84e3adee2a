/** Time and chance enter here, so that everything above can run under simulated time with a seed. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Calls `fn` once after `ms`; the returned function cancels it. A pending timer does not keep the process alive. */
  after(ms: number, fn: () => void): () => void
  /** From 0 up to but not including 1. */
  random(): number
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, fn) {
    const timer = setTimeout(fn, ms)
    timer.unref()
    return () => clearTimeout(timer)
  },
  random: () => Math.random(),
}
