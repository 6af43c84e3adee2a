import type { CandleInterval } from '@tradercoin/protocol'
import type { TickerPart } from '../../market/ticker-watch.ts'
import { bestPrices, markPrice, ticker24 } from './parse.ts'
import { futuresSequence, type SequenceRule, spotSequence } from './sequence.ts'

/** Where a stream lives: below which path of the stream host. Futures split theirs; the wrong path acknowledges and stays silent. */
export type StreamPath = '/stream' | '/public/stream' | '/market/stream'

export interface StreamOf {
  path: StreamPath
  /** Of the symbol in small letters: other spellings are acknowledged and stay silent. */
  name(symbol: string): string
}

/** What tells the two products apart. Weights: binance-rest, sections 2.4 and 8.3. */
export interface MarketProduct {
  depth: StreamOf
  rule: SequenceRule
  /** Each tells a part of the ticker. */
  ticker: readonly (StreamOf & { read(payload: unknown): TickerPart })[]
  candles(interval: CandleInterval): StreamOf
  rest: {
    depth: string
    depthWeight(limit: number): number
    ticker: string
    tickerWeight: number
    klines: string
    klinesWeight(limit: number): number
    /** What the ticker does not tell: best prices and mark price; null where it does. */
    bookTicker: string | null
    premiumIndex: string | null
  }
}

export const spotProduct: MarketProduct = {
  depth: { path: '/stream', name: (symbol) => `${symbol}@depth@100ms` },
  rule: spotSequence,
  ticker: [{ path: '/stream', name: (symbol) => `${symbol}@ticker`, read: ticker24 }],
  candles: (interval) => ({ path: '/stream', name: (symbol) => `${symbol}@kline_${interval}` }),
  rest: {
    depth: '/api/v3/depth',
    depthWeight: (limit) => (limit <= 100 ? 5 : limit <= 500 ? 25 : 50),
    ticker: '/api/v3/ticker/24hr',
    tickerWeight: 2,
    klines: '/api/v3/klines',
    klinesWeight: () => 2,
    bookTicker: null,
    premiumIndex: null,
  },
}

export const futuresProduct: MarketProduct = {
  depth: { path: '/public/stream', name: (symbol) => `${symbol}@depth@100ms` },
  rule: futuresSequence,
  ticker: [
    { path: '/market/stream', name: (symbol) => `${symbol}@ticker`, read: ticker24 },
    { path: '/market/stream', name: (symbol) => `${symbol}@markPrice@1s`, read: markPrice },
    // The stream of best prices tells each change, hundreds a second; ten are enough.
    { path: '/public/stream', name: (symbol) => `${symbol}@depth5@100ms`, read: bestPrices },
  ],
  candles: (interval) => ({ path: '/market/stream', name: (symbol) => `${symbol}@kline_${interval}` }),
  rest: {
    depth: '/fapi/v1/depth',
    depthWeight: (limit) => (limit <= 50 ? 2 : limit <= 100 ? 5 : limit <= 500 ? 10 : 20),
    ticker: '/fapi/v1/ticker/24hr',
    tickerWeight: 1,
    klines: '/fapi/v1/klines',
    klinesWeight: (limit) => (limit < 100 ? 1 : limit < 500 ? 2 : 5),
    bookTicker: '/fapi/v1/ticker/bookTicker',
    premiumIndex: '/fapi/v1/premiumIndex',
  },
}
