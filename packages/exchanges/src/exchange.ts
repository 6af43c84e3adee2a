import type {
  AccountEvent,
  Decimal,
  Environment,
  ExchangeId,
  KeyPermissions,
  MarginMode,
  OrderType,
  PositionReport,
  PositionSide,
  QuantityUnit,
  Side,
  TimeInForce,
  TradingMode,
} from '@tradercoin/protocol'
import type { MarketSource } from './market-data.ts'

/** The secrets of one API key. They live in memory only and never reach a log, an error or a URL. */
export interface Credentials {
  api_key: string
  /** HMAC secret, or a PKCS#8 PEM private key (RSA or Ed25519) where the venue takes one. */
  api_secret: string
  passphrase: string | null
}

export interface Instrument {
  trading_mode: TradingMode
  symbol: string
  base_asset: string
  quote_asset: string
  /** What profit, loss and margin are counted in; the quote asset on spot. */
  settle_asset: string
  /** `CONTRACT` where quantities stay in contracts (inverse contracts); else base coin, to which contracts are converted. */
  quantity_unit: QuantityUnit
  /** Of an inverse contract: what one is worth in quote coin. Null otherwise. */
  contract_value: Decimal | null
  /* Rules of an order; null where the venue gives no such rule. Quantities in `quantity_unit`. */
  tick_size: Decimal | null
  min_price: Decimal | null
  max_price: Decimal | null
  step_size: Decimal | null
  min_quantity: Decimal | null
  max_quantity: Decimal | null
  /** Of market orders, where they have rules of their own; null: as above. */
  market_step_size: Decimal | null
  market_min_quantity: Decimal | null
  market_max_quantity: Decimal | null
  /** Least and greatest value of an order in quote coin. */
  min_notional: Decimal | null
  max_notional: Decimal | null
  /** Of a market order sized in quote coin; null: as `min_notional`. */
  min_quote_quantity: Decimal | null
  quote_step_size: Decimal | null
  is_trading: boolean
}

/** What the venue said of a key when it was added. */
export interface KeyCheck {
  /** The venue's own id of the account: two keys of one account share it. */
  account_uid: string
  permissions: KeyPermissions | null
  /** Sentences for the user, such as a missing IP restriction. */
  warnings: string[]
}

export interface PlaceRequest {
  trading_mode: TradingMode
  symbol: string
  side: Side
  type: OrderType
  client_order_id: string
  quantity: Decimal | null
  quote_quantity: Decimal | null
  price: Decimal | null
  stop_price: Decimal | null
  time_in_force: TimeInForce | null
  post_only: boolean
  reduce_only: boolean
  position_side: PositionSide | null
  margin_mode: MarginMode | null
  trigger_by: 'LAST' | 'MARK' | 'INDEX' | null
  callback_rate: Decimal | null
  close_position: boolean
}

/** Names one order of the venue; the venue's id is preferred, the client order id stands in while it is unknown. */
export interface OrderRef {
  trading_mode: TradingMode
  symbol: string
  order_id: string | null
  client_order_id: string | null
}

/** A change of a resting order with its id kept. */
export interface AmendRequest extends OrderRef {
  /** The new price; null: as it is. */
  price: Decimal | null
  /** The new total quantity, what is filled included; null: as it is. */
  quantity: Decimal | null
  /** The order as the ledger knows it, for venues that want the whole order named again. */
  known: { side: Side; type: OrderType; price: Decimal | null; quantity: Decimal | null; executed_qty: Decimal }
}

/** What the ledger already knows of an account, so that a snapshot asks for no more than it must. */
export interface SnapshotSince {
  /** Venue time (ms) up to which everything is known; null on the first snapshot of a key. */
  time: number | null
  /** Orders the ledger believes open. Those that are no longer listed as open are asked for one by one. */
  open_orders: readonly OrderRef[]
  /** Symbols this account is known to trade. */
  symbols: readonly { trading_mode: TradingMode; symbol: string }[]
  /** Balances the ledger knows, so that a moved asset names the symbols worth asking. */
  balances: readonly { asset: string; total: Decimal }[]
  /** Positions the ledger believes open. Those that are no longer listed are told as closed: a venue lists only what is there. */
  positions: readonly Pick<PositionReport, 'trading_mode' | 'symbol' | 'position_side' | 'position_id'>[]
}

