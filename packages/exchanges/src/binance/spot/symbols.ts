import { compareDecimal, type Decimal } from '@tradercoin/protocol'
import type { Instrument } from '../../exchange.ts'
import { amountOrNull } from '../../fields.ts'
import type { RawExchangeInfo } from './wire.ts'

type Filter = RawExchangeInfo['symbols'][number]['filters'][number]

/**
 * Instruments of GET /api/v3/exchangeInfo. Limits of 0 are rules switched off; unknown filters are ignored, and so is what depends on
 * the market or the account (PERCENT_PRICE, MAX_POSITION, MAX_NUM_ORDERS). Market orders keep LOT_SIZE and MARKET_LOT_SIZE both.
 * https://developers.binance.com/docs/binance-spot-api-docs/filters
 */
export function parseInstruments(info: RawExchangeInfo): Instrument[] {
  return info.symbols.map((symbol) => {
    const find = (type: string): Filter | undefined => symbol.filters.find(({ filterType }) => filterType === type)
    const rule = (type: string, field: string): Decimal | null => amountOrNull(find(type)?.[field])
    // A symbol has one of the two; the older one has another name for whether it applies to market orders.
    const appliesToMarket = find('NOTIONAL')?.applyMinToMarket ?? find('MIN_NOTIONAL')?.applyToMarket ?? true
    return {
      trading_mode: 'spot',
      symbol: symbol.symbol,
      base_asset: symbol.baseAsset,
      quote_asset: symbol.quoteAsset,
      settle_asset: symbol.quoteAsset,
      quantity_unit: 'BASE',
      contract_value: null,
      tick_size: rule('PRICE_FILTER', 'tickSize'),
      min_price: rule('PRICE_FILTER', 'minPrice'),
      max_price: rule('PRICE_FILTER', 'maxPrice'),
      step_size: rule('LOT_SIZE', 'stepSize'),
      min_quantity: rule('LOT_SIZE', 'minQty'),
      max_quantity: rule('LOT_SIZE', 'maxQty'),
      market_step_size: rule('MARKET_LOT_SIZE', 'stepSize'),
      market_min_quantity: stricter(rule('MARKET_LOT_SIZE', 'minQty'), rule('LOT_SIZE', 'minQty'), 1),
      market_max_quantity: stricter(rule('MARKET_LOT_SIZE', 'maxQty'), rule('LOT_SIZE', 'maxQty'), -1),
      min_notional: rule('NOTIONAL', 'minNotional') ?? rule('MIN_NOTIONAL', 'minNotional'),
      max_notional: rule('NOTIONAL', 'maxNotional'),
      min_quote_quantity: appliesToMarket === false ? '0' : null,
      quote_step_size: null,
      is_trading: symbol.status === 'TRADING' && symbol.isSpotTradingAllowed,
    }
  })
}

/** A market order's own bound where there is one, but never wider than the general one. `sign`: 1 for least values, -1 for greatest. */
function stricter(own: Decimal | null, general: Decimal | null, sign: 1 | -1): Decimal | null {
  if (own === null || general === null) return own
  return compareDecimal(own, general) * sign < 0 ? general : own
}
