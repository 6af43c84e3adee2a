import type { Worker } from 'node:worker_threads'
import type { Clock } from '@tradercoin/exchanges'
import { JobError, StoreRefusal } from './errors.ts'
import type { JobArgs, JobName, JobResult } from './jobs.ts'
import type { CommittedEvent } from './outbox.ts'
import { spawnWorker } from './spawn-worker.ts'
import type { JobCall, JobReply } from './transaction.ts'
import type { FromWorker, ToWorker, WorkerStart, WriterMode } from './writer-messages.ts'

/** Jobs of one transaction. */
const maxBatch = 256
/** Batches at the worker. The second is sent ahead only when it is worth a transaction of its own; small ones gather instead. */
const maxInFlight = 2
const worthSendingAhead = 64
/**
 * Transactions of few jobs begin no closer together than this (ms), for a commit costs more than what is in it. The first after a
 * quiet moment begins at once.
 */
const gatherMs = 5
/** Jobs waiting on this side; beyond, `run` refuses with `busy`. */
const maxWaiting = 20_000

export interface CommitTiming {
  jobs: number
  /** From BEGIN to the end of COMMIT. */
  transaction_ms: number
}

export type CommitListener = (events: readonly CommittedEvent[], timing: CommitTiming) => void

export interface WriterOptions {
  path: string
  mode: WriterMode
  clock: Clock
  /** Told once when nothing can be written any more: the worker has died or a newer hub has taken over. The process should end. */
  onFailure(error: Error): void
}

interface Waiting {
  call: JobCall
  resolve(value: unknown): void
  reject(error: Error): void
}

/**
 * The way to every change of the database. Jobs gather while a transaction commits and go together in the next one; the promise
 * of a job is settled after the commit that holds it.
 */
export class Writer {
  private readonly worker: Worker
  private readonly options: WriterOptions
  private readonly listeners: CommitListener[] = []
  private waiting: Waiting[] = []
  private readonly inFlight: Waiting[][] = []
  private flushPlanned = false
  private sentAt = Number.NEGATIVE_INFINITY
  private failure: Error | null = null
  private storageTrouble: string | null = null
  private closing: (() => void) | null = null
  private isCloseSent = false

  constructor(worker: Worker, options: WriterOptions) {
    this.worker = worker
    this.options = options
    worker.on('message', (message: FromWorker) => this.onMessage(message))
    worker.on('error', (error) => this.fail(new Error(`the database writer died: ${error.message}`, { cause: error })))
    worker.on('exit', () => this.onExit())
  }

  /**
   * Runs a job in the next transaction. Resolves after its commit.
   * @throws JobError: the job's own refusal, or `busy`, `fenced`, `closed`, `storage`, `failed` (see errors.ts)
   */
  run<Name extends JobName>(name: Name, args: JobArgs<Name>): Promise<JobResult<Name>> {
    return new Promise((resolve, reject) => {
      if (this.failure) return reject(new JobError('closed', this.failure.message))
      if (this.closing) return reject(new JobError('closed', 'the hub is stopping'))
      if (this.waiting.length >= maxWaiting) return reject(new JobError('busy', 'too many changes are waiting'))
      this.waiting.push({ call: [name, args], resolve: resolve as (value: unknown) => void, reject })
      this.planFlush()
    })
  }

  /** Told of the users' events of each transaction, after its commit and in the order of commits, before its jobs' promises settle. */
  onCommitted(listener: CommitListener): void {
    this.listeners.push(listener)
  }

  /** What keeps the database from taking writes (disk full, locked by another program), as a sentence; null when it does. */
  get trouble(): string | null {
    return this.failure?.message ?? this.storageTrouble
  }

  /** Jobs that wait for their commit. */
  get backlog(): number {
    return this.inFlight.reduce((sum, batch) => sum + batch.length, this.waiting.length)
  }

