import { compareDecimal, divideDecimal, multiplyDecimal, normaliseDecimal, subtractDecimal } from '@tradercoin/protocol'

/*
 * Money is exact text from the exchange to the screen. Showing it is string work; comparing and multiplying is the protocol's.
 * The format is the same in every language (1,234.56): Vietnamese reads "1.234" as a thousand, which is a trap in a price.
 */

/** `"1234567.890"` → `"1,234,567.890"`. */
export function groupDecimal(text: string): string {
  const sign = text.startsWith('-') ? '-' : ''
  const [whole = '', fraction] = (sign ? text.slice(1) : text).split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return fraction === undefined ? sign + grouped : `${sign}${grouped}.${fraction}`
}

/** Drops the zeros at the end of a fraction: `"0.40000000"` → `"0.4"`, `"12.000"` → `"12"`. */
export function trimDecimal(text: string): string {
  return text.includes('.') ? text.replace(/0+$/, '').replace(/\.$/, '') : text
}

/** For reading: no trailing zeros, thousands grouped. */
export function showDecimal(text: string): string {
  return groupDecimal(trimDecimal(text))
}

/** An average has up to 20 digits: cut (not rounded) to `places` decimals for the cell; the full value belongs in a title. */
export function shortenDecimal(text: string, places: number): string {
  return showDecimal(cutDecimal(text, places))
}

/** Cut (not rounded) to at most `places` decimals. */
export function cutDecimal(text: string, places: number): string {
  const point = text.indexOf('.')
  return point < 0 ? text : text.slice(0, point + 1 + places)
}

/** With its sign always written, as profit and loss is: `"+12.5"`, `"-3"`, `"0"`. */
export function showSigned(text: string): string {
  const shown = showDecimal(text)
  return signOf(text) > 0 ? `+${shown}` : shown
}

/** -1, 0 or 1. */
export function signOf(text: string): -1 | 0 | 1 {
  if (!/[1-9]/.test(text)) return 0
  return text.startsWith('-') ? -1 : 1
}

/** How much of `whole` is `part`, in whole per cent rounded down, so that 100 means all of it. */
export function percentOf(part: string, whole: string): number {
  if (signOf(whole) <= 0) return 0
  const [digits = '0'] = divideDecimal(multiplyDecimal(part, '100'), whole).split('.')
  return Math.min(100, Math.max(0, Number(digits))) // not money: a percentage to draw
}

/** From `before` to `after` in per cent, two places, cut: `"-1.25"`; null when `before` is not more than 0. */
export function changePercent(before: string, after: string): string | null {
  if (signOf(before) <= 0) return null
  const percent = divideDecimal(multiplyDecimal(subtractDecimal(after, before), '100'), before)
  return trimDecimal(cutDecimal(percent, 2))
}

/** Sort order of two decimals; null sorts below every number. */
export function compareDecimals(a: string | null, b: string | null): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1
  return compareDecimal(a, b)
}

/**
 * What a person typed as a number, or null. Plain digits with a point only: a comma is a decimal point to some and a
 * thousands mark to others, so it is refused rather than guessed.
 */
export function parseTypedDecimal(typed: string): string | null {
  const text = typed.trim()
  if (!/^(\d+(\.\d*)?|\.\d+)$/.test(text)) return null
  return normaliseDecimal(text.replace(/\.$/, ''))
}
