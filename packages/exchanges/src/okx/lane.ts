import { ExchangeError } from '../errors.ts'
import type { Credentials, DownCause } from '../exchange.ts'
import { textOrNull } from '../fields.ts'
import { type Backoff, createBackoff } from '../transport/backoff.ts'
import type { VenueClock } from '../transport/clock-offset.ts'
import type { Governor } from '../transport/governor.ts'
import { parseJson } from '../transport/json.ts'
import { Socket, type SocketEnd, type SocketHandler } from '../transport/socket.ts'
import type { Transport } from '../transport/transport.ts'
import { channels, subscribeMessage } from './channels.ts'
import { privateSocketUrl, type SocketPath } from './endpoints.ts'
import { toExchangeError } from './errors.ts'
import { loginMessage } from './sign.ts'
import type { RawFrame } from './wire.ts'

const hour = 3_600_000
/** OKX tells no longest life of a socket; others cut after a day, so its successor is up before. */
const handoverAfterMs = 22.5 * hour
const handoverJitterMs = hour
const handoverRetryMs = 5 * 60_000
/** What was on its way on the old socket when the new one was ready still arrives. */
const drainMs = 3_000
/** The venue hangs up after 30 s of silence: a quiet line is asked for a `pong` before. */
const idleMs = 15_000
const answerMs = 5_000
/** From the open socket to the last subscription confirmed. */
const readyWithinMs = 10_000
/** A connection that lasted this long ends a run of failures. */
const steadyMs = 30_000
/** Too many new connections within one second are refused; the next second has room again. */
const refusedWaitMs = 2_000
/** The account has too many connections or channels. */
const longWaitMs = 60_000

/** Close codes, https://www.okx.com/docs-v5/en/#overview-websocket-connect: the key was changed or deleted, or its login failed. */
const keyCloseCodes: ReadonlySet<number> = new Set([4001, 4007])
const tooManyCloseCodes: ReadonlySet<number> = new Set([4003, 4008, 4009])

/** How the stream hears of one of its two sockets. */
export interface LaneHandlers {
  /** Logged in and subscribed to every channel. */
  onReady(): void
  /** It was ready and is no more; it reconnects by itself. */
  onLost(cause: DownCause, detail: string): void
  /** An attempt to connect failed while it was not ready; it tries again. */
  onFailed(cause: DownCause, detail: string): void
  /** The venue announces that it will soon close this socket. */
  onLeaving(): void
  /** The venue refuses the key; nothing more is tried. */
  onRefused(error: ExchangeError): void
  onPush(frame: unknown, text: string, receivedAt: number): void
  onUnreadable(text: string, receivedAt: number): void
}

export interface LaneOptions {
  transport: Transport
  governor: Governor
  baseUrl: string
  path: SocketPath
  credentials: Credentials
  venueClock: VenueClock
  handlers: LaneHandlers
  /** Before each connection: whatever its frames need to be read. Throws ExchangeError. */
  prepare(): Promise<void>
  /** Asks by REST whether the key still works. Throws ExchangeError. */
  verify(): Promise<void>
}

/** One socket on its way to being subscribed. */
interface Leg {
  socket: Socket
  phase: 'login' | 'subscribing' | 'ready'
  /** Channels whose confirmation is awaited, by the id of their request. */
  waiting: Map<string, string>
  /** The venue has said that it will close it. */
  isLeaving: boolean
  /** The least time to wait when it ends. */
  waitMs: number
}

/**
 * One of an account's two private sockets, kept: login, subscription of all its channels, then frames. When the venue announces its
 * end, and after most of a day, a successor is logged in and subscribed before the old one goes; both deliver for a moment.
 */
export class Lane implements SocketHandler {
  readonly #options: LaneOptions
  readonly #backoff: Backoff
  #closed = false
  #connecting = false
  #active: Leg | null = null
  /** Not yet ready: the first one, or the successor of the active one. */
  #candidate: Leg | null = null
  #draining: Leg | null = null
  #readySince = 0
  #lastAliveAt: number | null = null
  #requests = 0
  #mustVerify = false
  #hasResynced = false
  #cancelDeadline: (() => void) | null = null
  #cancelNext: (() => void) | null = null
  #cancelDrain: (() => void) | null = null

  constructor(options: LaneOptions) {
    this.#options = options
    this.#backoff = createBackoff(options.transport.clock)
    void this.#connect()
  }

  get isReady(): boolean {
    return this.#active !== null
  }

  lastAliveAt(): number | null {
    return this.#active?.socket.lastAliveAt ?? this.#lastAliveAt
  }

