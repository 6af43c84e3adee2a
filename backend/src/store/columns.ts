import type { Balance, Execution, Order, Position } from '@tradercoin/protocol'
import type { Selectable } from 'kysely'
import type { BalancesTable, ExecutionsTable, OrdersTable, PositionsTable } from './schema.ts'

/* The columns of each record, and the two steps between a row and a record: flags are 0 or 1, lists are JSON. */

export const orderColumns = [
  'id',
  'user_id',
  'exchange_key_id',
  'exchange',
  'trading_mode',
  'order_id',
  'client_order_id',
  'symbol',
  'side',
  'position_side',
  'type',
  'venue_type',
  'time_in_force',
  'post_only',
  'reduce_only',
  'status',
  'price',
  'stop_price',
  'quantity',
  'quantity_unit',
  'venue_quantity',
  'executed_qty',
  'executed_price',
  'last_price',
  'last_qty',
  'fee',
  'fee_asset',
  'fees',
  'realized_pnl',
  'amend',
  'origin',
  'reason',
  'parent_order_id',
  'create_time',
  'update_time',
] as const satisfies readonly (keyof Order)[]

export const executionColumns = [
  'id',
  'user_id',
  'exchange_key_id',
  'exchange',
  'trading_mode',
  'symbol',
  'order_id',
  'client_order_id',
  'trade_id',
  'side',
  'position_side',
  'price',
  'quantity',
  'quote_qty',
  'fee',
  'fee_asset',
  'realized_pnl',
  'is_maker',
  'kind',
  'source',
  'time',
] as const satisfies readonly (keyof Execution)[]

export const balanceColumns = [
  'exchange_key_id',
  'exchange',
  'trading_mode',
  'asset',
  'total',
  'available',
  'locked',
  'update_time',
] as const satisfies readonly (keyof Balance)[]

export const positionColumns = [
  'exchange_key_id',
  'exchange',
  'trading_mode',
  'symbol',
  'position_side',
  'position_id',
  'margin_mode',
  'quantity',
  'entry_price',
  'mark_price',
  'unrealized_pnl',
  'realized_pnl',
  'leverage',
  'liquidation_price',
  'update_time',
] as const satisfies readonly (keyof Position)[]

export type OrderRow = Pick<Selectable<OrdersTable>, (typeof orderColumns)[number]>
export type ExecutionRow = Pick<Selectable<ExecutionsTable>, (typeof executionColumns)[number]>
export type BalanceRow = Pick<BalancesTable, (typeof balanceColumns)[number]>
export type PositionRow = Pick<PositionsTable, (typeof positionColumns)[number]>

export function orderOfRow(row: OrderRow): Order {
  return {
    ...row,
    post_only: row.post_only === 1,
    reduce_only: row.reduce_only === 1,
    fees: JSON.parse(row.fees) as Order['fees'],
    amend: row.amend === null ? null : (JSON.parse(row.amend) as Order['amend']),
  }
}

export function executionOfRow(row: ExecutionRow): Execution {
  return { ...row, is_maker: row.is_maker === null ? null : row.is_maker === 1 }
}
