import type { Execution } from '@tradercoin/protocol'
import { type ExecutionRow, executionColumns, executionOfRow } from './columns.ts'
import type { Database } from './database.ts'
import type { VenueOrderId } from './orders.ts'

const inserted = executionColumns.slice(1)
const insertSql = `INSERT INTO executions (${inserted.join(', ')}) VALUES (${inserted.map(() => '?').join(', ')})
  ON CONFLICT (exchange_key_id, trading_mode, symbol, order_id, trade_id) DO NOTHING`

/** Stores an execution once for ever and gives it its id. @returns false when the venue's trade id is known already */
export function insertExecution(db: Database, execution: Execution): boolean {
  const { changes, id } = db.run(
    insertSql,
    execution.user_id,
    execution.exchange_key_id,
    execution.exchange,
    execution.trading_mode,
    execution.symbol,
    execution.order_id,
    execution.client_order_id,
    execution.trade_id,
    execution.side,
    execution.position_side,
    execution.price,
    execution.quantity,
    execution.quote_qty,
    execution.fee,
    execution.fee_asset,
    execution.realized_pnl,
    execution.is_maker === null ? null : Number(execution.is_maker), // not money: a flag
    execution.kind,
    execution.source,
    execution.time,
  )
  if (changes === 0) return false
  execution.id = id
  return true
}

/** The executions of one order of a venue account, oldest first. */
export function executionsOfOrder(db: Database, id: VenueOrderId): Execution[] {
  const sql = `SELECT ${executionColumns.join(', ')} FROM executions
    WHERE exchange_key_id = ? AND trading_mode = ? AND symbol = ? AND order_id = ? ORDER BY time, id`
  return db.all<ExecutionRow>(sql, id.exchange_key_id, id.trading_mode, id.symbol, id.order_id).map(executionOfRow)
}
