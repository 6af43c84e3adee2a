import type { Candle, Level } from '@tradercoin/protocol'
import { amountOrNull, decimal, decimalOrNull, list, object, ShapeError, time } from '../../fields.ts'
import type { BookTop, TickerFigures } from '../../market/market-source.ts'
import type { BookMessage, MessageRule } from '../../market/streamed-book.ts'
import { type TickerPart, wholeTicker } from '../../market/ticker-watch.ts'
import type { Category } from '../category.ts'

/* Public payloads, of the sockets and of REST. Sizes are base coin, those of inverse contracts contracts. All throw ShapeError. */

function levels(rows: unknown, name: string): Level[] {
  return list(rows, name).map((row) => {
    const [price, size] = list(row, name)
    return [decimal(price, 'price'), decimal(size, 'size')]
  })
}

interface Push {
  type?: unknown
  ts?: unknown
  data?: unknown
}

/** A push of `orderbook.<depth>`. */
export function bookMessage(payload: unknown): BookMessage {
  const { type, ts, data }: Push = object(payload, 'push')
  const p: { b?: unknown; a?: unknown; u?: unknown } = object(data, 'book')
  if (typeof p.u !== 'number' || !Number.isSafeInteger(p.u)) throw new ShapeError('u is not a number')
  return {
    // An update numbered 1 comes after a restart of the venue's service: it is whole.
    isSnapshot: type === 'snapshot' || p.u === 1,
    id: p.u,
    previous: null,
    ts: time(ts, 'ts'),
    bids: levels(p.b, 'b'),
    asks: levels(p.a, 'a'),
  }
}

/**
 * Updates are numbered without holes from the snapshot on.
 * https://bybit-exchange.github.io/docs/v5/websocket/public/orderbook
 */
export const bookRule: MessageRule = ({ isSnapshot, id }, local) => {
  if (isSnapshot) return 'replace'
  if (local === null || id === local) return 'drop'
  return id === local + 1 ? 'apply' : 'gap'
}

/** `result` of GET market/orderbook. */
export function bookResult(result: unknown): BookTop {
  const p: { b?: unknown; a?: unknown; ts?: unknown } = object(result, 'book')
  return { bids: levels(p.b, 'b'), asks: levels(p.a, 'a'), ts: time(p.ts, 'ts') }
}

/** A push of `orderbook.1`: the best prices, which the tickers of spot do not tell. */
export function bestPush(payload: unknown): TickerPart {
  const { bids, asks, ts } = bookMessage(payload)
  const [bid_price, bid_quantity] = bids[0] ?? [null, null]
  const [ask_price, ask_quantity] = asks[0] ?? [null, null]
  return { bid_price, bid_quantity, ask_price, ask_quantity, ts }
}

type Names = Partial<Record<keyof TickerFigures, string>>

const common: Names = {
  last_price: 'lastPrice',
  open_price: 'prevPrice24h',
  high_price: 'highPrice24h',
  low_price: 'lowPrice24h',
  volume: 'volume24h',
}
const best: Names = {
  bid_price: 'bid1Price',
  bid_quantity: 'bid1Size',
  ask_price: 'ask1Price',
  ask_quantity: 'ask1Size',
}
/** The turnover of inverse contracts is in coins, not in quote coin. */
const names: Record<Category, Names> = {
  spot: { ...common, ...best, quote_volume: 'turnover24h' },
  linear: { ...common, ...best, quote_volume: 'turnover24h', mark_price: 'markPrice' },
  inverse: { ...common, ...best, mark_price: 'markPrice' },
}

/** The fields of a ticker that are there: what a contract's push leaves out is unchanged. An empty text is "none". */
function tickerFields(row: object, category: Category): TickerPart {
  const fields: Record<string, unknown> = { ...row }
  const part: Record<string, string | null> = {}
  for (const [ours, theirs] of Object.entries(names[category])) {
    if (fields[theirs] === undefined) continue
    part[ours] =
      ours === 'bid_price' || ours === 'ask_price' ? amountOrNull(fields[theirs]) : decimalOrNull(fields[theirs])
  }
  if (part.last_price === null) throw new ShapeError('lastPrice is not a decimal')
  return part as TickerPart
}

/** A push of `tickers`. */
export function tickerPush(payload: unknown, category: Category): TickerPart {
  const { ts, data }: Push = object(payload, 'push')
  return { ...tickerFields(object(data, 'ticker'), category), ts: time(ts, 'ts') }
}

/** The row of GET market/tickers; `ts`: the venue's time of the answer. */
export function tickerResult(result: unknown, category: Category, ts: number): TickerFigures {
  const { list: rows }: { list?: unknown } = object(result, 'tickers')
  const { last_price, ...part } = tickerFields(object(list(rows, 'list')[0], 'ticker'), category)
  return wholeTicker({ ...part, last_price: decimal(last_price, 'lastPrice'), ts })
}

/** A push of `kline`. */
export function candlePush(payload: unknown): Candle[] {
  const { data }: Push = object(payload, 'push')
  return list(data, 'data')
    .map((row): Candle => {
      const p: Record<string, unknown> = { ...object(row, 'kline') }
      return {
        time: time(p.start, 'start'),
        open: decimal(p.open, 'open'),
        high: decimal(p.high, 'high'),
        low: decimal(p.low, 'low'),
        close: decimal(p.close, 'close'),
        volume: decimal(p.volume, 'volume'),
        is_closed: p.confirm === true,
      }
    })
    .sort((a, b) => a.time - b.time)
}

/** `result` of GET market/kline, oldest first; a candle whose end is not after `now` (venue time) is closed. */
export function candleResult(result: unknown, lengthMs: number, now: number): Candle[] {
  const { list: rows }: { list?: unknown } = object(result, 'kline')
  return list(rows, 'list')
    .map((row): Candle => {
      const [start, open, high, low, close, volume] = list(row, 'kline')
      const began = time(start, 'start')
      return {
        time: began,
        open: decimal(open, 'open'),
        high: decimal(high, 'high'),
        low: decimal(low, 'low'),
        close: decimal(close, 'close'),
        volume: decimal(volume, 'volume'),
        is_closed: began + lengthMs <= now,
      }
    })
    .sort((a, b) => a.time - b.time)
}
