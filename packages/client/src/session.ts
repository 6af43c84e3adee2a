import type { SessionAnswer, User } from '@tradercoin/protocol'
import type { Clock } from './clock.ts'
import { ApiError } from './errors.ts'
import { type Fetch, request } from './http.ts'
import { createListeners } from './listeners.ts'

/** A token this close to its end is not used any more: it could end on the way. */
const tokenMarginMs = 10_000

/**
 * Who is logged in. The access token lives in memory only. The refresh token is a cookie: a browser keeps it out of reach of every
 * script; elsewhere this object keeps it, in memory.
 */
export interface Session {
  register(body: { email: string; password: string }): Promise<User>
  login(body: { email: string; password: string; totp?: string }): Promise<User>
  /** Takes a session up again by its cookie; null when there is none. One request however many ask at once. */
  resume(): Promise<User | null>
  /** Ends the session on the hub; here it is over even when the hub cannot be told (then NetworkError is thrown). */
  logout(): Promise<void>
  /** The user as of the last login, register or resume. */
  readonly user: User | null
  /** Called with the user when someone logs in and null when the session is over. */
  onUser(fn: (user: User | null) => void): () => void
}

export interface SessionWithToken extends Session {
  /** A token that holds for a while; `refresh` asks for a new one. Null when nobody is logged in. Throws NetworkError. */
  getToken(options?: { refresh?: boolean }): Promise<string | null>
}

export function createSession(options: {
  apiUrl: () => string
  fetch: Fetch
  clock: Clock
  onThrow: (error: unknown) => void
}): SessionWithToken {
  const { apiUrl, fetch, clock } = options
  const users = createListeners<[User | null]>(options.onThrow)
  let user: User | null = null
  let token: { text: string; endsAt: number } | null = null
  let cookie: string | null = null
  let refreshing: Promise<User | null> | null = null
  let lastTurn: Promise<unknown> = Promise.resolve()

  /** One at a time: the cookie of an answer must not take the place of a later one's, nor bring an ended session back. */
  function inTurn<T>(step: () => Promise<T>): Promise<T> {
    const turn = lastTurn.then(step)
    lastTurn = turn.catch(() => undefined)
    return turn
  }

  async function post(path: string, body?: unknown, bearer?: string): Promise<unknown> {
    const headers: Record<string, string> = {}
    if (cookie !== null) headers.cookie = cookie
    if (bearer !== undefined) headers.authorization = `Bearer ${bearer}`
    const answer = await request(fetch, 'POST', `${apiUrl()}${path}`, { body, headers, credentials: 'include' })
    keepCookie(answer.headers)
    return answer.body
  }

  /** In a browser there is nothing to see here: set-cookie is not shown to scripts. */
  function keepCookie(headers: Headers) {
    for (const line of headers.getSetCookie?.() ?? []) {
      const pair = line.split(';', 1)[0] ?? ''
      if (pair.startsWith('__Host-refresh=')) cookie = pair.endsWith('=') ? null : pair
    }
  }

  function begin(answer: SessionAnswer): User {
    token = { text: answer.access_token, endsAt: clock.now() + answer.expires_in * 1000 }
    const isNew = user?.id !== answer.user.id
    user = answer.user
    if (isNew) users.emit(user)
    return user
  }

  const currentToken = () => token?.text ?? null

  function end() {
    const wasUser = user
    token = null
    cookie = null
    user = null
    if (wasUser !== null) users.emit(null)
  }

  async function refresh(): Promise<User | null> {
    try {
      return begin((await post('/auth/refresh')) as SessionAnswer)
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error
      end()
      return null
    }
  }

  function resume(): Promise<User | null> {
    refreshing ??= inTurn(refresh).finally(() => {
      refreshing = null
    })
    return refreshing
  }

  const start = (path: string, body: unknown) => inTurn(async () => begin((await post(path, body)) as SessionAnswer))

  async function logout(): Promise<void> {
    try {
      await post('/auth/logout', undefined, token?.text)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
    } finally {
      end()
    }
  }

  return {
    register: (body) => start('/auth/register', body),
    login: (body) => start('/auth/login', body),
    resume,
    logout: () => inTurn(logout),
    get user() {
      return user
    },
    onUser: users.add,
    async getToken({ refresh: isRefresh = false } = {}) {
      if (!isRefresh && token !== null && token.endsAt - tokenMarginMs > clock.now()) return token.text
      await resume()
      return currentToken()
    },
  }
}
