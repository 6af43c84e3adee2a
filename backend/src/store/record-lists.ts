import type { Balance, Execution, Gap, Page, Position, TradingMode } from '@tradercoin/protocol'
import { type Kysely, sql } from 'kysely'
import { balanceColumns, executionColumns, executionOfRow, positionColumns } from './columns.ts'
import { type PageRequest, pageOfRows } from './cursor.ts'
import { type GapRow, gapOfRow } from './gaps.ts'
import type { Schema } from './schema.ts'
import type { UserScope } from './scope.ts'

/** The filters that every list of trading records takes. Times in ms, both ends included. */
export interface RecordFilter {
  exchange_key_id?: number | undefined
  trading_mode?: TradingMode | undefined
  symbol?: string | undefined
  from?: number | undefined
  to?: number | undefined
}

/** One page of a user's executions, newest first by (time, id). */
export async function listExecutions(
  queries: Kysely<Schema>,
  { user_id }: UserScope,
  { exchange_key_id, trading_mode, symbol, from, to }: RecordFilter,
  { limit, cursor }: PageRequest,
): Promise<Page<Execution>> {
  let query = queries
    .selectFrom('executions')
    .select(executionColumns)
    .where('user_id', '=', user_id)
    .orderBy('time', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
  if (exchange_key_id !== undefined) query = query.where('exchange_key_id', '=', exchange_key_id)
  if (trading_mode !== undefined) query = query.where('trading_mode', '=', trading_mode)
  if (symbol !== undefined) query = query.where('symbol', '=', symbol)
  if (from !== undefined) query = query.where('time', '>=', from)
  if (to !== undefined) query = query.where('time', '<=', to)
  if (cursor) query = query.where(sql<boolean>`(time, id) < (${cursor.time}, ${cursor.id})`)
  return pageOfRows(await query.execute(), limit, (row) => row, executionOfRow)
}

/** The keys that the user has not removed: what others hold now is no longer known. */
const presentKeys = (queries: Kysely<Schema>, userId: number) =>
  queries.selectFrom('exchange_keys').select('id').where('user_id', '=', userId).where('deleted_at', 'is', null)

/** All balances of a user that match, the latest moved first. `symbol` names an asset. */
export async function listBalances(
  queries: Kysely<Schema>,
  { user_id }: UserScope,
  { exchange_key_id, trading_mode, symbol, from, to }: RecordFilter,
): Promise<Page<Balance>> {
  let query = queries
    .selectFrom('balances')
    .select(balanceColumns)
    .where('user_id', '=', user_id)
    .where('exchange_key_id', 'in', presentKeys(queries, user_id))
    .orderBy('update_time', 'desc')
    .orderBy('exchange_key_id')
    .orderBy('asset')
  if (exchange_key_id !== undefined) query = query.where('exchange_key_id', '=', exchange_key_id)
  if (trading_mode !== undefined) query = query.where('trading_mode', '=', trading_mode)
  if (symbol !== undefined) query = query.where('asset', '=', symbol)
  if (from !== undefined) query = query.where('update_time', '>=', from)
  if (to !== undefined) query = query.where('update_time', '<=', to)
  return { items: await query.execute(), next_cursor: null }
}

/** All positions of a user that match, the latest moved first; those that are closed too. */
export async function listPositions(
  queries: Kysely<Schema>,
  { user_id }: UserScope,
  { exchange_key_id, trading_mode, symbol, from, to }: RecordFilter,
): Promise<Page<Position>> {
  let query = queries
    .selectFrom('positions')
    .select(positionColumns)
    .where('user_id', '=', user_id)
    .where('exchange_key_id', 'in', presentKeys(queries, user_id))
    .orderBy('update_time', 'desc')
    .orderBy('exchange_key_id')
    .orderBy('symbol')
  if (exchange_key_id !== undefined) query = query.where('exchange_key_id', '=', exchange_key_id)
  if (trading_mode !== undefined) query = query.where('trading_mode', '=', trading_mode)
  if (symbol !== undefined) query = query.where('symbol', '=', symbol)
  if (from !== undefined) query = query.where('update_time', '>=', from)
  if (to !== undefined) query = query.where('update_time', '<=', to)
  return { items: await query.execute(), next_cursor: null }
}

/** One page of a user's gaps, newest first by (from, id). A gap touches every symbol and mode, so those filters are not taken. */
export async function listGaps(
  queries: Kysely<Schema>,
  { user_id }: UserScope,
  { exchange_key_id, from, to }: Omit<RecordFilter, 'symbol' | 'trading_mode'>,
  { limit, cursor }: PageRequest,
): Promise<Page<Gap>> {
  let query = queries
    .selectFrom('gaps')
    .select(['id', 'exchange_key_id', 'from', 'to', 'cause', 'recovered_orders', 'recovered_executions', 'unproven'])
    .where('user_id', '=', user_id)
    .orderBy('from', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
  if (exchange_key_id !== undefined) query = query.where('exchange_key_id', '=', exchange_key_id)
  if (from !== undefined) query = query.where('from', '>=', from)
  if (to !== undefined) query = query.where('from', '<=', to)
  if (cursor) query = query.where(sql<boolean>`("from", id) < (${cursor.time}, ${cursor.id})`)
  const rows: GapRow[] = await query.execute()
  return pageOfRows(rows, limit, (row) => ({ time: row.from, id: row.id }), gapOfRow)
}
