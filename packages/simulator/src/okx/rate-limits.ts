import type { Clock } from '../engine/clock.ts'
import { ApiError, tooManyRequests } from './errors.ts'

const ORDER_WINDOW_MS = 2_000
const ORDERS_PER_ACCOUNT = 1_000
const FORGET_ABOVE = 20_000

interface Window {
  start: number
  count: number
}

/** Calls per endpoint and caller, and orders per account, in short windows. */
export class RateLimits {
  readonly #clock: Clock
  readonly #enforced: boolean
  readonly #windows = new Map<string, Window>()

  constructor(clock: Clock, enforced: boolean) {
    this.#clock = clock
    this.#enforced = enforced
  }

  /** Counts calls under a key. Throws 50011 over the limit. */
  charge(key: string, limit: number, windowMs: number, calls = 1): void {
    if (this.#count(key, windowMs, calls) > limit && this.#enforced) throw tooManyRequests()
  }

  /** New and amended orders of one account together. Throws 50061 over the limit. */
  chargeOrders(accountId: string, orders: number): void {
    if (this.#count(`orders|${accountId}`, ORDER_WINDOW_MS, orders) <= ORDERS_PER_ACCOUNT || !this.#enforced) return
    throw new ApiError('50061', 'Your order placement limit has been reached. Please try again later.')
  }

  /** Whether one more is within a limit; counts it. */
  allows(key: string, limit: number, windowMs: number): boolean {
    return this.#count(key, windowMs, 1) <= limit || !this.#enforced
  }

  #count(key: string, windowMs: number, calls: number): number {
    const now = this.#clock.aged()
    let window = this.#windows.get(key)
    if (!window || now - window.start >= windowMs) {
      if (this.#windows.size > FORGET_ABOVE) this.#windows.clear()
      window = { start: now, count: 0 }
      this.#windows.set(key, window)
    }
    window.count += calls
    return window.count
  }
}
