import { compareDecimal, type Decimal, hasEnded, type OpenAmend } from '@tradercoin/protocol'
import type { OrderState } from '../store/orders.ts'

/** Our change of an order, while the venue's facts neither show it nor show that the order is over; else null. */
export function openAmend({ amend, facts, key_removed }: OrderState): OpenAmend | null {
  if (!amend || key_removed) return null
  if (facts === null) return amend
  const isDone = isAt(amend.price, facts.price) && isAt(amend.quantity, facts.quantity)
  return isDone || hasEnded(facts) ? null : amend
}

/** Whether a term has the value that was asked for; null asks for nothing. */
export function isAt(asked: Decimal | null, known: Decimal | null): boolean {
  return asked === null || (known !== null && compareDecimal(asked, known) === 0)
}
