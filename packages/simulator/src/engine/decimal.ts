import BigJs from 'big.js'

/** Decimal arithmetic for prices, quantities and money. Division keeps 20 digits and rounds down. */
export const Big = BigJs()
Big.DP = 20
Big.RM = 0
Big.NE = -40
Big.PE = 40

export type Big = BigJs

export const ZERO: Big = new Big(0)
export const ONE: Big = new Big(1)

/** Turns text into a decimal. Throws on anything that is not one. */
export function dec(value: string | number | Big): Big {
  return new Big(value)
}

export function min(a: Big, b: Big): Big {
  return a.lte(b) ? a : b
}

export function max(a: Big, b: Big): Big {
  return a.gte(b) ? a : b
}

/** Rounds down (towards zero) to a number of decimal places, as commissions are. */
export function truncate(value: Big, places: number): Big {
  return value.round(places, 0)
}

/** The largest multiple of step that is not above value. */
export function floorToStep(value: Big, step: Big): Big {
  if (step.eq(ZERO)) return value
  return value.div(step).round(0, 0).times(step)
}

export function isMultiple(value: Big, step: Big): boolean {
  return step.eq(ZERO) || value.mod(step).eq(ZERO)
}

/** How many decimal places a step such as 0.010 needs: 2. */
export function places(step: Big): number {
  return Math.max(0, step.c.length - 1 - step.e)
}

/** Plain notation without trailing zeros: "94500", "0.02". */
export function plain(value: Big): string {
  return value.toFixed()
}
