import type { KeyState } from '@tradercoin/protocol'
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
