import type { Big } from './decimal.ts'
import type { TradingMode } from './instrument.ts'
import type { Fill, Order, PositionSide } from './order.ts'
import { Wallet } from './wallet.ts'

/** A futures position. `amount` is signed; `entry` is the average price, `realized` the running profit before fees. */
export interface Position {
  symbol: string
  side: PositionSide
  amount: Big
  entry: Big
  breakEven: Big
  realized: Big
  isolatedWallet: Big
  updatedAt: number
  /** Has its own margin; at a venue where that is a choice of each order. */
  isolated: boolean
  /** Since the position was opened from nothing: when, profit before fees, fees paid, funding received. */
  openedAt: number
  openRealized: Big
  openFees: Big
  openFunding: Big
  lastTradeId: string
}

export interface SymbolSettings {
  leverage: number
  isolated: boolean
}

/** A row of the account's money history (futures income). */
export interface Income {
  symbol: string
  type: string
  amount: string
  asset: string
  time: number
  id: bigint
  tradeId: string
  /** Words of the venue that only travel with the row. */
  details?: Record<string, string>
}

export interface AccountKey {
  apiKey: string
  secret: string
  passphrase: string
  /** PEM of an RSA or Ed25519 public key when the key is asymmetric. */
  publicKey: string
  revoked: boolean
}

export type Environment = 'live' | 'demo'

export interface AccountInit {
  id: string
  exchange: string
  mode: TradingMode
  uid: number
  createdAt: number
  permissions: string[]
  key: AccountKey
  /** A demo trader is at work on the account while the market lives. */
  activity?: boolean
  /** Where the key belongs, at a venue that tells demo from live; absent: the venue does not mind. */
  environment?: Environment | undefined
  /** The only addresses the key may be used from; empty: any. */
  ips?: string[] | undefined
  /** The market maker's own accounts: unlimited funds, no history, no events. */
  house?: boolean
}

/** One customer of a venue: its money, positions, orders and executions. */
export class Account {
  readonly id: string
  readonly exchange: string
  readonly mode: TradingMode
  readonly uid: number
  readonly createdAt: number
  readonly permissions: string[]
  readonly key: AccountKey
  readonly house: boolean
  readonly activity: boolean
  readonly environment: Environment | undefined
  readonly ips: readonly string[]
  /** What the demo trader has bought and not sold yet (or, negative, the other way), by symbol. */
  readonly held = new Map<string, Big>()
  readonly wallet = new Wallet()
  readonly positions = new Map<string, Position>()
  readonly settings = new Map<string, SymbolSettings>()
  readonly open = new Set<Order>()
  /** Orders and fills per symbol, oldest first. */
  readonly orders = new Map<string, Order[]>()
  readonly fills = new Map<string, Fill[]>()
  income: Income[] = []
  readonly openClientIds = new Map<string, Order>()
  /** The newest order that carried a client id, whatever its state. */
  readonly lastByClientId = new Map<string, Order>()
  hedge = false
  multiAssets = false
  feeBurn = false

  constructor(init: AccountInit) {
    this.id = init.id
    this.exchange = init.exchange
    this.mode = init.mode
    this.uid = init.uid
    this.createdAt = init.createdAt
    this.permissions = init.permissions
    this.key = init.key
    this.house = init.house ?? false
    this.activity = init.activity ?? false
    this.environment = init.environment
    this.ips = init.ips ?? []
  }

  can(permission: string): boolean {
    return this.permissions.includes(permission)
  }

  allOrders(): Order[] {
    return [...this.orders.values()].flat()
  }

  allFills(): Fill[] {
    return [...this.fills.values()].flat()
  }
}
