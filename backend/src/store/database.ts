import { closeSync, openSync } from 'node:fs'
import { DatabaseSync, type StatementSyncInstance } from '@photostructure/sqlite'

/** What may be bound: a boolean, Date or Buffer-like object is the caller's mistake and does not compile. */
export type SqlValue = string | number | Uint8Array | null

/** At most this many prepared statements are kept; queries that are built (filters) come and go. */
const maxStatements = 500

/** One SQLite connection with its prepared statements. */
export class Database {
  readonly path: string
  /** How many statements that may change something have run. */
  writes = 0
  private readonly connection: InstanceType<typeof DatabaseSync>
  private readonly statements = new Map<string, StatementSyncInstance>()

  private readonly isWritable: boolean

  constructor(path: string, connection: InstanceType<typeof DatabaseSync>, isWritable: boolean) {
    this.path = path
    this.connection = connection
    this.isWritable = isWritable
  }

  /** The prepared statement of this text, made once. */
  statement(sql: string): StatementSyncInstance {
    const known = this.statements.get(sql)
    if (known) return known
    if (this.statements.size >= maxStatements) this.statements.clear()
    const made = this.connection.prepare(sql)
    this.statements.set(sql, made)
    return made
  }

  /** The first row, or undefined. */
  get<Row>(sql: string, ...values: SqlValue[]): Row | undefined {
    return this.statement(sql).get(...values) as Row | undefined
  }

  all<Row>(sql: string, ...values: SqlValue[]): Row[] {
    return this.statement(sql).all(...values) as Row[]
  }

  /** Runs a statement that changes something; tells how many rows it changed and the new row's id. */
  run(sql: string, ...values: SqlValue[]): { changes: number; id: number } {
    this.writes += 1
    const { changes, lastInsertRowid } = this.statement(sql).run(...values)
    return { changes, id: Number(lastInsertRowid) } // not money: a row's id
  }

  /** Runs statements without values, several at once if need be. */
  exec(sql: string): void {
    this.connection.exec(sql)
  }

  get inTransaction(): boolean {
    return this.connection.isTransaction
  }

  /** Runs `read` so that all its queries see one and the same moment. Synchronous: nothing else can slip in between. */
  snapshot<T>(read: () => T): T {
    this.exec('BEGIN')
    try {
      return read()
    } finally {
      this.exec('COMMIT')
    }
  }

  /**
   * Ends the connection. Its prepared statements keep the file open until they are collected, so nothing may be left to that: a
   * transaction is ended, and a writer moves its log into the database.
   */
  close(): void {
    if (this.inTransaction) this.exec('ROLLBACK')
    if (this.isWritable) this.get('PRAGMA wal_checkpoint(TRUNCATE)')
    this.statements.clear()
    this.connection.close()
  }
}

/** Opens the database for writing, made with mode 0600 if it is not there. A commit is on the disk before it returns. */
export function openWritable(path: string): Database {
  closeSync(openSync(path, 'a', 0o600))
  const db = new Database(path, new DatabaseSync(path, { timeout: 30_000 }), true)
  db.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -32000; PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 4000',
  )
  return db
}

/** Opens an existing database for reading; it sees every commit from the next query on. */
export function openReadable(path: string): Database {
  const db = new Database(path, new DatabaseSync(path, { readOnly: true, timeout: 5_000 }), false)
  db.exec('PRAGMA query_only = ON; PRAGMA cache_size = -16000')
  return db
}
