import type { Environment, ExchangeId, ExchangeKey, KeyPermissions, TradingMode } from '@tradercoin/protocol'
import { appendAudit } from './audit.ts'
import type { Database } from './database.ts'
import { JobError } from './errors.ts'
import type { Job, JobContext } from './job.ts'
import type { UserScope } from './scope.ts'

type ItemRow = Omit<ExchangeKey, 'is_active' | 'is_suspended' | 'permissions' | 'warnings'> & {
  is_active: 0 | 1
  suspended_reason: string | null
  permissions: string | null
  warnings: string
}

const itemColumns = `id, exchange, trading_mode, environment, region, label, api_key_last4, is_active, permissions, warnings, checked_at,
  suspended_reason, state, state_reason, last_event_at, listen_key_expires_at, created_at`
/** The user's keys, newest first, with their state as last stored. */
export function listKeys(db: Database, { user_id }: UserScope): ExchangeKey[] {
  return db
    .all<ItemRow>(
      `SELECT ${itemColumns} FROM exchange_keys WHERE user_id = ? AND deleted_at IS NULL ORDER BY created_at DESC, id DESC`,
      user_id,
    )
    .map(toItem)
}

/** The user's keys, newest first, and whether each is suspended; cheap enough for every heartbeat. */
export function listKeyIds(db: Database, { user_id }: UserScope): { id: number; is_suspended: number }[] {
  return db.all(
    `SELECT id, suspended_reason IS NOT NULL AND is_active = 1 AS is_suspended FROM exchange_keys
     WHERE user_id = ? AND deleted_at IS NULL ORDER BY created_at DESC, id DESC`,
    user_id,
  )
}

/** Whether the user has a key or had one that they deleted. */
export const hasEverHadKey = (db: Database, { user_id }: UserScope) =>
  db.get('SELECT 1 FROM exchange_keys WHERE user_id = ?', user_id) !== undefined

export function readKey(db: Database, { user_id }: UserScope, id: number): ExchangeKey | undefined {
  const row = db.get<ItemRow>(
    `SELECT ${itemColumns} FROM exchange_keys WHERE id = ? AND user_id = ? AND deleted_at IS NULL`,
    id,
    user_id,
  )
  return row && toItem(row)
}

function toItem({ suspended_reason, ...row }: ItemRow): ExchangeKey {
  return {
    ...row,
    is_active: row.is_active === 1,
    is_suspended: suspended_reason !== null,
    state_reason: suspended_reason ?? row.state_reason,
    permissions: row.permissions === null ? null : (JSON.parse(row.permissions) as KeyPermissions),
    warnings: JSON.parse(row.warnings) as string[],
  }
}

/** Takes the next id, because the secrets are sealed for their row before it is stored. */
export const reserveKeyId: Job<Record<string, never>, number> = (db) => {
  const next = db.get<{ seq: number }>(
    "UPDATE sqlite_sequence SET seq = seq + 1 WHERE name = 'exchange_keys' RETURNING seq",
  )
  if (next) return next.seq
  db.run("INSERT INTO sqlite_sequence (name, seq) VALUES ('exchange_keys', 1)")
  return 1
}

export interface NewKey {
  id: number
  user_id: number
  exchange: ExchangeId
  trading_mode: TradingMode
  environment: Environment
  region: string | null
  label: string | null
  account_uid: string
  account_scope: string
  api_key_last4: string
  api_key_sealed: Uint8Array
  api_secret_sealed: Uint8Array
  passphrase_sealed: Uint8Array | null
  permissions: KeyPermissions | null
  warnings: string[]
  ip: string | null
}

export type AccountOfKey = Pick<NewKey, 'user_id' | 'exchange' | 'environment' | 'account_scope'>

/** The row of a key of this account that the user has removed: adding the account again brings it back. */
export function findRemovedKey(db: Database, account: AccountOfKey): number | undefined {
  return db.get<{ id: number }>(
    `SELECT id FROM exchange_keys WHERE user_id = ? AND exchange = ? AND environment = ? AND account_scope = ?
     AND deleted_at IS NOT NULL ORDER BY id DESC`,
    account.user_id,
    account.exchange,
    account.environment,
    account.account_scope,
  )?.id
}

/** Whether this was a key of the user that they have removed. */
export const isRemovedKey = (db: Database, { user_id }: UserScope, id: number) =>
  db.get('SELECT 1 FROM exchange_keys WHERE id = ? AND user_id = ? AND deleted_at IS NOT NULL', id, user_id) !==
  undefined

