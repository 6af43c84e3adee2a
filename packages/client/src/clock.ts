/** Time and chance enter here, so that tests can hold them. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Calls `fn` once after `ms`; the returned function cancels it. A pending timer keeps a Node process alive: the client is at work. */
  after(ms: number, fn: () => void): () => void
  /** From 0 up to but not including 1. */
  random(): number
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, fn) {
    const timer = setTimeout(fn, ms)
    return () => clearTimeout(timer)
  },
  random: () => Math.random(),
}
