import type { CandleInterval, Candles, MarketChannel, OrderBook, Ticker, TradingMode } from '@tradercoin/protocol'

/** One public subscription. `interval` is for candles and null for the others. */
export interface MarketTopic {
  channel: MarketChannel
  trading_mode: TradingMode
  symbol: string
  interval: CandleInterval | null
}

/** What a channel carries. */
export type MarketData =
  | { channel: 'order_book'; data: OrderBook }
  | { channel: 'ticker'; data: Ticker }
  | { channel: 'candles'; data: Candles }

/** How a subscriber hears of its market. Handlers must not throw. */
export interface MarketHandlers {
  /** The whole present state of the book or ticker, or the candles that changed. Never before the state is complete. */
  onData(market: MarketData): void
  /** What was told last is out of date from now on; `onData` follows when it is whole again. `reason`: a sentence. */
  onDown(reason: string): void
  /** The venue refused the subscription (unknown symbol …); nothing follows. */
  onRefused(reason: string): void
}

/** Public market data of one venue and environment. No key is involved. Throws ExchangeError. */
export interface MarketSource {
  /** Subscribes at the venue; reconnects, resubscribes and resyncs by itself until closed. No handler is called before it returns. */
  open(topic: MarketTopic, handlers: MarketHandlers): { close(): void }
  fetchOrderBook(tradingMode: TradingMode, symbol: string): Promise<OrderBook>
  fetchTicker(tradingMode: TradingMode, symbol: string): Promise<Ticker>
  /** Oldest first, the running one last; at most `limit`, up to 500. */
  fetchCandles(tradingMode: TradingMode, symbol: string, interval: CandleInterval, limit: number): Promise<Candles>
}
