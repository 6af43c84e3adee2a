import { join } from 'node:path'
import { gapSchema } from '@tradercoin/protocol'
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest'
import { TestLedger } from '../../test/support/ledger.ts'
import { filledOrder } from '../../test/support/reports.ts'
import { createDatabase, temporaryDirectory } from '../../test/support/store.ts'
import { readUserLog } from '../store/user-logs.ts'

const directory = temporaryDirectory()
let files = 0
let ledger: TestLedger
beforeEach(() => {
  ledger = new TestLedger(createDatabase(join(directory.path, `${++files}.db`), 2))
})
afterEach(() => ledger.db.close())
afterAll(() => directory.remove())

const key = { user_id: 1, exchange_key_id: 1 }
const finish = (ended_at: number | null, unproven: string | null = null) =>
  ledger.run('finishSync', { ...key, synced_to: 3_000, ended_at, unproven })

it('has no gap before a key was first in step', () => {
  expect(ledger.run('openGap', { ...key, from: 10, cause: 'silent' })).toBeNull()
  expect(finish(20)).toBeNull()
  expect(ledger.events).toEqual([])
})

it('opens once, counts what queries bring back, and ends with what could not be proven', () => {
  finish(20)
  const opened = ledger.run('openGap', { ...key, from: 1_000, cause: 'silent' })
  expect(opened).toMatchObject({ from: 1_000, to: null, cause: 'silent' })
  expect(ledger.run('openGap', { ...key, from: 2_000, cause: 'connection_lost' })).toEqual(opened)
  ledger.book(filledOrder('1', 2), 1, 'rest', true)
  ledger.book(filledOrder('1', 2), 1, 'rest', true)
  expect(finish(null)).toBeNull()
  const ended = finish(2_500, 'half of it')
  expect(ended).toMatchObject({ to: 2_500, recovered: { orders: 1, executions: 2 }, unproven: 'half of it' })
  const told = ledger.events
    .filter(({ type }) => type === 'gap')
    .map(({ frame }) => gapSchema.parse(JSON.parse(frame).data))
  expect(told).toEqual([opened, ended])
})

it('begins where the stored proof of life says when nothing better is known', () => {
  finish(20)
  ledger.run('markAlive', { keys: [{ id: 1, alive_at: 4_200, last_event_at: 4_100 }] })
  expect(ledger.run('openGap', { ...key, from: null, cause: 'hub_stopped' })?.from).toBe(4_200)
})

it('never moves the known point back', () => {
  finish(20)
  ledger.run('finishSync', { ...key, synced_to: 1, ended_at: null, unproven: null })
  expect(ledger.db.get('SELECT synced_to FROM exchange_keys WHERE id = 1')).toMatchObject({ synced_to: 3_000 })
})

it('prunes old events in portions, keeps the young and the newest, and says up to where', () => {
  ledger.now = 1_000
  for (let n = 0; n < 30; n++) ledger.book(filledOrder(`${n}`, 0))
  ledger.now = 100_000
  for (let n = 30; n < 40; n++) ledger.book(filledOrder(`${n}`, 0))
  const prune = (keep_events: number) => ledger.run('pruneEvents', { keep_events, keep_ms: 50_000, limit: 20 })
  expect(prune(100)).toEqual({ pruned: 0, more: false })
  expect(prune(5)).toEqual({ pruned: 20, more: true })
  expect(readUserLog(ledger.db, { user_id: 1 })).toMatchObject({ seq: 40, pruned: 20 })
  expect(prune(5)).toEqual({ pruned: 10, more: false })
  expect(prune(5)).toEqual({ pruned: 0, more: false })
  const left = ledger.db.all<{ seq: number }>('SELECT seq FROM events WHERE user_id = 1 ORDER BY seq')
  expect(left.map(({ seq }) => seq)).toEqual([31, 32, 33, 34, 35, 36, 37, 38, 39, 40])
})
