import type { OrderTimelineEntry } from '@tradercoin/protocol'
import type { Database } from './database.ts'

const columns =
  'source, status, executed_qty, price, quantity, reason, amend, exchange_time, received_time, commit_time' as const

type EntryRow = Omit<OrderTimelineEntry, 'amend'> & { amend: string | null }

const insertSql = `INSERT INTO order_events (order_row_id, seq, ${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

/** Adds a step to an order's timeline. `seq`: of the order_update that tells the user of it. */
export function insertOrderEvent(db: Database, orderRowId: number, seq: number, entry: OrderTimelineEntry): void {
  db.run(
    insertSql,
    orderRowId,
    seq,
    entry.source,
    entry.status,
    entry.executed_qty,
    entry.price,
    entry.quantity,
    entry.reason,
    entry.amend && JSON.stringify(entry.amend),
    entry.exchange_time,
    entry.received_time,
    entry.commit_time,
  )
}

/** An order's timeline, oldest first. The caller has made sure that the order is its user's. */
export function orderTimeline(db: Database, orderRowId: number): OrderTimelineEntry[] {
  return db
    .all<EntryRow>(`SELECT ${columns} FROM order_events WHERE order_row_id = ? ORDER BY seq`, orderRowId)
    .map((row) => ({ ...row, amend: row.amend === null ? null : JSON.parse(row.amend) }))
}
