import { createHash } from 'node:crypto'
import type { Database } from './database.ts'
import type { Job } from './job.ts'

/** One thing worth remembering. `detail` holds ids and words, never a secret. */
export interface AuditEntry {
  /** Whom it concerns; null when that is not known, as with a failed login of an unknown address. */
  user_id: number | null
  /** Who did it: `user:7`, `hub`, `cli` or `anonymous`. */
  actor: string
  /** For example `login`, `login_failed`, `refresh_reused`, `key_added`. */
  action: string
  detail: Record<string, string | number | boolean | null>
  ip: string | null
}

/** Appends a row whose hash covers the row before it, so that a change or a removal shows. Used inside other jobs. */
export function appendAudit(db: Database, now: number, entry: AuditEntry): void {
  const last = db.get<{ hash: string }>('SELECT hash FROM audit_log ORDER BY id DESC LIMIT 1')
  const previous = last?.hash ?? ''
  const detail = JSON.stringify(entry.detail)
  const { user_id, actor, action, ip } = entry
  const hash = auditHash([previous, now, user_id, actor, action, detail, ip])
  db.run(
    'INSERT INTO audit_log (time, user_id, actor, action, detail, ip, prev_hash, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    now,
    user_id,
    actor,
    action,
    detail,
    ip,
    previous,
    hash,
  )
}

/** An entry on its own, when nothing else is written with it. */
export const audit: Job<AuditEntry, void> = (db, entry, { now }) => appendAudit(db, now, entry)

const auditHash = (fields: unknown[]) => createHash('sha256').update(JSON.stringify(fields)).digest('hex')
