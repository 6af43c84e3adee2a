import { writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { bookArgs } from '../../test/support/ledger.ts'
import { filledOrder } from '../../test/support/reports.ts'
import { createDatabase, openTestStore, temporaryDirectory } from '../../test/support/store.ts'
import { openWritable } from './database.ts'
import { StoreRefusal } from './errors.ts'
import type { CommittedEvent } from './outbox.ts'
import { readSnapshot } from './snapshot.ts'
import { readUserLog } from './user-logs.ts'

const directory = temporaryDirectory()
afterAll(() => directory.remove())
let files = 0
const newPath = (users = 3) => {
  const path = join(directory.path, `${++files}.db`)
  createDatabase(path, users).close()
  return path
}

describe('a running writer', () => {
  it('commits jobs together, tells the events in order after the commit, then settles the jobs', async () => {
    const store = await openTestStore(newPath())
    const told: CommittedEvent[] = []
    const transactions: number[] = []
    store.writer.onCommitted((events, { jobs, transaction_ms }) => {
      for (const event of events) {
        told.push(event)
        // What is told is what a reader finds.
        expect(readUserLog(store.db, event)?.seq).toBeGreaterThanOrEqual(event.seq)
      }
      transactions.push(jobs)
      expect(transaction_ms).toBeGreaterThan(0)
    })
    let settledBefore = 0
    const runs = Array.from({ length: 900 }, async (_, n) => {
      await store.writer.run('bookEvents', bookArgs(filledOrder(`${n}`, 1), 1 + (n % 3)))
      settledBefore += 1
      expect(told.length).toBeGreaterThanOrEqual(settledBefore * 3)
    })
    await Promise.all(runs)
    expect(transactions.reduce((sum, jobs) => sum + jobs, 0)).toBe(900)
    expect(transactions.length).toBeLessThan(20)
    for (const user of [1, 2, 3]) {
      const seqs = told.filter(({ user_id }) => user_id === user).map(({ seq }) => seq)
      expect(seqs).toEqual(Array.from({ length: 900 }, (_, index) => index + 1))
    }
    await store.close()
  })

  it('answers a refusal with its code and goes on', async () => {
    const store = await openTestStore(newPath())
    await expect(store.writer.run('requestCancel', { user_id: 1, id: 5 })).rejects.toMatchObject({ code: 'not_found' })
    await expect(store.writer.run('bookEvents', bookArgs(filledOrder('1', 1)))).resolves.toMatchObject({ execution: 1 })
    await store.close()
  })

  it('waits for a database that another program has locked, and loses nothing', async () => {
    const path = newPath()
    const store = await openTestStore(path)
    const other = openWritable(path)
    other.exec('BEGIN IMMEDIATE')
    const booked = store.writer.run('bookEvents', bookArgs(filledOrder('1', 1)))
    let isSettled = false
    void booked.then(() => {
      isSettled = true
    })
    await vi.waitFor(() => expect(store.writer.backlog).toBe(1))
    expect(isSettled).toBe(false)
    other.exec('ROLLBACK')
    other.close()
    await expect(booked).resolves.toMatchObject({ execution: 1 })
    await store.close()
  })

  it('commits what waits before it closes, and takes nothing after', async () => {
    const path = newPath()
    const store = await openTestStore(path)
    const runs = Array.from({ length: 50 }, (_, n) => store.writer.run('bookEvents', bookArgs(filledOrder(`${n}`, 0))))
    const closed = store.writer.close()
    await expect(store.writer.run('renewEpochs', {})).rejects.toMatchObject({ code: 'closed' })
    await closed
    await Promise.all(runs)
    expect(readSnapshot(store.db, { user_id: 1 }).seq).toBe(50)
    store.db.close()
  })

  it('says so when its worker dies, and rejects everything that was not committed', async () => {
    const failures: Error[] = []
    const store = await openTestStore(newPath(), { onFailure: (error) => failures.push(error) })
    const run = store.writer.run('renewEpochs', {})
    const worker = Reflect.get(store.writer, 'worker') as Worker
    const ended = worker.terminate()
    await expect(run).rejects.toMatchObject({ code: 'closed' })
    await ended
    await expect(store.writer.run('renewEpochs', {})).rejects.toMatchObject({ code: 'closed' })
    expect(failures.map(({ message }) => message)).toEqual(['the database writer ended by itself'])
    expect(store.writer.trouble).toContain('ended')
  })
})

describe('the fence', () => {
  it('keeps an older hub from writing once a newer one has started', async () => {
    const path = newPath()
    const failures: Error[] = []
    const older = await openTestStore(path, { onFailure: (error) => failures.push(error) })
    await older.writer.run('renewEpochs', {})
    const newer = await openTestStore(path)
    await expect(older.writer.run('bookEvents', bookArgs(filledOrder('1', 1)))).rejects.toMatchObject({
      code: 'fenced',
    })
    expect(failures).toMatchObject([{ code: 'fenced' }])
    await expect(newer.writer.run('bookEvents', bookArgs(filledOrder('1', 1)))).resolves.toMatchObject({ execution: 1 })
    await newer.close()
    await older.close()
  })

  it('lets a command write beside the hub without taking it over', async () => {
    const path = newPath()
    const hub = await openTestStore(path)
    const command = await openTestStore(path, { mode: 'guest' })
    await command.writer.run('renewEpochs', {})
    await hub.writer.run('renewEpochs', {})
    await command.close()
    await hub.close()
  })
})

describe('a database that cannot be used', () => {
  it('is refused when a newer program wrote it', async () => {
    const path = newPath()
    const db = openWritable(path)
    db.run('INSERT INTO schema_version (version, applied_at) VALUES (99, 1)')
    db.close()
    const opening = openTestStore(path)
    await expect(opening).rejects.toThrow(StoreRefusal)
    await expect(opening).rejects.toThrow('newer than this program knows')
  })

  it('is refused when it is damaged, naming the way back', async () => {
    const path = newPath()
    const file = await open(path, 'r+')
    await file.write(Buffer.alloc(8_192, 0x5a), 0, 8_192, 3 * 4_096)
    await file.close()
    await expect(openTestStore(path).then(() => 'opened')).rejects.toThrow('tradercoin -- restore')
    const text = join(directory.path, 'text.db')
    writeFileSync(text, 'this is no database, but long enough to look at '.repeat(100))
    await expect(openTestStore(text).then(() => 'opened')).rejects.toThrow('tradercoin -- restore')
  })
})
