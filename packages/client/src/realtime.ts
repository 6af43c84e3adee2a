import {
  type Balance,
  closeCodes,
  type Execution,
  finalCloseCodes,
  type Gap,
  type KeyLink,
  type KeyStatus,
  type Order,
  type Position,
  type Ready,
  type ServerMessage,
  type Snapshot,
  type UserEvent,
} from '@tradercoin/protocol'
import { retryDelayMs } from './backoff.ts'
import type { Clock } from './clock.ts'
import type { ConnectionState, DisconnectReason } from './connection-state.ts'
import { createCursor } from './cursor.ts'
import { ApiError } from './errors.ts'
import { type Line, openLine, readyTimeoutMs } from './line.ts'
import { createListeners } from './listeners.ts'
import { createMarkets, type Markets } from './markets.ts'
import type { OpenSocket } from './raw-socket.ts'
import { onWakeUp } from './wake-up.ts'

/** A connection that lived this long was a good one: the next retry counts from the beginning again. */
export const stableAfterMs = 5_000
/** A hub that found this client too talkative is given a longer pause. */
const attemptAfterTooMany = 6

export type GetToken = (options?: { refresh?: boolean }) => string | null | Promise<string | null>

/** The live side of a client. Each `on…` returns its unsubscribe function. */
export interface Realtime {
  /** Starts, and keeps trying for ever; while waiting for a retry it tries at once. */
  connect(): void
  disconnect(): void
  /** A new object whenever something changed. */
  readonly state: ConnectionState
  onState(fn: (state: ConnectionState) => void): () => void
  onOrderUpdate(fn: (order: Order, seq: number) => void): () => void
  onExecution(fn: (execution: Execution, seq: number) => void): () => void
  onBalanceUpdate(fn: (balance: Balance, seq: number) => void): () => void
  onPositionUpdate(fn: (position: Position, seq: number) => void): () => void
  onGap(fn: (gap: Gap, seq: number) => void): () => void
  /** Every committed event, in order, each once: what `applyEvent` of the protocol package takes. */
  onEvent(fn: (event: UserEvent) => void): () => void
  /** Everything anew: comes first, and whenever what was missed can no longer be replayed. It replaces all that is known. */
  onSnapshot(fn: (snapshot: Snapshot) => void): () => void
  onKeyStatus(fn: (status: KeyStatus) => void): () => void
  /** The hub's answer to something this client did wrong. */
  onError(fn: (error: { code: string; message: string }) => void): () => void
  /** An order book, ticker or candles: asked for while somebody watches, again after each reconnect. */
  watchMarket: Markets['watch']
}

export interface RealtimeOptions {
  /** The WebSocket's address with its session_id. */
  url: () => string
  getToken: GetToken
  openSocket: OpenSocket
  clock: Clock
  /** Told of handlers that threw. */
  onThrow: (error: unknown) => void
}

export interface RealtimeControl extends Realtime {
  /** Another user logged in (their log is another one), or nobody is logged in any more (null). */
  setUser(userId: number | null): void
}

