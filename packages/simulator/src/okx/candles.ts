import type { Candle } from '../engine/candles.ts'
import { money } from '../engine/instrument.ts'
import type { Market } from '../engine/market.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Bars by name. Days and longer of the plain names begin at midnight in Hong Kong, those ending in "utc" at midnight UTC. */
export const BARS: ReadonlyMap<string, { ms: number; offset: number }> = new Map([
  ...(
    [
      ['1m', MINUTE],
      ['3m', 3 * MINUTE],
      ['5m', 5 * MINUTE],
      ['15m', 15 * MINUTE],
      ['30m', 30 * MINUTE],
      ['1H', HOUR],
      ['2H', 2 * HOUR],
      ['4H', 4 * HOUR],
    ] as [string, number][]
  ).map(([name, ms]): [string, { ms: number; offset: number }] => [name, { ms, offset: 0 }]),
  ...(
    [
      ['6H', 6 * HOUR],
      ['12H', 12 * HOUR],
      ['1D', DAY],
      ['2D', 2 * DAY],
      ['3D', 3 * DAY],
      ['1W', 7 * DAY],
    ] as [string, number][]
  ).flatMap(([name, ms]): [string, { ms: number; offset: number }][] => [
    [name, { ms, offset: 8 * HOUR }],
    [`${name}utc`, { ms, offset: 0 }],
  ]),
])

/** Rows of a bar, newest first: ts, open, high, low, close, volume, volume in coins, volume in quote, whether it is over. */
export function candleRows(market: Market, bar: string, from: number, to: number, now: number): string[][] {
  const { ms, offset } = BARS.get(bar) ?? { ms: MINUTE, offset: 0 }
  return market.candles
    .merged(ms, from, to, offset)
    .reverse()
    .map((candle) => row(market, candle, candle.openTime + ms <= now))
}

function row(market: Market, candle: Candle, over: boolean): string[] {
  const { instrument } = market
  const { priceDecimals } = instrument
  const isSpot = instrument.kind === 'spot'
  const inMoney = instrument.kind === 'inverse' ? money(instrument, candle.close, candle.volume) : candle.quote
  const coins = instrument.kind === 'inverse' ? candle.quote : candle.volume.times(instrument.contractSize)
  return [
    String(candle.openTime),
    candle.open.toFixed(priceDecimals),
    candle.high.toFixed(priceDecimals),
    candle.low.toFixed(priceDecimals),
    candle.close.toFixed(priceDecimals),
    candle.volume.round(8, 0).toFixed(),
    (isSpot ? inMoney : coins).round(8, 0).toFixed(),
    inMoney.round(8, 0).toFixed(),
    over ? '1' : '0',
  ]
}
