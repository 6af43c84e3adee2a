import type { User } from '@tradercoin/protocol'
import { appendAudit } from './audit.ts'
import type { Database } from './database.ts'
import { JobError } from './errors.ts'
import type { Job } from './job.ts'
import type { UserScope } from './scope.ts'
import { revokeSessionsOf } from './sessions.ts'

/** A user as the sign-in needs them. */
export interface Account extends User {
  password_hash: string
  is_active: 0 | 1
}

const columns = 'id, email, role, created_at'

/** E-mail addresses are compared without regard to case. */
export const plainEmail = (email: string) => email.trim().toLowerCase()

export function findAccount(db: Database, email: string): Account | undefined {
  return db.get<Account>(`SELECT ${columns}, password_hash, is_active FROM users WHERE email = ?`, plainEmail(email))
}

export function readAccount(db: Database, { user_id }: UserScope): Account | undefined {
  return db.get<Account>(`SELECT ${columns}, password_hash, is_active FROM users WHERE id = ?`, user_id)
}

export interface NewUser {
  email: string
  password_hash: string
  role: User['role']
  actor: string
  ip: string | null
}

/** @throws JobError `email_taken` */
export const createUser: Job<NewUser, User> = (db, { email, password_hash, role, actor, ip }, { now }) => {
  const address = plainEmail(email)
  if (findAccount(db, address)) throw new JobError('email_taken', 'This e-mail address already has an account')
  const { id } = db.run(
    'INSERT INTO users (email, password_hash, role, created_at, password_changed_at) VALUES (?, ?, ?, ?, ?)',
    address,
    password_hash,
    role,
    now,
    now,
  )
  appendAudit(db, now, { user_id: id, actor, action: 'user_created', detail: { role }, ip })
  return { id, email: address, role, created_at: now }
}

/** The same password under newer parameters, or the demo user's new one at a start. */
export const replacePasswordHash: Job<{ user_id: number; password_hash: string }, void> = (db, args) => {
  db.run('UPDATE users SET password_hash = ? WHERE id = ?', args.password_hash, args.user_id)
}

export interface PasswordChange {
  user_id: number
  password_hash: string
  /** The session that changes it goes on; every other one ends. */
  session_id: number
  ip: string | null
}

/** @returns the ids of the sessions that ended */
export const changePassword: Job<PasswordChange, number[]> = (db, change, { now }) => {
  const { user_id, password_hash, session_id, ip } = change
  db.run('UPDATE users SET password_hash = ?, password_changed_at = ? WHERE id = ?', password_hash, now, user_id)
  appendAudit(db, now, { user_id, actor: `user:${user_id}`, action: 'password_changed', detail: {}, ip })
  return revokeSessionsOf(db, user_id, now, session_id)
}

/** Ends all sessions of the user and refuses new ones. @throws JobError `not_found` */
export const disableUser: Job<{ email: string; actor: string }, number[]> = (db, { email, actor }, { now }) => {
  const user = foundAccount(db, email)
  db.run('UPDATE users SET is_active = 0 WHERE id = ?', user.id)
  appendAudit(db, now, { user_id: user.id, actor, action: 'user_disabled', detail: {}, ip: null })
  return revokeSessionsOf(db, user.id, now, null)
}

/** Lets a disabled user sign in again. @throws JobError `not_found` */
export const enableUser: Job<{ email: string; actor: string }, void> = (db, { email, actor }, { now }) => {
  const user = foundAccount(db, email)
  db.run('UPDATE users SET is_active = 1 WHERE id = ?', user.id)
  appendAudit(db, now, { user_id: user.id, actor, action: 'user_enabled', detail: {}, ip: null })
}

/** @throws JobError `not_found` */
export const grantAdmin: Job<{ email: string; actor: string }, void> = (db, { email, actor }, { now }) => {
  const user = foundAccount(db, email)
  db.run("UPDATE users SET role = 'admin' WHERE id = ?", user.id)
  appendAudit(db, now, { user_id: user.id, actor, action: 'admin_granted', detail: {}, ip: null })
}

function foundAccount(db: Database, email: string): Account {
  const user = findAccount(db, email)
  if (!user) throw new JobError('not_found', 'There is no user with this e-mail address')
  return user
}