  /** Lets everything that waits be committed, then closes the database. No job is taken from here on. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      if (this.failure || this.closing) return resolve()
      this.closing = resolve
      this.closeWhenIdle()
    })
  }

  private planFlush(): void {
    if (this.flushPlanned || !this.mayFlush) return
    this.flushPlanned = true
    const flush = () => {
      this.flushPlanned = false
      this.flush()
    }
    const wait = this.sentAt + gatherMs - performance.now()
    // Not before the sockets that are readable now have been read: their events share a transaction.
    if (wait <= 0 || this.waiting.length >= worthSendingAhead) setImmediate(flush)
    else setTimeout(flush, wait)
  }

  private flush(): void {
    while (this.mayFlush) {
      const batch = this.waiting.splice(0, maxBatch)
      this.inFlight.push(batch)
      this.sentAt = performance.now()
      this.post({ kind: 'batch', calls: batch.map(({ call }) => call), now: this.options.clock.now() })
    }
    this.closeWhenIdle()
  }

  private get mayFlush(): boolean {
    const inFlight = this.inFlight.length
    if (this.failure || inFlight >= maxInFlight) return false
    return this.waiting.length >= (inFlight === 0 ? 1 : worthSendingAhead)
  }

  private closeWhenIdle(): void {
    if (!this.closing || this.isCloseSent || this.inFlight.length > 0 || this.waiting.length > 0) return
    this.isCloseSent = true
    this.post({ kind: 'close' })
  }

  private post(message: ToWorker): void {
    this.worker.postMessage(message)
  }

  private onMessage(message: FromWorker): void {
    if (message.kind !== 'batch') return
    const batch = this.inFlight.shift() ?? []
    if (message.events.length > 0 || batch.length > 0) {
      const timing = { jobs: batch.length, transaction_ms: message.transaction_ms }
      for (const listener of this.listeners) listener(message.events, timing)
    }
    this.noteTrouble(message.replies)
    for (const [index, { resolve, reject }] of batch.entries()) {
      const reply = message.replies[index]
      if (reply?.ok) resolve(reply.value)
      else reject(new JobError(reply?.code ?? 'failed', reply?.message))
    }
    this.planFlush()
    this.closeWhenIdle()
  }

  private noteTrouble(replies: readonly JobReply[]): void {
    for (const reply of replies) {
      if (!reply.ok && reply.code === 'fenced') this.fail(new JobError('fenced', reply.message))
      this.storageTrouble = !reply.ok && reply.code === 'storage' ? reply.message : null
    }
  }

  private fail(error: Error): void {
    if (this.failure) return
    this.failure = error
    const lost = [...this.inFlight.flat(), ...this.waiting]
    this.inFlight.length = 0
    this.waiting = []
    const code = error instanceof JobError ? error.code : 'closed'
    for (const { reject } of lost) reject(new JobError(code, error.message))
    this.closing?.()
    this.options.onFailure(error)
  }

  private onExit(): void {
    if (this.closing && !this.failure) {
      this.failure = new JobError('closed', 'the hub has stopped')
      this.closing()
      return
    }
    this.fail(new Error('the database writer ended by itself'))
  }
}

/**
 * Starts the writer worker: opens (or makes) the database, checks it, brings its schema up to date and takes the fence.
 * @throws StoreRefusal when the database is damaged or newer than this program
 */
export function startWriter(options: WriterOptions): Promise<Writer> {
  const { path, mode, clock } = options
  const file = import.meta.url.endsWith('.ts') ? './writer-worker.ts' : './writer-worker.js'
  const start: WorkerStart = { path, mode, now: clock.now() }
  const worker = spawnWorker(new URL(file, import.meta.url), start)
  return new Promise((resolve, reject) => {
    const onEnd = (error: unknown) =>
      reject(error instanceof Error ? error : new Error('the database writer did not start'))
    worker.once('error', onEnd)
    worker.once('exit', onEnd)
    worker.once('message', (message: FromWorker) => {
      worker.off('error', onEnd)
      worker.off('exit', onEnd)
      if (message.kind === 'ready') return resolve(new Writer(worker, options))
      const text = message.kind === 'refused' ? message.message : 'the database writer did not start'
      reject(message.kind === 'refused' && message.isRefusal ? new StoreRefusal(text) : new Error(text))
    })
  })
}
