import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Account } from './engine/account.ts'
import type { Big } from './engine/decimal.ts'
import type { Engine } from './engine/engine.ts'
import type { House } from './engine/house.ts'
import type { TradingMode } from './engine/instrument.ts'
import type { Market } from './engine/market.ts'
import type { Fill, Order, Side } from './engine/order.ts'
import type { HttpReply, HttpRequest } from './http/request.ts'

/** An order as the exchange's own app would place it: POST /sim/orders. */
export interface AppOrder {
  side: Side
  type: 'LIMIT' | 'MARKET'
  quantity: string
  price?: string | undefined
  clientId?: string | undefined
  /** A LIMIT order that is refused rather than trade at once. */
  postOnly?: boolean | undefined
}

/** Conditional orders that a venue keeps beside the engine's own. */
export interface StopOrders {
  /** Places a stop that may only reduce a position. Throws when the venue refuses it. */
  place(account: Account, market: Market, stop: AppStop): void
  open(account: Account): { clientId: string; createdAt: number; cancel(): void }[]
  /** Forgets all but the newest closed ones. */
  trim(account: Account, keep: number): void
}

export interface AppStop {
  side: Side
  quantity: string
  trigger: string
  clientId: string
}

/** One venue: an exchange's market kind, or all kinds that its keys cover. A new exchange is a folder that makes these. */
export interface Venue {
  readonly name: string
  readonly exchange: string
  /** What one account of it can trade. */
  readonly modes: readonly TradingMode[]
  /** The path everything of it lives under, for example "/binance/spot". */
  readonly prefix: string
  readonly engine: Engine
  readonly house: House
  /** What the ledger says of an order and a fill in the venue's own words, where they are not the engine's. */
  readonly words?: {
    order(order: Order): Record<string, unknown>
    fill(fill: Fill): Record<string, unknown>
  }
  /** A cancel is only accepted at first and may lose against a fill: the lost_cancel fault. */
  readonly losesCancels?: true
  /** Keys come with a passphrase, and never with a public key of their owner's. */
  readonly passphrases?: boolean
  /** Client order ids are letters and digits only. */
  readonly plainClientIds?: boolean
  handle(request: HttpRequest): HttpReply | Promise<HttpReply>
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  placeFromApp(account: Account, market: Market, order: AppOrder): Order
  /** Absent where stops are orders like all others. */
  readonly stops?: StopOrders
  /** Adds or takes money from outside, with the events a deposit causes. */
  transfer(account: Account, asset: string, amount: string): void
  /** Told after POST /sim/price moved a market: the moment to liquidate. */
  moved?(market: Market): void
  /** Funding of a futures position at its mark price; absent where there is none. */
  fund?(account: Account, market: Market, rate: Big): void
  /** The key stops working, as when its owner deletes it on the exchange. */
  revoked(account: Account): void
  /** Cuts private connections now; returns how many. */
  dropConnections(accountId?: string): number
  /** Ends listen keys or the like; absent where there are none. */
  expireCredential?(accountId?: string): number
  announceShutdown(accountId: string | undefined, closeAfterMs: number): number
  /** Sends a margin call; absent where there is no such event. */
  marginCall?(accountId?: string): number
  connections(): { private: number; market: number }
  close(): void
}
