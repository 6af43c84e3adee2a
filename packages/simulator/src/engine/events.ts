import type { Account } from './account.ts'
import type { Big } from './decimal.ts'
import type { Market, PublicTrade } from './market.ts'
import type { Fill, Order } from './order.ts'

/** What happened to one order, told at the moment it happens: the order object goes on changing afterwards. */
export type OrderEvent =
  | { exec: 'NEW' | 'CANCELED' | 'EXPIRED' | 'REPLACED' | 'AMENDMENT' | 'REJECTED'; order: Order }
  | { exec: 'TRADE'; order: Order; fill: Fill }
  | { exec: 'TRADE_PREVENTION'; order: Order; counterId: bigint; qty: Big; price: Big }

/** What moved in an account during one action, told once at its end. */
export interface AccountChange {
  account: Account
  assets: Set<string>
  positions: Set<string>
}

/** How the engine tells the world. Calls come in order; `committed` follows each action that changed something. */
export interface EngineSink {
  order(event: OrderEvent): void
  account(change: AccountChange): void
  trade(market: Market, trade: PublicTrade): void
}

/** What an action changed and a store must keep. */
export interface Dirty {
  orders: Set<Order>
  fills: Fill[]
  accounts: Set<Account>
  markets: Set<Market>
}
