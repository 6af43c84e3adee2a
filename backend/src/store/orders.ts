import {
  type ExecutionsSummary,
  isOpenOrder,
  type OpenAmend,
  type OpenRequest,
  type Order,
  type OrderFacts,
} from '@tradercoin/protocol'
import { orderColumns } from './columns.ts'
import type { Database, SqlValue } from './database.ts'
import type { UserScope } from './scope.ts'

/** Everything an order's record follows from. */
export interface OrderState {
  /** What the venue told, merged. */
  facts: OrderFacts | null
  /** Our own placing, then our own cancelling, of this order. */
  place: OpenRequest | null
  cancel: OpenRequest | null
  executions: ExecutionsSummary | null
  /** Our own change of it, as it was asked for; absent when there was none. */
  amend?: OpenAmend | null
  /** Its key was removed while it had not ended, and has not come back. */
  key_removed?: true
  /** Venue time (ms) when the venue did not know the order any more; absent while nothing says so. */
  lost_at?: number
}

/** The part of an order's record that does not follow from its state. */
export type OrderIdentity = Pick<Order, 'id' | 'user_id' | 'exchange_key_id' | 'exchange' | 'origin' | 'order_id'>

/** An order as it is read for a change: its record is built from these again, which is cheaper than reading forty columns. */
export interface StoredOrder {
  identity: OrderIdentity
  state: OrderState
}

type StoredRow = OrderIdentity & { state: string }

const selectStored = 'SELECT id, user_id, exchange_key_id, exchange, origin, order_id, state FROM orders'

function storedOf(row: StoredRow): StoredOrder {
  const { id, user_id, exchange_key_id, exchange, origin, order_id } = row
  return {
    identity: { id, user_id, exchange_key_id, exchange, origin, order_id },
    state: JSON.parse(row.state) as OrderState,
  }
}

/** Names one order of a venue account. */
export type VenueOrderId = Pick<Order, 'exchange_key_id' | 'trading_mode' | 'symbol'> & { order_id: string }

export function findByVenueId(db: Database, id: VenueOrderId): StoredOrder | undefined {
  const sql = `${selectStored} WHERE exchange_key_id = ? AND trading_mode = ? AND symbol = ? AND order_id = ?`
  const row = db.get<StoredRow>(sql, id.exchange_key_id, id.trading_mode, id.symbol, id.order_id)
  return row && storedOf(row)
}

/** Our own order of that client order id whose venue id is not known yet. */
export function findUnbound(
  db: Database,
  id: Pick<Order, 'exchange_key_id' | 'trading_mode' | 'symbol'> & { client_order_id: string },
): StoredOrder | undefined {
  const sql = `${selectStored} WHERE exchange_key_id = ? AND placed_as = ? AND trading_mode = ? AND symbol = ? AND order_id IS NULL`
  const row = db.get<StoredRow>(sql, id.exchange_key_id, id.client_order_id, id.trading_mode, id.symbol)
  return row && storedOf(row)
}

export function findStored(db: Database, { user_id }: UserScope, id: number): StoredOrder | undefined {
  const row = db.get<StoredRow>(`${selectStored} WHERE id = ? AND user_id = ?`, id, user_id)
  return row && storedOf(row)
}

/** The orders of a key that have not ended, oldest first. */
export function findOpenOrders(db: Database, { user_id }: UserScope, keyId: number): StoredOrder[] {
  const sql = `${selectStored} WHERE user_id = ? AND exchange_key_id = ? AND is_open = 1 ORDER BY id`
  return db.all<StoredRow>(sql, user_id, keyId).map(storedOf)
}

/** The orders of a key that are shown as lost because it was removed, oldest first. */
export function findOrdersOfRemovedKey(db: Database, { user_id }: UserScope, keyId: number): StoredOrder[] {
  const sql = `${selectStored} WHERE user_id = ? AND exchange_key_id = ? AND status = 'UNKNOWN'
    AND json_extract(state, '$.key_removed') ORDER BY id`
  return db.all<StoredRow>(sql, user_id, keyId).map(storedOf)
}

/** Whether the hub has placed an order of that client order id with this key before. */
export function isClientIdUsed(db: Database, keyId: number, clientOrderId: string): boolean {
  return db.get('SELECT id FROM orders WHERE exchange_key_id = ? AND placed_as = ?', keyId, clientOrderId) !== undefined
}

const inserted = [...orderColumns.slice(1), 'is_open', 'placed_as', 'state']
const insertSql = `INSERT INTO orders (${inserted.join(', ')}) VALUES (${inserted.map(() => '?').join(', ')})`

/** Stores a new order and gives its record its id. `placedAs`: the client order id we placed it under. */
export function insertOrder(db: Database, record: Order, state: OrderState, placedAs: string | null): void {
  const values = orderColumns.slice(1).map((column) => columnValue(record, column))
  record.id = db.run(insertSql, ...values, isOpen(record), placedAs, JSON.stringify(state)).id
}

/** What moves while an order lives; the rest is written when it has changed, for that is rare and costs more. */
const progress = [
  'status',
  'executed_qty',
  'executed_price',
  'last_price',
  'last_qty',
  'fee',
  'fee_asset',
  'fees',
  'realized_pnl',
  'amend',
  'reason',
  'update_time',
] as const
const progressSet: ReadonlySet<string> = new Set(progress)
const identity: ReadonlySet<string> = new Set([
  'id',
  'user_id',
  'exchange_key_id',
  'exchange',
  'trading_mode',
  'symbol',
  'origin',
])
const terms = orderColumns.filter((column) => !progressSet.has(column) && !identity.has(column))

const setAll = (columns: readonly string[]) => columns.map((column) => `${column} = ?`).join(', ')
const updateProgressSql = `UPDATE orders SET ${setAll(progress)}, state = ? WHERE id = ?`
const updateTermsSql = `UPDATE orders SET ${setAll(terms)} WHERE id = ?`

/** Stores what has changed between two records of an order. */
export function updateOrder(db: Database, before: Order, record: Order, state: OrderState): void {
  const values = progress.map((column) => columnValue(record, column))
  db.run(updateProgressSql, ...values, JSON.stringify(state), record.id)
  if (isOpen(before) !== isOpen(record)) db.run('UPDATE orders SET is_open = ? WHERE id = ?', isOpen(record), record.id)
  if (terms.every((column) => before[column] === record[column])) return
  db.run(updateTermsSql, ...terms.map((column) => columnValue(record, column)), record.id)
}

/** Stores a state that changes nothing of the record. */
export function updateOrderState(db: Database, id: number, state: OrderState): void {
  db.run('UPDATE orders SET state = ? WHERE id = ?', JSON.stringify(state), id)
}

const isOpen = (order: Order) => (isOpenOrder(order) ? 1 : 0)

function columnValue(record: Order, column: (typeof orderColumns)[number]): SqlValue {
  const value = record[column]
  if (typeof value === 'boolean') return value ? 1 : 0
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value
}
