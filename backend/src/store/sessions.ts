import type { User } from '@tradercoin/protocol'
import { appendAudit } from './audit.ts'
import type { Database } from './database.ts'
import { JobError } from './errors.ts'
import type { Job } from './job.ts'
import type { UserScope } from './scope.ts'

const day = 86_400_000
/** A session ends this long after its login, however much it is used. */
export const sessionLifeMs = 30 * day
/** And this long after its last refresh. */
export const sessionIdleMs = 7 * day
/** A retired refresh token may be shown again this long, for the reply with its successor may have been lost. */
const retryMs = 10_000

/** One login, as its owner sees it. */
export interface SessionItem {
  id: number
  created_at: number
  last_used_at: number
  expires_at: number
  user_agent: string | null
  ip: string | null
}

/** A session that lives, with the user it speaks for. */
export interface LiveSession {
  session_id: number
  user: User
}

const alive = 'revoked_at IS NULL AND expires_at > ? AND last_used_at > ?'

/** The session if neither it nor its user has been ended; undefined otherwise. */
export function readLiveSession(db: Database, sessionId: number, userId: number, now: number): LiveSession | undefined {
  const user = db.get<User>(
    `SELECT u.id, u.email, u.role, u.created_at FROM sessions s JOIN users u ON u.id = s.user_id
     WHERE s.id = ? AND u.id = ? AND u.is_active = 1 AND ${alive}`,
    sessionId,
    userId,
    now,
    now - sessionIdleMs,
  )
  return user && { session_id: sessionId, user }
}

/** Live sessions of a user, newest first. */
export function listSessions(db: Database, { user_id }: UserScope, now: number): SessionItem[] {
  return db.all<SessionItem>(
    `SELECT id, created_at, last_used_at, expires_at, user_agent, ip FROM sessions
     WHERE user_id = ? AND ${alive} ORDER BY created_at DESC, id DESC`,
    user_id,
    now,
    now - sessionIdleMs,
  )
}

/** Sessions that were ended since a moment, by this process or another: their tabs must go. */
export function listEndedSessions(db: Database, since: number): { id: number; user_id: number }[] {
  return db.all('SELECT id, user_id FROM sessions WHERE revoked_at >= ?', since)
}

export interface NewSession {
  id: number
  user_id: number
  refresh_hash: string
  user_agent: string | null
  ip: string | null
}

/** Opens a session at a login. Sessions that ended long ago go. */
export const openSession: Job<NewSession, void> = (db, session, { now }) => {
  const { id, user_id, refresh_hash, user_agent, ip } = session
  db.run('DELETE FROM sessions WHERE expires_at < ?', now - day)
  db.run(
    `INSERT INTO sessions (id, user_id, refresh_hash, created_at, last_used_at, expires_at, user_agent, ip)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    id,
    user_id,
    refresh_hash,
    now,
    now,
    now + sessionLifeMs,
    user_agent,
    ip,
  )
  appendAudit(db, now, { user_id, actor: `user:${user_id}`, action: 'login', detail: { session_id: id }, ip })
}

export interface Rotation {
  /** From the token itself, which we signed. */
  session_id: number
  presented_hash: string
  next_hash: string
  ip: string | null
}

export type RotationResult =
  | { outcome: 'rotated' | 'retried'; session: LiveSession }
  | { outcome: 'ended' }
  | { outcome: 'reused'; user_id: number }

interface SessionRow {
  user_id: number
  refresh_hash: string
  previous_hash: string | null
  rotated_at: number | null
}

/**
 * Trades a refresh token for its successor. A retired one shown again within ten seconds gets the same successor; later it is a
 * sign of theft and ends the session.
 */
export const rotateSession: Job<Rotation, RotationResult> = (db, rotation, { now }) => {
  const { session_id, presented_hash, next_hash, ip } = rotation
  const row = db.get<SessionRow>(
    'SELECT user_id, refresh_hash, previous_hash, rotated_at FROM sessions WHERE id = ?',
    session_id,
  )
  const session = row && readLiveSession(db, session_id, row.user_id, now)
  if (!row || !session) return { outcome: 'ended' }
  if (row.refresh_hash === presented_hash) {
    db.run(
      'UPDATE sessions SET refresh_hash = ?, previous_hash = ?, rotated_at = ?, last_used_at = ?, ip = ? WHERE id = ?',
      next_hash,
      presented_hash,
      now,
      now,
      ip,
      session_id,
    )
    return { outcome: 'rotated', session }
  }
  if (row.previous_hash === presented_hash && now - (row.rotated_at ?? 0) <= retryMs)
    return { outcome: 'retried', session }
  db.run('UPDATE sessions SET revoked_at = ? WHERE id = ?', now, session_id)
  const { user_id } = row
  appendAudit(db, now, { user_id, actor: 'anonymous', action: 'refresh_reused', detail: { session_id }, ip })
  return { outcome: 'reused', user_id }
}

/** Ends one session of the user. @throws JobError `not_found` */
export const revokeSession: Job<UserScope & { session_id: number; ip: string | null }, void> = (db, args, { now }) => {
  const { user_id, session_id, ip } = args
  const { changes } = db.run(
    'UPDATE sessions SET revoked_at = ? WHERE id = ? AND user_id = ? AND revoked_at IS NULL',
    now,
    session_id,
    user_id,
  )
  if (changes === 0) throw new JobError('not_found')
  appendAudit(db, now, { user_id, actor: `user:${user_id}`, action: 'session_revoked', detail: { session_id }, ip })
}

/** Ends every session of the user but the one that asks. @returns the ids of those that ended */
export const revokeOtherSessions: Job<UserScope & { session_id: number; ip: string | null }, number[]> = (
  db,
  { user_id, session_id, ip },
  { now },
) => {
  appendAudit(db, now, { user_id, actor: `user:${user_id}`, action: 'other_sessions_revoked', detail: {}, ip })
  return revokeSessionsOf(db, user_id, now, session_id)
}

/** The user whose session it is, ended or not; undefined for an unknown one. */
export function readSessionOwner(db: Database, sessionId: number): UserScope | undefined {
  return db.get<UserScope>('SELECT user_id FROM sessions WHERE id = ?', sessionId)
}

/** Ends all sessions of a user but one. Used inside other jobs. @returns their ids */
export function revokeSessionsOf(db: Database, userId: number, now: number, except: number | null): number[] {
  return db
    .all<{ id: number }>(
      'UPDATE sessions SET revoked_at = ? WHERE user_id = ? AND revoked_at IS NULL AND id IS NOT ? RETURNING id',
      now,
      userId,
      except,
    )
    .map(({ id }) => id)
}
