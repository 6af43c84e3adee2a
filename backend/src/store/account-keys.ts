import type { Selectable } from 'kysely'
import type { Database } from './database.ts'
import type { ExchangeKeysTable } from './schema.ts'

/** A row of exchange_keys, sealed secrets included. */
export type ExchangeKeyRow = Selectable<ExchangeKeysTable>

/** What an Account keeps in memory of its key: no secret, sealed or not. */
export type AccountKey = Pick<ExchangeKeyRow, 'id' | 'user_id' | 'exchange' | 'trading_mode' | 'environment' | 'region'>

const accountColumns = 'id, user_id, exchange, trading_mode, environment, region'
const isPresent = 'deleted_at IS NULL AND is_active = 1'
const isLive = `${isPresent} AND suspended_reason IS NULL`

/** Every key that should be recording, in a fixed order. For the hub itself, not for a user. */
export function activeAccountKeys(db: Database): AccountKey[] {
  return db.all(`SELECT ${accountColumns} FROM exchange_keys WHERE ${isLive} ORDER BY id`)
}

export function activeAccountKey(db: Database, keyId: number): AccountKey | undefined {
  return db.get(`SELECT ${accountColumns} FROM exchange_keys WHERE id = ? AND ${isLive}`, keyId)
}

/** The whole row of an active key, to open its secrets with; undefined once it is deleted, switched off or suspended. */
export function activeKeyRow(db: Database, keyId: number): ExchangeKeyRow | undefined {
  return db.get(`SELECT * FROM exchange_keys WHERE id = ? AND ${isLive}`, keyId)
}

/** What the check of a key's rights needs of it; of suspended keys too. Sealed secrets included. */
export function checkedKeyRow(db: Database, keyId: number): ExchangeKeyRow | undefined {
  return db.get(`SELECT * FROM exchange_keys WHERE id = ? AND ${isPresent}`, keyId)
}

/** Every key whose rights are looked at from time to time, and when that was last done (our clock, ms). */
export function checkedKeys(db: Database): Pick<ExchangeKeyRow, 'id' | 'checked_at'>[] {
  return db.all(`SELECT id, checked_at FROM exchange_keys WHERE ${isPresent}`)
}

/** How far a key's history is known; the times of ExchangeKeysTable. */
export interface KeyProgress {
  synced_to: number | null
  alive_at: number | null
}

export function readKeyProgress(db: Database, keyId: number): KeyProgress {
  const row = db.get<KeyProgress>('SELECT synced_to, alive_at FROM exchange_keys WHERE id = ?', keyId)
  return row ?? { synced_to: null, alive_at: null }
}
