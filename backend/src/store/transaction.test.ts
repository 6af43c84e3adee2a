import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest'
import { bookArgs } from '../../test/support/ledger.ts'
import { filledOrder } from '../../test/support/reports.ts'
import { createDatabase, temporaryDirectory } from '../../test/support/store.ts'
import type { Database } from './database.ts'
import { JobError } from './errors.ts'
import type { Job } from './job.ts'
import { jobs } from './jobs.ts'
import { type JobCall, runBatch } from './transaction.ts'

const directory = temporaryDirectory()
let files = 0
let db: Database
beforeEach(() => {
  db = createDatabase(join(directory.path, `${++files}.db`), 2)
})
afterEach(() => db.close())
afterAll(() => directory.remove())

/** Writes first, then does as it is told. */
const misbehave: Job<{ as: 'refusal' | 'bug' | 'none' }, string> = (database, { as }, { outbox }) => {
  outbox.append(1, 'order_update', '{}', 1)
  database.run('UPDATE hub SET taken_at = taken_at + 1 WHERE id = 1')
  if (as === 'refusal') throw new JobError('no_thanks', 'not today')
  if (as === 'bug') throw new TypeError('oops')
  return 'done'
}
const run = (calls: JobCall[], fence = 0) => runBatch({ db, jobs: { ...jobs, misbehave }, fence, now: 1 }, calls)
const seq = () => db.get<{ seq: number }>('SELECT seq FROM user_logs WHERE user_id = 1')?.seq
const takenAt = () => db.get<{ taken_at: number }>('SELECT taken_at FROM hub')?.taken_at

it.each(['refusal', 'bug'] as const)('undoes a job that ends in a %s and keeps those beside it', (as) => {
  const { replies, events } = run([
    ['misbehave', { as: 'none' }],
    ['misbehave', { as }],
    ['misbehave', { as: 'none' }],
  ])
  expect(replies[0]).toEqual({ ok: true, value: 'done' })
  expect(replies[1]).toMatchObject(
    as === 'refusal'
      ? { ok: false, code: 'no_thanks', message: 'not today' }
      : { ok: false, code: 'failed', message: 'misbehave: oops' },
  )
  expect(replies[2]).toEqual({ ok: true, value: 'done' })
  expect(events.map((event) => event.seq)).toEqual([1, 2])
  expect([seq(), takenAt()]).toEqual([2, 2])
})

it('names a job that does not exist', () => {
  expect(run([['nonsense', {}]]).replies).toEqual([{ ok: false, code: 'failed', message: 'there is no job nonsense' }])
})

it('writes nothing once a newer hub has the fence', () => {
  db.run('UPDATE hub SET fence = 8')
  expect(run([['misbehave', { as: 'none' }]], 7).replies).toMatchObject([{ ok: false, code: 'fenced' }])
  expect([seq(), takenAt()]).toEqual([0, 0])
})

it('stores what fits when the disk is full, refuses the rest as a whole, and goes on when there is room', () => {
  const pages = db.get<{ page_count: number }>('PRAGMA page_count')?.page_count ?? 0
  db.exec(`PRAGMA max_page_count = ${pages + 1}`)
  const big: JobCall = ['bookEvents', bookArgs(Array.from({ length: 40 }, (_, n) => filledOrder(`${n}`, 3)).flat())]
  const small: JobCall = ['misbehave', { as: 'none' }]
  const { replies, events } = run([small, big, small])
  expect(replies).toMatchObject([
    { ok: true },
    { ok: false, code: 'storage', message: 'database or disk is full' },
    { ok: true },
  ])
  expect(events.map((event) => event.seq)).toEqual([1, 2])
  expect(db.get('SELECT id FROM orders')).toBeUndefined()
  db.exec(`PRAGMA max_page_count = ${pages + 10_000}`)
  expect(run([big]).replies).toMatchObject([{ ok: true, value: { order_update: 160, bad: 0 } }])
})
