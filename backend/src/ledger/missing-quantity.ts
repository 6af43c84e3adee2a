import { compareDecimal, type Decimal, noExecutions, subtractDecimal } from '@tradercoin/protocol'
import type { OrderState } from '../store/orders.ts'

/** How much of what the venue says was executed of an order has no known execution; null when nothing is missing. */
export function missingQuantity({ facts, executions }: OrderState): Decimal | null {
  if (facts === null) return null
  const { quantity } = executions ?? noExecutions
  return compareDecimal(facts.executed_qty, quantity) > 0 ? subtractDecimal(facts.executed_qty, quantity) : null
}
