import { addDecimal, type Execution } from '@tradercoin/protocol'

/** Fills of one order, told as one. */
export interface FillGroup {
  first: Execution
  count: number
  quantity: string
  lastPrice: string
}

/** Groups executions by order, in the order they came. */
export function groupFills(executions: readonly Execution[]): FillGroup[] {
  const groups = new Map<string, FillGroup>()
  for (const execution of executions) {
    const key = [execution.exchange_key_id, execution.trading_mode, execution.symbol, execution.order_id].join()
    const group = groups.get(key)
    if (group) {
      group.count += 1
      group.quantity = addDecimal(group.quantity, execution.quantity)
      group.lastPrice = execution.price
    } else {
      groups.set(key, { first: execution, count: 1, quantity: execution.quantity, lastPrice: execution.price })
    }
  }
  return [...groups.values()]
}
