import { z } from 'zod'

/** A decimal number written out in full: an optional sign, digits, an optional fraction. Never a float, never an exponent. */
export const decimalSchema = z
  .string()
  .max(80)
  .regex(/^-?(0|[1-9]\d*)(\.\d+)?$/, 'must be a decimal number such as "0.015"')

/** Exact decimal text, for example `"64210.5"`. */
export type Decimal = string
