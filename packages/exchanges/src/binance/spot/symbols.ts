import type { Decimal } from '@tradercoin/protocol'
import type { Instrument } from '../../exchange.ts'
import { amountOrNull } from '../fields.ts'
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
      tick_size: rule('PRICE_FILTER', 'tickSize'),
      step_size: rule('LOT_SIZE', 'stepSize'),
      min_quantity: rule('LOT_SIZE', 'minQty'),
      max_quantity: rule('LOT_SIZE', 'maxQty'),
      min_notional: rule('NOTIONAL', 'minNotional') ?? rule('MIN_NOTIONAL', 'minNotional'),
      is_trading: symbol.status === 'TRADING' && symbol.isSpotTradingAllowed,
    }
  })
}
