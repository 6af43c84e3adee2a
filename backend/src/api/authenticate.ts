import type { FastifyRequest } from 'fastify'
import type { AccessTokens } from '../auth/access-tokens.ts'
import { type LiveSession, readLiveSession } from '../store/sessions.ts'
import type { Store } from '../store/store.ts'
import { Problem } from './problem.ts'

const challenge = { headers: { 'www-authenticate': 'Bearer' } }

/** Tells who sends a request, from its bearer token and nothing else; the session behind the token must live. */
export function authenticator(store: Store, tokens: AccessTokens, now: () => number) {
  return async (request: FastifyRequest): Promise<LiveSession> => {
    const token = /^Bearer ([^\s]+)$/i.exec(request.headers.authorization ?? '')?.[1]
    if (!token)
      throw new Problem(401, 'unauthorized', 'Send an access token: Authorization: Bearer <token>.', challenge)
    const claims = await tokens.verify(token)
    if (claims === 'expired')
      throw new Problem(401, 'token_expired', 'The access token has expired; refresh it.', challenge)
    const session =
      claims === 'bad_token' ? undefined : readLiveSession(store.db, claims.sessionId, claims.userId, now())
    if (!session)
      throw new Problem(401, 'unauthorized', 'The access token is not valid here; sign in again.', challenge)
    return session
  }
}
