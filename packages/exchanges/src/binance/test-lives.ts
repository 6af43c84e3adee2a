import { type AccountEvent, mergeReport, type OrderFacts } from '@tradercoin/protocol'

/** Orders by their id, as the ledger merges what is told of them. */
export function mergeOrders(events: readonly AccountEvent[]): Map<string, OrderFacts> {
  const orders = new Map<string, OrderFacts>()
  for (const event of events) {
    if (event.kind !== 'order') continue
    const { order } = event
    orders.set(order.order_id, mergeReport(orders.get(order.order_id) ?? null, order))
  }
  return orders
}

/** What is shown of an order: its status, and the reason where there is one. */
export type Ending = [orderId: string, status: string, reason?: string]

export function endings(orders: ReadonlyMap<string, OrderFacts>): Ending[] {
  return [...orders.values()]
    .map((order): Ending => {
      const reason = order.reason_status === order.status ? order.reason : null
      return reason === null ? [order.order_id, order.status] : [order.order_id, order.status, reason]
    })
    .sort(([a], [b]) => (a < b ? -1 : 1))
}
