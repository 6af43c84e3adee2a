import type { QuantityUnit, TradingMode } from '@tradercoin/protocol'
import type { Instrument } from '../exchange.ts'

/** Bybit's products that our records have room for. */
export type Category = 'spot' | 'linear' | 'inverse'
export const categories: readonly Category[] = ['spot', 'linear', 'inverse']

/** Products that are known and have no records here: their messages are kept as they came. */
const otherCategories: ReadonlySet<unknown> = new Set(['option', 'event', 'spread'])

export const isCategory = (word: unknown): word is Category => categories.includes(word as Category)
export const isOtherCategory = (word: unknown): boolean => otherCategories.has(word)

export const modeOf = (category: Category): TradingMode => (category === 'spot' ? 'spot' : 'futures')

/** Inverse quantities stay in contracts of one dollar. */
export const unitOf = (category: Category): QuantityUnit => (category === 'inverse' ? 'CONTRACT' : 'BASE')

/** What the coins of a symbol are. */
export type Coins = Pick<Instrument, 'base_asset' | 'quote_asset' | 'settle_asset'>

/** The venue's list of instruments by category and symbol; a symbol names a spot pair and a contract alike. */
export class InstrumentBook {
  readonly #coins = new Map<string, Coins>()
  readonly #inverse = new Set<string>()

  constructor(instruments: readonly Instrument[]) {
    for (const instrument of instruments) {
      const category = categoryOfInstrument(instrument)
      this.#coins.set(`${category} ${instrument.symbol}`, instrument)
      if (category === 'inverse') this.#inverse.add(instrument.symbol)
    }
  }

  coins(category: Category, symbol: string): Coins | null {
    return this.#coins.get(`${category} ${symbol}`) ?? null
  }

  /** A contract that is not listed (any more) is known by its name: inverse ones are named after the dollar itself. */
  category(mode: TradingMode, symbol: string): Category {
    if (mode === 'spot') return 'spot'
    if (this.#inverse.has(symbol)) return 'inverse'
    const isListed = this.#coins.has(`linear ${symbol}`)
    return !isListed && inverseName.test(symbol) ? 'inverse' : 'linear'
  }
}

/** BTCUSD, and with a month of delivery BTCUSDH27. */
const inverseName = /USD(?:[FGHJKMNQUVXZ]\d\d)?$/

export function categoryOfInstrument({ trading_mode, quantity_unit }: Instrument): Category {
  if (trading_mode === 'spot') return 'spot'
  return quantity_unit === 'CONTRACT' ? 'inverse' : 'linear'
}

/** The coin a contract is settled in, by its name alone: for one that is not listed. */
export function settleCoinByName(category: Category, symbol: string): string | null {
  if (category === 'inverse') return /^([A-Z0-9]+?)USD(?:[FGHJKMNQUVXZ]\d\d)?$/.exec(symbol)?.[1] ?? null
  if (category !== 'linear') return null
  if (/USDT(?:-|$)/.test(symbol)) return 'USDT'
  return /PERP$|-\d{1,2}[A-Z]{3}\d\d$/.test(symbol) ? 'USDC' : null
}
