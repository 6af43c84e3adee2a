import type { Account } from './account.ts'
import type { AccountChange, Dirty } from './events.ts'
import type { Market } from './market.ts'
import type { Fill, Order } from './order.ts'

/** What the running action has changed so far: for the store, and for those who want to hear what moved in an account. */
export class Changes {
  #dirty: Dirty = newDirty()
  #accounts = new Map<Account, AccountChange>()

  /** Markets that traded. */
  get markets(): ReadonlySet<Market> {
    return this.#dirty.markets
  }

  order(order: Order): void {
    if (!order.account.house) this.#dirty.orders.add(order)
  }

  fill(fill: Fill): void {
    this.#dirty.fills.push(fill)
  }

  market(market: Market): void {
    this.#dirty.markets.add(market)
  }

  account(account: Account): void {
    this.#dirty.accounts.add(account)
  }

  /** What moved in an account, to be added to. */
  of(account: Account): AccountChange {
    let change = this.#accounts.get(account)
    if (!change) {
      change = { account, assets: new Set(), positions: new Set() }
      this.#accounts.set(account, change)
    }
    return change
  }

  /** Hands everything over and begins anew; undefined when nothing changed. */
  take(): { dirty: Dirty; moved: AccountChange[] } | undefined {
    const dirty = this.#dirty
    const moved = [...this.#accounts.values()].filter(({ assets, positions }) => assets.size + positions.size > 0)
    if (dirty.orders.size + dirty.fills.length + dirty.accounts.size + dirty.markets.size === 0) return undefined
    this.#dirty = newDirty()
    this.#accounts = new Map()
    return { dirty, moved }
  }
}

function newDirty(): Dirty {
  return { orders: new Set(), fills: [], accounts: new Set(), markets: new Set() }
}
