import type { CommittedEvent } from './outbox.ts'
import type { JobCall, JobReply } from './transaction.ts'

/* What the main thread and the writer worker say to each other. */

/**
 * `owner`: the hub; it checks the file, takes the fence, and whoever had it before can no longer write. `guest`: a command such as
 * `user add` that writes beside a running hub.
 */
export type WriterMode = 'owner' | 'guest'

export interface WorkerStart {
  path: string
  mode: WriterMode
  now: number
}

export type ToWorker = { kind: 'batch'; calls: JobCall[]; now: number } | { kind: 'close' }

export type FromWorker =
  | { kind: 'ready'; fence: number }
  | { kind: 'refused'; message: string; isRefusal: boolean }
  | { kind: 'batch'; replies: JobReply[]; events: CommittedEvent[]; transaction_ms: number }
  | { kind: 'closed' }
