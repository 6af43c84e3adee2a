import type { Exchange } from '@tradercoin/exchanges'
import { type AccountKey, checkedKeyRow, checkedKeys } from '../store/account-keys.ts'
import { isEnding } from './booking-queue.ts'
import { canMoveMoney, warningsOf } from './key-rights.ts'
import type { AccountParts } from './parts.ts'

/** From one look at a key's rights to the next, give or take a tenth, so that keys added together do not stay together. */
const checkEveryMs = 6 * 3_600_000
/** A check that failed, for the venue did not answer, is repeated after about this. */
const retryAfterMs = 15 * 60_000
/** Checks that fell due while the hub was down are spread over this. */
const overdueWithinMs = 10 * 60_000

const suspendedReason =
  'The key may now withdraw or transfer funds, so the hub does not use it: take that right away at the exchange. The hub looks again every few hours, and at once when the key is switched on.'

export interface KeyCheckHandlers {
  exchangeFor(key: AccountKey): Exchange
  /** Whether the venue may be bothered with a check now; if so, it counts as begun. */
  admits(exchange: Exchange): boolean
  onSuspended(keyId: number, reason: string): Promise<void>
  onResumed(keyId: number): void
}

/**
 * Looks at the rights of every active key from time to time. A key that has come to withdraw or transfer rights is suspended until they
 * are gone. A check that fails changes nothing.
 */
export class KeyChecks {
  private readonly parts: AccountParts
  private readonly handlers: KeyCheckHandlers
  /** When each key is to be checked (our clock, ms). */
  private readonly dueAt = new Map<number, number>()
  private readonly running = new Map<number, Promise<void>>()

  constructor(parts: AccountParts, handlers: KeyCheckHandlers) {
    this.parts = parts
    this.handlers = handlers
  }

  /** Plans the checks of all keys, as of their last ones. */
  planAll(): void {
    const { clock, db } = this.parts
    for (const { id, checked_at } of checkedKeys(db)) {
      const dueAt = (checked_at ?? 0) + this.untilNext()
      this.dueAt.set(id, Math.max(dueAt, clock.now() + overdueWithinMs * clock.random()))
    }
  }

  /** Plans the next check of a key that has just been proved. */
  plan(keyId: number): void {
    this.dueAt.set(keyId, this.parts.clock.now() + this.untilNext())
  }

  /** Begins the checks that are due, where the venue has room for them. */
  round(): void {
    const now = this.parts.clock.now()
    for (const [keyId, dueAt] of this.dueAt) {
      if (dueAt > now || this.running.has(keyId)) continue
      const row = checkedKeyRow(this.parts.db, keyId)
      if (!row) this.dueAt.delete(keyId)
      else if (this.handlers.admits(this.handlers.exchangeFor(row))) void this.check(keyId)
    }
  }

  /** Checks a key now; resolves when what follows from it is done. One that is being checked is not asked about twice. */
  check(keyId: number): Promise<void> {
    const known = this.running.get(keyId)
    if (known) return known
    const run = this.look(keyId).finally(() => this.running.delete(keyId))
    this.running.set(keyId, run)
    return run
  }

  private async look(keyId: number): Promise<void> {
    const { db, writer, clock, log, unseal } = this.parts
    const row = checkedKeyRow(db, keyId)
    if (!row) return
    try {
      const check = await this.handlers.exchangeFor(row).checkKey(unseal(row))
      const suspended_reason = canMoveMoney(check.permissions) ? suspendedReason : null
      const warnings = warningsOf(check, clock.now())
      const args = { id: keyId, since: row.checked_at, permissions: check.permissions, warnings, suspended_reason }
      const saved = await writer.run('saveKeyCheck', args)
      this.plan(keyId)
      if (saved === null) return
      if (suspended_reason !== null && !saved.wasSuspended) {
        log('warn', 'key_suspended', { exchange_key_id: keyId })
        await this.handlers.onSuspended(keyId, suspended_reason)
      } else if (suspended_reason === null && saved.wasSuspended) {
        log('info', 'key_resumed', { exchange_key_id: keyId })
        this.handlers.onResumed(keyId)
      }
    } catch (error) {
      this.dueAt.set(keyId, clock.now() + retryAfterMs * (0.5 + clock.random()))
      const problem = error instanceof Error ? error.message : String(error)
      if (!isEnding(error)) log('info', 'key_not_checked', { exchange_key_id: keyId, problem })
    }
  }

  private untilNext(): number {
    return checkEveryMs * (0.9 + 0.2 * this.parts.clock.random())
  }
}
