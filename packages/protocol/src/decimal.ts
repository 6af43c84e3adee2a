import { Big } from 'big.js'
import { z } from 'zod'

/** A decimal number written out in full: an optional sign, digits, an optional fraction. Never a float, never an exponent. */
export const decimalSchema = z
  .string()
  .max(80)
  .regex(/^-?(0|[1-9]\d*)(\.\d+)?$/, 'must be a decimal number such as "0.015"')

/** Exact decimal text, for example `"64210.5"`. */
export type Decimal = string

/** Averages are rounded to this many significant digits, half even. Sums and products are exact. */
export const significantDigits = 20

const AverageBig = Big()
AverageBig.DP = significantDigits - 1
AverageBig.RM = Big.roundHalfEven

const plain = (value: Big): Decimal => (value.eq(0) ? '0' : value.toFixed())

/** Nothing that is traded comes near; written out, a larger exponent would fill the memory. */
const largestExponent = 200

/**
 * The one plain spelling of a number: no exponent, no leading or trailing zeros, no negative zero. Also reads what venues write
 * (`"1E-8"`, `".5"`, `"007.50"`). Throws when the text is not a number, or one beyond 10^±200.
 */
export function normaliseDecimal(text: string): Decimal {
  const value = new Big(text)
  if (Math.abs(value.e) > largestExponent) throw new RangeError('the number is too long to be written out')
  return plain(value)
}

export function addDecimal(a: Decimal, b: Decimal): Decimal {
  return plain(new Big(a).plus(b))
}

export function subtractDecimal(a: Decimal, b: Decimal): Decimal {
  return plain(new Big(a).minus(b))
}

export function multiplyDecimal(a: Decimal, b: Decimal): Decimal {
  return plain(new Big(a).times(b))
}

/** `a / b` to 20 significant digits, half even. Throws when `b` is zero. */
export function divideDecimal(a: Decimal, b: Decimal): Decimal {
  const numerator = new AverageBig(a)
  const denominator = new AverageBig(b)
  if (denominator.eq(0)) throw new RangeError('division by zero')
  if (numerator.eq(0)) return '0'
  // Both are scaled so that the quotient lies in [1, 10): big.js counts places after the point, we count significant digits.
  let exponent = numerator.e - denominator.e
  numerator.e = 0
  denominator.e = 0
  if (numerator.abs().lt(denominator.abs())) {
    numerator.e = 1
    exponent -= 1
  }
  const quotient = numerator.div(denominator)
  quotient.e += exponent
  return plain(quotient)
}

/** -1 when `a` is less than `b`, 0 when they are the same number however spelled, else 1. */
export function compareDecimal(a: Decimal, b: Decimal): -1 | 0 | 1 {
  return a === b ? 0 : new Big(a).cmp(b)
}

export function isZeroDecimal(value: Decimal): boolean {
  return !/[1-9]/.test(value)
}
