import { createHash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { IdempotencyClaim } from '../store/idempotency.ts'
import type { Store } from '../store/store.ts'
import { Problem } from './problem.ts'

/** An answer as it was first given. */
export interface KeptAnswer {
  status: number
  body: unknown
}

export interface Idempotency {
  store: Store
  /** When this hub started, ms. */
  startedAt: number
}

/** The request's key. @throws Problem 400 when it is missing or of the wrong form */
export function idempotencyKeyOf(request: FastifyRequest): string {
  const key = request.headers['idempotency-key']
  if (typeof key === 'string' && /^[\x21-\x7e]{1,128}$/.test(key)) return key
  throw new Problem(
    400,
    'idempotency_key_missing',
    'Send a header Idempotency-Key of 1 to 128 visible characters, new for each order and the same when you repeat a call.',
    { errors: [{ field: 'Idempotency-Key', message: 'is missing or not valid' }] },
  )
}

/**
 * Does something once for a user's key, and gives its answer to everyone who asks again within a day. `act` is told whether an earlier
 * try of this very request was cut off with its hub, and so must look first what that did. What `act` throws frees the key.
 * @throws Problem 409 while the first request runs, 422 when the key was used with another body
 */
export async function once(
  { store, startedAt }: Idempotency,
  userId: number,
  key: string,
  body: unknown,
  act: (wasInterrupted: boolean) => Promise<KeptAnswer>,
): Promise<KeptAnswer> {
  const { writer } = store
  const body_hash = createHash('sha256').update(canonical(body)).digest('base64url')
  const request = { user_id: userId, key, route: 'POST /trading/orders', body_hash, hub_started_at: startedAt }
  const claim = await writer.run('claimIdempotencyKey', request)
  if (claim.outcome === 'done') return { status: claim.status, body: JSON.parse(claim.answer) }
  refuse(claim)
  try {
    const answer = await act(claim.outcome === 'interrupted')
    const kept = { user_id: userId, key, status: answer.status, answer: JSON.stringify(answer.body) }
    await writer.run('finishIdempotencyKey', kept)
    return answer
  } catch (error) {
    await writer.run('releaseIdempotencyKey', { user_id: userId, key }).catch(() => {})
    throw error
  }
}

function refuse({ outcome }: IdempotencyClaim): void {
  if (outcome === 'running') {
    throw new Problem(409, 'request_running', 'The first request with this Idempotency-Key still runs; ask again.', {
      headers: { 'retry-after': '1' },
    })
  }
  if (outcome === 'other_body') {
    throw new Problem(
      422,
      'idempotency_key_reused',
      'This Idempotency-Key was used for another request; take a new one.',
    )
  }
}

/** The same text for the same fields, in whatever order they were sent. */
function canonical(body: unknown): string {
  return JSON.stringify(Object.entries(body as object).sort(([a], [b]) => (a < b ? -1 : 1)))
}
