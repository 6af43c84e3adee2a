import type { AccountEvent, OrderReport } from '@tradercoin/protocol'
import { parseRows } from './parse.ts'
import { wasTriggered } from './parse-algo.ts'
import { parseOrderRow } from './parse-order.ts'

/** Orders by id, executions, and what could not be read. */
export class Findings {
  readonly orders = new Map<string, OrderReport>()
  /** Conditional order by the order it became. */
  readonly #parents = new Map<string, OrderReport>()
  readonly #others: AccountEvent[] = []

  has(symbol: string, orderId: string): boolean {
    return this.orders.has(`${symbol} ${orderId}`)
  }

  get(symbol: string, orderId: string): OrderReport | null {
    return this.orders.get(`${symbol} ${orderId}`) ?? null
  }

  addOrders(rows: readonly unknown[]) {
    this.#add(parseRows('order', rows, (row) => [{ kind: 'order', order: parseOrderRow(row), execution: null }]))
  }

  addOrder(order: OrderReport) {
    const key = `${order.symbol} ${order.order_id}`
    const known = this.orders.get(key)
    if (known === undefined || known.update_time <= order.update_time) this.orders.set(key, order)
  }

  /** What a conditional order says of the order it became is only used to name the parent: that order is read itself. */
  addAlgoOrders(events: readonly AccountEvent[]) {
    this.#add(events.filter((event) => event.kind !== 'order' || event.order.parent_order_id === null))
    for (const event of events) {
      if (event.kind === 'order' && event.order.parent_order_id !== null) {
        this.#parents.set(`${event.order.symbol} ${event.order.order_id}`, event.order)
      }
    }
  }

  /** Orders that conditional orders have become and that were not listed. */
  missingChildren(): OrderReport[] {
    return [...this.#parents].filter(([key]) => !this.orders.has(key)).map(([, child]) => child)
  }

  /** Symbols on which a conditional order that we do not know has become one of these orders. */
  orphanSymbols(changedSince: number): Set<string> {
    const orphans = [...this.orders].filter(
      ([key, order]) => wasTriggered(order) && order.update_time >= changedSince && !this.#parents.has(key),
    )
    return new Set(orphans.map(([, order]) => order.symbol))
  }

  add(events: readonly AccountEvent[]) {
    this.#others.push(...events)
  }

  events(): AccountEvent[] {
    const orders = [...this.orders].map(([key, order]): AccountEvent => {
      const parent_order_id = this.#parents.get(key)?.parent_order_id ?? order.parent_order_id
      return { kind: 'order', order: { ...order, parent_order_id }, execution: null }
    })
    return [...orders.sort(byTime), ...this.#others.sort(byTime)]
  }

  #add(events: readonly AccountEvent[]) {
    for (const event of events) {
      if (event.kind === 'order') this.addOrder(event.order)
      else this.#others.push(event)
    }
  }
}

function byTime(a: AccountEvent, b: AccountEvent): number {
  return timeOf(a) - timeOf(b)
}

function timeOf(event: AccountEvent): number {
  if (event.kind === 'order') return event.order.update_time
  return event.kind === 'execution' ? event.execution.time : 0
}