  close(): void {
    this.#closed = true
    this.#cancelDeadline?.()
    this.#cancelNext?.()
    this.#lastAliveAt = this.lastAliveAt()
    for (const leg of [this.#active, this.#candidate]) leg?.socket.close()
    this.#active = null
    this.#candidate = null
    this.#drained()
  }

  /** Replaces the socket: its successor is ready before it goes. */
  replace(): void {
    if (this.#active === null || this.#active.isLeaving) return
    this.#active.isLeaving = true
    void this.#connect()
  }

  async #connect(): Promise<void> {
    if (this.#connecting || this.#candidate !== null || this.#closed) return
    this.#connecting = true
    const { transport, governor, baseUrl, path, prepare, verify } = this.#options
    try {
      if (this.#mustVerify) await verify()
      this.#mustVerify = false
      await prepare()
      await governor.admitConnection()
      if (this.#closed) return
      const socket = new Socket(transport, privateSocketUrl(baseUrl, path), this, { idleMs, answerMs })
      this.#candidate = { socket, phase: 'login', waiting: new Map(), isLeaving: false, waitMs: 0 }
    } catch (error) {
      if (!this.#closed) this.#connectFailed(error)
    } finally {
      this.#connecting = false
    }
  }

  /** The signature is good for 30 s: it is made when it is sent. */
  onOpen(socket: Socket): void {
    const { credentials, venueClock, transport } = this.#options
    socket.send(loginMessage(credentials, venueClock.estimate()))
    this.#cancelDeadline = transport.clock.after(readyWithinMs, () =>
      socket.abort('the subscription was not confirmed'),
    )
  }

  probe(socket: Socket): void {
    socket.send('ping')
  }

  onFrame(socket: Socket, text: string, receivedAt: number): void {
    const leg = this.#legOf(socket)
    if (leg === null || text === 'pong') return
    const frame = readFrame(text)
    const { event, op } = (typeof frame === 'object' && frame !== null ? frame : {}) as RawFrame & { op?: unknown }
    if (typeof event === 'string') this.#control(leg, event, frame as RawFrame)
    // Before the login is answered nothing tells of the account, and what cannot be read may be an echo of the login: not to be kept.
    else if (leg.phase === 'login') socket.abort('the login was not answered in a form we know')
    else if (frame === undefined) this.#options.handlers.onUnreadable(text, receivedAt)
    // Answers to orders sent over the socket: this hub sends none.
    else if (op === undefined) this.#options.handlers.onPush(frame, text, receivedAt)
  }

  onClose(socket: Socket, end: SocketEnd): void {
    const leg = this.#legOf(socket)
    if (leg === null) return
    const { clock } = this.#options.transport
    if (end.status === 429 || end.status === 418) {
      this.#options.governor.block(end.retryAt ?? clock.now() + refusedWaitMs)
    }
    if (keyCloseCodes.has(end.code)) this.#mustVerify = true
    if (tooManyCloseCodes.has(end.code)) leg.waitMs = longWaitMs
    const [cause, detail] = causeOf(end)
    if (leg === this.#draining) this.#drained()
    else if (leg === this.#candidate) this.#candidateFailed(leg, cause, detail)
    else this.#lose(leg, cause, detail)
  }

  #legOf(socket: Socket): Leg | null {
    for (const leg of [this.#active, this.#candidate, this.#draining]) if (leg?.socket === socket) return leg
    return null
  }

  #control(leg: Leg, event: string, frame: RawFrame) {
    const code = textOrNull(frame.code) ?? ''
    const words = `${code} ${textOrNull(frame.msg) ?? ''}`.trim().slice(0, 200)
    switch (event) {
      case 'login':
        return code === '0' ? this.#subscribe(leg) : this.#loginFailed(leg, code, frame)
      case 'subscribe':
        return this.#subscribed(leg, frame)
      case 'error':
        return this.#refused(leg, code, words, frame)
      case 'channel-conn-count-error':
        // It comes after the confirmation, and takes the subscription away from the newest socket: this one.
        leg.waitMs = longWaitMs
        return leg.socket.abort('the account has too many connections to a channel')
      case 'unsubscribe':
        return leg.socket.abort('the venue ended a subscription')
      case 'notice':
        return this.#noticed(leg, code, words)
    }
  }

  #subscribe(leg: Leg) {
    if (leg.phase !== 'login') return
    leg.phase = 'subscribing'
    for (const channel of channels[this.#options.path]) {
      this.#requests += 1
      const id = `s${this.#requests}`
      leg.waiting.set(id, channel.channel ?? '')
      leg.socket.send(subscribeMessage(id, channel))
    }
  }

  /** A confirmation names its request, or at least its channel. */
  #subscribed(leg: Leg, frame: RawFrame) {
    const { channel } = (typeof frame.arg === 'object' && frame.arg !== null ? frame.arg : {}) as { channel?: unknown }
    const byChannel = [...leg.waiting].find(([, name]) => name === channel)?.[0]
    leg.waiting.delete(textOrNull(frame.id) ?? byChannel ?? '')
    if (leg.phase === 'subscribing' && leg.waiting.size === 0) this.#ready(leg)
  }

  #ready(leg: Leg) {
    const { clock } = this.#options.transport
    this.#cancelDeadline?.()
    this.#cancelDeadline = null
    leg.phase = 'ready'
    const predecessor = this.#active
    this.#active = leg
    this.#candidate = null
    this.#hasResynced = false
    this.#next(leg.isLeaving ? 0 : handoverAfterMs + handoverJitterMs * clock.random())
    if (predecessor !== null) {
      this.#drained()
      this.#draining = predecessor
      this.#cancelDrain = clock.after(drainMs, () => this.#drained())
      return
    }
    this.#readySince = clock.now()
    this.#options.handlers.onReady()
  }

  #drained() {
    this.#cancelDrain?.()
    this.#cancelDrain = null
    this.#draining?.socket.close()
    this.#draining = null
  }

  #noticed(leg: Leg, code: string, words: string) {
    this.#options.transport.log('info', 'venue_notice', { venue: 'okx', notice: words })
    if (code !== '64008' || leg.isLeaving) return
    leg.isLeaving = true
    if (leg === this.#active) void this.#connect()
    if (leg !== this.#draining) this.#options.handlers.onLeaving()
  }

  #refused(leg: Leg, code: string, words: string, frame: RawFrame) {
    if (leg.phase === 'login') return code === '60010' ? this.#subscribe(leg) : this.#loginFailed(leg, code, frame)
    if (leg.phase === 'subscribing') return leg.socket.abort(words)
    this.#options.transport.log('warn', 'venue_error', { venue: 'okx', problem: words })
  }

  #loginFailed(leg: Leg, code: string, frame: RawFrame) {
    const { transport, venueClock, handlers } = this.#options
    const failure = { status: 200, code, sub_code: null, msg: textOrNull(frame.msg) }
    const error = toExchangeError(failure, 'read', transport.clock.now())
    if (error.kind === 'auth') return handlers.onRefused(error)
    leg.socket.close()
    if (error.kind !== 'clock' || this.#hasResynced) return this.#candidateFailed(leg, 'connect_failed', error.message)
    this.#hasResynced = true
    this.#dropCandidate()
    void venueClock.refresh().finally(() => this.#next(0))
  }

  #connectFailed(error: unknown) {
    const known = error instanceof ExchangeError ? error : null
    if (known?.kind === 'auth') return this.#options.handlers.onRefused(known)
    const cause = known?.kind === 'rate_limit' ? 'rate_limited' : 'connect_failed'
    const earliest = known?.retry_at == null ? 0 : known.retry_at - this.#options.transport.clock.now()
    this.#attemptFailed(cause, known?.message ?? 'the stream could not be opened', earliest)
  }

  #candidateFailed(leg: Leg, cause: DownCause, detail: string) {
    this.#dropCandidate()
    this.#attemptFailed(cause === 'rate_limited' ? cause : 'connect_failed', detail, leg.waitMs)
  }

  #dropCandidate() {
    this.#cancelDeadline?.()
    this.#cancelDeadline = null
    this.#candidate = null
  }

  #attemptFailed(cause: DownCause, detail: string, earliestMs: number) {
    const { clock, log } = this.#options.transport
    if (this.#active !== null) {
      log('warn', 'handover_failed', { problem: detail })
      // One that has been told to go has a minute left.
      const wait = this.#active.isLeaving ? this.#backoff.next() : handoverRetryMs * (0.5 + clock.random())
      return this.#next(Math.max(earliestMs, wait))
    }
    this.#options.handlers.onFailed(cause, detail)
    this.#next(Math.max(earliestMs, this.#backoff.next()))
  }

  #lose(leg: Leg, cause: DownCause, detail: string) {
    if (this.#options.transport.clock.now() - this.#readySince >= steadyMs) this.#backoff.reset()
    this.#lastAliveAt = leg.socket.lastAliveAt
    this.#active = null
    this.#options.handlers.onLost(cause, detail)
    if (!this.#closed) this.#next(Math.max(leg.waitMs, this.#backoff.next()))
  }

  #next(ms: number) {
    this.#cancelNext?.()
    this.#cancelNext = this.#closed ? null : this.#options.transport.clock.after(ms, () => void this.#connect())
  }
}

/** Undefined when the text is not JSON. */
function readFrame(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

/** Why a socket ended, in our words. */
function causeOf(end: SocketEnd): [cause: DownCause, detail: string] {
  if (end.silent) return ['silent', 'no answer to a heartbeat']
  const words = end.error ?? (end.reason === '' ? `closed with ${end.code}` : `${end.code} ${end.reason}`)
  if (end.status === 429 || end.status === 418) return ['rate_limited', words]
  if (keyCloseCodes.has(end.code)) return ['terminated', words]
  return [end.opened ? 'connection_lost' : 'connect_failed', words]
}
