import type { Job } from './job.ts'

/** An answer is kept this long. */
export const idempotencyLifeMs = 86_400_000

export interface IdempotentRequest {
  user_id: number
  key: string
  route: string
  body_hash: string
  /** When this hub started (ms): a request that runs since before was cut off with the hub that ran it. */
  hub_started_at: number
}

/**
 * `fresh`: go on. `running`: the first request has not ended. `interrupted`: it was cut off; look what it did, then go on.
 * `other_body`: the key was used for something else.
 */
export type IdempotencyClaim =
  | { outcome: 'fresh' | 'running' | 'interrupted' | 'other_body' }
  | { outcome: 'done'; status: number; answer: string }

interface Row {
  route: string
  body_hash: string
  state: 'running' | 'done'
  status: number | null
  answer: string | null
  created_at: number
}

/** Claims a user's idempotency key, or tells what became of its first use. Keys older than a day go. */
export const claimIdempotencyKey: Job<IdempotentRequest, IdempotencyClaim> = (db, request, { now }) => {
  const { user_id, key, route, body_hash } = request
  db.run('DELETE FROM idempotency_keys WHERE created_at < ?', now - idempotencyLifeMs)
  const row = db.get<Row>(
    'SELECT route, body_hash, state, status, answer, created_at FROM idempotency_keys WHERE user_id = ? AND key = ?',
    user_id,
    key,
  )
  if (!row) {
    db.run(
      `INSERT INTO idempotency_keys (user_id, key, route, body_hash, state, created_at) VALUES (?, ?, ?, ?, 'running', ?)`,
      user_id,
      key,
      route,
      body_hash,
      now,
    )
    return { outcome: 'fresh' }
  }
  if (row.route !== route || row.body_hash !== body_hash) return { outcome: 'other_body' }
  if (row.status !== null && row.answer !== null) return { outcome: 'done', status: row.status, answer: row.answer }
  if (row.created_at >= request.hub_started_at) return { outcome: 'running' }
  db.run('UPDATE idempotency_keys SET created_at = ? WHERE user_id = ? AND key = ?', now, user_id, key)
  return { outcome: 'interrupted' }
}

/** Keeps the answer for those who ask again. */
export const finishIdempotencyKey: Job<{ user_id: number; key: string; status: number; answer: string }, void> = (
  db,
  { user_id, key, status, answer },
) => {
  db.run(
    `UPDATE idempotency_keys SET state = 'done', status = ?, answer = ? WHERE user_id = ? AND key = ?`,
    status,
    answer,
    user_id,
    key,
  )
}

/** Gives a key back when the request did nothing, so that the same request may be sent again. */
export const releaseIdempotencyKey: Job<{ user_id: number; key: string }, void> = (db, { user_id, key }) => {
  db.run(`DELETE FROM idempotency_keys WHERE user_id = ? AND key = ? AND state = 'running'`, user_id, key)
}
