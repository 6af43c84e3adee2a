import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Config } from '../config.ts'
import type { Store } from '../store/store.ts'
import { findAccount } from '../store/users.ts'
import type { Passwords } from './passwords.ts'

/** The demo user's address; the password is random and kept in DATA_DIR. */
export const demoEmail = 'demo@tradercoin.example'

const loginSchema = z.object({ email: z.literal(demoEmail), password: z.string().min(12) })

/** Whether this hub has a demo user: only beside a paper exchange and outside production. */
export const hasDemoUser = ({ production, paper }: Pick<Config, 'production' | 'paper'>) =>
  !production && paper.mode !== 'off'

/**
 * Makes the demo user, an administrator, and writes its login to `demo-login.json` (mode 0600) for the start script to print. On a hub
 * that is to have none, one left over from a demo is disabled.
 */
export async function prepareDemoUser(store: Store, passwords: Passwords, config: Config): Promise<void> {
  const account = findAccount(store.db, demoEmail)
  if (!hasDemoUser(config)) {
    if (account?.is_active === 1) await store.writer.run('disableUser', { email: demoEmail, actor: 'hub' })
    return
  }
  const file = join(config.dataDir, 'demo-login.json')
  const kept = readLogin(file)
  const { password } = kept ?? writeLogin(file)
  if (!account) {
    const password_hash = await passwords.hash(password)
    await store.writer.run('createUser', { email: demoEmail, password_hash, role: 'admin', actor: 'hub', ip: null })
    return
  }
  if (!kept) {
    const password_hash = await passwords.hash(password)
    await store.writer.run('replacePasswordHash', { user_id: account.id, password_hash })
  }
  if (account.is_active === 0) await store.writer.run('enableUser', { email: demoEmail, actor: 'hub' })
}

function readLogin(file: string): z.infer<typeof loginSchema> | null {
  if (!existsSync(file)) return null
  chmodSync(file, 0o600)
  try {
    return loginSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return null
  }
}

function writeLogin(file: string): z.infer<typeof loginSchema> {
  const login = { email: demoEmail, password: randomBytes(12).toString('base64url') } as const
  const half = `${file}.${process.pid}`
  writeFileSync(half, `${JSON.stringify(login, null, 2)}\n`, { mode: 0o600 })
  renameSync(half, file)
  return login
}
