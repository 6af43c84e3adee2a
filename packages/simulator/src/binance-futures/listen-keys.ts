import { ApiError } from '../binance/errors.ts'
import type { Account } from '../engine/account.ts'
import type { Random } from '../engine/random.ts'
import type { World } from '../world.ts'

const LIFETIME_MS = 60 * 60_000

export interface ListenKey {
  key: string
  accountId: string
  expiresAt: number
  forget: () => void
}

/** Listen keys: one per account, valid 60 minutes from the last POST or PUT (fact sheet: binance.md section 5.1). */
export class ListenKeys {
  readonly #world: World
  readonly #random: Random
  readonly #byKey = new Map<string, ListenKey>()
  readonly #byAccount = new Map<string, ListenKey>()
  /** Told when a key ends, while it is still in the tables. */
  onExpired: (key: ListenKey) => void = () => {}

  constructor(world: World, random: Random) {
    this.#world = world
    this.#random = random
    world.journal.kind('listen_key', {
      restore: (value) => {
        const stored = value as { key: string; accountId: string; expiresAt: number }
        this.#remove(stored.accountId)
        if (stored.expiresAt > world.clock.aged()) this.#put(stored.key, stored.accountId, stored.expiresAt)
      },
      dump: () => [...this.#byKey.values()].map(({ key, accountId, expiresAt }) => ({ key, accountId, expiresAt })),
    })
  }

  /** The account's key: the same one while it is active, extended; otherwise a new one. */
  start(account: Account): ListenKey {
    const known = this.#byAccount.get(account.id)
    return this.#extend(known ? known.key : this.#random.text(64), account.id)
  }

  /** Extends the account's key. Throws -1125 when there is none. */
  ping(account: Account): ListenKey {
    const known = this.#byAccount.get(account.id)
    if (!known) throw new ApiError(-1125, 'This listenKey does not exist.')
    return this.#extend(known.key, account.id)
  }

  /** Closes the stream of the account, without a word to its sockets. */
  stop(account: Account): void {
    this.#remove(account.id)
    this.#world.journal.add('listen_key', { key: '', accountId: account.id, expiresAt: 0 })
    this.#world.settle()
  }

  expire(accountId?: string): number {
    const ending = [...this.#byAccount.values()].filter((key) => accountId === undefined || key.accountId === accountId)
    for (const key of ending) this.#expire(key)
    return ending.length
  }

  find(key: string): ListenKey | undefined {
    return this.#byKey.get(key)
  }

  of(accountId: string): ListenKey | undefined {
    return this.#byAccount.get(accountId)
  }

  #extend(key: string, accountId: string): ListenKey {
    this.#remove(accountId)
    const expiresAt = this.#world.clock.aged() + LIFETIME_MS
    const made = this.#put(key, accountId, expiresAt)
    this.#world.journal.add('listen_key', { key, accountId, expiresAt })
    this.#world.settle()
    return made
  }

  #put(key: string, accountId: string, expiresAt: number): ListenKey {
    const made: ListenKey = { key, accountId, expiresAt, forget: () => {} }
    made.forget = this.#world.clock.at(expiresAt, () => this.#expire(made))
    this.#byKey.set(key, made)
    this.#byAccount.set(accountId, made)
    return made
  }

  #expire(key: ListenKey): void {
    if (this.#byKey.get(key.key) !== key) return
    this.onExpired(key)
    this.#remove(key.accountId)
    this.#world.journal.add('listen_key', { key: '', accountId: key.accountId, expiresAt: 0 })
    this.#world.settle()
  }

  #remove(accountId: string): void {
    const key = this.#byAccount.get(accountId)
    if (!key) return
    key.forget()
    this.#byAccount.delete(accountId)
    this.#byKey.delete(key.key)
  }
}
