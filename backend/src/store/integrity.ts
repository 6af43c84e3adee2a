import { type Database, openWritable } from './database.ts'
import { StoreRefusal } from './errors.ts'

/** Opens the database for writing and reads every page of it. @throws StoreRefusal, naming the way back, when the file is damaged */
export function openChecked(path: string): Database {
  let db: Database | undefined
  let problem: string
  try {
    db = openWritable(path)
    const rows = db.all<{ quick_check: string }>('PRAGMA quick_check(3)')
    problem = rows.map((row) => row.quick_check).join('; ')
  } catch (error) {
    problem = error instanceof Error ? error.message : String(error)
  }
  if (db && problem === 'ok') return db
  throw new StoreRefusal(
    `The database ${path} cannot be used (${problem}). Nothing was changed. If the file is damaged, put the newest backup back with: npm run tradercoin -- restore <backup file>`,
  )
}
