import type { Big } from '../engine/decimal.ts'
import type { OrderEvent } from '../engine/events.ts'
import type { Order } from '../engine/order.ts'

export interface Amendment {
  executionId: number
  before: { qty: Big; clientId: string }
  newQty: Big
  clientId: string
  time: number
}

/** What GET /api/v3/order/amendments answers; kept while the simulator runs. */
export class Amendments {
  readonly #rows = new WeakMap<Order, Amendment[]>()

  add(order: Order, row: Amendment): void {
    const rows = this.#rows.get(order)
    if (rows) rows.push(row)
    else this.#rows.set(order, [row])
  }

  of(order: Order): Amendment[] {
    return this.#rows.get(order) ?? []
  }
}

export interface PreventedMatch {
  symbol: string
  preventedMatchId: number
  takerOrderId: bigint
  makerSymbol: string
  makerOrderId: bigint
  tradeGroupId: number
  selfTradePreventionMode: string
  price: string
  makerPreventedQuantity: string
  transactTime: number
}

const KEPT = 1000

/** What GET /api/v3/myPreventedMatches answers: the newest of each account, kept while the simulator runs. */
export class PreventedMatches {
  readonly #rows = new Map<string, PreventedMatch[]>()

  note(event: OrderEvent & { exec: 'TRADE_PREVENTION' }): void {
    const { order } = event
    const rows = this.of(order.account.id)
    if (rows.some((row) => row.symbol === order.market.symbol && row.preventedMatchId === order.preventedMatchId))
      return
    // The older order was in the book: it is the maker.
    const orderIsMaker = order.id < event.counterId
    rows.push({
      symbol: order.market.symbol,
      preventedMatchId: order.preventedMatchId,
      takerOrderId: orderIsMaker ? event.counterId : order.id,
      makerSymbol: order.market.symbol,
      makerOrderId: orderIsMaker ? order.id : event.counterId,
      tradeGroupId: -1,
      selfTradePreventionMode: order.stp,
      price: event.price.toFixed(8),
      makerPreventedQuantity: event.qty.toFixed(8),
      transactTime: order.updatedAt,
    })
    if (rows.length > KEPT) rows.shift()
    this.#rows.set(order.account.id, rows)
  }

  of(accountId: string): PreventedMatch[] {
    return this.#rows.get(accountId) ?? []
  }
}
