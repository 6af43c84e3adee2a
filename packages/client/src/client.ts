import { openSocket as systemSocket } from '#socket'
import { type Clock, systemClock } from './clock.ts'
import type { Fetch } from './http.ts'
import type { OpenSocket } from './raw-socket.ts'
import { createRealtime, type GetToken, type Realtime } from './realtime.ts'
import { createRest, type Rest, randomKey } from './rest.ts'
import { createSession, type Session } from './session.ts'

export interface ClientOptions {
  /** Where the hub is, such as `http://127.0.0.1:8080`; empty in a page that the hub itself serves. */
  baseUrl: string
  /**
   * Gives the access token, or null when nobody is logged in; with `refresh` the last one is no longer good. Left out, the client
   * takes it from its own `session`.
   */
  getToken?: GetToken
  /** Labels this tab: 8 to 64 of A-Z a-z 0-9 _ -. Left out, a random one. */
  sessionId?: string
  /** For tests and special hosts. */
  fetch?: Fetch
  openSocket?: OpenSocket
  clock?: Clock
  /** Told of errors that handlers threw; left out, they are printed to the console. */
  onThrow?: (error: unknown) => void
}

export interface Client extends Realtime {
  readonly session: Session
  readonly rest: Rest
}

/** A client of one hub, for browsers and Node. Nothing is opened before `connect()`. */
export function createClient(options: ClientOptions): Client {
  const clock = options.clock ?? systemClock
  const onThrow = options.onThrow ?? ((error: unknown) => console.error('A handler failed:', error))
  // Looked up at each call, and called as a function: a page may replace fetch, and it minds its `this`.
  const fetch: Fetch = options.fetch ?? ((...args) => globalThis.fetch(...args))
  const apiUrl = () => `${origin(options.baseUrl)}/api/v1`
  const sessionId = options.sessionId ?? randomKey()

  const session = createSession({ apiUrl, fetch, clock, onThrow })
  const getToken = options.getToken ?? session.getToken
  const realtime = createRealtime({
    url: () => `${apiUrl().replace(/^http/, 'ws')}/trading/ws?session_id=${encodeURIComponent(sessionId)}`,
    getToken,
    openSocket: options.openSocket ?? systemSocket,
    clock,
    onThrow,
  })
  session.onUser((user) => realtime.setUser(user?.id ?? null))
  return Object.assign(realtime, { session, rest: createRest({ apiUrl, fetch, getToken }) })
}

/** The page's own origin stands in for an empty base URL. */
function origin(baseUrl: string): string {
  const base = baseUrl || (globalThis as { location?: { origin: string } }).location?.origin
  if (!base) throw new Error('createClient needs a baseUrl outside a browser')
  return base.replace(/\/+$/, '')
}
