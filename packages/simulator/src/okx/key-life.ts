import type { Account } from '../engine/account.ts'
import type { World } from '../world.ts'

const UNUSED_MS = 14 * 86_400_000

/**
 * A key that may trade and is bound to no address is deleted when it was not used for 14 days (fact sheet: okx.md
 * section 6.2). A request and a login are uses, an open connection is not. Demo keys are exempt.
 */
export class KeyLife {
  readonly #world: World
  readonly #end: (account: Account) => void
  readonly #usedAt = new Map<string, number>()

  constructor(world: World, end: (account: Account) => void) {
    this.#world = world
    this.#end = end
  }

  used(account: Account): void {
    if (!lapses(account)) return
    const { clock } = this.#world
    const isNew = !this.#usedAt.has(account.id)
    this.#usedAt.set(account.id, clock.aged())
    if (isNew) this.#watch(account, clock.aged() + UNUSED_MS)
  }

  #watch(account: Account, due: number): void {
    const { clock } = this.#world
    clock.at(due, () => {
      const next = (this.#usedAt.get(account.id) ?? 0) + UNUSED_MS
      if (account.key.revoked) return
      if (next > clock.aged()) this.#watch(account, next)
      else this.#end(account)
    })
  }
}

function lapses(account: Account): boolean {
  const isBound = account.ips.length > 0 || account.can('ip_restrict')
  return !isBound && account.environment !== 'demo' && (account.can('trade') || account.can('withdraw'))
}
