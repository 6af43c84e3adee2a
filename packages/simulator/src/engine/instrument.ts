import { type Big, dec, ONE, places } from './decimal.ts'

export type TradingMode = 'spot' | 'futures'

/** What a trade of it does: swap two assets, or move a contract's position settled in the quote or the base asset. */
export type InstrumentKind = 'spot' | 'linear' | 'inverse'

/** What can be traded: sizes, steps and fee rates, in the venue's units. */
export interface Instrument {
  /** Unique in the engine. */
  symbol: string
  /** The venue's own symbol; two instruments of one venue may share it, one spot and one not. */
  name: string
  kind: InstrumentKind
  base: string
  quote: string
  /** What one unit of quantity stands for: base coins, or money of an inverse contract. 1 where quantities are coins. */
  contractSize: Big
  tick: Big
  step: Big
  minPrice: Big
  maxPrice: Big
  minQty: Big
  maxQty: Big
  marketMaxQty: Big
  minNotional: Big
  makerRate: Big
  takerRate: Big
  startPrice: Big
  /** The money one quote level of the market maker is worth, in the quote asset. */
  levelNotional: Big
  priceDecimals: number
  qtyDecimals: number
  firstOrderId: bigint
  firstTradeId: bigint
}

export type InstrumentText = {
  [K in keyof Instrument]: Instrument[K] extends Big ? string : Instrument[K]
}

type Derived = 'priceDecimals' | 'qtyDecimals'
type Optional = 'name' | 'kind' | 'contractSize'

/** Builds an instrument from text, so that tables stay readable. Plain spot where nothing else is said. */
export function instrument(
  text: Omit<InstrumentText, Derived | Optional> & Partial<Pick<InstrumentText, Optional>>,
): Instrument {
  const tick = dec(text.tick)
  const step = dec(text.step)
  return {
    ...text,
    name: text.name ?? text.symbol,
    kind: text.kind ?? 'spot',
    contractSize: dec(text.contractSize ?? '1'),
    tick,
    step,
    minPrice: dec(text.minPrice),
    maxPrice: dec(text.maxPrice),
    minQty: dec(text.minQty),
    maxQty: dec(text.maxQty),
    marketMaxQty: dec(text.marketMaxQty),
    minNotional: dec(text.minNotional),
    makerRate: dec(text.makerRate),
    takerRate: dec(text.takerRate),
    startPrice: dec(text.startPrice),
    levelNotional: dec(text.levelNotional),
    priceDecimals: places(tick),
    qtyDecimals: places(step),
  }
}

export function modeOf({ kind }: Instrument): TradingMode {
  return kind === 'spot' ? 'spot' : 'futures'
}

/** The asset that margin, profit and fees of a contract are in. */
export function settleAsset({ kind, base, quote }: Instrument): string {
  return kind === 'inverse' ? base : quote
}

/** What a quantity is worth in the asset it is settled in (for spot: the quote asset). */
export function worth({ kind, contractSize }: Instrument, price: Big, qty: Big): Big {
  if (kind === 'inverse') return qty.times(contractSize).div(price)
  return contractSize.eq(ONE) ? price.times(qty) : price.times(qty).times(contractSize)
}

/** What a quantity is worth in money: the quote asset, whatever it is settled in. */
export function money(instrument: Instrument, price: Big, qty: Big): Big {
  return instrument.kind === 'inverse' ? qty.times(instrument.contractSize) : worth(instrument, price, qty)
}

/** The quantity that is worth this much money, not rounded to a step. */
export function quantityFor({ kind, contractSize }: Instrument, price: Big, amount: Big): Big {
  return kind === 'inverse' ? amount.div(contractSize) : amount.div(price).div(contractSize)
}

/** The average price of a quantity that was worth this much in the settling asset. */
export function averagePrice({ kind, contractSize }: Instrument, qty: Big, value: Big): Big {
  return kind === 'inverse' ? qty.times(contractSize).div(value) : value.div(qty).div(contractSize)
}
