interface Timer {
  due: number
  run: () => void
  cancelled: boolean
}

/**
 * Two clocks. `now` is what goes on the wire: real time, so that clients' timestamps stay valid. `aged` is real time
 * plus everything POST /sim/clock advanced; lifetimes (listen keys, 24 h cuts, good-till-date) are measured on it.
 */
export class Clock {
  #advanced = 0
  #timers: Timer[] = []
  #wake: NodeJS.Timeout | undefined
  #last = 0
  #cancelled = 0

  now(): number {
    return Date.now()
  }

  /** Strictly increasing milliseconds are not promised, but time never runs backwards here. */
  monotonic(): number {
    this.#last = Math.max(this.#last, Date.now())
    return this.#last
  }

  aged(): number {
    return Date.now() + this.#advanced
  }

  /** Runs a function when `aged` reaches a time. Returns its cancellation. */
  at(due: number, run: () => void): () => void {
    const timer: Timer = { due, run, cancelled: false }
    this.#insert(timer)
    this.#schedule()
    return () => {
      if (timer.cancelled) return
      timer.cancelled = true
      this.#cancelled += 1
      if (this.#cancelled * 2 > this.#timers.length) {
        this.#timers = this.#timers.filter((each) => !each.cancelled)
        this.#cancelled = 0
      }
    }
  }

  /** Moves lifetimes forward and runs, in order, everything that became due. */
  advance(ms: number): void {
    this.#advanced += ms
    this.#runDue()
  }

  close(): void {
    clearTimeout(this.#wake)
    this.#timers = []
  }

  #insert(timer: Timer): void {
    let low = 0
    let high = this.#timers.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#timers[middle] as Timer).due <= timer.due) low = middle + 1
      else high = middle
    }
    this.#timers.splice(low, 0, timer)
  }

  #runDue(): void {
    for (;;) {
      const first = this.#timers[0]
      if (!first || (!first.cancelled && first.due > this.aged())) break
      this.#timers.shift()
      if (first.cancelled) this.#cancelled -= 1
      else {
        first.cancelled = true
        first.run()
      }
    }
    this.#schedule()
  }

  #schedule(): void {
    clearTimeout(this.#wake)
    const first = this.#timers[0]
    if (!first) return
    // A Node timer holds 2^31 ms at most; an hour is often enough to look again.
    const wait = Math.min(Math.max(0, first.due - this.aged()), 3_600_000)
    this.#wake = setTimeout(() => this.#runDue(), wait)
    this.#wake.unref()
  }
}
