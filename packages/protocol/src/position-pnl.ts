import { type Decimal, divideDecimal, isZeroDecimal, multiplyDecimal, subtractDecimal } from './decimal.ts'
import type { Position } from './records.ts'

/**
 * What a position would bring if it were closed at the mark price, in the asset its instrument settles in; fees and funding apart.
 * Exact for linear contracts, to 20 significant digits for inverse ones, whose profit is counted in the coin itself. Null while the
 * entry price is not known.
 *
 * @param contractValue of an inverse contract: what one is worth in quote coin; null for all others
 */
export function unrealizedPnl(
  { quantity, entry_price }: Pick<Position, 'quantity' | 'entry_price'>,
  markPrice: Decimal,
  contractValue: Decimal | null,
): Decimal | null {
  if (isZeroDecimal(quantity)) return '0'
  if (entry_price === null) return null
  const gain = multiplyDecimal(subtractDecimal(markPrice, entry_price), quantity)
  if (contractValue === null) return gain
  if (isZeroDecimal(entry_price) || isZeroDecimal(markPrice)) return null
  // quantity × contract value × (1 / entry − 1 / mark), with one division so that it is rounded once.
  return divideDecimal(multiplyDecimal(gain, contractValue), multiplyDecimal(entry_price, markPrice))
}
