import { type Big, dec } from '../engine/decimal.ts'
import { type Instrument, instrument, settleAsset } from '../engine/instrument.ts'
import type { Category } from './categories.ts'

const MAKER = '0.0002'
const TAKER = '0.00055'

function spot(base: string, quote: string, startPrice: string, tick: string, step: string): Instrument {
  return instrument({
    symbol: `spot.${base}${quote}`,
    name: `${base}${quote}`,
    kind: 'spot',
    base,
    quote,
    tick,
    step,
    minPrice: tick,
    maxPrice: '4500000',
    minQty: step,
    maxQty: '500000',
    marketMaxQty: '100000',
    minNotional: '5',
    makerRate: '0.001',
    takerRate: '0.001',
    startPrice,
    levelNotional: '60000',
    firstOrderId: 1_920_000_001n,
    firstTradeId: 2_290_000_001n,
  })
}

function contract(
  name: string,
  { base, quote, inverse }: { base: string; quote: string; inverse?: boolean },
  startPrice: string,
  tick: string,
  step: string,
): Instrument {
  const kind = inverse ? 'inverse' : 'linear'
  return instrument({
    symbol: `${kind}.${name}`,
    name,
    kind,
    base,
    quote,
    tick,
    step,
    minPrice: tick,
    maxPrice: '1999999',
    minQty: step,
    maxQty: inverse ? '25000000' : '100000',
    marketMaxQty: inverse ? '5000000' : '20000',
    minNotional: inverse ? '1' : '5',
    makerRate: MAKER,
    takerRate: TAKER,
    startPrice,
    levelNotional: '120000',
    firstOrderId: 3_820_000_001n,
    firstTradeId: 4_100_000_001n,
  })
}

/** Their places in this list are part of every order id: add at the end. */
export const BYBIT_INSTRUMENTS: Instrument[] = [
  spot('BTC', 'USDT', '95000', '0.01', '0.000001'),
  spot('ETH', 'USDT', '2400', '0.01', '0.00001'),
  contract('BTCUSDT', { base: 'BTC', quote: 'USDT' }, '95000', '0.10', '0.001'),
  contract('ETHUSDT', { base: 'ETH', quote: 'USDT' }, '2400', '0.01', '0.01'),
  spot('SOL', 'USDT', '180', '0.01', '0.001'),
  spot('XRP', 'USDT', '0.52', '0.0001', '0.01'),
  contract('SOLUSDT', { base: 'SOL', quote: 'USDT' }, '180', '0.010', '0.1'),
  contract('XRPUSDT', { base: 'XRP', quote: 'USDT' }, '0.52', '0.0001', '0.1'),
  contract('BTCPERP', { base: 'BTC', quote: 'USDC' }, '95000', '0.1', '0.001'),
  contract('BTCUSD', { base: 'BTC', quote: 'USD', inverse: true }, '95000', '0.10', '1'),
]

export const MAX_OPEN_ORDERS = 500
export const MAX_CONDITIONAL_CONTRACT_ORDERS = 10
export const MAX_CONDITIONAL_SPOT_ORDERS = 30
/** A buy may not be this far above the last price, a sell not this far below it. */
export const PRICE_BAND: Big = dec('0.1')
export const DEFAULT_LEVERAGE = 10
export const MAX_LEVERAGE = 100
export const RISK_LIMIT = '2000000'
export const FUNDING_MS = 8 * 3_600_000
const LAUNCH = '1584230400000'

export function engineSymbol(category: Category, name: string): string {
  return `${category}.${name}`
}

/** A row of instruments-info. */
export function instrumentRow(each: Instrument): Record<string, unknown> {
  const { tick, step, base, quote, kind } = each
  const lot = { minOrderQty: each.minQty.toFixed(), maxOrderQty: each.maxQty.toFixed() }
  if (kind === 'spot') {
    return {
      symbol: each.name,
      baseCoin: base,
      quoteCoin: quote,
      innovation: '0',
      symbolId: 1,
      status: 'Trading',
      marginTrading: 'utaOnly',
      stTag: '0',
      lotSizeFilter: {
        basePrecision: step.toFixed(),
        quotePrecision: '0.00000001',
        ...lot,
        minOrderAmt: each.minNotional.toFixed(),
        maxOrderAmt: '8000000',
        maxLimitOrderQty: each.maxQty.toFixed(),
        maxMarketOrderQty: each.marketMaxQty.toFixed(),
        postOnlyMaxLimitOrderSize: each.maxQty.toFixed(),
      },
      priceFilter: { tickSize: tick.toFixed() },
      riskParameters: { priceLimitRatioX: PRICE_BAND.toFixed(), priceLimitRatioY: PRICE_BAND.toFixed() },
      symbolType: '',
    }
  }
  return {
    symbol: each.name,
    contractType: kind === 'inverse' ? 'InversePerpetual' : 'LinearPerpetual',
    status: 'Trading',
    baseCoin: base,
    quoteCoin: quote,
    settleCoin: settleAsset(each),
    symbolType: '',
    launchTime: LAUNCH,
    deliveryTime: '0',
    deliveryFeeRate: '',
    priceScale: String(each.priceDecimals),
    leverageFilter: { minLeverage: '1', maxLeverage: String(MAX_LEVERAGE), leverageStep: '0.01' },
    priceFilter: {
      minPrice: each.minPrice.toFixed(each.priceDecimals),
      maxPrice: each.maxPrice.toFixed(),
      tickSize: tick.toFixed(each.priceDecimals),
    },
    lotSizeFilter: {
      ...lot,
      maxMktOrderQty: each.marketMaxQty.toFixed(),
      postOnlyMaxOrderQty: each.maxQty.toFixed(),
      qtyStep: step.toFixed(),
      minNotionalValue: each.minNotional.toFixed(),
    },
    unifiedMarginTrade: true,
    fundingInterval: 480,
    copyTrading: 'none',
    upperFundingRate: '0.005',
    lowerFundingRate: '-0.005',
    isPreListing: false,
    preListingInfo: null,
    riskParameters: { priceLimitRatioX: PRICE_BAND.toFixed(), priceLimitRatioY: PRICE_BAND.toFixed() },
  }
}
