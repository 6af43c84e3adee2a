import type { Decimal } from '@tradercoin/protocol'
import { Big } from 'big.js'

/** Quotients are whole numbers here, rounded towards zero: how often a step fits. */
const Steps = Big()
Steps.DP = 0
Steps.RM = Big.roundDown

/** The values a field may have; null: no such rule. What is allowed is above zero in any case. */
export interface Allowed {
  step: Decimal | null
  min: Decimal | null
  max: Decimal | null
  /** Must be exceeded. */
  above?: Decimal | null
  /** Must not be reached. */
  below?: Decimal | null
}

/** Where there is no step, a computed bound is rounded to this many places. */
const finest = '0.000000000000000001'

export function isMultiple(value: Decimal, step: Decimal): boolean {
  return new Steps(value).mod(step).eq(0)
}

/**
 * The nearest allowed values, lower first: one when the value is out of range, two when it lies between two steps, the value itself
 * when it is allowed; none when nothing is allowed, or when no nearest one exists. Exact.
 */
export function nearestAllowed(value: Decimal, allowed: Allowed): Decimal[] {
  const low = lowest(allowed)
  const high = highest(allowed)
  if (low !== null && high !== null && low.gt(high)) return []
  const wish = new Steps(value)
  if (low !== null && wish.lt(low)) return [plain(low)]
  if (high !== null && wish.gt(high)) return [plain(high)]
  if (low === null && wish.lte(0)) return []
  const below = allowed.step === null ? wish : floorTo(wish, allowed.step)
  const above = allowed.step === null ? wish : ceilTo(wish, allowed.step)
  return below.eq(above) ? [plain(below)] : [plain(below), plain(above)]
}

/** The least quantity that is worth `value` at `unitValue` each, as a multiple of the step. */
export function leastWorth(value: Decimal, unitValue: Decimal, step: Decimal | null): Decimal {
  const unit = new Steps(step ?? finest)
  const worth = unit.times(unitValue)
  const count = new Steps(value).div(worth)
  return plain((count.times(worth).eq(value) ? count : count.plus(1)).times(unit))
}

/** The greatest quantity that is worth no more than `value`, as a multiple of the step. */
export function mostWorth(value: Decimal, unitValue: Decimal, step: Decimal | null): Decimal {
  const unit = new Steps(step ?? finest)
  return plain(new Steps(value).div(unit.times(unitValue)).times(unit))
}

/** The greater of two lower bounds, either of which may be absent. */
export function greater(a: Decimal | null, b: Decimal | null): Decimal | null {
  if (a === null || b === null) return a ?? b
  return new Steps(a).gte(b) ? a : b
}

/** The lesser of two upper bounds, either of which may be absent. */
export function lesser(a: Decimal | null, b: Decimal | null): Decimal | null {
  if (a === null || b === null) return a ?? b
  return new Steps(a).lte(b) ? a : b
}

/** Null: there is no least one. */
function lowest({ step, min, above }: Allowed): Big | null {
  const exclusive = above ?? '0'
  if (step === null) return min !== null && new Steps(min).gt(exclusive) ? new Steps(min) : null
  const next = floorTo(new Steps(exclusive), step).plus(step)
  const least = min === null ? next : ceilTo(new Steps(min), step)
  return least.gt(next) ? least : next
}

function highest({ step, max, below }: Allowed): Big | null {
  const inclusive = max === null ? null : step === null ? new Steps(max) : floorTo(new Steps(max), step)
  if (below == null || step === null) return inclusive
  const previous = ceilTo(new Steps(below), step).minus(step)
  return inclusive === null || previous.lt(inclusive) ? previous : inclusive
}

function floorTo(value: Big, step: Decimal): Big {
  return value.minus(value.mod(step))
}

function ceilTo(value: Big, step: Decimal): Big {
  const below = floorTo(value, step)
  return below.eq(value) ? below : below.plus(step)
}

const plain = (value: Big): Decimal => value.toFixed()
