import type { Random } from './engine/random.ts'

/**
 * Messages of an action wait here until the action is written down. Sometimes they leave after the answer of the
 * request that caused them, usually before: a venue promises neither, so clients must cope with both.
 */
export class Outbox {
  readonly #random: Random
  #waiting: (() => void)[] = []
  #scheduled = false

  constructor(random: Random) {
    this.#random = random
  }

  push(send: () => void): void {
    this.#waiting.push(send)
  }

  flush(): void {
    if (this.#waiting.length === 0 || this.#scheduled) return
    if (this.#random.next() < 0.25) {
      this.#scheduled = true
      setImmediate(() => {
        this.#scheduled = false
        this.flushNow()
      })
      return
    }
    this.flushNow()
  }

  flushNow(): void {
    const sending = this.#waiting
    this.#waiting = []
    for (const send of sending) send()
  }
}
