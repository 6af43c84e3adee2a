import { type Big, ZERO } from './decimal.ts'

export interface Holding {
  free: Big
  locked: Big
}

/** What an account holds of each asset; `locked` is what its open orders have set aside. */
export class Wallet {
  readonly holdings = new Map<string, Holding>()
  updatedAt = 0

  of(asset: string): Holding {
    return this.holdings.get(asset) ?? { free: ZERO, locked: ZERO }
  }

  total(asset: string): Big {
    const holding = this.of(asset)
    return holding.free.plus(holding.locked)
  }

  credit(asset: string, amount: Big): void {
    const holding = this.of(asset)
    this.holdings.set(asset, { free: holding.free.plus(amount), locked: holding.locked })
  }

  lock(asset: string, amount: Big): void {
    const holding = this.of(asset)
    this.holdings.set(asset, { free: holding.free.minus(amount), locked: holding.locked.plus(amount) })
  }

  unlock(asset: string, amount: Big): void {
    this.lock(asset, ZERO.minus(amount))
  }

  /** Takes an amount that was locked before out of the wallet. */
  spendLocked(asset: string, amount: Big): void {
    const holding = this.of(asset)
    this.holdings.set(asset, { free: holding.free, locked: holding.locked.minus(amount) })
  }
}
