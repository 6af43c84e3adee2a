import { existsSync } from 'node:fs'
import { type Database, openReadable } from './database.ts'
import type { Job } from './job.ts'

/** The check value of the ENCRYPTION_KEY that seals this database; null before the first start. */
export function readVaultCheck(db: Database): string | null {
  return db.get<{ vault_check: string | null }>('SELECT vault_check FROM hub WHERE id = 1')?.vault_check ?? null
}

/** The same, of a database that is not open yet. One that cannot be read is left to openStore to refuse. */
export function peekVaultCheck(path: string): string | null {
  if (!existsSync(path)) return null
  let db: Database | undefined
  try {
    db = openReadable(path)
    return readVaultCheck(db)
  } catch {
    return null
  } finally {
    db?.close()
  }
}

/** Keeps the check value of the first start. It is never overwritten. */
export const storeVaultCheck: Job<{ check_value: string }, void> = (db, { check_value }) => {
  db.run('UPDATE hub SET vault_check = ? WHERE id = 1 AND vault_check IS NULL', check_value)
}
