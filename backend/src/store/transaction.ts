import type { Database } from './database.ts'
import { JobError } from './errors.ts'
import { readFence } from './fence.ts'
import type { Job } from './job.ts'
import { type CommittedEvent, Outbox } from './outbox.ts'

/** A job as it waits: its name and its arguments. */
export type JobCall = [name: string, args: unknown]

/** The answer to one job. */
export type JobReply = { ok: true; value: unknown } | { ok: false; code: string; message: string }

export interface BatchResult {
  replies: JobReply[]
  events: CommittedEvent[]
}

// biome-ignore lint/suspicious/noExplicitAny: the registry holds jobs of every shape; callers are typed by `Jobs`
export type JobRegistry = Readonly<Record<string, Job<any, unknown>>>

/**
 * Runs jobs in one transaction, each in a savepoint of its own, so that a job that throws takes nothing with it. When the
 * transaction itself fails, it is undone and the jobs are tried one by one, so that only those that cannot be stored fail.
 */
export function runBatch(db: Database, jobs: JobRegistry, calls: JobCall[], fence: number, now: number): BatchResult {
  const begun = begin(db, fence)
  if (begun !== null) return { replies: calls.map(() => begun), events: [] }
  try {
    const result: BatchResult = { replies: [], events: [] }
    for (const call of calls) result.replies.push(runJob(db, jobs, call, now, result.events))
    db.exec('COMMIT')
    return result
  } catch (error) {
    if (db.inTransaction) db.exec('ROLLBACK')
    if (calls.length === 1) return { replies: [storageReply(error)], events: [] }
    const alone = calls.map((call) => runBatch(db, jobs, [call], fence, now))
    return { replies: alone.flatMap(({ replies }) => replies), events: alone.flatMap(({ events }) => events) }
  }
}

function begin(db: Database, fence: number): JobReply | null {
  try {
    db.exec('BEGIN IMMEDIATE')
    if (readFence(db) === fence) return null
    db.exec('ROLLBACK')
    return { ok: false, code: 'fenced', message: 'a newer hub has taken over this database' }
  } catch (error) {
    if (db.inTransaction) db.exec('ROLLBACK')
    return storageReply(error)
  }
}

/** @throws what makes the whole transaction fail */
function runJob(
  db: Database,
  jobs: JobRegistry,
  [name, args]: JobCall,
  now: number,
  events: CommittedEvent[],
): JobReply {
  const job = jobs[name]
  if (!job) return { ok: false, code: 'failed', message: `there is no job ${name}` }
  const outbox = new Outbox(db, now)
  db.run('SAVEPOINT job')
  try {
    const value = job(db, args, { now, outbox })
    outbox.flush()
    db.run('RELEASE job')
    for (const event of outbox.events) events.push(event)
    return { ok: true, value }
  } catch (error) {
    if (isStorageFailure(error) || !db.inTransaction) throw error
    db.run('ROLLBACK TO job')
    db.run('RELEASE job')
    if (error instanceof JobError) return { ok: false, code: error.code, message: error.message }
    return { ok: false, code: 'failed', message: `${name}: ${messageOf(error)}` }
  }
}

/** Primary result codes that say the database cannot be used now, whatever the job: busy, locked, no memory, read-only, … */
const storageCodes: ReadonlySet<number> = new Set([5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 22, 26])

/** Whether an error is the database's trouble and not the job's. */
export function isStorageFailure(error: unknown): boolean {
  const code = (error as { errcode?: unknown }).errcode
  return typeof code === 'number' && storageCodes.has(code & 0xff)
}

function storageReply(error: unknown): JobReply {
  return { ok: false, code: 'storage', message: messageOf(error) }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
