import type { Backoff } from '../transport/backoff.ts'
import { createBackoff } from '../transport/backoff.ts'
import type { Clock } from '../transport/clock.ts'

/** A state that held this long was sound: the next repair is not one of a series. */
const stableMs = 30_000

/** Runs a repair until it works, ever more slowly; a new start or a stop ends the one before, whatever it still awaits. */
export class Resync {
  readonly #clock: Clock
  readonly #backoff: Backoff
  #attempt = 0
  #doneAt: number | null = null
  #cancelWait: (() => void) | null = null

  constructor(clock: Clock) {
    this.#clock = clock
    this.#backoff = createBackoff(clock)
  }

  /** @param fetch gets what the repair needs; it may throw @param adopt false when it was not enough */
  start<T>(fetch: () => Promise<T>, adopt: (fetched: T) => boolean, onFailure: (error: unknown) => void): void {
    this.stop()
    const attempt = this.#attempt
    const isOver = () => attempt !== this.#attempt
    const again = () => {
      this.#cancelWait = this.#clock.after(this.#backoff.next(), run)
    }
    const run = () => {
      fetch().then(
        (fetched) => {
          if (isOver()) return
          if (!adopt(fetched)) {
            // The adopter may have started anew itself.
            if (!isOver()) again()
            return
          }
          this.#doneAt = this.#clock.now()
        },
        (error: unknown) => {
          if (isOver()) return
          onFailure(error)
          if (!isOver()) again()
        },
      )
    }
    // The first of a series begins at once; after a repair that did not hold it waits like a failed one.
    const held = this.#doneAt === null || this.#clock.now() - this.#doneAt >= stableMs
    if (held) this.#backoff.reset()
    this.#doneAt = null
    if (held) run()
    else again()
  }

  stop(): void {
    this.#attempt += 1
    this.#cancelWait?.()
    this.#cancelWait = null
  }
}
