import type { AccountEvent, OrderReport, TradingMode } from '@tradercoin/protocol'

const keyOf = (mode: TradingMode, orderId: string) => `${mode} ${orderId}`

/** What a snapshot has found: the newest word on each order, executions, and what could not be read. */
export class Findings {
  readonly #orders = new Map<string, OrderReport>()
  readonly #others: AccountEvent[] = []

  get(mode: TradingMode, orderId: string): OrderReport | null {
    return this.#orders.get(keyOf(mode, orderId)) ?? null
  }

  add(events: readonly AccountEvent[]) {
    for (const event of events) {
      if (event.kind === 'order') this.#addOrder(event.order)
      else this.#others.push(event)
    }
  }

  #addOrder(order: OrderReport) {
    const key = keyOf(order.trading_mode, order.order_id)
    const known = this.#orders.get(key)
    if (known === undefined || known.update_time <= order.update_time) this.#orders.set(key, order)
  }

  orders(): OrderReport[] {
    return [...this.#orders.values()]
  }

  /** Orders before executions, oldest first. */
  events(): AccountEvent[] {
    const orders = this.orders().map((order): AccountEvent => ({ kind: 'order', order, execution: null }))
    return [...orders.sort(byTime), ...this.#others.sort(byTime)]
  }
}

function byTime(a: AccountEvent, b: AccountEvent): number {
  return timeOf(a) - timeOf(b)
}

function timeOf(event: AccountEvent): number {
  if (event.kind === 'order') return event.order.update_time
  return event.kind === 'execution' ? event.execution.time : 0
}
