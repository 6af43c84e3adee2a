import { type Decimal, normaliseDecimal } from '@tradercoin/protocol'

/** A payload that does not have the documented shape. It is caught where the payload came in and kept as a raw event. */
export class ShapeError extends Error {}

const writtenOut = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/
const zero = '0'.charCodeAt(0)
const point = '.'.charCodeAt(0)

/** An object to read fields from. Throws ShapeError. */
export function object(value: unknown, name: string): object {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ShapeError(`${name} is not an object`)
  return value
}

/** A list; an absent one is empty. Throws ShapeError. */
export function list(value: unknown, name: string): readonly unknown[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) throw new ShapeError(`${name} is not a list`)
  return value
}

/** Text that is there and not empty. Throws ShapeError. */
export function text(value: unknown, name: string): string {
  if (typeof value === 'string' && value !== '') return value
  throw new ShapeError(`${name} is not a text`)
}

/** Text; null when absent or empty. */
export function textOrNull(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

/** An id as text, whether it was written as a number or as a text. Throws ShapeError. */
export function id(value: unknown, name: string): string {
  const found = idOrNull(value)
  if (found === null) throw new ShapeError(`${name} is not an id`)
  return found
}

/** An id as text; null when absent or one of the marks for "none": 0, -1 and the empty text. */
export function idOrNull(value: unknown): string | null {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value > 0 ? String(value) : null
  if (typeof value !== 'string' || value === '' || value === '0' || value === '-1') return null
  return value
}

/** Milliseconds since 1970, whether written as a number or as a text. Throws ShapeError. */
export function time(value: unknown, name: string): number {
  const found = timeOrNull(value)
  if (found === null) throw new ShapeError(`${name} is not a time`)
  return found
}

/** Milliseconds since 1970; null when absent or 0. */
export function timeOrNull(value: unknown): number | null {
  const found = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value // not money: a time
  return typeof found === 'number' && Number.isSafeInteger(found) && found > 0 ? found : null
}

/** A decimal in its one plain spelling, zero included. Throws ShapeError. */
export function decimal(value: unknown, name: string): Decimal {
  const found = decimalOrNull(value)
  if (found === null) throw new ShapeError(`${name} is not a decimal`)
  return found
}

/**
 * A decimal in its one plain spelling (`"0.01000000"` is `"0.01"`), zero included, so that the same number reads the same whichever way
 * it came; null when absent, empty or unreadable.
 */
export function decimalOrNull(value: unknown): Decimal | null {
  if (typeof value === 'string') {
    if (value.length > 80) return null
    return writtenOut.test(value) ? withoutTrailingZeros(value) : spelledOut(value)
  }
  return typeof value === 'number' && Number.isFinite(value) ? spelledOut(String(value)) : null
}

/** A decimal where zero means "none": null then, and when absent. */
export function amountOrNull(value: unknown): Decimal | null {
  const found = decimalOrNull(value)
  return found === '0' ? null : found
}

/** Each fill brings a dozen decimals, all of them written out by the venue: no arithmetic is needed to shorten them. */
function withoutTrailingZeros(value: string): Decimal {
  let end = value.length
  if (value.includes('.')) {
    while (value.charCodeAt(end - 1) === zero) end -= 1
    if (value.charCodeAt(end - 1) === point) end -= 1
  }
  const short = end === value.length ? value : value.slice(0, end)
  return short === '-0' ? '0' : short
}

/** Odd spellings such as "1E-8" or ".5", written out in full. */
function spelledOut(value: string): Decimal | null {
  try {
    const full = normaliseDecimal(value)
    return full.length <= 80 ? full : null
  } catch {
    return null
  }
}
