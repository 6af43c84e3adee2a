import type { Clock } from '@tradercoin/exchanges'

/** Something that is due once. `tick` belongs to the wheel; start it with 0. */
export interface Due {
  tick: number
  onDue(): void
}

const tickMs = 100

/**
 * One timer for everything the hub waits for: thousands of sockets would otherwise hold a timer each. Due times are kept to the next
 * tenth of a second. It counts time that passes, so a clock that is set back or forward stops or fires nothing.
 */
export class TimerWheel {
  private readonly clock: Clock
  private readonly slots = new Map<number, Set<Due>>()
  private tick = 0
  private rest = 0
  private lastNow: number
  private cancel: () => void

  constructor(clock: Clock) {
    this.clock = clock
    this.lastNow = clock.now()
    this.cancel = clock.after(tickMs, () => this.turn())
  }

  /** Makes `item` due in `delayMs`, in the place of any earlier time it was set to. */
  set(item: Due, delayMs: number): void {
    this.clear(item)
    item.tick = this.tick + Math.max(1, Math.ceil(delayMs / tickMs))
    const slot = this.slots.get(item.tick)
    if (slot) slot.add(item)
    else this.slots.set(item.tick, new Set([item]))
  }

  clear(item: Due): void {
    if (item.tick === 0) return
    const slot = this.slots.get(item.tick)
    slot?.delete(item)
    if (slot?.size === 0) this.slots.delete(item.tick)
    item.tick = 0
  }

  stop(): void {
    this.cancel()
    this.slots.clear()
  }

  private turn(): void {
    const now = this.clock.now()
    const passed = now - this.lastNow
    this.lastNow = now
    this.rest += passed < 0 || passed > 60_000 ? tickMs : passed
    this.cancel = this.clock.after(tickMs, () => this.turn())
    for (; this.rest >= tickMs; this.rest -= tickMs) {
      this.tick++
      const slot = this.slots.get(this.tick)
      if (!slot) continue
      this.slots.delete(this.tick)
      for (const item of slot) {
        item.tick = 0
        item.onDue()
      }
    }
  }
}
