import type { Instrument } from '../../exchange.ts'
import { amountOrNull, list, object, text } from '../../fields.ts'
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
    const marketLot = filters.get('MARKET_LOT_SIZE')
    return {
      trading_mode: 'futures',
      symbol: text(s.symbol, 'symbol'),
      base_asset: text(s.baseAsset, 'baseAsset'),
      quote_asset: text(s.quoteAsset, 'quoteAsset'),
      settle_asset: text(s.marginAsset ?? s.quoteAsset, 'marginAsset'),
      quantity_unit: 'BASE',
      contract_value: null,
      tick_size: amountOrNull(price?.tickSize),
      min_price: amountOrNull(price?.minPrice),
      max_price: amountOrNull(price?.maxPrice),
      step_size: amountOrNull(lot?.stepSize),
      min_quantity: amountOrNull(lot?.minQty),
      max_quantity: amountOrNull(lot?.maxQty),
      market_step_size: amountOrNull(marketLot?.stepSize),
      market_min_quantity: amountOrNull(marketLot?.minQty),
      market_max_quantity: amountOrNull(marketLot?.maxQty),
      min_notional: amountOrNull(filters.get('MIN_NOTIONAL')?.notional),
      max_notional: null,
      min_quote_quantity: null,
      quote_step_size: null,
      is_trading: s.status === 'TRADING',
    }
  } catch {
    return null
  }
}
