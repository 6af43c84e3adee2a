import type { Instrument } from '../exchange.ts'
import { amountOrNull, object, text } from '../fields.ts'
import { type Category, modeOf, unitOf } from './category.ts'
import type { RawInstrument, RawLotSizeFilter, RawPriceFilter } from './wire.ts'

/**
 * The instruments of /v5/market/instruments-info of one category. Rows that cannot be read are passed over.
 * https://bybit-exchange.github.io/docs/v5/market/instrument
 */
export function parseInstruments(rows: readonly unknown[], category: Category): Instrument[] {
  return rows.flatMap((row) => {
    try {
      return [parseInstrument(row, category)]
    } catch {
      return []
    }
  })
}

/** Throws ShapeError. */
function parseInstrument(row: unknown, category: Category): Instrument {
  const i: RawInstrument = object(row, 'instrument')
  const price: RawPriceFilter = object(i.priceFilter ?? {}, 'priceFilter')
  const lot: RawLotSizeFilter = object(i.lotSizeFilter ?? {}, 'lotSizeFilter')
  const isSpot = category === 'spot'
  const quoteAsset = text(i.quoteCoin, 'quoteCoin')
  return {
    trading_mode: modeOf(category),
    symbol: text(i.symbol, 'symbol'),
    base_asset: text(i.baseCoin, 'baseCoin'),
    quote_asset: quoteAsset,
    settle_asset: isSpot ? quoteAsset : text(i.settleCoin, 'settleCoin'),
    quantity_unit: unitOf(category),
    contract_value: category === 'inverse' ? '1' : null,
    tick_size: amountOrNull(price.tickSize),
    min_price: amountOrNull(price.minPrice),
    max_price: amountOrNull(price.maxPrice),
    step_size: amountOrNull(isSpot ? lot.basePrecision : lot.qtyStep),
    min_quantity: amountOrNull(lot.minOrderQty),
    max_quantity: amountOrNull(lot.maxOrderQty),
    market_step_size: null,
    market_min_quantity: null,
    market_max_quantity: isSpot ? null : amountOrNull(lot.maxMktOrderQty),
    // Of an inverse contract the quantity is its value.
    min_notional: amountOrNull(isSpot ? lot.minOrderAmt : category === 'linear' ? lot.minNotionalValue : null),
    max_notional: isSpot ? amountOrNull(lot.maxOrderAmt) : null,
    min_quote_quantity: null,
    quote_step_size: isSpot ? amountOrNull(lot.quotePrecision) : null,
    is_trading: i.status === 'Trading',
  }
}
