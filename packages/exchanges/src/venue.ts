import type {
  Environment,
  ExchangeId,
  MarginMode,
  MarketChannel,
  OrderType,
  TimeInForce,
  TradingMode,
} from '@tradercoin/protocol'
import type { Exchange } from './exchange.ts'
import type { Transport } from './transport/transport.ts'

/** Base URLs that replace the venue's own, each for itself (null or absent: the venue's); the adapter appends the venue's path. */
export interface Endpoints {
  rest?: string | null
  /** Request/response WebSocket API, where the venue has one. */
  ws_api?: string | null
  /** Calls on the account as a whole, where they live on another host (Binance futures asks Spot's for a key's rights). */
  wallet?: string | null
  stream?: string | null
}

export interface ExchangeOptions {
  environment: Environment
  region: string | null
  /** Null: the venue's own addresses for this environment. `paper` always names its own. */
  endpoints: Endpoints | null
  transport: Transport
}

/** What a venue offers in one trading mode; shared code asks these, never the venue's name. */
export interface Capabilities {
  /** `listen_key`: the stream hangs on a key that is renewed; `signed_session`: it hangs on a signed subscription or login. */
  upkeep: 'listen_key' | 'signed_session'
  order_types: readonly OrderType[]
  time_in_force: readonly TimeInForce[]
  /** Those of them that an order which waits for a trigger may have. */
  conditional_time_in_force: readonly TimeInForce[]
  post_only: boolean
  /** Whether an order which waits for a trigger may be post-only. */
  conditional_post_only: boolean
  reduce_only: boolean
  /** LONG and SHORT positions of one symbol side by side. */
  hedge_mode: boolean
  margin_modes: readonly MarginMode[]
  /** Those of them that an order may name; empty where the mode is set for the symbol or the account. */
  order_margin_modes: readonly MarginMode[]
  /** A market order sized in quote coin. */
  quote_quantity: boolean
  /** Which price may trigger a conditional order; empty where it cannot be chosen or there are none. */
  trigger_by: readonly ('LAST' | 'MARK' | 'INDEX')[]
  /** A conditional order that closes whatever the position is when it triggers. */
  close_position: boolean
  /** What of a resting order may be changed with its id kept; null where nothing may. `down`: the quantity may only shrink. */
  amend: { price: boolean; quantity: 'any' | 'down' } | null
  market_channels: readonly MarketChannel[]
  /** Sentence for the user on what a gap fill cannot prove; null when queries see everything. */
  unprovable: string | null
}

/** An environment variable that replaces an address of the `live` environment. */
export interface UrlVariable {
  variable: string
  trading_modes: readonly TradingMode[]
  part: keyof Endpoints
}

/** Everything the rest of the system must know of a venue. Adding one is a folder that makes this, and a line in the registry. */
export interface VenueDescription {
  exchange: ExchangeId
  /** As people call it. */
  name: string
  /** Whether an API key works for one trading mode, or for the whole account. */
  key_covers: 'one_mode' | 'all_modes'
  environments: readonly Environment[]
  /** Sites with addresses of their own beside the venue's main one; a key of one does not exist on the others. */
  regions: readonly { region: string; name: string }[]
  needs_passphrase: boolean
  url_variables: readonly UrlVariable[]
  capabilities: Partial<Record<TradingMode, Capabilities>>
  /** The path of a trading mode on the paper exchange, such as `/binance/spot`. */
  paperPath(tradingMode: TradingMode): string
  /** An adapter for one mode, or for all modes where `key_covers` says so (the mode is then only the first asked for). */
  create(tradingMode: TradingMode, options: ExchangeOptions): Exchange
}
