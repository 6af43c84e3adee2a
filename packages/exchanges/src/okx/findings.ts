import { type AccountEvent, compareDecimal, type ExecutionKind, type OrderReport } from '@tradercoin/protocol'
import { idOrNull, object, text } from '../fields.ts'
import { problemOf, rawEvent } from '../raw-event.ts'
import { type ParsedAlgo, parseAlgo } from './parse-algo.ts'
import type { FillOrder } from './parse-fills.ts'
import { type FindInstrument, OtherProduct, parseOrder } from './parse-order.ts'
import type { RawOrder } from './wire.ts'
import { executionKind } from './words.ts'

/** What queries have found of an account: orders by id, how forced they were, and which conditional order made which. */
export class Findings {
  readonly orders = new Map<string, OrderReport>()
  readonly #kinds = new Map<string, ExecutionKind>()
  /** The venue's product type of an order. */
  readonly #products = new Map<string, string>()
  /** The orders that conditional ones have made, with their symbols. */
  readonly #children = new Map<string, string>()
  readonly #others: AccountEvent[] = []
  readonly #find: FindInstrument

  constructor(find: FindInstrument) {
    this.#find = find
  }

  has(orderId: string): boolean {
    return this.orders.has(orderId)
  }

  /** Rows of orders; those that cannot be read are kept raw. */
  addOrders(rows: readonly unknown[]) {
    for (const row of rows) {
      this.#read('order', row, () => {
        const order = parseOrder(row, this.#find)
        const { category, instType }: RawOrder = object(row, 'order')
        this.#kinds.set(order.order_id, executionKind(category))
        this.#products.set(order.order_id, text(instType, 'instType'))
        this.#add(order)
      })
    }
  }

  /** Rows of conditional orders. */
  addAlgos(rows: readonly unknown[]) {
    for (const row of rows) {
      this.#read('algo-order', row, () => {
        const { order, children, is_known_state }: ParsedAlgo = parseAlgo(row, this.#find)
        this.#add(order)
        for (const child of children) this.#children.set(child, order.symbol)
        if (!is_known_state) this.add([rawEvent('algo-order', JSON.stringify(row), 'unknown state of an algo order')])
      })
    }
  }

  add(events: readonly AccountEvent[]) {
    this.#others.push(...events)
  }

  /** What an order tells of its fills; null when it has not been found. */
  orderOf(orderId: string): FillOrder | null {
    const order = this.orders.get(orderId)
    if (order === undefined) return null
    return { client_order_id: order.client_order_id, kind: this.#kinds.get(orderId) ?? 'TRADE' }
  }

  /** SPOT, MARGIN, SWAP or FUTURES. */
  productOf(orderId: string): string {
    return this.#products.get(orderId) ?? 'SPOT'
  }

  /** Orders that conditional orders have made and that were not listed. */
  missingChildren(): { orderId: string; symbol: string }[] {
    return [...this.#children].flatMap(([orderId, symbol]) => (this.has(orderId) ? [] : [{ orderId, symbol }]))
  }

  /** Conditional orders that have made orders found here and were not found themselves; ids as orders have them. */
  missingParents(): string[] {
    const parents = [...this.orders.values()].flatMap(({ parent_order_id: parent }) => parent ?? [])
    return [...new Set(parents)].filter((parent) => !this.has(parent))
  }

  events(): AccountEvent[] {
    const orders = [...this.orders.values()].map((order): AccountEvent => ({ kind: 'order', order, execution: null }))
    return [...orders.sort(byTime), ...this.#others.sort(byTime)]
  }

  #add(order: OrderReport) {
    const known = this.orders.get(order.order_id)
    const progress = known === undefined ? 1 : compareDecimal(order.executed_qty, known.executed_qty)
    if (progress > 0 || (progress === 0 && (known?.update_time ?? 0) <= order.update_time)) {
      this.orders.set(order.order_id, order)
    }
  }

  #read(eventType: string, row: unknown, read: () => void) {
    try {
      read()
    } catch (error) {
      const problem = error instanceof OtherProduct ? null : problemOf(error)
      this.add([rawEvent(eventType, JSON.stringify(row) ?? '', problem)])
    }
  }
}

/** The id a row of orders or fills names; null when it has none. */
export function orderIdOf(row: unknown): string | null {
  return typeof row === 'object' && row !== null ? idOrNull((row as RawOrder).ordId) : null
}

function byTime(a: AccountEvent, b: AccountEvent): number {
  return timeOf(a) - timeOf(b)
}

function timeOf(event: AccountEvent): number {
  if (event.kind === 'order') return event.order.update_time
  return event.kind === 'execution' ? event.execution.time : 0
}
