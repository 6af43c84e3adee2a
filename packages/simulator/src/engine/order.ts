import type { Account } from './account.ts'
import type { Big } from './decimal.ts'
import type { Market } from './market.ts'

export type Side = 'BUY' | 'SELL'
export type PositionSide = 'BOTH' | 'LONG' | 'SHORT'
export type StpMode = 'NONE' | 'EXPIRE_MAKER' | 'EXPIRE_TAKER' | 'EXPIRE_BOTH'

export type OrderStatus =
  | 'PENDING_NEW'
  | 'NEW'
  | 'PARTIALLY_FILLED'
  | 'FILLED'
  | 'CANCELED'
  | 'REJECTED'
  | 'EXPIRED'
  | 'EXPIRED_IN_MATCH'

/** Why an order expired. Venues spell it their own way. */
export type ExpiryReason =
  | 'NONE'
  | 'IOC'
  | 'FOK'
  | 'NO_LIQUIDITY'
  | 'STP'
  | 'REDUCE_ONLY'
  | 'LIST'
  | 'LIST_PHASE_ONE'
  | 'REJECTED'
  | 'EXCHANGE'
  | 'GTD'
  | 'POST_ONLY'

/** An order that waits until the price crosses a level. */
export interface Trigger {
  price: Big
  direction: 'UP' | 'DOWN'
  triggered: boolean
}

/** What a venue asks the engine to place; everything is validated by the venue's own rules before. */
export interface Ticket {
  clientId: string
  side: Side
  /** The venue's word, carried along. */
  type: string
  origType?: string
  kind: 'LIMIT' | 'MARKET'
  tif: string
  postOnly?: boolean
  price: Big
  qty: Big
  quoteQty?: Big
  trigger?: Trigger
  stp: StpMode
  reduceOnly?: boolean
  closePosition?: boolean
  positionSide?: PositionSide
  /** Trades into a position with its own margin. */
  isolated?: boolean
  goodTill?: number
  listId?: number
  /** Another order of the same list holds the money; it is set aside when this one starts to work. */
  unfunded?: boolean
  /** Words of the venue that only travel with the order. */
  extra?: Record<string, string | number | boolean>
}

export interface Order {
  id: bigint
  clientId: string
  /** The id the order had before a cancel or an amend renamed it. */
  origClientId: string
  account: Account
  market: Market
  side: Side
  type: string
  origType: string
  kind: 'LIMIT' | 'MARKET'
  tif: string
  postOnly: boolean
  price: Big
  qty: Big
  quoteQty: Big
  trigger: Trigger | null
  stp: StpMode
  reduceOnly: boolean
  closePosition: boolean
  positionSide: PositionSide
  isolated: boolean
  goodTill: number
  status: OrderStatus
  filled: Big
  quote: Big
  prevented: Big
  preventedMatchId: number
  reserved: Big
  createdAt: number
  updatedAt: number
  workingAt: number
  /** Place in the queue: grows each time the order enters a book. */
  priority: number
  expiry: ExpiryReason
  listId: number
  unfunded: boolean
  amendments: number
  extra: Record<string, string | number | boolean>
}

/** One side of one trade, in decimal strings: kept for ever, so it is kept small. */
export interface Fill {
  tradeId: bigint
  orderId: bigint
  clientId: string
  accountId: string
  symbol: string
  side: Side
  positionSide: PositionSide
  price: string
  qty: string
  quote: string
  fee: string
  feeAsset: string
  realized: string
  /** How much of a contract position it closed; absent where there are no positions. */
  closed?: string
  maker: boolean
  time: number
  /** Counts the fills of an engine: the order they happened in, over all symbols and restarts. */
  seq: number
}

export function remaining(order: Order): Big {
  return order.qty.minus(order.filled).minus(order.prevented)
}

export function isOpen(order: Order): boolean {
  return order.status === 'NEW' || order.status === 'PARTIALLY_FILLED' || order.status === 'PENDING_NEW'
}
