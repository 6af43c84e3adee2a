import { type Candle, type Decimal, type Level, multiplyDecimal } from '@tradercoin/protocol'
import { amountOrNull, decimal, decimalOrNull, list, object, ShapeError, time } from '../../fields.ts'
import type { BookTop, TickerFigures } from '../../market/market-source.ts'
import type { BookMessage, MessageRule } from '../../market/streamed-book.ts'
import { type TickerPart, wholeTicker } from '../../market/ticker-watch.ts'
import type { OkxInstrument } from '../instruments.ts'

/*
 * Public payloads, of the sockets and of REST alike. Sizes of contracts become coins by the instrument's `unit`; those of inverse
 * contracts stay contracts (their unit is 1). All throw ShapeError.
 */

/** [price, size, "0", orders] rows. */
function levels(rows: unknown, unit: Decimal, name: string): Level[] {
  return list(rows, name).map((row) => {
    const [price, size] = list(row, name)
    return [decimal(price, 'price'), coins(decimal(size, 'size'), unit)]
  })
}

const coins = (size: Decimal, unit: Decimal): Decimal => (unit === '1' ? size : multiplyDecimal(size, unit))
const coinsOrNull = (size: Decimal | null, unit: Decimal) => (size === null ? null : coins(size, unit))

/** `seqId` and `prevSeqId`: integers; the first snapshot follows on -1. */
function sequence(value: unknown, name: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value
  throw new ShapeError(`${name} is not a sequence number`)
}

function firstRow(payload: unknown): { row: object; action: unknown } {
  const { data, action }: { data?: unknown; action?: unknown } = object(payload, 'push')
  return { row: object(list(data, 'data')[0], 'row'), action }
}

/** A push of `books`. */
export function bookMessage(payload: unknown, { unit }: OkxInstrument): BookMessage {
  const { row, action } = firstRow(payload)
  const p: { asks?: unknown; bids?: unknown; ts?: unknown; seqId?: unknown; prevSeqId?: unknown } = row
  return {
    isSnapshot: action === 'snapshot',
    id: sequence(p.seqId, 'seqId'),
    previous: sequence(p.prevSeqId, 'prevSeqId'),
    ts: time(p.ts, 'ts'),
    bids: levels(p.bids, unit, 'bids'),
    asks: levels(p.asks, unit, 'asks'),
  }
}

/**
 * Each update names the state it follows on. One that follows on itself is a sign of life; one that ends before where it begins is the
 * venue starting its numbers anew. The checksum is no longer filled.
 * https://www.okx.com/docs-v5/en/#order-book-trading-market-data-ws-order-book-channel
 */
export const bookRule: MessageRule = ({ isSnapshot, id, previous }, local) => {
  if (isSnapshot) return 'replace'
  if (local === null) return 'drop'
  if (previous !== local) return 'gap'
  return id === previous ? 'drop' : 'apply'
}

/** A row of GET market/books. */
export function bookRow(row: unknown, { unit }: OkxInstrument): BookTop {
  const p: { asks?: unknown; bids?: unknown; ts?: unknown } = object(row, 'book')
  return { bids: levels(p.bids, unit, 'bids'), asks: levels(p.asks, unit, 'asks'), ts: time(p.ts, 'ts') }
}

/** A row of `tickers`. `vol24h` is in base coin on spot, in contracts elsewhere; `volCcy24h` in quote coin on spot, in coins elsewhere. */
export function tickerRow(row: unknown, { unit, inst_type, instrument }: OkxInstrument): TickerFigures {
  const p: Record<string, unknown> = { ...object(row, 'ticker') }
  const isSpot = inst_type === 'SPOT'
  const isInverse = instrument.quantity_unit === 'CONTRACT'
  return wholeTicker({
    last_price: decimal(p.last, 'last'),
    ...best('bid', p.bidPx, p.bidSz, unit),
    ...best('ask', p.askPx, p.askSz, unit),
    open_price: decimalOrNull(p.open24h),
    high_price: decimalOrNull(p.high24h),
    low_price: decimalOrNull(p.low24h),
    volume: decimalOrNull(isSpot || isInverse ? p.vol24h : p.volCcy24h),
    quote_volume: isSpot ? decimalOrNull(p.volCcy24h) : null,
    ts: time(p.ts, 'ts'),
  })
}

function best(side: 'bid' | 'ask', price: unknown, size: unknown, unit: Decimal): TickerPart {
  const known = amountOrNull(price)
  const quantity = known === null ? null : coinsOrNull(decimalOrNull(size), unit)
  return side === 'bid' ? { bid_price: known, bid_quantity: quantity } : { ask_price: known, ask_quantity: quantity }
}

/** A push of `tickers`: everything but the mark price, which has a channel of its own. */
export function tickerPush(payload: unknown, instrument: OkxInstrument): TickerPart {
  const { mark_price: _, ...figures } = tickerRow(firstRow(payload).row, instrument)
  return figures
}

/** A row of `mark-price`. */
export function markPriceRow(row: unknown): TickerPart {
  const p: { markPx?: unknown; ts?: unknown } = object(row, 'mark price')
  return { mark_price: decimal(p.markPx, 'markPx'), ts: time(p.ts, 'ts') }
}

export const markPricePush = (payload: unknown): TickerPart => markPriceRow(firstRow(payload).row)

/** Rows of candles, in whatever order: [ts, open, high, low, close, volume, volume in coins, volume in quote coin, "1" when it is over]. */
export function candleRows(rows: unknown, { inst_type, instrument }: OkxInstrument): Candle[] {
  const isOwnUnit = inst_type === 'SPOT' || instrument.quantity_unit === 'CONTRACT'
  return list(rows, 'candles')
    .map((row): Candle => {
      const [start, open, high, low, close, volume, volumeInCoins, , confirm] = list(row, 'candle')
      return {
        time: time(start, 'ts'),
        open: decimal(open, 'open'),
        high: decimal(high, 'high'),
        low: decimal(low, 'low'),
        close: decimal(close, 'close'),
        volume: decimal(isOwnUnit ? volume : volumeInCoins, 'volume'),
        is_closed: confirm === '1',
      }
    })
    .sort((a, b) => a.time - b.time)
}

export function candlePush(payload: unknown, instrument: OkxInstrument): Candle[] {
  const { data }: { data?: unknown } = object(payload, 'push')
  return candleRows(data, instrument)
}
