import type { TradingMode } from '@tradercoin/protocol'
import type { SimAccount } from '../test-simulator.ts'
import type { VenueDescription } from '../venue.ts'

/** One trading mode of a venue on the paper exchange, and what its market looks like at the start. */
export interface ContractTarget {
  venue: VenueDescription
  trading_mode: TradingMode
  /** A market around `price` with an empty place between best bid and ask. */
  symbol: string
  /** The price of the market at the start: within the spread. */
  price: string
  /** Far below and far above the book: a buy, a sell rests there. */
  below: string
  above: string
  /** Above the best ask: a buy takes. */
  taking: string
  /** Base coin that one unit of the venue's own quantity of a symbol stands for; 1 where it is not given. */
  contract_sizes?: Record<string, string>
  /** A second symbol, with the longest ids the venue deals, and an order size for it in the venue's unit. */
  long_ids: { symbol: string; quantity: string }
  /** A symbol outside ASCII, its size and a resting price; null where the venue lists none. */
  unicode: { symbol: string; quantity: string; price: string } | null
  /** More base coin than a new account can pay for at `below`. */
  unaffordable: string
  /** Base coin that a market buy finds at no one price of the book. */
  deep: string
  /** Values that break one rule of the symbol each. */
  broken: { tick: string; step: string; quantity: string; notional: string }
  /** The owner's settings on the venue's own site; only where there are positions. */
  owner?: {
    /** Switches the account to LONG and SHORT positions side by side. */
    hedge(url: string, account: SimAccount): Promise<void>
    /** Positions of the symbol get margin of their own, where that is a setting and not a field of the order. */
    isolate?(url: string, account: SimAccount, symbol: string): Promise<void>
  }
  /** Whether the venue has, and tells, a right to transfer that is not the right to withdraw. */
  tells_transfer_right: boolean
  /** Margin is counted for the account as a whole: an order binds nothing of one coin. */
  pooled_margin?: true
  /** The venue ends no session or listen key by itself. */
  endless_session?: true
  /** A cancel is only a request there: accepted, it may still lose against a fill. */
  loses_cancels?: true
  /** Whether the venue says before it takes a server away. */
  announces_shutdown: boolean
  /** Starts an exchange of its own in place of the paper exchange. */
  start?(limits: 'real' | 'off'): Promise<{ url: string; close(): Promise<void> }>
}
