import type { Clock } from './clock.ts'

const firstMs = 250
const capMs = 30_000

export interface Backoff {
  /** Milliseconds to wait before the next attempt. */
  next(): number
  /** Starts over; call it once a connection has proved itself. */
  reset(): void
}

/** Waits under 250 ms before the first retry, then exponentially longer with full jitter, up to 30 s, for ever. */
export function createBackoff(clock: Clock): Backoff {
  let attempt = 0
  return {
    next() {
      const ceiling = Math.min(capMs, firstMs * 2 ** Math.min(attempt, 20))
      attempt += 1
      return Math.floor(clock.random() * ceiling)
    },
    reset() {
      attempt = 0
    },
  }
}
