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

/** What a batch runs on. `fence`: the number this process took; `now`: our clock (ms). */
export interface Engine {
  db: Database
  jobs: JobRegistry
  fence: number
  now: number
}

/**
 * Runs jobs in one transaction. It goes without savepoints first: they make SQLite copy every page that changes, which costs more
 * than booking an event. When something throws, all is undone and done again with a savepoint for each job, so that what cannot be
 * stored takes nothing with it; when the transaction itself fails, the jobs are tried one by one.
 */
export function runBatch(engine: Engine, calls: JobCall[]): BatchResult {
  const together = transact(engine, calls, runPlainly)
  return together instanceof Error ? runApart(engine, calls) : together
}

function runApart(engine: Engine, calls: JobCall[]): BatchResult {
  const apart = transact(engine, calls, runInSavepoint)
  if (!(apart instanceof Error)) return apart
  if (calls.length === 1) return { replies: [storageReply(apart)], events: [] }
  const alone = calls.map((call) => runApart(engine, [call]))
  return { replies: alone.flatMap(({ replies }) => replies), events: alone.flatMap(({ events }) => events) }
}

type RunJob = (engine: Engine, call: JobCall, events: CommittedEvent[]) => JobReply

/** @returns the error that undid everything, if there was one */
function transact(engine: Engine, calls: JobCall[], runJob: RunJob): BatchResult | Error {
  const { db, fence } = engine
  const result: BatchResult = { replies: [], events: [] }
  try {
    db.exec('BEGIN IMMEDIATE')
    const isFenced = readFence(db) !== fence
    for (const call of calls) result.replies.push(isFenced ? fencedReply : runJob(engine, call, result.events))
    db.exec('COMMIT')
    return result
  } catch (error) {
    if (db.inTransaction) db.exec('ROLLBACK')
    // Not even begun: there is nothing to try one by one.
    if (result.replies.length === 0 && isStorageFailure(error))
      return { replies: calls.map(() => storageReply(error)), events: [] }
    return error instanceof Error ? error : new Error(String(error))
  }
}

/** Only a refusal that comes before the job has written anything can be answered within the batch; all else is thrown. */
function runPlainly({ db, jobs, now }: Engine, [name, args]: JobCall, events: CommittedEvent[]): JobReply {
  const before = db.writes
  try {
    return run({ db, jobs, now }, name, args, events, false)
  } catch (error) {
    if (!(error instanceof JobError) || db.writes !== before) throw error
    return refusalReply(error)
  }
}

/** @throws only what makes the whole transaction fail */
function runInSavepoint({ db, jobs, now }: Engine, [name, args]: JobCall, events: CommittedEvent[]): JobReply {
  db.run('SAVEPOINT job')
  try {
    const reply = run({ db, jobs, now }, name, args, events, true)
    db.run('RELEASE job')
    return reply
  } catch (error) {
    if (isStorageFailure(error) || !db.inTransaction) throw error
    db.run('ROLLBACK TO job')
    db.run('RELEASE job')
    if (error instanceof JobError) return refusalReply(error)
    return { ok: false, code: 'failed', message: `${name}: ${messageOf(error)}` }
  }
}

function run(
  { db, jobs, now }: Omit<Engine, 'fence'>,
  name: string,
  args: unknown,
  events: CommittedEvent[],
  isCareful: boolean,
): JobReply {
  const job = jobs[name]
  if (!job) throw new JobError('failed', `there is no job ${name}`)
  const outbox = new Outbox(db, now)
  const value = job(db, args, { now, outbox, isCareful })
  outbox.flush()
  for (const event of outbox.events) events.push(event)
  return { ok: true, value }
}

/** Primary result codes that say the database cannot be used now, whatever the job: busy, locked, no memory, read-only, … */
const storageCodes: ReadonlySet<number> = new Set([5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 22, 26])

/** Whether an error is the database's trouble and not the job's. */
export function isStorageFailure(error: unknown): boolean {
  const code = (error as { errcode?: unknown }).errcode
  return typeof code === 'number' && storageCodes.has(code & 0xff)
}

const fencedReply: JobReply = { ok: false, code: 'fenced', message: 'a newer hub has taken over this database' }

function storageReply(error: unknown): JobReply {
  return { ok: false, code: 'storage', message: messageOf(error) }
}

function refusalReply({ code, message }: JobError): JobReply {
  return { ok: false, code, message }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
