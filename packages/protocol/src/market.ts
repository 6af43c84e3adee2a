import { z } from 'zod'
import { decimalSchema } from './decimal.ts'
import { environmentSchema, exchangeIdSchema, tradingModeSchema } from './records.ts'

/* Market data: state, latest wins, no `seq`. Quantities are in base coin, those of inverse contracts in contracts, as in the trading records. */

export const marketChannelSchema = z.enum(['order_book', 'ticker', 'candles'])
export type MarketChannel = z.infer<typeof marketChannelSchema>

export const candleIntervalSchema = z.enum(['1m', '5m', '15m', '1h', '4h', '1d'])
export type CandleInterval = z.infer<typeof candleIntervalSchema>

export const marketSymbolSchema = z.string().min(1).max(64)

const time = z.int()
const market = {
  exchange: exchangeIdSchema,
  trading_mode: tradingModeSchema,
  /** Live prices and those of a test or paper venue are different markets. */
  environment: environmentSchema,
  symbol: z.string(),
}

const levelSchema = z.tuple([decimalSchema, decimalSchema])
/** Price and quantity. */
export type Level = z.infer<typeof levelSchema>

/** The whole top of the book, 50 levels a side at most: bids from the highest price down, asks from the lowest up. `ts`: the venue's time. */
export const orderBookSchema = z.object({ ...market, bids: z.array(levelSchema), asks: z.array(levelSchema), ts: time })
export type OrderBook = z.infer<typeof orderBookSchema>

export const tickerSchema = z.object({
  ...market,
  last_price: decimalSchema,
  bid_price: decimalSchema.nullable(),
  bid_quantity: decimalSchema.nullable(),
  ask_price: decimalSchema.nullable(),
  ask_quantity: decimalSchema.nullable(),
  /** Of the last 24 hours. */
  open_price: decimalSchema.nullable(),
  high_price: decimalSchema.nullable(),
  low_price: decimalSchema.nullable(),
  /** In base coin. */
  volume: decimalSchema.nullable(),
  /** In quote coin. */
  quote_volume: decimalSchema.nullable(),
  /** Futures only. */
  mark_price: decimalSchema.nullable(),
  ts: time,
})
export type Ticker = z.infer<typeof tickerSchema>

export const candleSchema = z.object({
  /** Start of the interval (ms). */
  time,
  open: decimalSchema,
  high: decimalSchema,
  low: decimalSchema,
  close: decimalSchema,
  /** In base coin. */
  volume: decimalSchema,
  is_closed: z.boolean(),
})
export type Candle = z.infer<typeof candleSchema>

/** On the WebSocket the candles that changed, the running one last; from REST a list, oldest first. */
export const candlesSchema = z.object({ ...market, interval: candleIntervalSchema, candles: z.array(candleSchema) })
export type Candles = z.infer<typeof candlesSchema>

/** What a client subscribes to. Its `environment` left out: that of the user's keys on this venue, else the paper exchange's, else live. */
export const marketRequestSchema = z.object({
  channel: marketChannelSchema,
  exchange: exchangeIdSchema,
  trading_mode: tradingModeSchema,
  symbol: marketSymbolSchema,
  environment: environmentSchema.optional(),
  /** Of candles; one minute when left out. */
  interval: candleIntervalSchema.optional(),
})
export type MarketRequest = z.infer<typeof marketRequestSchema>

/** How a subscription does. `interval` is null for what has none. */
export const marketStatusSchema = z.object({
  channel: marketChannelSchema,
  ...market,
  interval: candleIntervalSchema.nullable(),
  /** `subscribed`: answers `subscribe`. `stale`: what was told last is out of date until data comes again. `ended`: nothing follows. */
  state: z.enum(['subscribed', 'stale', 'ended']),
  reason: z.string().nullable(),
  /** In answer to `subscribe`: whether this is the environment that a request without one means; null otherwise. */
  is_default_environment: z.boolean().nullable(),
})
export type MarketStatus = z.infer<typeof marketStatusSchema>