export function createRealtime(options: RealtimeOptions): RealtimeControl {
  const { clock } = options
  const list = <Args extends unknown[]>() => createListeners<Args>(options.onThrow)
  const listeners = {
    state: list<[ConnectionState]>(),
    event: list<[UserEvent]>(),
    order_update: list<[Order, number]>(),
    execution: list<[Execution, number]>(),
    balance_update: list<[Balance, number]>(),
    position_update: list<[Position, number]>(),
    gap: list<[Gap, number]>(),
    snapshot: list<[Snapshot]>(),
    key_status: list<[KeyStatus]>(),
    error: list<[{ code: string; message: string }]>(),
  }

  const markets = createMarkets({ clock, send: (message) => line?.send(message), onThrow: options.onThrow })

  let cursor = createCursor()
  let keys: readonly KeyLink[] = []
  let staleSince: number | null = null
  let hasData = false
  let userId: number | null = null
  let isWanted = false
  let failures = 0
  let line: Line | null = null
  let isReady = false
  // Each attempt has its number; what an earlier one still awaits is ignored when it comes.
  let attempt = 0
  let token: { text: string; isFresh: boolean } | null = null
  let mustRefresh = false
  let refusedToken: string | null = null
  let cancelRetry: (() => void) | null = null
  let cancelTokenTimeout: (() => void) | null = null
  let cancelStable: (() => void) | null = null
  let stopWakeUps: (() => void) | null = null
  let state: ConnectionState = idle(null)

  function idle(reason: DisconnectReason | null): ConnectionState {
    return { status: 'disconnected', attempt: failures, nextRetryAt: null, staleSince, keys, reason }
  }

  function publish(next: ConnectionState) {
    state = next
    listeners.state.emit(state)
  }

  /** Ends whatever is under way: an attempt, a line, a wait. */
  function release(closeCode: number) {
    attempt += 1
    cancelRetry?.()
    cancelTokenTimeout?.()
    cancelStable?.()
    cancelRetry = cancelTokenTimeout = cancelStable = null
    if (line !== null && hasData && isReady) staleSince ??= line.lastHeardAt()
    line?.close(closeCode)
    line = null
    isReady = false
    markets.onLost()
  }

  function finish(reason: DisconnectReason | null) {
    isWanted = false
    release(1000)
    stopWakeUps?.()
    stopWakeUps = null
    publish(idle(reason))
  }

  async function open(): Promise<void> {
    release(1000)
    const mine = attempt
    publish({ status: 'connecting', attempt: failures, nextRetryAt: null, staleSince, keys, reason: state.reason })
    if (mine !== attempt) return
    cancelTokenTimeout = clock.after(readyTimeoutMs, () => {
      lose({ kind: 'timeout', code: null, message: 'No session token was to be had in time.', final: false })
    })
    const refresh = mustRefresh
    let text: string | null
    try {
      text = await options.getToken(refresh ? { refresh } : {})
    } catch (error) {
      if (mine === attempt) lose(tokenFailure(error))
      return
    }
    if (mine !== attempt) return
    cancelTokenTimeout()
    cancelTokenTimeout = null
    mustRefresh = false
    if (text === null) return finish(signedOut)
    if (text === refusedToken) {
      refusedToken = null
      return finish({ kind: 'closed', code: closeCodes.badToken, message: signedOut.message, final: true })
    }
    token = { text, isFresh: refresh }
    start(text)
  }

  function start(text: string) {
    try {
      line = openLine(options.openSocket, clock, options.url(), {
        onOpen() {
          const resume = cursor.resume()
          line?.send({ type: 'auth', data: resume ? { token: text, resume } : { token: text } })
        },
        onMessage,
        onUnknownEvent: (seq) => takeEvent(seq, null),
        onEnd: lose,
      })
    } catch (error) {
      // An address that is none: it will not get better by itself, but a page that is being set up may mend it.
      lose({ kind: 'network', code: null, message: String(error), final: false })
    }
  }

  /** The line is gone, or never came to be: decides when to try again, and whether at all. */
  function lose(reason: DisconnectReason) {
    const wasFresh = token?.isFresh === true
    const wasReady = isReady
    release(reason.kind === 'gap' ? closeCodes.gap : 1000)
    const { code } = reason
    if (code === closeCodes.tokenExpired) {
      mustRefresh = true
      if (!wasFresh || wasReady) return void open()
    }
    if (code === closeCodes.badToken && !wasFresh && token !== null) {
      // With another token it is not the same attempt again; with the same one it would be, and ends in open().
      refusedToken = token.text
      mustRefresh = true
      return void open()
    }
    if (reason.final || (code !== null && finalCloseCodes.has(code))) return finish({ ...reason, final: true })
    failures = code === closeCodes.tooManyMessages ? Math.max(failures + 1, attemptAfterTooMany) : failures + 1
    const delay = retryDelayMs(failures, clock.random())
    cancelRetry = clock.after(delay, () => void open())
    const nextRetryAt = clock.now() + delay
    publish({ status: 'disconnected', attempt: failures, nextRetryAt, staleSince, keys, reason })
  }

  function onMessage(message: ServerMessage) {
    if ('seq' in message) return takeEvent(message.seq, message)
    switch (message.type) {
      case 'ready':
        return onReady(message.data)
      case 'snapshot':
        return onSnapshot(message.data)
      case 'key_status': {
        const age_ms = keys.find(({ exchange_key_id }) => exchange_key_id === message.data.exchange_key_id)?.age_ms
        keys = withKey(keys, { ...message.data, age_ms: age_ms ?? null })
        listeners.key_status.emit(message.data)
        return refreshState()
      }
      case 'heartbeat':
        keys = message.data.keys.map((told) => {
          const known = keys.find(({ exchange_key_id }) => exchange_key_id === told.exchange_key_id)
          const reason = known?.state === told.state ? known.reason : null
          return { ...told, reason, last_event_at: known?.last_event_at ?? null }
        })
        if (cursor.isStuck(message.data.seq)) return lose(gapReason)
        return refreshState()
      case 'reauth':
        return void reauth()
      case 'error':
        return listeners.error.emit(message.data)
      default:
        return markets.onMessage(message)
    }
  }

  function onReady(ready: Ready) {
    if (isReady) return
    const what = cursor.begin(ready)
    if (what === 'mismatch') return lose(gapReason)
    isReady = true
    userId = ready.user_id
    refusedToken = null
    line?.expectHeartbeats(ready.heartbeat_ms)
    cancelStable = clock.after(stableAfterMs, () => {
      failures = 0
    })
    if (cursor.isCaughtUp()) staleSince = null
    const { session_id, user_id } = ready
    publish({ status: 'connected', attempt: 0, nextRetryAt: null, staleSince, keys, reason: null, session_id, user_id })
    if (isReady) markets.onReady()
  }

  function onSnapshot(snapshot: Snapshot) {
    if (!isReady) return
    cursor.snapshot(snapshot)
    hasData = true
    keys = snapshot.keys.map((key) => ({ ...key, age_ms: null }))
    listeners.snapshot.emit(snapshot)
    staleSince = null
    refreshState()
  }

  /** `event` is null for a type this client does not know: it has its place in the log all the same. */
  function takeEvent(seq: number, event: UserEvent | null) {
    if (!isReady) return
    const place = cursor.event(seq)
    if (place === 'gap') return lose(gapReason)
    if (place === 'known') return
    if (event !== null) handOut(event)
    if (staleSince !== null && cursor.isCaughtUp()) {
      staleSince = null
      refreshState()
    }
  }

  function handOut(event: UserEvent) {
    listeners.event.emit(event)
    switch (event.type) {
      case 'order_update':
        return listeners.order_update.emit(event.data, event.seq)
      case 'execution':
        return listeners.execution.emit(event.data, event.seq)
      case 'balance_update':
        return listeners.balance_update.emit(event.data, event.seq)
      case 'position_update':
        return listeners.position_update.emit(event.data, event.seq)
      case 'gap':
        return listeners.gap.emit(event.data, event.seq)
    }
  }

  /** A handler may have ended the connection meanwhile: then the state is already another one. */
  function refreshState() {
    if (state.status === 'connected') publish({ ...state, staleSince, keys })
  }

  async function reauth() {
    const mine = line
    try {
      const text = await options.getToken({ refresh: true })
      if (text !== null) mine?.send({ type: 'reauth', data: { token: text } })
    } catch {
      // The hub will close with 4011 when the token ends, and the refresh is tried again then.
    }
  }

  function wakeUp() {
    if (line !== null) line.probe()
    else if (cancelRetry !== null) void open()
  }

  return {
    connect() {
      if (isWanted) return wakeUp()
      isWanted = true
      failures = 0
      stopWakeUps = onWakeUp(wakeUp)
      void open()
    },
    disconnect() {
      if (isWanted) finish(null)
    },
    setUser(id) {
      if (id === null && isWanted) return finish(signedOut)
      if (id === null || userId === null || id === userId) return
      cursor = createCursor()
      keys = []
      hasData = false
      staleSince = null
      userId = null
      if (line !== null) void open()
    },
    get state() {
      return state
    },
    onState: listeners.state.add,
    onOrderUpdate: listeners.order_update.add,
    onExecution: listeners.execution.add,
    onBalanceUpdate: listeners.balance_update.add,
    onPositionUpdate: listeners.position_update.add,
    onGap: listeners.gap.add,
    onEvent: listeners.event.add,
    onSnapshot: listeners.snapshot.add,
    onKeyStatus: listeners.key_status.add,
    onError: listeners.error.add,
    watchMarket: markets.watch,
  }
}

const signedOut: DisconnectReason = {
  kind: 'signed_out',
  code: null,
  message: 'The session is over. Log in again.',
  final: true,
}

const gapReason: DisconnectReason = {
  kind: 'gap',
  code: closeCodes.gap,
  message: 'An event is missing; reconnecting to fetch it.',
  final: false,
}

/** Without an answer the token may still be had later; a refusal of any kind but "over" (null) is worth another try too. */
function tokenFailure(error: unknown): DisconnectReason {
  const message = error instanceof Error ? error.message : String(error)
  return { kind: error instanceof ApiError ? 'closed' : 'network', code: null, message, final: false }
}

function withKey(keys: readonly KeyLink[], key: KeyLink): readonly KeyLink[] {
  const others = keys.filter(({ exchange_key_id }) => exchange_key_id !== key.exchange_key_id)
  return [...others, key].sort((a, b) => a.exchange_key_id - b.exchange_key_id)
}
