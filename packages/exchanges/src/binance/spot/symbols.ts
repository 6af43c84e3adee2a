import type { Decimal } from '@tradercoin/protocol'
import type { Instrument } from '../../exchange.ts'
import { amountOrNull } from '../../fields.ts'
import type { RawExchangeInfo } from './wire.ts'

type Filter = RawExchangeInfo['symbols'][number]['filters'][number]

/** Instruments of GET /api/v3/exchangeInfo. Limits of 0 are rules switched off; unknown filters are ignored. */
export function parseInstruments(info: RawExchangeInfo): Instrument[] {
  return info.symbols.map((symbol) => {
    const rule = (type: string, field: string): Decimal | null => {
      const filter: Filter | undefined = symbol.filters.find((candidate) => candidate.filterType === type)
      return filter === undefined ? null : amountOrNull(filter[field])
    }
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
      market_min_quantity: rule('MARKET_LOT_SIZE', 'minQty'),
      market_max_quantity: rule('MARKET_LOT_SIZE', 'maxQty'),
      min_notional: rule('NOTIONAL', 'minNotional') ?? rule('MIN_NOTIONAL', 'minNotional'),
      max_notional: rule('NOTIONAL', 'maxNotional'),
      min_quote_quantity: null,
      quote_step_size: null,
      is_trading: symbol.status === 'TRADING' && symbol.isSpotTradingAllowed,
    }
  })
}
