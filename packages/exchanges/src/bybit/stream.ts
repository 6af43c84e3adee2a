import type { AccountEvent, MarginMode, OrderReport } from '@tradercoin/protocol'
import { ExchangeError } from '../errors.ts'
import type { Credentials, DownCause, PrivateStream, StreamHandlers } from '../exchange.ts'
import { rawEvent } from '../raw-event.ts'
import { type Backoff, createBackoff } from '../transport/backoff.ts'
import type { VenueClock } from '../transport/clock-offset.ts'
import type { Governor } from '../transport/governor.ts'
import { Socket, type SocketEnd, type SocketHandler } from '../transport/socket.ts'
import type { Transport } from '../transport/transport.ts'
import { InstrumentBook } from './category.ts'
import { causeOf, readFrame, readReply, redacted } from './frame.ts'
import { Login } from './login.ts'
import { parseStreamFrame } from './parse.ts'

const hour = 3_600_000
/** No lifetime is documented, but long-lived sockets do get cut: their successor is up before they are a day old. */
const handoverAfterMs = 22.5 * hour
const handoverJitterMs = hour
const handoverRetryMs = 5 * 60_000
/** What was on its way on the old socket when the new one was proven still arrives. */
const drainMs = 3_000
/** Without a frame for this long a ping is sent. The venue wants one at least every 20 s. */
const idleMs = 12_000
const answerMs = 10_000
/** From the open socket to its confirmed topics. */
const proofMs = 10_000
/** The list of instruments names the coins of fees. */
const instrumentsMs = 5_000
/** A connection that lasted this long ends a run of failures. */
const steadyMs = 30_000
/** A refused upgrade that does not say how long that lasts. */
const refusedMs = 60_000
/** Sides of hedges that are remembered for executions, which do not tell theirs. */
const rememberedOrders = 2_000
const unreadable = 'the frame is not JSON'

export interface BybitStreamOptions {
  transport: Transport
  governor: Governor
  url: string
  /** What the site wants in the handshake. */
  headers: Record<string, string>
  venueClock: VenueClock
  credentials: Credentials
  instruments(): Promise<InstrumentBook>
  /** The account's, which no message tells; null while it has not been read. */
  marginMode(): MarginMode | null
  handlers: StreamHandlers
  /** A cheap signed call that fails with `auth` when the key has died. */
  probe(): Promise<void>
  /** Called once when the stream has ended for good. */
  onEnd(stream: PrivateStream): void
}

interface Line {
  socket: Socket
  login: Login | null
  /** Frames that came before the last topic was confirmed. */
  held: { events: AccountEvent[]; receivedAt: number }[]
}

/**
 * One account's private stream. A line counts as up once the venue has confirmed its topics; while its successor proves itself both
 * deliver, and every message twice is harmless.
 */
export class BybitStream implements PrivateStream, SocketHandler {
  readonly #options: BybitStreamOptions
  readonly #backoff: Backoff
  #instruments = new InstrumentBook([])
  readonly #hedged = new Map<string, OrderReport['position_side']>()
  #closed = false
  /** The proven line; events arrive. */
  #active: Line | null = null
  /** Opened and not yet proven: the first line, or the successor of the active one. */
  #candidate: Line | null = null
  /** The predecessor, until what was on its way has arrived. */
  #draining: Line | null = null
  #connecting = false
  #upSince = 0
  #lastAliveAt: number | null = null
  #reportedCause: DownCause | null = null
  /** Refusals of the key in a row: the first may be the fault of a clock that was off. */
  #keyRefusals = 0
  #pings = 0
  #cancelProof: (() => void) | null = null
  #cancelNext: (() => void) | null = null
  #cancelDrain: (() => void) | null = null

  constructor(options: BybitStreamOptions) {
    this.#options = options
    this.#backoff = createBackoff(options.transport.clock)
    void this.#connect()
  }

  lastAliveAt(): number | null {
    return this.#active?.socket.lastAliveAt ?? this.#lastAliveAt
  }

  expiresAt(): null {
    return null
  }

  listenKey(): null {
    return null
  }

  /** Asks whether the key still works: the venue does not say so on a running stream. */
  async keepAlive(): Promise<void> {
    try {
      await this.#options.probe()
    } catch (error) {
      if (error instanceof ExchangeError && error.kind === 'auth') this.#stop(error)
      throw error
    }
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#options.onEnd(this)
    this.#hangUp()
  }

