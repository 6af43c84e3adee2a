import { type Big, dec, places } from './decimal.ts'

export type TradingMode = 'spot' | 'futures'

/** What can be traded: sizes, steps and fee rates, in the venue's units. */
export interface Instrument {
  symbol: string
  base: string
  quote: string
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

/** Builds an instrument from text, so that tables stay readable. */
export function instrument(text: Omit<InstrumentText, 'priceDecimals' | 'qtyDecimals'>): Instrument {
  const tick = dec(text.tick)
  const step = dec(text.step)
  return {
    ...text,
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
