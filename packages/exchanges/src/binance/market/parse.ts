import type { Candle, Level } from '@tradercoin/protocol'
import { decimal, decimalOrNull, list, object, ShapeError, text, time } from '../../fields.ts'
import type { TickerPart } from '../../market/ticker-watch.ts'
import type { DepthUpdate } from './sequence.ts'

/* Public payloads of both products. Extra fields are passed over. All throw ShapeError. */

/** [price, quantity] rows, `"0.00000000"` as `"0"`. */
export function levels(rows: unknown, name: string): Level[] {
  return list(rows, name).map((row) => {
    const [price, quantity] = list(row, name)
    return [decimal(price, 'price'), decimal(quantity, 'quantity')]
  })
}

/** An id of a change of the book, 64-bit. */
export function updateId(value: unknown, name: string): bigint {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value)
  if (typeof value === 'string' && /^\d{1,20}$/.test(value)) return BigInt(value)
  throw new ShapeError(`${name} is not an id`)
}

/** `<symbol>@depth…`: what changed. */
export function depthUpdate(payload: unknown): DepthUpdate {
  const p: { U?: unknown; u?: unknown; pu?: unknown; E?: unknown; b?: unknown; a?: unknown } = object(payload, 'depth')
  return {
    first: updateId(p.U, 'U'),
    last: updateId(p.u, 'u'),
    previous: p.pu === undefined ? null : updateId(p.pu, 'pu'),
    ts: time(p.E, 'E'),
    bids: levels(p.b, 'b'),
    asks: levels(p.a, 'a'),
  }
}

interface Ticker24 {
  E?: unknown
  c?: unknown
  b?: unknown
  B?: unknown
  a?: unknown
  A?: unknown
  o?: unknown
  h?: unknown
  l?: unknown
  v?: unknown
  q?: unknown
}

/** `<symbol>@ticker`; futures leave the best prices out. */
export function ticker24(payload: unknown): TickerPart {
  const p: Ticker24 = object(payload, 'ticker')
  return {
    last_price: decimal(p.c, 'c'),
    open_price: decimalOrNull(p.o),
    high_price: decimalOrNull(p.h),
    low_price: decimalOrNull(p.l),
    volume: decimalOrNull(p.v),
    quote_volume: decimalOrNull(p.q),
    ...('b' in p ? best([p.b, p.B], [p.a, p.A]) : {}),
    ts: time(p.E, 'E'),
  }
}

/** `<symbol>@depth5…` of futures: the best of each side. */
export function bestPrices(payload: unknown): TickerPart {
  const p: { b?: unknown; a?: unknown; E?: unknown } = object(payload, 'depth5')
  return { ...best(list(p.b, 'b')[0], list(p.a, 'a')[0]), ts: time(p.E, 'E') }
}

/** `<symbol>@markPrice@1s`. */
export function markPrice(payload: unknown): TickerPart {
  const p: { p?: unknown; E?: unknown } = object(payload, 'markPrice')
  return { mark_price: decimal(p.p, 'p'), ts: time(p.E, 'E') }
}

/** Two [price, quantity] rows; an empty side is absent, or shown with the price 0. */
export function best(bid: unknown, ask: unknown): TickerPart {
  const [bid_price, bid_quantity] = bestLevel(bid)
  const [ask_price, ask_quantity] = bestLevel(ask)
  return { bid_price, bid_quantity, ask_price, ask_quantity }
}

function bestLevel(row: unknown): [price: string | null, quantity: string | null] {
  const [price, quantity] = list(row, 'level').map(decimalOrNull)
  return price === undefined || price === null || price === '0' ? [null, null] : [price, quantity ?? null]
}

/** `<symbol>@kline_<interval>`. */
export function klineEvent(payload: unknown): Candle[] {
  const { k }: { k?: unknown } = object(payload, 'kline')
  const p: { t?: unknown; o?: unknown; h?: unknown; l?: unknown; c?: unknown; v?: unknown; x?: unknown } = object(
    k,
    'k',
  )
  const candle = {
    time: time(p.t, 't'),
    open: decimal(p.o, 'o'),
    high: decimal(p.h, 'h'),
    low: decimal(p.l, 'l'),
    close: decimal(p.c, 'c'),
    volume: decimal(p.v, 'v'),
  }
  return [{ ...candle, is_closed: p.x === true }]
}

/** Rows of GET klines, oldest first; a candle whose end is before `now` (venue time, ms) is closed. */
export function klineRows(rows: unknown, now: number): Candle[] {
  return list(rows, 'klines').map((row) => {
    const [openTime, open, high, low, close, volume, closeTime] = list(row, 'kline')
    return {
      time: time(openTime, 'open time'),
      open: decimal(open, 'open'),
      high: decimal(high, 'high'),
      low: decimal(low, 'low'),
      close: decimal(close, 'close'),
      volume: decimal(volume, 'volume'),
      is_closed: time(closeTime, 'close time') < now,
    }
  })
}

/** GET ticker/24hr, of both products; the best prices of futures are asked for apart. */
export function restTicker(row: unknown): TickerPart & { last_price: string; ts: number } {
  const p: Record<string, unknown> = { ...object(row, 'ticker') }
  return {
    last_price: text(decimalOrNull(p.lastPrice), 'lastPrice'),
    open_price: decimalOrNull(p.openPrice),
    high_price: decimalOrNull(p.highPrice),
    low_price: decimalOrNull(p.lowPrice),
    volume: decimalOrNull(p.volume),
    quote_volume: decimalOrNull(p.quoteVolume),
    ...('bidPrice' in p ? bestOfRow(p) : {}),
    ts: time(p.closeTime, 'closeTime'),
  }
}

/** The best prices of GET ticker/24hr (spot) or ticker/bookTicker. */
export function bestOfRow(row: unknown): TickerPart {
  const p: { bidPrice?: unknown; bidQty?: unknown; askPrice?: unknown; askQty?: unknown } = object(row, 'best prices')
  return best([p.bidPrice, p.bidQty], [p.askPrice, p.askQty])
}
