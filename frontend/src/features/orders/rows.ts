import { compareNewest, type Order } from '@tradercoin/protocol'
import { compareDecimals } from '#lib/decimals.ts'

/** A page of orders as REST answered, and when (the live store's mark) it was asked. */
export interface OrderPage {
  items: readonly Order[]
  next_cursor: string | null
  askedAt: number
}

/** What the socket has told of orders. */
export interface LiveOrders {
  orders: ReadonlyMap<number, Order>
  heardOrderAt: (id: number) => number
}

/**
 * Of two tellings of one order the newer. An event heard before REST was asked is part of the answer; of one heard after that the
 * answer may or may not know, so the exchange's time decides.
 */
export function newerOrder(fromRest: Order, askedAt: number, live: LiveOrders): Order {
  const told = live.orders.get(fromRest.id)
  if (told === undefined || askedAt > live.heardOrderAt(fromRest.id)) return fromRest
  return told.update_time >= fromRest.update_time ? told : fromRest
}

/**
 * The rows of a view, newest first: the pages read so far, each order as new as it is known, and the orders the socket told of that
 * belong above or between them. Older ones than the pages reach wait for their page, so that the list never has a hole.
 */
export function composeRows(
  pages: readonly OrderPage[],
  live: LiveOrders,
  belongs: (order: Order) => boolean,
): Order[] {
  const rows: Order[] = []
  const seen = new Set<number>()
  for (const page of pages) {
    for (const item of page.items) {
      if (seen.has(item.id)) continue
      seen.add(item.id)
      const order = newerOrder(item, page.askedAt, live)
      if (belongs(order)) rows.push(order)
    }
  }
  const lastPage = pages.at(-1)
  const oldest = lastPage?.next_cursor ? lastPage.items.at(-1) : undefined
  for (const order of live.orders.values()) {
    if (seen.has(order.id) || !belongs(order)) continue
    if (oldest && compareNewest(order, oldest) > 0) continue
    rows.push(order)
  }
  return rows.sort(compareNewest)
}

const compareText = (a: string | null, b: string | null) => (a ?? '').localeCompare(b ?? '')

/** How each sortable column orders two rows, smallest first. */
const comparators: Record<string, (a: Order, b: Order) => number> = {
  time: (a, b) => -compareNewest(a, b),
  updated: (a, b) => a.update_time - b.update_time,
  symbol: (a, b) => compareText(a.symbol, b.symbol),
  side: (a, b) => compareText(a.side, b.side),
  type: (a, b) => compareText(a.type, b.type),
  status: (a, b) => compareText(a.status, b.status),
  source: (a, b) => compareText(a.origin, b.origin),
  exchange: (a, b) => compareText(a.exchange, b.exchange) || compareText(a.trading_mode, b.trading_mode),
  account: (a, b) => a.exchange_key_id - b.exchange_key_id,
  price: (a, b) => compareDecimals(a.price, b.price),
  average: (a, b) => compareDecimals(a.executed_price, b.executed_price),
  trigger: (a, b) => compareDecimals(a.stop_price, b.stop_price),
  amount: (a, b) => compareDecimals(a.quantity, b.quantity),
  filled: (a, b) => compareDecimals(a.executed_qty, b.executed_qty),
  fee: (a, b) => compareDecimals(a.fee, b.fee),
  pnl: (a, b) => compareDecimals(a.realized_pnl, b.realized_pnl),
}

/** Rows in the order of a column; equal ones stay newest first. */
export function sortRows(rows: readonly Order[], column: string, isDescending: boolean): readonly Order[] {
  const compare = comparators[column]
  if (!compare) return rows
  return [...rows].sort((a, b) => (isDescending ? compare(b, a) : compare(a, b)) || compareNewest(a, b))
}

/** `-price` or `price`, as it stands in the address; null for anything else. */
export function readSorting(text: string | null): { column: string; isDescending: boolean } | null {
  if (!text) return null
  const isDescending = text.startsWith('-')
  const column = isDescending ? text.slice(1) : text
  return Object.hasOwn(comparators, column) ? { column, isDescending } : null
}
