import type { Account } from './account.ts'
import type { Big } from './decimal.ts'
import type { Order } from './order.ts'

/** What one side of a trade paid and gained, and which assets and positions moved. */
export interface Settlement {
  fee: Big
  feeAsset: string
  realized: Big
  /** How much of a position the trade closed; absent where there are no positions. */
  closed?: Big
  assets: string[]
  position?: string
}

/** Money rules of a kind of market: spot locks and swaps assets, futures hold margin and positions. */
export interface Clearing {
  /** Sets aside what the order may need. Throws Refusal('insufficient_funds') and changes nothing then. */
  reserve(order: Order): string[]
  /** Gives back what is still set aside. Returns the assets that moved. */
  release(order: Order): string[]
  settle(order: Order, price: Big, qty: Big, maker: boolean, time: number, tradeId: bigint): Settlement
  /** How much a reduce-only order may still trade; null when the order is not limited. */
  reducible(order: Order): Big | null
  /** What of the order's quantity can be paid for at this price; used when a market order meets a moved book. */
  affordable(account: Account, order: Order, price: Big, qty: Big): Big
}