  /** Opens a line: the first one, one after a loss, or the successor of the active one. */
  async #connect(): Promise<void> {
    if (this.#connecting || this.#candidate !== null || this.#closed) return
    this.#connecting = true
    const { transport, governor, url, headers, venueClock } = this.#options
    try {
      await this.#loadInstruments()
      await venueClock.now()
      await governor.admitConnection()
      if (this.#closed) return
      const socket = new Socket(transport, url, this, { idleMs, answerMs, headers })
      this.#candidate = { socket, login: null, held: [] }
    } catch (error) {
      if (!this.#closed) this.#attemptFailed('connect_failed', messageOf(error), 0)
    } finally {
      this.#connecting = false
    }
  }

  /** Without the list, or while it is long in coming, the names of the coins have to do: a stream must not wait for it. */
  #loadInstruments(): Promise<void> {
    const { transport, instruments } = this.#options
    return new Promise((resolve) => {
      const cancel = transport.clock.after(instrumentsMs, resolve)
      const loaded = instruments().then((book) => {
        this.#instruments = book
      })
      loaded
        .catch(() => {})
        .finally(() => {
          cancel()
          resolve()
        })
    })
  }

  onOpen(socket: Socket): void {
    const line = this.#candidate
    if (line === null || line.socket !== socket) return
    const { transport, credentials, venueClock } = this.#options
    this.#cancelProof = transport.clock.after(proofMs, () => socket.abort('the topics were not confirmed'))
    try {
      line.login = new Login(socket, credentials, venueClock.estimate(), {
        onProven: (refused) => this.#proven(line, refused),
        onRefused: (detail, error, isLate) => this.#refused(line, detail, error, isLate),
      })
    } catch (error) {
      // Only a secret that cannot sign at all.
      if (!(error instanceof ExchangeError) || error.kind !== 'auth') throw error
      this.#stop(error)
    }
  }

  probe(socket: Socket): void {
    this.#pings += 1
    socket.send(`{"op":"ping","req_id":"p${this.#pings}"}`)
  }

  onFrame(socket: Socket, text: string, receivedAt: number): void {
    const line = this.#lineOf(socket)
    if (line === null) return
    const frame = readFrame(text)
    if (frame === undefined) {
      this.#unreadable(line, text, receivedAt)
      return
    }
    const reply = readReply(frame)
    if (reply !== null) {
      if (reply.op !== 'pong') line.login?.answered(reply)
      return
    }
    const payload = redacted(text, this.#options.credentials.api_key)
    const context = {
      instruments: this.#instruments,
      positionSideOf: (orderId: string) => this.#hedged.get(orderId) ?? null,
      marginMode: this.#options.marginMode(),
    }
    const events = parseStreamFrame(frame, payload, context, receivedAt)
    for (const event of events) if (event.kind === 'order') this.#remember(event.order)
    if (events.length > 0) this.#deliver(line, events, receivedAt)
  }

  onClose(socket: Socket, end: SocketEnd): void {
    const line = this.#lineOf(socket)
    if (line === null) return
    const { governor, transport } = this.#options
    if (end.status === 429) governor.block(end.retryAt ?? transport.clock.now() + refusedMs)
    const [cause, detail] = causeOf(end)
    if (line === this.#draining) this.#drained()
    else if (line === this.#candidate) this.#candidateFailed(cause, detail, end.status === 403 ? refusedMs : 0)
    else this.#lose(cause, detail)
  }

  #lineOf(socket: Socket): Line | null {
    if (this.#active?.socket === socket) return this.#active
    if (this.#candidate?.socket === socket) return this.#candidate
    return this.#draining?.socket === socket ? this.#draining : null
  }

  #remember({ order_id, position_side }: OrderReport) {
    if (position_side === null || this.#hedged.has(order_id)) return
    const oldest = this.#hedged.size >= rememberedOrders ? this.#hedged.keys().next().value : undefined
    if (oldest !== undefined) this.#hedged.delete(oldest)
    this.#hedged.set(order_id, position_side)
  }

  #proven(line: Line, refused: readonly string[]) {
    if (line !== this.#candidate) return
    const { transport, handlers } = this.#options
    for (const topic of refused) transport.log('warn', 'topic_refused', { exchange: 'bybit', topic })
    this.#cancelProof?.()
    this.#cancelProof = null
    const predecessor = this.#active
    this.#active = line
    this.#candidate = null
    this.#keyRefusals = 0
    this.#next(handoverAfterMs + handoverJitterMs * transport.clock.random())
    if (predecessor !== null) {
      this.#draining = predecessor
      this.#cancelDrain = transport.clock.after(drainMs, () => this.#drained())
      return
    }
    this.#upSince = transport.clock.now()
    this.#reportedCause = null
    handlers.onUp()
    for (const { events, receivedAt } of line.held.splice(0)) handlers.onEvents(events, receivedAt)
  }

  /** An unknown key is asked for a second time, with the clock measured anew, before its owner is called. */
  #refused(line: Line, words: string, error: ExchangeError | null, isLate: boolean) {
    if (line !== this.#candidate) return
    // The venue's words may repeat what was sent.
    const detail = words.replaceAll(this.#options.credentials.api_key, '[key]').slice(0, 200)
    if (error === null || this.#active !== null) {
      if (isLate) void this.#options.venueClock.refresh()
      return line.socket.abort(detail)
    }
    this.#keyRefusals += 1
    if (this.#keyRefusals > 1 || error.code !== 'unknown_key') return this.#stop(error)
    this.#hangUp()
    void this.#options.venueClock.refresh().finally(() => this.#next(0))
  }

  #drained() {
    this.#cancelDrain?.()
    this.#cancelDrain = null
    this.#draining?.socket.close()
    this.#draining = null
  }

  /** Before a first line is proven its events wait; a successor's go out at once, for the account is up. */
  #deliver(line: Line, events: AccountEvent[], receivedAt: number) {
    if (this.#active === null) line.held.push({ events, receivedAt })
    else this.#options.handlers.onEvents(events, receivedAt)
  }

  /** What could not be read may have been anything: it is kept, and the span counts as an interruption to be repaired. */
  #unreadable(line: Line, text: string, receivedAt: number) {
    const { handlers, credentials } = this.#options
    const isUp = this.#active !== null
    if (isUp) handlers.onDown('connection_lost', unreadable, true)
    // It may be a torn echo of the login.
    this.#deliver(line, [rawEvent('unknown', redacted(text, credentials.api_key), unreadable)], receivedAt)
    if (isUp && this.#active !== null) handlers.onUp()
  }

  #lose(cause: DownCause, detail: string) {
    if (this.#options.transport.clock.now() - this.#upSince >= steadyMs) this.#backoff.reset()
    this.#hangUp()
    this.#report(cause, detail, true)
    this.#next(this.#backoff.next())
  }

  #candidateFailed(cause: DownCause, detail: string, earliestMs: number) {
    this.#cancelProof?.()
    this.#cancelProof = null
    this.#candidate = null
    this.#attemptFailed(cause === 'rate_limited' ? cause : 'connect_failed', detail, earliestMs)
  }

  #attemptFailed(cause: DownCause, detail: string, earliestMs: number) {
    const { transport } = this.#options
    if (this.#active !== null) {
      transport.log('warn', 'handover_failed', { problem: detail })
      return this.#next(Math.max(earliestMs, handoverRetryMs * (0.5 + transport.clock.random())))
    }
    this.#report(cause, detail, true)
    this.#next(Math.max(earliestMs, this.#backoff.next()))
  }

  /** The key needs its owner. */
  #stop(error: ExchangeError) {
    if (this.#closed) return
    this.close()
    this.#report('auth', error.message, false)
  }

  /** Each outage is told once, and again when its cause changes. */
  #report(cause: DownCause, detail: string, retrying: boolean) {
    if (this.#reportedCause === cause) return
    this.#reportedCause = cause
    this.#options.handlers.onDown(cause, detail, retrying)
  }

  #next(ms: number) {
    this.#cancelNext?.()
    this.#cancelNext = this.#closed ? null : this.#options.transport.clock.after(ms, () => void this.#connect())
  }

  #hangUp() {
    this.#lastAliveAt = this.lastAliveAt()
    this.#cancelProof?.()
    this.#cancelNext?.()
    this.#cancelProof = null
    this.#cancelNext = null
    for (const line of [this.#active, this.#candidate]) line?.socket.close()
    this.#active = null
    this.#candidate = null
    this.#drained()
  }
}

const messageOf = (error: unknown) =>
  error instanceof ExchangeError ? error.message : 'the stream could not be opened'