export interface AccountSnapshot {
  /** Orders, executions, balances and positions, oldest first. */
  events: AccountEvent[]
  /** Venue time (ms) before the first query went out: what happened before it is in `events`. */
  as_of: number
  /**
   * Orders of `since.open_orders` that the venue, asked more than once, does not know any more: they are over, how they ended cannot
   * be told. Of one placed just now that is not certain, for the venue's queries may lag: what is younger than a minute is to be kept.
   */
  lost: readonly OrderRef[]
  /** What could not be proven for this span; null when nothing is missing. */
  unproven: string | null
}

/** Why a private stream went down. Its words are stored with the gap. */
export type DownCause =
  | 'connect_failed'
  | 'connection_lost'
  | 'silent'
  | 'listen_key_expired'
  | 'terminated'
  | 'server_shutdown'
  | 'rate_limited'
  | 'auth'

/** How an account hears of its private stream. Handlers must not throw; they are called in the order things happened. */
export interface StreamHandlers {
  /** The venue has confirmed the subscription: from here on every event arrives. Called after each (re)connect. */
  onUp(): void
  /** No event arrives any more. The stream keeps trying by itself unless `retrying` is false (then the key needs its owner). */
  onDown(cause: DownCause, detail: string, retrying: boolean): void
  /** Parsed events of one frame. `receivedAt`: our clock (ms) when the frame was read. */
  onEvents(events: AccountEvent[], receivedAt: number): void
}

export interface PrivateStream {
  /** Our clock (ms) of the last proof that the line is alive: data, a pong, an answered probe; null before the first. */
  lastAliveAt(): number | null
  /** When the listen key ends (ms); null where there is none. */
  expiresAt(): number | null
  /** Renews the listen key now, or probes the session where there is none. Throws ExchangeError. */
  keepAlive(): Promise<void>
  /** The listen key was stored sealed by the caller; null where there is none. Secret. */
  listenKey(): string | null
  /** Ends the stream; the venue's shared listen key is left to lapse, for other programs of the owner use it too. */
  close(): void
}

/**
 * One venue in one environment: in one trading mode, or in all of them where a key covers the whole account.
 * Everything here may throw ExchangeError; every call carries a deadline of its own.
 */
export interface Exchange {
  readonly exchange: ExchangeId
  readonly environment: Environment
  /** Proves the key works and tells its rights. Withdraw and transfer rights are reported, the caller refuses them. */
  checkKey(credentials: Credentials): Promise<KeyCheck>
  /** Opens the account's private stream; it connects, keeps alive and reconnects by itself until closed. */
  openStream(credentials: Credentials, handlers: StreamHandlers): PrivateStream
  /** Reads what a stream cannot tell: open orders, orders closed and executions since, balances, positions. */
  fetchSnapshot(credentials: Credentials, since: SnapshotSince): Promise<AccountSnapshot>
  /** One order with its executions; null when the venue says, after a second look, that it does not exist. */
  fetchOrder(credentials: Credentials, ref: OrderRef): Promise<AccountEvent[] | null>
  /** Sends the order. Returns the venue's order id. The outcome is shown only once the stream or a query confirms it. */
  placeOrder(credentials: Credentials, request: PlaceRequest): Promise<{ order_id: string }>
  cancelOrder(credentials: Credentials, ref: OrderRef): Promise<void>
  /** Changes price or quantity of a resting order. Throws `refused` `amend_not_supported` for what the venue cannot change. */
  amendOrder(credentials: Credentials, request: AmendRequest): Promise<void>
  /** Cached and refreshed; needs no key. */
  fetchInstruments(): Promise<readonly Instrument[]>
  /** Public market data; which channels it offers is told by the venue's capabilities. */
  readonly market: MarketSource
  /** Closes every socket of the venue. */
  close(): Promise<void>
}
