import type { Instrument } from '../../exchange.ts'
import { amountOrNull, list, object, text } from '../fields.ts'
import type { RawFilter, RawSymbol } from './wire.ts'

/**
 * The instruments of /fapi/v1/exchangeInfo. Steps come from the filters (`pricePrecision` is not the tick). Rows that cannot be read
 * are passed over, COIN-M rows too, whose contracts have a size of their own. Throws ShapeError when the answer as a whole is something else.
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/market-data/rest-api/Exchange-Information
 */
export function parseInstruments(answer: unknown): Instrument[] {
  const { symbols }: { symbols?: unknown } = object(answer, 'exchangeInfo')
  const instruments: Instrument[] = []
  for (const row of list(symbols, 'symbols')) {
    const instrument = parseInstrument(row)
    if (instrument !== null) instruments.push(instrument)
  }
  return instruments
}

function parseInstrument(row: unknown): Instrument | null {
  try {
    const s: RawSymbol = object(row, 'symbol')
    if ('contractSize' in s) return null
    const filters = new Map<unknown, RawFilter>()
    for (const entry of list(s.filters, 'filters')) {
      const filter: RawFilter = object(entry, 'filter')
      filters.set(filter.filterType, filter)
    }
    const price = filters.get('PRICE_FILTER')
    const lot = filters.get('LOT_SIZE')
    return {
      trading_mode: 'futures',
      symbol: text(s.symbol, 'symbol'),
      base_asset: text(s.baseAsset, 'baseAsset'),
      quote_asset: text(s.quoteAsset, 'quoteAsset'),
      tick_size: amountOrNull(price?.tickSize),
      step_size: amountOrNull(lot?.stepSize),
      min_quantity: amountOrNull(lot?.minQty),
      max_quantity: amountOrNull(lot?.maxQty),
      min_notional: amountOrNull(filters.get('MIN_NOTIONAL')?.notional),
      is_trading: s.status === 'TRADING',
    }
  } catch {
    return null
  }
}
