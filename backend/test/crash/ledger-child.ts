import { appendFileSync } from 'node:fs'
import { systemClock } from '@tradercoin/exchanges'
import { openStore } from '../../src/store/store.ts'
import { readSyncPoint } from '../../src/store/sync-point.ts'
import { bookArgs } from '../support/ledger.ts'
import { crashStory } from './story.ts'

/*
 * A hub reduced to its ledger: takes up where the database says it stopped, books the story in small portions as stream and as
 * query, and writes down each event it was told is committed. It is killed at any moment and started again.
 */

const [path, toldFile] = process.argv.slice(2) as [string, string]
const key = {
  id: 1,
  user_id: 1,
  exchange: 'binance',
  trading_mode: 'spot',
  environment: 'paper',
  region: null,
} as const

const store = await openStore({
  path,
  mode: 'owner',
  clock: systemClock,
  onFailure: (error) => {
    throw error
  },
})
store.writer.onCommitted((events) => {
  appendFileSync(toldFile, events.map(({ seq, frame }) => `${seq} ${frame}\n`).join(''))
})
process.stdout.write('started\n')

// Venue time is the place in the story here.
const { time } = readSyncPoint(store.db, key)
for (let from = Math.max(0, (time ?? 0) - 5); from < crashStory.length; from += 4) {
  const portion = crashStory.slice(from, from + 4)
  // The same events race each other from both sources, as after a reconnect.
  await Promise.all([
    store.writer.run('bookEvents', bookArgs(portion, 1, 'stream')),
    store.writer.run('bookEvents', bookArgs([...portion].reverse(), 1, 'rest', true)),
  ])
  const synced_to = from + portion.length
  await store.writer.run('finishSync', { user_id: 1, exchange_key_id: 1, synced_to, ended_at: null, unproven: null })
}
await store.close()
process.stdout.write('done\n')
