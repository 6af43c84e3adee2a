import type { Clock } from '@tradercoin/exchanges'
import { plainEmail } from '../store/users.ts'

const freeFailures = 4
const firstDelayMs = 1_000
const longestDelayMs = 15 * 60_000
const maxRemembered = 20_000

/**
 * Slows down guessing at one account: from the fifth failure in a row an address must wait, 1 s doubling to 15 min. It is never shut for
 * good, sessions that are open go on, and addresses without an account are treated alike.
 */
export class LoginThrottle {
  private readonly clock: Clock
  private readonly failures = new Map<string, { count: number; waitUntil: number }>()

  constructor(clock: Clock) {
    this.clock = clock
  }

  /** Whether an attempt is to be refused without a look at the password. */
  mustWait(email: string): boolean {
    const known = this.failures.get(plainEmail(email))
    const wait = known ? known.waitUntil - this.clock.now() : 0
    return wait > 0 && wait <= longestDelayMs
  }

  failed(email: string): void {
    const name = plainEmail(email)
    const count = (this.failures.get(name)?.count ?? 0) + 1
    const delay = count > freeFailures ? Math.min(longestDelayMs, firstDelayMs * 2 ** (count - freeFailures - 1)) : 0
    this.failures.delete(name)
    this.failures.set(name, { count, waitUntil: this.clock.now() + delay })
    if (this.failures.size > maxRemembered) this.failures.delete(this.failures.keys().next().value ?? '')
  }

  succeeded(email: string): void {
    this.failures.delete(plainEmail(email))
  }
}
