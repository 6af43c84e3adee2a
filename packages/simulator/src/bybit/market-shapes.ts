import type { Candle } from '../engine/candles.ts'
import { type Big, ZERO } from '../engine/decimal.ts'
import type { Market } from '../engine/market.ts'
import { FUNDING_MS } from './instruments.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Lengths of kline intervals; weeks begin on Monday, months on their first day. */
const LENGTHS = new Map<string, number>([
  ...[1, 3, 5, 15, 30, 60, 120, 240, 360, 720].map((minutes): [string, number] => [String(minutes), minutes * MINUTE]),
  ['D', DAY],
  ['W', 7 * DAY],
  ['M', 28 * DAY],
])

export const isInterval = (text: string) => LENGTHS.has(text)

/** When the candle that holds a time began and when the next one begins. */
export function candleSpan(interval: string, time: number): { start: number; next: number } {
  if (interval === 'M') {
    const date = new Date(time)
    const start = Date.UTC(date.getUTCFullYear(), date.getUTCMonth())
    return { start, next: Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1) }
  }
  const length = LENGTHS.get(interval) as number
  // The epoch was a Thursday.
  const shift = interval === 'W' ? 4 * DAY : 0
  const start = Math.floor((time - shift) / length) * length + shift
  return { start, next: start + length }
}

/** Candles that begin in a span, oldest first. */
export function candles(market: Market, interval: string, from: number, to: number): Candle[] {
  const length = LENGTHS.get(interval) as number
  if (length <= DAY) return market.candles.merged(length, from, to).filter((row) => row.openTime >= from)
  const out = new Map<number, Candle>()
  for (const day of market.candles.merged(DAY, 0, to)) {
    const { start } = candleSpan(interval, day.openTime)
    const whole = out.get(start)
    if (!whole) {
      out.set(start, { ...day, openTime: start })
      continue
    }
    if (day.high.gt(whole.high)) whole.high = day.high
    if (day.low.lt(whole.low)) whole.low = day.low
    whole.close = day.close
    whole.volume = whole.volume.plus(day.volume)
    whole.quote = whole.quote.plus(day.quote)
  }
  return [...out.values()].filter((row) => row.openTime >= from)
}

interface Statistics {
  at: number
  day: Candle | undefined
  hour: Candle | undefined
}

const known = new WeakMap<Market, Statistics>()

/** The last day and hour as one candle each; summing them up takes a while, so once a second is enough. */
function statistics(market: Market, now: number): Statistics {
  const old = known.get(market)
  if (old && Math.abs(now - old.at) < 1000) return old
  const fresh = { at: now, day: market.candles.since(now - DAY), hour: market.candles.since(now - HOUR) }
  known.set(market, fresh)
  return fresh
}

const text = (market: Market, value: Big) => value.round(market.instrument.priceDecimals, 1).toFixed()

/** The fields of a ticker, spot's or a contract's. Only the REST form of spot tells bid and ask. */
export function tickerFields(market: Market, now: number): Record<string, string> {
  const { instrument, last } = market
  const { day, hour } = statistics(market, now)
  const open = day?.open ?? last
  const change = open.eq(ZERO) ? ZERO : last.minus(open).div(open)
  const common = {
    symbol: instrument.name,
    lastPrice: text(market, last),
    highPrice24h: text(market, day?.high ?? last),
    lowPrice24h: text(market, day?.low ?? last),
    prevPrice24h: text(market, open),
    volume24h: (day?.volume ?? ZERO).toFixed(),
    turnover24h: (day?.quote ?? ZERO).round(4, 0).toFixed(),
    price24hPcnt: change.round(4, 1).toFixed(),
  }
  if (instrument.kind === 'spot') return { ...common, usdIndexPrice: text(market, last) }
  return {
    ...common,
    tickDirection: 'ZeroPlusTick',
    prevPrice1h: text(market, hour?.open ?? last),
    markPrice: text(market, market.mark),
    indexPrice: text(market, market.mark),
    openInterest: '0',
    openInterestValue: '0',
    nextFundingTime: String(nextFunding(now)),
    fundingRate: '0.0001',
    ...bestPrices(market),
  }
}

export function bestPrices(market: Market): Record<string, string> {
  const bid = market.book.depth('BUY', 1)[0]
  const ask = market.book.depth('SELL', 1)[0]
  return {
    bid1Price: bid ? text(market, bid.price) : '',
    bid1Size: bid ? bid.qty.toFixed() : '',
    ask1Price: ask ? text(market, ask.price) : '',
    ask1Size: ask ? ask.qty.toFixed() : '',
  }
}

export function nextFunding(now: number): number {
  return (Math.floor(now / FUNDING_MS) + 1) * FUNDING_MS
}

/** Price and size of each level, best first. */
export function levels(market: Market, side: 'BUY' | 'SELL', count: number): [string, string][] {
  return market.book.depth(side, count).map(({ price, qty }) => [text(market, price), qty.toFixed()])
}

export const bookSequence = (market: Market) => Number(market.updateId)
