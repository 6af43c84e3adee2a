import type { Position } from '@tradercoin/protocol'
import { type PositionRow, positionColumns } from './columns.ts'
import type { Database } from './database.ts'

/** The newest update_time that told each field. */
export type ToldTimes = Partial<Record<keyof Position, number>>

export interface StoredPosition {
  record: Position
  told_times: ToldTimes
}

export type PositionId = Pick<Position, 'exchange_key_id' | 'trading_mode' | 'symbol' | 'position_side' | 'position_id'>

export function findPosition(db: Database, id: PositionId): StoredPosition | undefined {
  const row = db.get<PositionRow & { told_times: string }>(
    `SELECT ${positionColumns.join(', ')}, told_times FROM positions
     WHERE exchange_key_id = ? AND trading_mode = ? AND symbol = ? AND position_side = ? AND coalesce(position_id, '') = ?`,
    id.exchange_key_id,
    id.trading_mode,
    id.symbol,
    id.position_side,
    id.position_id ?? '',
  )
  if (!row) return undefined
  const { told_times, ...record } = row
  return { record, told_times: JSON.parse(told_times) as ToldTimes }
}

const inserted = ['user_id', ...positionColumns, 'told_times']
const key: ReadonlySet<string> = new Set([
  'user_id',
  'exchange_key_id',
  'exchange',
  'trading_mode',
  'symbol',
  'position_side',
  'position_id',
])
const changed = inserted.filter((column) => !key.has(column)).map((column) => `${column} = excluded.${column}`)
const upsertSql = `INSERT INTO positions (${inserted.join(', ')}) VALUES (${inserted.map(() => '?').join(', ')})
  ON CONFLICT (exchange_key_id, trading_mode, symbol, position_side, coalesce(position_id, '')) DO UPDATE SET ${changed.join(', ')}`

export function upsertPosition(db: Database, userId: number, { record, told_times }: StoredPosition): void {
  db.run(upsertSql, userId, ...positionColumns.map((column) => record[column]), JSON.stringify(told_times))
}

/** A key's positions on one symbol, closed ones too. For the Account itself, not for a user. */
export function positionsOf(
  db: Database,
  keyId: number,
  { trading_mode, symbol }: Pick<Position, 'trading_mode' | 'symbol'>,
): Position[] {
  const sql = `SELECT ${positionColumns.join(', ')} FROM positions WHERE exchange_key_id = ? AND trading_mode = ? AND symbol = ?`
  return db.all<PositionRow>(sql, keyId, trading_mode, symbol)
}
