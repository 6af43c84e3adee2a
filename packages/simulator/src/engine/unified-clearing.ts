import type { Account } from './account.ts'
import type { Clearing, Settlement } from './clearing.ts'
import { type Big, min } from './decimal.ts'
import { FuturesClearing, type FuturesRules } from './futures-clearing.ts'
import type { Market } from './market.ts'
import type { Order } from './order.ts'
import { SpotClearing } from './spot-clearing.ts'

/**
 * One wallet for spot and contracts, as an OKX or Bybit account has it. A spot order may not spend what positions and
 * contract orders hold as margin, and a contract may not lean on what spot orders have locked.
 */
export class UnifiedClearing implements Clearing {
  readonly futures: FuturesClearing
  readonly #spot: SpotClearing

  constructor(markets: ReadonlyMap<string, Market>, rules: FuturesRules = {}) {
    this.futures = new FuturesClearing(markets, rules)
    this.#spot = new SpotClearing((account, asset) => this.spendable(account, asset))
  }

  /** What of an asset may be locked, spent or withdrawn. A profit not realized yet may not. */
  spendable(account: Account, asset: string): Big {
    return min(account.wallet.of(asset).free, this.futures.available(account, asset))
  }

  reserve(order: Order): string[] {
    return this.#of(order).reserve(order)
  }

  release(order: Order): string[] {
    return this.#of(order).release(order)
  }

  settle(order: Order, price: Big, qty: Big, maker: boolean, time: number, tradeId: bigint): Settlement {
    return this.#of(order).settle(order, price, qty, maker, time, tradeId)
  }

  reducible(order: Order): Big | null {
    return this.#of(order).reducible(order)
  }

  affordable(account: Account, order: Order, price: Big, qty: Big): Big {
    return this.#of(order).affordable(account, order, price, qty)
  }

  #of(order: Order): Clearing {
    return order.market.instrument.kind === 'spot' ? this.#spot : this.futures
  }
}
