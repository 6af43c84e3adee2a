import { addExecution, type ExecutionsSummary, noExecutions } from '@tradercoin/protocol'
import type { Database } from '../store/database.ts'
import { executionsOfOrder } from '../store/executions.ts'
import type { VenueOrderId } from '../store/orders.ts'

/** The sums of the executions that were stored before their order was; null when there are none. */
export function knownExecutions(db: Database, id: VenueOrderId): ExecutionsSummary | null {
  const known = executionsOfOrder(db, id)
  return known.length === 0 ? null : known.reduce(addExecution, noExecutions)
}
