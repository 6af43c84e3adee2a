import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@tradercoin/exchanges'
import type { ExchangeId, TradingMode } from '@tradercoin/protocol'
import { type Database, openWritable } from '../../src/store/database.ts'
import { migrate } from '../../src/store/migrate.ts'
import { openStore, type Store, type StoreOptions } from '../../src/store/store.ts'

/** A directory of its own for one test file. */
export function temporaryDirectory(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'tradercoin-test-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** Makes a database with `users` users, each with one key of the same id. */
export function createDatabase(
  path: string,
  users: number,
  mode: TradingMode = 'spot',
  exchange: ExchangeId = 'binance',
): Database {
  const db = openWritable(path)
  migrate(db, 1)
  for (let id = 1; id <= users; id++) addUserWithKey(db, id, mode, exchange)
  return db
}

export function addUserWithKey(db: Database, id: number, mode: TradingMode, exchange: ExchangeId): void {
  db.run(
    'INSERT INTO users (id, email, password_hash, role, created_at, password_changed_at) VALUES (?, ?, ?, ?, 1, 1)',
    id,
    `user${id}@example.org`,
    'hash',
    'user',
  )
  db.run(
    `INSERT INTO exchange_keys (id, user_id, exchange, trading_mode, environment, account_uid, account_scope,
       api_key_last4, api_key_sealed, api_secret_sealed, created_at) VALUES (?, ?, ?, ?, 'paper', ?, ?, 'abcd', ?, ?, 1)`,
    id,
    id,
    exchange,
    mode,
    `account-${id}`,
    `account-${id}`,
    new TextEncoder().encode(`key-${id}`),
    new TextEncoder().encode(`secret-${id}`),
  )
}

/** Opens a store on a database made by `createDatabase`. A failure of the writer fails the test unless `onFailure` is given. */
export function openTestStore(path: string, options: Partial<StoreOptions> = {}): Promise<Store> {
  const onFailure = (error: Error) => {
    throw error
  }
  return openStore({ path, mode: 'owner', clock: systemClock, onFailure, ...options })
}
