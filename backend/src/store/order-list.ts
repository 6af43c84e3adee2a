import type { Order, OrderDetails, OrderFilter, Page, TradingMode } from '@tradercoin/protocol'
import { type Kysely, type SelectQueryBuilder, sql } from 'kysely'
import { type OrderRow, orderColumns, orderOfRow } from './columns.ts'
import { type Cursor, type PageRequest, pageOfRows } from './cursor.ts'
import type { Database } from './database.ts'
import { executionsOfOrder } from './executions.ts'
import { createQueries } from './kysely.ts'
import { orderTimeline } from './order-events.ts'
import type { Schema } from './schema.ts'
import type { UserScope } from './scope.ts'
import { readAtLength, type Store } from './store.ts'

const cursorOf = ({ create_time, id }: Pick<Order, 'create_time' | 'id'>): Cursor => ({ time: create_time, id })

/** One page of a user's orders, newest first by (create_time, id). */
export async function listOrders(
  queries: Kysely<Schema>,
  scope: UserScope,
  filter: OrderFilter,
  { limit, cursor }: PageRequest,
): Promise<Page<Order>> {
  const rows = await orderRows(queries, scope, filter, cursor, limit + 1)
  return pageOfRows(rows, limit, cursorOf, orderOfRow)
}

/** Rows of a long read are fetched this many at a time; between, the hub serves others. */
const rowsAtOnce = 500

/** Calls `take` with all orders that match, newest first, in portions, all as of one moment. `take` may wait for its reader. */
export async function readAllOrders(
  store: Pick<Store, 'path'>,
  scope: UserScope,
  filter: OrderFilter,
  take: (orders: Order[]) => Promise<void> | void,
): Promise<void> {
  await readAtLength(store, async (db) => {
    const queries = createQueries(db)
    let cursor: Cursor | null = null
    for (;;) {
      const rows: OrderRow[] = await orderRows(queries, scope, filter, cursor, rowsAtOnce)
      const last = rows.at(-1)
      if (!last) return
      await take(rows.map(orderOfRow))
      cursor = cursorOf(last)
      await new Promise(setImmediate)
    }
  })
}

/** One order with its timeline and executions; undefined when the user has no such order. */
export function readOrderDetails(db: Database, { user_id }: UserScope, id: number): OrderDetails | undefined {
  return db.snapshot(() => {
    const select = `SELECT ${orderColumns.join(', ')} FROM orders WHERE id = ? AND user_id = ?`
    const row = db.get<OrderRow>(select, id, user_id)
    if (!row) return undefined
    const { order_id } = row
    const executions = order_id === null ? [] : executionsOfOrder(db, { ...row, order_id })
    return { ...orderOfRow(row), events: orderTimeline(db, id), executions }
  })
}

/** One order; undefined when the user has no such order. */
export function readOrder(db: Database, { user_id }: UserScope, id: number): Order | undefined {
  const select = `SELECT ${orderColumns.join(', ')} FROM orders WHERE id = ? AND user_id = ?`
  const row = db.get<OrderRow>(select, id, user_id)
  return row && orderOfRow(row)
}

export interface OpenOrderFilter {
  symbol?: string | undefined
  trading_mode?: TradingMode | undefined
}

/** A user's open orders with one key, oldest first: what a cancel of all means. */
export function listOpenOrders(
  db: Database,
  { user_id }: UserScope,
  keyId: number,
  { symbol, trading_mode }: OpenOrderFilter,
): Order[] {
  const select = `SELECT ${orderColumns.join(', ')} FROM orders WHERE user_id = ? AND exchange_key_id = ? AND is_open = 1 ORDER BY id`
  return db
    .all<OrderRow>(select, user_id, keyId)
    .filter((row) => row.symbol === (symbol ?? row.symbol) && row.trading_mode === (trading_mode ?? row.trading_mode))
    .map(orderOfRow)
}

function orderRows(
  queries: Kysely<Schema>,
  scope: UserScope,
  filter: OrderFilter,
  cursor: Cursor | null,
  limit: number,
): Promise<OrderRow[]> {
  const orders = filterOrders(queries.selectFrom('orders'), scope, filter)
  return pageOrders(orders, cursor, limit).select(orderColumns).execute()
}

/** The next `limit` orders after a cursor, newest first. */
export function pageOrders<Row>(
  query: SelectQueryBuilder<Schema, 'orders', Row>,
  cursor: Cursor | null,
  limit: number,
): SelectQueryBuilder<Schema, 'orders', Row> {
  const page = query.orderBy('create_time', 'desc').orderBy('id', 'desc').limit(limit)
  return cursor === null ? page : page.where(sql<boolean>`(create_time, id) < (${cursor.time}, ${cursor.id})`)
}

/** The orders of one user that match. */
export function filterOrders<Row>(
  query: SelectQueryBuilder<Schema, 'orders', Row>,
  { user_id }: UserScope,
  filter: OrderFilter,
): SelectQueryBuilder<Schema, 'orders', Row> {
  let orders = query.where('user_id', '=', user_id)
  for (const field of ['exchange_key_id', 'exchange', 'trading_mode', 'symbol', 'side', 'origin'] as const) {
    const value = filter[field]
    if (value !== undefined) orders = orders.where(field, '=', value)
  }
  if (filter.status !== undefined) orders = orders.where('status', 'in', filter.status)
  if (filter.from !== undefined) orders = orders.where('create_time', '>=', filter.from)
  if (filter.to !== undefined) orders = orders.where('create_time', '<=', filter.to)
  if (filter.q !== undefined) {
    const part = `%${filter.q.replace(/[\\%_]/g, '\\$&')}%`
    orders = orders.where(
      sql<boolean>`(symbol LIKE ${part} ESCAPE '\\' OR order_id LIKE ${part} ESCAPE '\\' OR client_order_id LIKE ${part} ESCAPE '\\')`,
    )
  }
  return orders
}
