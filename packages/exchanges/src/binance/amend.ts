import type { Decimal } from '@tradercoin/protocol'
import { Big } from 'big.js'
import { ExchangeError } from '../errors.ts'
import type { AmendRequest } from '../exchange.ts'

/**
 * What an amendment changes; what it only repeats is null. Throws ExchangeError `refused` when it changes nothing, or when the new
 * quantity is executed already: USDⓈ-M would cancel the order then.
 */
export function changesOf({ price, quantity, known }: AmendRequest): {
  price: Decimal | null
  quantity: Decimal | null
} {
  const changes = { price: changed(price, known.price), quantity: changed(quantity, known.quantity) }
  if (changes.price === null && changes.quantity === null) {
    throw new ExchangeError(
      'refused',
      'nothing_to_amend',
      'This changes neither the price nor the quantity of the order.',
    )
  }
  if (changes.quantity !== null && new Big(changes.quantity).lte(known.executed_qty)) {
    const message = `The new quantity must be above ${known.executed_qty}, which has been executed already.`
    throw new ExchangeError('refused', 'min_quantity', message)
  }
  return changes
}

function changed(value: Decimal | null, known: Decimal | null): Decimal | null {
  return value === null || (known !== null && new Big(value).eq(known)) ? null : value
}
