import type { TradingMode } from '../engine/instrument.ts'
import { invalid, missing } from './errors.ts'
import type { Params } from './params.ts'

export const CATEGORIES = ['spot', 'linear', 'inverse'] as const

/** The kinds of markets of Bybit; options and event contracts are not there. */
export type Category = (typeof CATEGORIES)[number]

export function isCategory(text: unknown): text is Category {
  return (CATEGORIES as readonly unknown[]).includes(text)
}

export function readCategory(params: Params): Category {
  const text = params.text('category')
  if (text === undefined) throw missing('category')
  if (!isCategory(text)) throw invalid('category')
  return text
}

/** Linear and inverse contracts, not spot. */
export function readContractCategory(params: Params): 'linear' | 'inverse' {
  const category = readCategory(params)
  if (category === 'spot') throw invalid('category')
  return category
}

export function modeOf(category: Category): TradingMode {
  return category === 'spot' ? 'spot' : 'futures'
}
