import type { Gap } from '@tradercoin/protocol'
import type { Database } from '../store/database.ts'
import { addRecovered, endGap, findOpenGap, gapOfRow, insertGap } from '../store/gaps.ts'
import type { Job, JobContext } from '../store/job.ts'

/* Interruptions of a key's private stream: opened when it ends, closed when a query has filled it. */

interface KeyOfUser {
  user_id: number
  exchange_key_id: number
}

export interface OpenGapArgs extends KeyOfUser {
  /** Our clock (ms) of the last proof that the stream was alive; null: take the stored one. */
  from: number | null
  cause: string
  /** What a query had brought back already when the interruption was noticed. */
  recovered?: { orders: number; executions: number }
}

/**
 * Notes that a key's stream was interrupted. One that is open already stays as it is, and a key that has never been in step with its
 * venue cannot fall out of it.
 * @returns the gap that is open now
 */
export const openGap: Job<OpenGapArgs, Gap | null> = (db, args, context) => {
  const { user_id, exchange_key_id, from, cause, recovered } = args
  const key = db.get<{ synced_to: number | null; alive_at: number | null }>(
    'SELECT synced_to, alive_at FROM exchange_keys WHERE id = ? AND user_id = ?',
    exchange_key_id,
    user_id,
  )
  if (!key || key.synced_to === null) return null
  const open = findOpenGap(db, exchange_key_id)
  if (open) return gapOfRow(open)
  const since = Math.min(from ?? key.alive_at ?? key.synced_to, context.now)
  const id = insertGap(db, { user_id, exchange_key_id, from: since, cause })
  if (recovered) addRecovered(db, id, recovered.orders, recovered.executions)
  return publishOpen(db, context, user_id, exchange_key_id)
}

export interface FinishSyncArgs extends KeyOfUser {
  /** Venue time (ms) up to which everything is known now. */
  synced_to: number
  /** Our clock (ms) when the stream was back; null while it is not: the gap stays open. */
  ended_at: number | null
  /** What the queries could not prove; null when nothing is missing. */
  unproven: string | null
}

/** Notes how far a key's history is known, and ends its gap. @returns the gap that ended */
export const finishSync: Job<FinishSyncArgs, Gap | null> = (db, args, context) => {
  const { user_id, exchange_key_id, synced_to, ended_at, unproven } = args
  db.run(
    'UPDATE exchange_keys SET synced_to = max(coalesce(synced_to, 0), ?) WHERE id = ? AND user_id = ?',
    synced_to,
    exchange_key_id,
    user_id,
  )
  if (ended_at === null) return null
  const open = findOpenGap(db, exchange_key_id)
  if (!open) return null
  endGap(db, open.id, Math.max(ended_at, open.from), unproven)
  const gap = { ...gapOfRow(open), to: Math.max(ended_at, open.from), unproven }
  context.outbox.append(user_id, 'gap', JSON.stringify(gap), context.now)
  return gap
}

function publishOpen(db: Database, context: JobContext, userId: number, keyId: number): Gap | null {
  const row = findOpenGap(db, keyId)
  if (!row) return null
  const gap = gapOfRow(row)
  context.outbox.append(userId, 'gap', JSON.stringify(gap), context.now)
  return gap
}
