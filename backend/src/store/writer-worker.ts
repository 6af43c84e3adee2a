import { parentPort, workerData } from 'node:worker_threads'
import { type Database, openWritable } from './database.ts'
import { StoreRefusal } from './errors.ts'
import { readFence, takeFence } from './fence.ts'
import { openChecked } from './integrity.ts'
import { jobs } from './jobs.ts'
import { migrate } from './migrate.ts'
import { runBatch } from './transaction.ts'
import type { FromWorker, ToWorker, WorkerStart } from './writer-messages.ts'

/* The worker that owns the only write connection. */

const port = parentPort
if (!port) throw new Error('writer-worker.ts runs as a worker')
const post = (message: FromWorker) => port.postMessage(message)

function open({ path, mode, now }: WorkerStart): { db: Database; fence: number } {
  const db = mode === 'owner' ? openChecked(path) : openWritable(path)
  migrate(db, now)
  return { db, fence: mode === 'owner' ? takeFence(db, now) : readFence(db) }
}

function serve(db: Database, fence: number): void {
  port?.on('message', (message: ToWorker) => {
    if (message.kind === 'close') {
      db.exec('PRAGMA optimize')
      db.close()
      post({ kind: 'closed' })
      port.close()
      return
    }
    const started = performance.now()
    const { replies, events } = runBatch({ db, jobs, fence, now: message.now }, message.calls)
    post({ kind: 'batch', replies, events, transaction_ms: performance.now() - started })
  })
}

try {
  const { db, fence } = open(workerData as WorkerStart)
  serve(db, fence)
  post({ kind: 'ready', fence })
} catch (error) {
  if (!(error instanceof Error)) throw error
  post({ kind: 'refused', message: error.message, isRefusal: error instanceof StoreRefusal })
  port.close()
}
