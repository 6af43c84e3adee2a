import type { CliIo } from './io.ts'
import { withStore } from './store.ts'

/** `tradercoin migrate`: opening the database brings its schema up to date. */
export async function migrateStore(io: CliIo): Promise<number> {
  const path = await withStore(io, async (store) => store.path)
  io.stdout.write(`${path} is up to date.\n`)
  return 0
}
