import type { Order } from '../engine/order.ts'

export interface Amendment {
  id: number
  time: number
  before: { price: string; qty: string }
  after: { price: string; qty: string }
  modifyId: number | undefined
}

/** What GET /fapi/v1/orderAmendment answers; kept while the simulator runs. */
export class Amendments {
  readonly #rows = new WeakMap<Order, Amendment[]>()
  #nextId = 5363

  add(order: Order, row: Omit<Amendment, 'id' | 'time'>): void {
    const rows = this.#rows.get(order) ?? []
    rows.push({ ...row, id: this.#nextId++, time: order.updatedAt })
    this.#rows.set(order, rows)
  }

  of(order: Order): Amendment[] {
    return this.#rows.get(order) ?? []
  }
}
