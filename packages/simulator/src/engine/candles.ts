import { type Big, dec, ZERO } from './decimal.ts'
import type { Random } from './random.ts'

/** One minute of trading. */
export interface Candle {
  openTime: number
  open: Big
  high: Big
  low: Big
  close: Big
  volume: Big
  quote: Big
  trades: number
  takerBuyVolume: Big
  takerBuyQuote: Big
}

const MINUTE = 60_000
const KEPT = 3 * 24 * 60

/**
 * One-minute candles, made up backwards from a seed for the past and built from trades from then on. Longer
 * intervals are merged from these on demand.
 */
export class Candles {
  #rows: Candle[] = []
  #past: (() => Candle[]) | undefined

  /** Promises a past that ends at the start price, so that charts are not empty; it is made up at the first look. */
  seedHistory(now: number, end: Big, tick: Big, step: Big, minutes: number, random: Random): void {
    this.#past = () => invent(now, end, tick, step, minutes, random)
  }

  /** Minutes, oldest first. */
  get rows(): readonly Candle[] {
    if (this.#past) {
      this.#rows = [...this.#past(), ...this.#rows]
      this.#past = undefined
    }
    return this.#rows
  }

  add(time: number, price: Big, qty: Big, quote: Big, buyerIsMaker: boolean): void {
    const openTime = Math.floor(time / MINUTE) * MINUTE
    const rows = this.#rows
    let row = rows[rows.length - 1]
    if (!row || row.openTime < openTime) {
      row = emptyCandle(openTime, price)
      rows.push(row)
      if (rows.length > KEPT + 60) rows.splice(0, rows.length - KEPT)
    }
    if (price.gt(row.high)) row.high = price
    if (price.lt(row.low)) row.low = price
    row.close = price
    row.volume = row.volume.plus(qty)
    row.quote = row.quote.plus(quote)
    row.trades += 1
    if (!buyerIsMaker) {
      row.takerBuyVolume = row.takerBuyVolume.plus(qty)
      row.takerBuyQuote = row.takerBuyQuote.plus(quote)
    }
  }

  /** Candles of a longer interval, oldest first, aligned to the epoch or, with an offset, to as much before it. */
  merged(intervalMs: number, from: number, to: number, offsetMs = 0): Candle[] {
    const out: Candle[] = []
    for (const row of this.rows) {
      if (row.openTime + MINUTE <= from || row.openTime > to) continue
      const openTime = Math.floor((row.openTime + offsetMs) / intervalMs) * intervalMs - offsetMs
      const last = out[out.length - 1]
      if (last?.openTime === openTime) mergeInto(last, row)
      else out.push({ ...row, openTime })
    }
    return out
  }

  /** Everything since a time as one candle, for 24 h statistics. */
  since(time: number): Candle | undefined {
    let sum: Candle | undefined
    const { rows } = this
    for (let i = rows.length - 1; i >= 0; i--) {
      const row = rows[i] as Candle
      if (row.openTime < time) break
      if (!sum) sum = { ...row }
      else {
        const newer: Candle = sum
        sum = { ...row }
        mergeInto(sum, newer)
      }
    }
    return sum
  }
}

function invent(now: number, end: Big, tick: Big, step: Big, minutes: number, random: Random): Candle[] {
  const first = Math.floor(now / MINUTE) * MINUTE - minutes * MINUTE
  const rows: Candle[] = []
  const closes: Big[] = [end]
  // Thousandths of the price as integers keep this walk exact and away from floating point money.
  for (let i = 1; i <= minutes; i++) {
    const previous = closes[i - 1] as Big
    const bips = random.int(-8, 8)
    closes.push(snap(previous.times(10_000 + bips).div(10_000), tick))
  }
  closes.reverse()
  for (let i = 0; i < minutes; i++) {
    const open = closes[i] as Big
    const close = closes[i + 1] as Big
    const upper = open.gt(close) ? open : close
    const lower = open.gt(close) ? close : open
    const volume = step.times(random.int(500, 50_000))
    const half = volume.div(2).div(step).round(0, 0).times(step)
    rows.push({
      openTime: first + i * MINUTE,
      open,
      high: snap(upper.times(10_000 + random.int(0, 4)).div(10_000), tick),
      low: snap(lower.times(10_000 - random.int(0, 4)).div(10_000), tick),
      close,
      volume,
      quote: volume.times(close),
      trades: random.int(20, 400),
      takerBuyVolume: half,
      takerBuyQuote: half.times(close),
    })
  }
  return rows
}

function mergeInto(into: Candle, row: Candle): void {
  if (row.high.gt(into.high)) into.high = row.high
  if (row.low.lt(into.low)) into.low = row.low
  into.close = row.close
  into.volume = into.volume.plus(row.volume)
  into.quote = into.quote.plus(row.quote)
  into.trades += row.trades
  into.takerBuyVolume = into.takerBuyVolume.plus(row.takerBuyVolume)
  into.takerBuyQuote = into.takerBuyQuote.plus(row.takerBuyQuote)
}

function emptyCandle(openTime: number, price: Big): Candle {
  return {
    openTime,
    open: price,
    high: price,
    low: price,
    close: price,
    volume: ZERO,
    quote: ZERO,
    trades: 0,
    takerBuyVolume: ZERO,
    takerBuyQuote: ZERO,
  }
}

function snap(price: Big, tick: Big): Big {
  const snapped = price.div(tick).round(0, 1).times(tick)
  return snapped.gt(ZERO) ? snapped : dec(tick)
}
