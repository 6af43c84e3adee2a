import type { Candle } from '../engine/candles.ts'
import { type Big, ZERO } from '../engine/decimal.ts'
import type { Market } from '../engine/market.ts'
import { ApiError } from './errors.ts'
import type { Params } from './params.ts'

/** Market data that Spot and Futures write alike; `text` turns a decimal into the venue's notation. */

const MINUTE = 60_000

export const INTERVALS: ReadonlyMap<string, number> = new Map([
  ['1s', 1000],
  ['1m', MINUTE],
  ['3m', 3 * MINUTE],
  ['5m', 5 * MINUTE],
  ['15m', 15 * MINUTE],
  ['30m', 30 * MINUTE],
  ['1h', 60 * MINUTE],
  ['2h', 120 * MINUTE],
  ['4h', 240 * MINUTE],
  ['6h', 360 * MINUTE],
  ['8h', 480 * MINUTE],
  ['12h', 720 * MINUTE],
  ['1d', 1440 * MINUTE],
  ['3d', 3 * 1440 * MINUTE],
  ['1w', 7 * 1440 * MINUTE],
  ['1M', 30 * 1440 * MINUTE],
])

/** Rows of GET klines, oldest first. */
export function klineRows(
  market: Market,
  params: Params,
  intervals: ReadonlyMap<string, number>,
  highest: number,
  now: number,
  text: (value: Big) => string,
): unknown[] {
  const length = intervals.get(params.need('interval'))
  if (length === undefined) throw new ApiError(-1120, 'Invalid interval.')
  const from = params.integer('startTime')
  const to = params.integer('endTime')
  const limit = params.limit(500, highest)
  const rows = market.candles.merged(Math.max(length, MINUTE), from ?? 0, to ?? now)
  const kept = rows.filter((row) => from === undefined || row.openTime >= from)
  const page = from === undefined ? kept.slice(-limit) : kept.slice(0, limit)
  return page.map((row) => [
    row.openTime,
    text(row.open),
    text(row.high),
    text(row.low),
    text(row.close),
    text(row.volume),
    row.openTime + Math.max(length, MINUTE) - 1,
    text(row.quote),
    row.trades,
    text(row.takerBuyVolume),
    text(row.takerBuyQuote),
    '0',
  ])
}

export function publicTrades(
  market: Market,
  limit: number,
  text: (value: Big) => string,
  spot: boolean,
  fromId?: bigint,
): unknown[] {
  const rows =
    fromId === undefined ? market.trades.slice(-limit) : market.trades.filter((row) => row.id >= fromId).slice(0, limit)
  return rows.map((row) => ({
    id: row.id,
    price: text(row.price),
    qty: text(row.qty),
    quoteQty: text(row.quote),
    time: row.time,
    isBuyerMaker: row.buyerIsMaker,
    ...(spot ? { isBestMatch: true } : {}),
  }))
}

export interface Statistics {
  symbol: string
  priceChange: string
  priceChangePercent: string
  weightedAvgPrice: string
  lastPrice: string
  lastQty: string
  openPrice: string
  highPrice: string
  lowPrice: string
  volume: string
  quoteVolume: string
  openTime: number
  closeTime: number
  firstId: bigint
  lastId: bigint
  count: number
}

/** The rolling 24 hours of a symbol. */
export function statistics(
  market: Market,
  now: number,
  text: (value: Big) => string,
  percent: (value: Big) => string,
): Statistics {
  const openTime = now - 86_400_000
  const day: Candle | undefined = market.candles.since(openTime)
  const open = day?.open ?? market.last
  const volume = day?.volume ?? ZERO
  const quote = day?.quote ?? ZERO
  const change = market.last.minus(open)
  const lastTrade = market.trades.at(-1)
  const lastId = market.nextTradeId - 1n
  const count = day?.trades ?? 0
  return {
    symbol: market.symbol,
    priceChange: text(change),
    priceChangePercent: percent(open.eq(ZERO) ? ZERO : change.times(100).div(open)),
    weightedAvgPrice: text(volume.eq(ZERO) ? market.last : quote.div(volume)),
    lastPrice: text(market.last),
    lastQty: text(lastTrade?.qty ?? ZERO),
    openPrice: text(open),
    highPrice: text(day?.high ?? market.last),
    lowPrice: text(day?.low ?? market.last),
    volume: text(volume),
    quoteVolume: text(quote),
    openTime,
    closeTime: now,
    firstId: lastId > BigInt(count) ? lastId - BigInt(count) : 1n,
    lastId,
    count,
  }
}