const given = [
  'trading_mode',
  'region',
  'label',
  'account_uid',
  'api_key_last4',
  'api_key_sealed',
  'api_secret_sealed',
  'passphrase_sealed',
] as const satisfies readonly (keyof NewKey)[]

/**
 * Part of the job `addKey`. A removed key of the same account comes back in its own row, with what is known of its history.
 * @returns whether one came back
 * @throws JobError `account_already_added` when the user has a key of the same account, or it came or went while this one was sealed
 */
export function storeKey(db: Database, key: NewKey, { now }: Pick<JobContext, 'now'>): boolean {
  const { id, user_id, exchange, environment, account_scope } = key
  const same = db.get(
    `SELECT 1 FROM exchange_keys WHERE user_id = ? AND exchange = ? AND environment = ? AND account_scope = ?
     AND deleted_at IS NULL`,
    user_id,
    exchange,
    environment,
    account_scope,
  )
  const removed = findRemovedKey(db, key)
  // Sealed secrets open only in the row they were sealed for.
  if (same || (removed !== undefined && removed !== id)) {
    throw new JobError('account_already_added', 'A key of this exchange account is there already')
  }
  const values = [
    ...given.map((column) => key[column]),
    key.permissions && JSON.stringify(key.permissions),
    JSON.stringify(key.warnings),
  ]
  if (removed === undefined) {
    db.run(
      `INSERT INTO exchange_keys (${given.join(', ')}, permissions, warnings, id, user_id, exchange, environment, account_scope,
         state, checked_at, created_at)
       VALUES (${given.map(() => '?').join(', ')}, ?, ?, ?, ?, ?, ?, ?, 'connecting', ?, ?)`,
      ...values,
      id,
      user_id,
      exchange,
      environment,
      account_scope,
      now,
      now,
    )
  } else {
    db.run(
      `UPDATE exchange_keys SET ${given.map((column) => `${column} = ?`).join(', ')}, permissions = ?, warnings = ?,
         checked_at = ?, suspended_reason = NULL, is_active = 1, state = 'connecting', state_reason = NULL, deleted_at = NULL
       WHERE id = ?`,
      ...values,
      now,
      id,
    )
  }
  const detail = { exchange_key_id: id, exchange, environment, trading_mode: key.trading_mode }
  appendAudit(db, now, { user_id, actor: `user:${user_id}`, action: 'key_added', detail, ip: key.ip })
  return removed !== undefined
}

export interface KeyPatch {
  user_id: number
  id: number
  label?: string | null
  is_active?: boolean
  ip: string | null
}

/** @throws JobError `not_found` */
export const patchKey: Job<KeyPatch, void> = (db, { user_id, id, label, is_active, ip }, { now }) => {
  const row = readKey(db, { user_id }, id)
  if (!row) throw new JobError('not_found')
  db.run(
    'UPDATE exchange_keys SET label = ?, is_active = ? WHERE id = ?',
    label === undefined ? row.label : label,
    (is_active ?? row.is_active) ? 1 : 0,
    id,
  )
  const detail = { exchange_key_id: id, is_active: is_active ?? row.is_active }
  appendAudit(db, now, { user_id, actor: `user:${user_id}`, action: 'key_changed', detail, ip })
}

export interface RemovedKey extends UserScope {
  id: number
  ip: string | null
}

/** Part of the job `deleteKey`: forgets the secrets. @returns the exchange of the key @throws JobError `not_found` */
export function eraseKey(db: Database, { user_id, id, ip }: RemovedKey, { now }: Pick<JobContext, 'now'>): ExchangeId {
  const erased = db.get<{ exchange: ExchangeId }>(
    `UPDATE exchange_keys SET deleted_at = ?, is_active = 0, state = 'stopped', state_reason = NULL, api_key_sealed = NULL,
       api_secret_sealed = NULL, passphrase_sealed = NULL, listen_key_sealed = NULL, listen_key_expires_at = NULL
     WHERE id = ? AND user_id = ? AND deleted_at IS NULL RETURNING exchange`,
    now,
    id,
    user_id,
  )
  if (!erased) throw new JobError('not_found')
  const detail = { exchange_key_id: id }
  appendAudit(db, now, { user_id, actor: `user:${user_id}`, action: 'key_deleted', detail, ip })
  return erased.exchange
}
