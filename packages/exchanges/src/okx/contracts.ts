import type { Decimal } from '@tradercoin/protocol'
import { Big } from 'big.js'
import { nearestAllowed } from '../check-order-values.ts'
import { ExchangeError } from '../errors.ts'
import type { OkxInstrument } from './instruments.ts'

/**
 * A quantity of ours (coins, or contracts of inverse ones) in the venue's own unit. Exact: throws ExchangeError `refused`
 * `quantity_step`, with the nearest valid quantities, for what is not a whole number of lots.
 */
export function inVenueUnits(quantity: Decimal, { instrument, unit, lot }: OkxInstrument): Decimal {
  const step = new Big(lot).times(unit)
  const wish = new Big(quantity)
  if (!wish.mod(step).eq(0)) throw notWholeLots(quantity, step.toFixed(), instrument)
  // Both divisions are exact: the wish is a multiple of lot × unit. Counting lots first keeps them whole numbers.
  const Lots = Big()
  Lots.DP = 0
  return new Lots(quantity).div(step.toFixed()).times(lot).toFixed()
}

function notWholeLots(quantity: Decimal, step: Decimal, { symbol, min_quantity: min }: OkxInstrument['instrument']) {
  const nearest = nearestAllowed(quantity, { step, min, max: null })
  return new ExchangeError(
    'refused',
    'quantity_step',
    `The quantity ${quantity} of ${symbol} is not a whole number of lots of ${step}: the nearest are ${nearest.join(' and ')}.`,
  )
}
