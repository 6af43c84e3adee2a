import type { KeyPermissions, KeyState } from '@tradercoin/protocol'
import { appendAudit } from '../store/audit.ts'
import type { Job } from '../store/job.ts'

/* What the Accounts note of their keys. None of it is an event of the user's log. */

export interface MarkAliveArgs {
  keys: { id: number; alive_at: number; last_event_at: number | null }[]
}

/** Notes when the streams of many keys were last known to be alive: a later start knows where its gap begins. */
export const markAlive: Job<MarkAliveArgs, void> = (db, { keys }) => {
  for (const { id, alive_at, last_event_at } of keys) {
    db.run(
      'UPDATE exchange_keys SET alive_at = ?, last_event_at = coalesce(?, last_event_at) WHERE id = ?',
      alive_at,
      last_event_at,
      id,
    )
  }
}

export interface SaveKeyStateArgs {
  id: number
  state: KeyState
  reason: string | null
}

export const saveKeyState: Job<SaveKeyStateArgs, void> = (db, { id, state, reason }) => {
  db.run('UPDATE exchange_keys SET state = ?, state_reason = ? WHERE id = ?', state, reason, id)
}

export interface SaveListenKeyArgs {
  id: number
  /** Sealed by the vault; null forgets it. */
  listen_key_sealed: Uint8Array | null
  expires_at: number | null
}

export const saveListenKey: Job<SaveListenKeyArgs, void> = (db, { id, listen_key_sealed, expires_at }) => {
  db.run(
    'UPDATE exchange_keys SET listen_key_sealed = ?, listen_key_expires_at = ? WHERE id = ? AND deleted_at IS NULL',
    listen_key_sealed,
    expires_at,
    id,
  )
}

export interface SaveKeyCheckArgs {
  id: number
  /** The key's `checked_at` when the check began: should another check or another key have come between, this one is void. */
  since: number | null
  permissions: KeyPermissions | null
  warnings: string[]
  /** Why the key is suspended from now on; null: it is not. */
  suspended_reason: string | null
}

/** @returns whether the key was suspended before; null when the check is void */
export const saveKeyCheck: Job<SaveKeyCheckArgs, { wasSuspended: boolean } | null> = (db, check, { now }) => {
  const { id, since, permissions, warnings, suspended_reason } = check
  const row = db.get<{ user_id: number; suspended_reason: string | null }>(
    'SELECT user_id, suspended_reason FROM exchange_keys WHERE id = ? AND checked_at IS ? AND deleted_at IS NULL',
    id,
    since,
  )
  if (!row) return null
  db.run(
    'UPDATE exchange_keys SET permissions = ?, warnings = ?, checked_at = ?, suspended_reason = ? WHERE id = ?',
    permissions && JSON.stringify(permissions),
    JSON.stringify(warnings),
    now,
    suspended_reason,
    id,
  )
  const wasSuspended = row.suspended_reason !== null
  if (wasSuspended !== (suspended_reason !== null)) {
    const action = wasSuspended ? 'key_resumed' : 'key_suspended'
    appendAudit(db, now, { user_id: row.user_id, actor: 'hub', action, detail: { exchange_key_id: id }, ip: null })
  }
  return { wasSuspended }
}
