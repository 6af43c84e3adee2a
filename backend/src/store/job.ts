import type { Database } from './database.ts'
import type { Outbox } from './outbox.ts'

/** What a job may use besides the database and its arguments. */
export interface JobContext {
  /** Our clock (ms), the same for every job of a transaction. */
  now: number
  /** Where the user's events are appended; they reach the tabs after the commit. */
  outbox: Outbox
  /** The batch is done again because something in it threw: a job of many parts now guards each with a savepoint. */
  isCareful: boolean
}

/**
 * One change of the database, run in the writer worker inside a transaction. Synchronous. Arguments and result cross a thread
 * boundary: plain values and Uint8Array only. Throwing undoes all of this job and nothing else; throw JobError for an expected
 * refusal.
 */
export type Job<Args, Result> = (db: Database, args: Args, context: JobContext) => Result
