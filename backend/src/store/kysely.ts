import { Kysely, SqliteDialect } from 'kysely'
import type { Database, SqlValue } from './database.ts'
import type { Schema } from './schema.ts'

/** Builds queries for the cold paths, over a read connection. Whoever opened the connection closes it. */
export function createQueries(db: Database): Kysely<Schema> {
  return new Kysely<Schema>({
    dialect: new SqliteDialect({
      database: {
        prepare: (sql) => ({
          reader: true,
          all: (values) => db.all(sql, ...(values as SqlValue[])),
          run: () => {
            throw new Error('this connection only reads; changes are jobs of the writer')
          },
          iterate: (values) => db.statement(sql).iterate(...values) as IterableIterator<unknown>,
        }),
        close: () => undefined,
      },
    }),
  })
}
