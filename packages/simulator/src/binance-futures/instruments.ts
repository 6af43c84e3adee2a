import { type Big, dec } from '../engine/decimal.ts'
import { type Instrument, instrument } from '../engine/instrument.ts'

function perpetual(
  base: string,
  startPrice: string,
  tick: string,
  step: string,
  minNotional: string,
  firstOrderId: bigint,
  firstTradeId: bigint,
): Instrument {
  return instrument({
    symbol: `${base}USDT`,
    kind: 'linear',
    base,
    quote: 'USDT',
    tick,
    step,
    minPrice: tick,
    maxPrice: '4500000',
    minQty: step,
    maxQty: '100000',
    marketMaxQty: '20000',
    minNotional,
    makerRate: '0.0002',
    takerRate: '0.0005',
    startPrice,
    levelNotional: '120000',
    firstOrderId,
    firstTradeId,
  })
}

/** Perpetual contracts. ETHUSDT order ids lie beyond 2^53, as they do on the real venue. */
export const FUTURES_INSTRUMENTS: Instrument[] = [
  perpetual('BTC', '95000', '0.10', '0.001', '100', 612_345_678_901n, 5_566_778_001n),
  perpetual('ETH', '2400', '0.01', '0.001', '20', 8_389_766_145_050_669_870n, 6_677_889_001n),
  perpetual('SOL', '180', '0.0100', '0.01', '5', 51_234_567_001n, 1_122_334_001n),
  perpetual('BNB', '620', '0.010', '0.01', '5', 41_234_567_001n, 922_334_001n),
  perpetual('XRP', '0.52', '0.0001', '0.1', '5', 31_234_567_001n, 822_334_001n),
]

export const CONDITIONAL_TYPES = [
  'STOP',
  'STOP_MARKET',
  'TAKE_PROFIT',
  'TAKE_PROFIT_MARKET',
  'TRAILING_STOP_MARKET',
] as const
export const STP_MODES = ['NONE', 'EXPIRE_TAKER', 'EXPIRE_MAKER', 'EXPIRE_BOTH'] as const
export const DEFAULT_STP = 'EXPIRE_MAKER'
export const MAX_OPEN_ORDERS = 200
export const MAX_ALGO_ORDERS = 200
export const MAX_NOTIONAL_VALUE = '50000000'
export const PRICE_UP: Big = dec('1.05')
export const PRICE_DOWN: Big = dec('0.95')

/** The `filters` array of a symbol in exchangeInfo. */
export function filterList(each: Instrument): Record<string, unknown>[] {
  const size = (highest: Big) => ({
    minQty: each.minQty.toFixed(),
    maxQty: highest.toFixed(),
    stepSize: each.step.toFixed(),
  })
  return [
    {
      filterType: 'PRICE_FILTER',
      minPrice: each.minPrice.toFixed(),
      maxPrice: each.maxPrice.toFixed(),
      tickSize: each.tick.toFixed(each.priceDecimals),
    },
    { filterType: 'LOT_SIZE', ...size(each.maxQty) },
    { filterType: 'MARKET_LOT_SIZE', ...size(each.marketMaxQty) },
    { filterType: 'MAX_NUM_ORDERS', limit: MAX_OPEN_ORDERS },
    { filterType: 'MIN_NOTIONAL', notional: each.minNotional.toFixed() },
    { filterType: 'PERCENT_PRICE', multiplierUp: '1.0500', multiplierDown: '0.9500', multiplierDecimal: '4' },
    { filterType: 'POSITION_RISK_CONTROL', positionControlSide: 'NONE' },
  ]
}
