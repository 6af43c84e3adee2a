import { loginBodySchema, registerBodySchema, sessionAnswerSchema, userSchema } from '@tradercoin/protocol'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Client, SignedIn, SignIn } from '../auth/sign-in.ts'
import { type LiveSession, listSessions, sessionLifeMs } from '../store/sessions.ts'
import type { Store } from '../store/store.ts'
import { idOf, Problem } from './problem.ts'
import type { ApiServer } from './server.ts'

export interface AuthRoutes {
  signIn: SignIn
  store: Store
  now(): number
  authenticate(request: FastifyRequest): Promise<LiveSession>
  /** Requests a minute and address on the routes that take a password. */
  passwordRoutesPerMinute: number
}

const cookieName = '__Host-refresh'
const cookie = { path: '/', secure: true, httpOnly: true, sameSite: 'strict' } as const
const tags = ['auth']
const access = 'public'

/** Routes for those who have no access token yet, or no more. */
export function publicAuthRoutes(api: ApiServer, routes: AuthRoutes): void {
  const { signIn } = routes
  const perMinute = (max: number) => ({ max, timeWindow: 60_000 })
  const guarded = { access, rateLimit: perMinute(routes.passwordRoutesPerMinute) } as const
  const response = { '2xx': sessionAnswerSchema }

  api.post('/auth/register', {
    config: guarded,
    schema: { tags, summary: 'Register', body: registerBodySchema, response },
    handler: async (request, reply) => {
      requireHttps(request)
      const { email, password } = request.body
      return answer(reply.code(201), await signIn.register(email, password, clientOf(request)))
    },
  })
  api.post('/auth/login', {
    config: guarded,
    schema: { tags, summary: 'Log in', body: loginBodySchema, response },
    handler: async (request, reply) => {
      requireHttps(request)
      const { email, password } = request.body
      return answer(reply, await signIn.login(email, password, clientOf(request)))
    },
  })
  api.post('/auth/refresh', {
    // The token cannot be guessed, and every open tab of an office comes here.
    config: { access, rateLimit: perMinute(routes.passwordRoutesPerMinute * 30) },
    schema: { tags, summary: 'Trade the refresh cookie for a new access token', response },
    handler: async (request, reply) => {
      requireHttps(request)
      const token = request.cookies[cookieName]
      if (!token) throw new Problem(401, 'session_ended', 'There is no refresh cookie; sign in.')
      try {
        return await answer(reply, await signIn.refresh(token, clientOf(request)))
      } catch (error) {
        reply.clearCookie(cookieName, cookie)
        throw error
      }
    },
  })
  api.post('/auth/logout', {
    config: { access, rateLimit: perMinute(routes.passwordRoutesPerMinute * 30) },
    schema: { tags, summary: 'End the session and close its sockets' },
    handler: async (request, reply) => {
      const session = request.headers.authorization ? await routes.authenticate(request).catch(() => null) : null
      const token = request.cookies[cookieName]
      if (session) await signIn.end(session.user.id, session.session_id, request.ip)
      else if (token) await signIn.logoutByRefreshToken(token, request.ip)
      reply.clearCookie(cookieName, cookie)
      return reply.code(204).send()
    },
  })
}

const sessionItemSchema = z.object({
  id: z.int(),
  created_at: z.int(),
  last_used_at: z.int(),
  expires_at: z.int(),
  user_agent: z.string().nullable(),
  ip: z.string().nullable(),
  is_current: z.boolean(),
})
const passwordBodySchema = z.strictObject({
  current_password: z.string().max(256),
  new_password: registerBodySchema.shape.password,
})

/** Routes of a signed-in user about themselves. */
export function authRoutes(api: ApiServer, { signIn, store, now, passwordRoutesPerMinute }: AuthRoutes): void {
  api.get('/auth/me', {
    schema: { tags, summary: 'Who is signed in', response: { 200: z.object({ user: userSchema }) } },
    handler: async ({ principal }) => ({ user: principal.user }),
  })
  api.get('/auth/sessions', {
    schema: { tags, summary: 'Open sessions', response: { 200: z.object({ items: z.array(sessionItemSchema) }) } },
    handler: async ({ principal }) => ({
      items: listSessions(store.db, { user_id: principal.user.id }, now()).map((session) => ({
        ...session,
        is_current: session.id === principal.session_id,
      })),
    }),
  })
  api.delete('/auth/sessions', {
    schema: { tags, summary: 'End every other session' },
    handler: async ({ principal, ip }, reply) => {
      await signIn.endOthers(principal, ip)
      return reply.code(204).send()
    },
  })
  api.delete('/auth/sessions/:id', {
    schema: { tags, summary: 'End one session', params: z.object({ id: z.string() }) },
    handler: async ({ principal, params, ip }, reply) => {
      await signIn.end(principal.user.id, idOf(params.id), ip)
      return reply.code(204).send()
    },
  })
  api.post('/auth/password', {
    config: { rateLimit: { max: passwordRoutesPerMinute, timeWindow: 60_000 } },
    schema: { tags, summary: 'Change the password; other sessions end', body: passwordBodySchema },
    handler: async (request, reply) => {
      requireHttps(request)
      const { principal, body, ip } = request
      try {
        await signIn.changePassword(principal, body.current_password, body.new_password, ip)
      } catch (error) {
        throw wrongPassword(error)
      }
      return reply.code(204).send()
    },
  })
}

/** A wrong current password is no reason to sign out, so it is not a 401. */
function wrongPassword(error: unknown): unknown {
  const isWrong = error instanceof Error && (error as { code?: unknown }).code === 'invalid_login'
  return isWrong ? new Problem(403, 'wrong_password', error.message) : error
}

function answer(reply: FastifyReply, { refresh_token, ...rest }: SignedIn) {
  reply.setCookie(cookieName, refresh_token, { ...cookie, maxAge: sessionLifeMs / 1000 })
  return reply.send(rest)
}

function clientOf(request: FastifyRequest): Client {
  return { ip: request.ip, userAgent: request.headers['user-agent'] ?? null }
}

/** A password must not cross a network in the clear. */
function requireHttps(request: FastifyRequest): void {
  if (request.protocol === 'https' || isLoopback(request.ip)) return
  throw new Problem(
    403,
    'https_required',
    'Sign in over https, or from the machine the hub runs on. Behind a proxy that does TLS, set TRUST_PROXY.',
  )
}

export const isLoopback = (ip: string) => /^(::1|(::ffff:)?127\.\d+\.\d+\.\d+)$/.test(ip)
