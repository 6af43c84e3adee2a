import type { Database } from './database.ts'
import { StoreRefusal } from './errors.ts'
import { initial } from './migrations/001-initial.ts'
import { fourVenues } from './migrations/002-four-venues.ts'

/** In order; the version of the schema is how many of these have run. Never edit one that has been released. */
const migrations: readonly string[] = [initial, fourVenues]

/** The newest schema this program knows. */
export const schemaVersion = migrations.length

/**
 * Brings the schema to the newest version, all steps in one transaction.
 * @returns how many steps ran
 * @throws StoreRefusal when the database was written by a newer program
 */
export function migrate(db: Database, now: number): number {
  db.exec('BEGIN IMMEDIATE')
  try {
    db.exec(
      'CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT',
    )
    const current =
      db.get<{ version: number | null }>('SELECT max(version) AS version FROM schema_version')?.version ?? 0
    if (current > schemaVersion) {
      throw new StoreRefusal(
        `The database ${db.path} has schema ${current}, newer than this program knows (${schemaVersion}). Start the newer version, or restore a backup of this one.`,
      )
    }
    for (const [index, sql] of migrations.entries()) {
      if (index < current) continue
      db.exec(sql)
      db.run('INSERT INTO schema_version (version, applied_at) VALUES (?, ?)', index + 1, now)
    }
    db.exec('COMMIT')
    return schemaVersion - current
  } catch (error) {
    if (db.inTransaction) db.exec('ROLLBACK')
    throw error
  }
}
