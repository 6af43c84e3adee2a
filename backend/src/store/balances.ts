import type { Balance } from '@tradercoin/protocol'
import type { Database } from './database.ts'

/** A balance with the newest time that told it (see the schema). */
export interface StoredBalance extends Pick<Balance, 'total' | 'available' | 'locked' | 'update_time'> {
  told_time: number
  synced_total: string | null
}

export type BalanceId = Pick<Balance, 'exchange_key_id' | 'trading_mode' | 'asset'>

export function findBalance(db: Database, id: BalanceId): StoredBalance | undefined {
  return db.get(
    `SELECT total, available, locked, update_time, told_time, synced_total FROM balances
     WHERE exchange_key_id = ? AND trading_mode = ? AND asset = ?`,
    id.exchange_key_id,
    id.trading_mode,
    id.asset,
  )
}

export function upsertBalance(db: Database, userId: number, balance: Balance): void {
  db.run(
    `INSERT INTO balances (exchange_key_id, trading_mode, asset, user_id, exchange, total, available, locked, update_time, told_time)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (exchange_key_id, trading_mode, asset) DO UPDATE SET total = excluded.total,
       available = excluded.available, locked = excluded.locked, update_time = excluded.update_time,
       told_time = excluded.told_time`,
    balance.exchange_key_id,
    balance.trading_mode,
    balance.asset,
    userId,
    balance.exchange,
    balance.total,
    balance.available,
    balance.locked,
    balance.update_time,
    balance.update_time,
  )
}

/** The same content was told again, at a later time. */
export function confirmBalance(db: Database, id: BalanceId, toldTime: number): void {
  db.run(
    'UPDATE balances SET told_time = ? WHERE exchange_key_id = ? AND trading_mode = ? AND asset = ?',
    toldTime,
    id.exchange_key_id,
    id.trading_mode,
    id.asset,
  )
}

/** Notes what a query said of an asset. */
export function markSynced(db: Database, id: BalanceId, total: string): void {
  db.run(
    'UPDATE balances SET synced_total = ? WHERE exchange_key_id = ? AND trading_mode = ? AND asset = ?',
    total,
    id.exchange_key_id,
    id.trading_mode,
    id.asset,
  )
}
