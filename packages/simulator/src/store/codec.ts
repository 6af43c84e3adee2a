import {
  Account,
  type AccountKey,
  type Environment,
  type Income,
  type Position,
  type SymbolSettings,
} from '../engine/account.ts'
import { dec } from '../engine/decimal.ts'
import type { TradingMode } from '../engine/instrument.ts'
import type { Market } from '../engine/market.ts'
import type { Fill, Order } from '../engine/order.ts'
import { newPosition, positionKey } from '../engine/positions.ts'

/** How engine records look in the journal: decimals and ids as text, references by id. */

export interface StoredAccount {
  id: string
  exchange: string
  mode: TradingMode
  uid: number
  createdAt: number
  permissions: string[]
  key: AccountKey
  activity?: boolean
  environment?: Environment | undefined
  ips?: string[]
}

const POSITION_DECIMALS = [
  'amount',
  'entry',
  'breakEven',
  'realized',
  'isolatedWallet',
  'openRealized',
  'openFees',
  'openFunding',
] as const
type PositionDecimal = (typeof POSITION_DECIMALS)[number]
export type StoredPosition = Omit<Position, PositionDecimal> & Record<PositionDecimal, string>

function storePosition(position: Position): StoredPosition {
  const stored: Record<string, unknown> = { ...position }
  for (const field of POSITION_DECIMALS) stored[field] = position[field].toFixed()
  return stored as unknown as StoredPosition
}

function loadPosition(stored: StoredPosition): Position {
  const loaded: Record<string, unknown> = { ...newPosition(stored.symbol, stored.side, false), ...stored }
  for (const field of POSITION_DECIMALS) loaded[field] = dec(stored[field] ?? '0')
  return loaded as unknown as Position
}

export interface StoredState {
  id: string
  updatedAt: number
  wallet: [asset: string, free: string, locked: string][]
  positions: StoredPosition[]
  settings: [string, SymbolSettings][]
  hedge: boolean
  multiAssets: boolean
  feeBurn: boolean
  held?: [symbol: string, amount: string][]
}

export function storeAccount(account: Account): StoredAccount {
  const { id, exchange, mode, uid, createdAt, permissions, key, activity, environment, ips } = account
  return {
    id,
    exchange,
    mode,
    uid,
    createdAt,
    permissions,
    key,
    ...(activity && { activity }),
    ...(environment && { environment }),
    ...(ips.length > 0 && { ips: [...ips] }),
  }
}

export function loadAccount(stored: StoredAccount): Account {
  return new Account(stored)
}

export function storeState(account: Account): StoredState {
  return {
    id: account.id,
    updatedAt: account.wallet.updatedAt,
    wallet: [...account.wallet.holdings].map(([asset, { free, locked }]) => [asset, free.toFixed(), locked.toFixed()]),
    positions: [...account.positions.values()].map(storePosition),
    settings: [...account.settings],
    hedge: account.hedge,
    multiAssets: account.multiAssets,
    feeBurn: account.feeBurn,
    ...(account.held.size > 0 && { held: [...account.held].map(([symbol, amount]) => [symbol, amount.toFixed()]) }),
  }
}

export function loadState(account: Account, stored: StoredState): void {
  account.wallet.updatedAt = stored.updatedAt
  account.wallet.holdings.clear()
  for (const [asset, free, locked] of stored.wallet) {
    account.wallet.holdings.set(asset, { free: dec(free), locked: dec(locked) })
  }
  account.positions.clear()
  for (const each of stored.positions) {
    const position = loadPosition(each)
    account.positions.set(positionKey(position.symbol, position.side, position.isolated), position)
  }
  account.settings.clear()
  for (const [symbol, settings] of stored.settings) account.settings.set(symbol, settings)
  account.hedge = stored.hedge
  account.multiAssets = stored.multiAssets
  account.feeBurn = stored.feeBurn
  account.held.clear()
  for (const [symbol, amount] of stored.held ?? []) account.held.set(symbol, dec(amount))
}

const DECIMALS = ['price', 'qty', 'quoteQty', 'filled', 'quote', 'prevented', 'reserved'] as const

export type StoredOrder = Record<string, unknown> & {
  id: string
  account: string
  symbol: string
  trigger: { price: string; direction: 'UP' | 'DOWN'; triggered: boolean } | null
}

export function storeOrder(order: Order): StoredOrder {
  const stored: Record<string, unknown> = { ...order }
  for (const field of DECIMALS) stored[field] = order[field].toFixed()
  delete stored.market
  return {
    ...stored,
    id: order.id.toString(),
    account: order.account.id,
    symbol: order.market.symbol,
    trigger: order.trigger ? { ...order.trigger, price: order.trigger.price.toFixed() } : null,
  }
}

export function loadOrder(stored: StoredOrder, account: Account, market: Market): Order {
  const loaded: Record<string, unknown> = { isolated: false, ...stored, id: BigInt(stored.id), account, market }
  for (const field of DECIMALS) loaded[field] = dec(stored[field] as string)
  loaded.trigger = stored.trigger ? { ...stored.trigger, price: dec(stored.trigger.price) } : null
  delete loaded.symbol
  return loaded as unknown as Order
}

export type StoredFill = Omit<Fill, 'tradeId' | 'orderId'> & { tradeId: string; orderId: string }

export function storeFill(fill: Fill): StoredFill {
  return { ...fill, tradeId: fill.tradeId.toString(), orderId: fill.orderId.toString() }
}

export function loadFill(stored: StoredFill): Fill {
  return { ...stored, seq: stored.seq ?? 0, tradeId: BigInt(stored.tradeId), orderId: BigInt(stored.orderId) }
}

export interface StoredMarket {
  symbol: string
  last: string
  nextOrderId: string
  nextTradeId: string
  nextExecutionId: number
  nextPreventedId: number
}

export function storeMarket(market: Market): StoredMarket {
  return {
    symbol: market.symbol,
    last: market.last.toFixed(),
    nextOrderId: market.nextOrderId.toString(),
    nextTradeId: market.nextTradeId.toString(),
    nextExecutionId: market.nextExecutionId,
    nextPreventedId: market.nextPreventedId,
  }
}

/** Counters jump ahead: ids that the market maker used since the last record must not come again. */
export function loadMarket(market: Market, stored: StoredMarket): void {
  market.last = dec(stored.last)
  market.mark = market.last
  market.skipOrderIds(BigInt(stored.nextOrderId) + 1_000_000n)
  market.nextTradeId = BigInt(stored.nextTradeId) + 1_000_000n
  market.nextExecutionId = stored.nextExecutionId + 1_000_000
  market.nextPreventedId = stored.nextPreventedId + 1_000
  market.updateId = market.nextTradeId * 10n
}

export type StoredIncome = Omit<Income, 'id'> & { id: string; account: string }

export function storeIncome(account: Account, income: Income): StoredIncome {
  return { ...income, id: income.id.toString(), account: account.id }
}

export function loadIncome({ account: _account, ...stored }: StoredIncome): Income {
  return { ...stored, id: BigInt(stored.id) }
}
