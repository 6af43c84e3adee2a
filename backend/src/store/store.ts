import type { Clock } from '@tradercoin/exchanges'
import type { Kysely } from 'kysely'
import { type Database, openReadable } from './database.ts'
import { createQueries } from './kysely.ts'
import type { Schema } from './schema.ts'
import { startWriter, type Writer } from './writer.ts'
import type { WriterMode } from './writer-messages.ts'

/** The database as the rest of the hub sees it: `writer` changes, `db` (prepared SQL) and `queries` (Kysely) read. */
export interface Store {
  path: string
  writer: Writer
  db: Database
  queries: Kysely<Schema>
  close(): Promise<void>
}

export interface StoreOptions {
  /** The database file. */
  path: string
  mode: WriterMode
  clock: Clock
  /** See WriterOptions. */
  onFailure(error: Error): void
}

/** @throws StoreRefusal when the database is damaged or newer than this program; the message says what to do */
export async function openStore(options: StoreOptions): Promise<Store> {
  const writer = await startWriter(options)
  const db = openReadable(options.path)
  const queries = createQueries(db)
  return {
    path: options.path,
    writer,
    db,
    queries,
    async close() {
      await writer.close()
      await queries.destroy()
      db.close()
    },
  }
}

/**
 * Runs a read that takes long (statistics, export) on a connection of its own, all of it at one moment of the database; `read` may
 * await between its queries so that the hub stays responsive.
 */
export async function readAtLength<T>({ path }: Pick<Store, 'path'>, read: (db: Database) => Promise<T>): Promise<T> {
  const db = openReadable(path)
  try {
    db.exec('BEGIN')
    return await read(db)
  } finally {
    db.close()
  }
}
