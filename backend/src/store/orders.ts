import type { ExecutionsSummary, OpenRequest, Order, OrderFacts, TradingMode } from '@tradercoin/protocol'
import { isTerminal } from '@tradercoin/protocol'
import { type OrderRow, orderColumns, orderOfRow } from './columns.ts'
import type { Database, SqlValue } from './database.ts'
import type { UserScope } from './scope.ts'

/** An order as the ledger holds it: the record that tabs see, and what it follows from. */
export interface StoredOrder {
  record: Order
  /** The client order id under which the hub placed it; null for an external order. */
  placed_as: string | null
  facts: OrderFacts | null
  place: OpenRequest | null
  cancel: OpenRequest | null
  executions: ExecutionsSummary | null
}

interface StoredRow extends OrderRow {
  placed_as: string | null
  facts: string | null
  place: string | null
  cancel: string | null
  executions: string | null
}

const list = orderColumns.join(', ')
const selectStored = `SELECT ${list}, placed_as, facts, place, cancel, executions FROM orders`

const parse = <T>(text: string | null) => (text === null ? null : (JSON.parse(text) as T))
const text = (value: object | null) => (value === null ? null : JSON.stringify(value))

function storedOf(row: StoredRow | undefined): StoredOrder | undefined {
  if (!row) return undefined
  const { placed_as, facts, place, cancel, executions, ...record } = row
  return {
    record: orderOfRow(record),
    placed_as,
    facts: parse<OrderFacts>(facts),
    place: parse<OpenRequest>(place),
    cancel: parse<OpenRequest>(cancel),
    executions: parse<ExecutionsSummary>(executions),
  }
}

/** Names one order of a venue account. */
export interface VenueOrderId {
  exchange_key_id: number
  trading_mode: TradingMode
  symbol: string
  order_id: string
}

export function findByVenueId(db: Database, id: VenueOrderId): StoredOrder | undefined {
  const sql = `${selectStored} WHERE exchange_key_id = ? AND trading_mode = ? AND symbol = ? AND order_id = ?`
  return storedOf(db.get<StoredRow>(sql, id.exchange_key_id, id.trading_mode, id.symbol, id.order_id))
}

/** Our own order of that client order id whose venue id is not known yet. */
export function findUnbound(db: Database, keyId: number, clientOrderId: string): StoredOrder | undefined {
  const sql = `${selectStored} WHERE exchange_key_id = ? AND placed_as = ? AND order_id IS NULL`
  return storedOf(db.get<StoredRow>(sql, keyId, clientOrderId))
}

export function findStored(db: Database, { user_id }: UserScope, id: number): StoredOrder | undefined {
  return storedOf(db.get<StoredRow>(`${selectStored} WHERE id = ? AND user_id = ?`, id, user_id))
}

/** Whether the hub has placed an order of that client order id with this key before. */
export function isClientIdUsed(db: Database, keyId: number, clientOrderId: string): boolean {
  return db.get('SELECT id FROM orders WHERE exchange_key_id = ? AND placed_as = ?', keyId, clientOrderId) !== undefined
}

const stateColumns = ['placed_as', 'facts', 'place', 'cancel', 'executions'] as const
const inserted = [...orderColumns.slice(1), 'is_open', ...stateColumns]
const insertSql = `INSERT INTO orders (${inserted.join(', ')}) VALUES (${inserted.map(() => '?').join(', ')})`

/** Columns of an index: written only when they change. */
const indexed: ReadonlySet<string> = new Set(['order_id', 'create_time'])
const fixed: ReadonlySet<string> = new Set([
  'id',
  'user_id',
  'exchange_key_id',
  'exchange',
  'trading_mode',
  'symbol',
  'origin',
])
const updated = orderColumns.filter((column) => !fixed.has(column) && !indexed.has(column))
const updateSql = `UPDATE orders SET ${[...updated, ...stateColumns.slice(1)].map((column) => `${column} = ?`).join(', ')} WHERE id = ?`
const updateIndexedSql = 'UPDATE orders SET order_id = ?, create_time = ?, is_open = ? WHERE id = ?'

/** Stores a new order and gives its record the new id. */
export function insertOrder(db: Database, order: StoredOrder): void {
  const values = orderColumns.slice(1).map((column) => columnValue(order.record, column))
  order.record.id = db.run(insertSql, ...values, isOpen(order.record), order.placed_as, ...stateValues(order)).id
}

/** Stores what has changed; `before` is the record as it was read. */
export function updateOrder(db: Database, order: StoredOrder, before: Order): void {
  const { record } = order
  db.run(updateSql, ...updated.map((column) => columnValue(record, column)), ...stateValues(order), record.id)
  const isSame =
    record.order_id === before.order_id &&
    record.create_time === before.create_time &&
    isTerminal(record.status) === isTerminal(before.status)
  if (!isSame) db.run(updateIndexedSql, record.order_id, record.create_time, isOpen(record), record.id)
}

function stateValues({ facts, place, cancel, executions }: StoredOrder): SqlValue[] {
  return [text(facts), text(place), text(cancel), text(executions)]
}

const isOpen = ({ status }: Order) => (isTerminal(status) ? 0 : 1)

function columnValue(record: Order, column: (typeof orderColumns)[number]): SqlValue {
  const value = record[column]
  if (typeof value === 'boolean') return value ? 1 : 0
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value
}
