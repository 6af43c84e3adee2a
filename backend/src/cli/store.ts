import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '@tradercoin/exchanges'
import { readConfig } from '../config.ts'
import { makeDataDir } from '../data-dir.ts'
import { openStore, type Store } from '../store/store.ts'
import type { CliIo } from './io.ts'

/** Runs something on the database of DATA_DIR, beside a hub that may be running on it. */
export async function withStore<T>({ env }: CliIo, act: (store: Store) => Promise<T>, make = true): Promise<T> {
  const { config } = readConfig(env)
  const path = join(config.dataDir, 'tradercoin.db')
  if (!make && !existsSync(path)) throw new Error(`There is no database in DATA_DIR yet; start the hub once.`)
  makeDataDir(config.dataDir)
  const store = await openStore({ path, mode: 'guest', clock: systemClock, onFailure: () => {} })
  try {
    return await act(store)
  } finally {
    await store.close()
  }
}
