import type { AccountEvent } from '@tradercoin/protocol'
import { ExchangeError } from '../../errors.ts'
import type { DownCause, OrderRef, PrivateStream, StreamHandlers } from '../../exchange.ts'
import { guardHandlers } from '../../guarded-handlers.ts'
import { type Backoff, createBackoff } from '../../transport/backoff.ts'
import type { Governor } from '../../transport/governor.ts'
import { Socket, type SocketEnd, type SocketHandler } from '../../transport/socket.ts'
import type { Transport } from '../../transport/transport.ts'
import { privateStreamUrl } from './endpoints.ts'
import { causeOf, isExpiry, isReply, readFrame, redacted } from './frame.ts'
import { createListenKeyKeeper, type ListenKeyCalls, type ListenKeyKeeper } from './listen-key.ts'
import { type AnnouncedTrade, parseStreamEvent, tradeLiteOf } from './parse.ts'
import { createTradeWatch, type TradeWatch } from './trade-watch.ts'

const hour = 3_600_000
/** The venue cuts a socket after 24 hours; its successor is up before. */
const handoverAfterMs = 22.5 * hour
const handoverJitterMs = hour
const handoverRetryMs = 5 * 60_000
/** What was on its way on the old socket when the new one was proven still arrives. */
const drainMs = 3_000
/** A quiet account gets no frame for days: the subscription is asked for instead. */
const idleMs = 15_000
const answerMs = 5_000
/** A connection that lasted this long ends a run of failures. */
const steadyMs = 30_000
/** A refusal that does not say how long it lasts. */
const banMs = 60_000
const unreadable = 'the frame is not JSON'

export interface FuturesStreamOptions {
  transport: Transport
  governor: Governor
  /** Base of the stream's address. */
  baseUrl: string
  calls: ListenKeyCalls
  handlers: StreamHandlers
  /** Reads an order whose fill was announced but not reported; null when the venue does not know it. */
  recover(ref: OrderRef): Promise<AccountEvent[] | null>
  /** Called once when the stream has ended for good. */
  onEnd(stream: PrivateStream): void
}

/** A socket with the listen key it was opened with. */
interface Line {
  socket: Socket
  key: string
  /** Frames that came before the proof. */
  held: { events: AccountEvent[]; receivedAt: number }[]
}

/**
 * One account's private stream. An open socket proves nothing here (the handshake succeeds with any key), so a line counts as up only
 * once LIST_SUBSCRIPTIONS names our key, and the same question is its heartbeat.
 */
export class FuturesStream implements PrivateStream, SocketHandler {
  readonly #options: FuturesStreamOptions
  readonly #keys: ListenKeyKeeper
  readonly #backoff: Backoff
  readonly #watch: TradeWatch
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
  #probeId = 0
  #cancelProof: (() => void) | null = null
  #cancelNext: (() => void) | null = null
  #cancelDrain: (() => void) | null = null

  constructor(options: FuturesStreamOptions) {
    this.#options = { ...options, handlers: guardHandlers(options.handlers, options.transport) }
    this.#backoff = createBackoff(options.transport.clock)
    this.#watch = createTradeWatch(options.transport.clock, (trade) => void this.#recover(trade))
    this.#keys = createListenKeyKeeper(options.transport, options.calls, {
      onLost: (detail) => this.#lost(detail),
      onRefused: (error) => this.#stop(error),
    })
    void this.#connect()
  }

  lastAliveAt(): number | null {
    return this.#active?.socket.lastAliveAt ?? this.#lastAliveAt
  }

  expiresAt(): number | null {
    return this.#keys.expiresAt()
  }

  listenKey(): string | null {
    return this.#keys.current()
  }

  async keepAlive(): Promise<void> {
    try {
      await this.#keys.renew()
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
    this.#keys.stop()
    this.#watch.close()
  }

  /** Opens a line: the first one, one after a loss, or the successor of the active one. */
  async #connect(): Promise<void> {
    if (this.#connecting || this.#candidate !== null || this.#closed) return
    this.#connecting = true
    try {
      const key = await this.#keys.obtain()
      await this.#options.governor.admitConnection()
      if (this.#closed) return
      if (this.#active !== null && this.#active.key !== key)
        this.#down('listen_key_expired', 'the listen key was replaced')
      // The key may have been replaced once more while the connection waited for its turn.
      if (key !== this.#keys.current()) return this.#next(0)
      this.#open(key)
    } catch (error) {
      if (!this.#closed) this.#connectFailed(error)
    } finally {
      this.#connecting = false
    }
  }

  #open(key: string) {
    const url = privateStreamUrl(this.#options.baseUrl, key)
    const socket = new Socket(this.#options.transport, url, this, { idleMs, answerMs })
    this.#candidate = { socket, key, held: [] }
  }

  onOpen(socket: Socket): void {
    this.probe(socket)
    this.#cancelProof = this.#options.transport.clock.after(answerMs, () =>
      socket.abort('the subscription was not confirmed'),
    )
  }

  /** Asks which streams this socket carries. */
  probe(socket: Socket): void {
    this.#probeId += 1
    socket.send(`{"method":"LIST_SUBSCRIPTIONS","id":${this.#probeId}}`)
  }

  onFrame(socket: Socket, text: string, receivedAt: number): void {
    const line = this.#lineOf(socket)
    if (line === null) return
    const { frame, payload } = readFrame(text)
    if (isReply(frame)) {
      this.#answered(line, frame)
      return
    }
    if (frame === undefined) {
      this.#unreadable(line, text, receivedAt)
      return
    }
    const events = parseStreamEvent(frame, payload)
    this.#pair(frame, events)
    if (events.length > 0) this.#deliver(line, events, receivedAt)
    if (isExpiry(frame, line.key)) {
      this.#keys.forget(line.key)
      this.#lost('the listen key has expired')
    }
  }

  onClose(socket: Socket, end: SocketEnd): void {
    const line = this.#lineOf(socket)
    if (line === null) return
    const limited = end.status === 429 || end.status === 418
    if (limited) this.#options.governor.block(end.retryAt ?? this.#options.transport.clock.now() + banMs)
    const [cause, words] = causeOf(end)
    const detail = redacted(words, line.key)
    if (line === this.#draining) this.#drained()
    else if (line === this.#candidate) this.#candidateFailed(cause, detail)
    else this.#lose(cause, detail)
  }

  #lineOf(socket: Socket): Line | null {
    if (this.#active?.socket === socket) return this.#active
    if (this.#candidate?.socket === socket) return this.#candidate
    return this.#draining?.socket === socket ? this.#draining : null
  }

  #answered(line: Line, reply: { result?: unknown }) {
    // An error says nothing about the key.
    if (!Array.isArray(reply.result)) return
    const subscribed = reply.result.some((name) => typeof name === 'string' && name.startsWith(line.key))
    if (line === this.#candidate) {
      if (subscribed) this.#proven(line)
      else {
        this.#keys.forget(line.key)
        line.socket.abort('the venue does not know the listen key')
      }
    } else if (line === this.#active && !subscribed) {
      this.#keys.forget(line.key)
      this.#lost('the venue no longer knows the listen key')
    }
  }

  #proven(line: Line) {
    const { clock } = this.#options.transport
    this.#cancelProof?.()
    this.#cancelProof = null
    const predecessor = this.#active
    this.#active = line
    this.#candidate = null
    this.#next(handoverAfterMs + handoverJitterMs * clock.random())
    if (predecessor !== null) {
      this.#draining = predecessor
      this.#cancelDrain = clock.after(drainMs, () => this.#drained())
      return
    }
    this.#upSince = clock.now()
    this.#reportedCause = null
    this.#options.handlers.onUp()
    for (const { events, receivedAt } of line.held.splice(0)) this.#options.handlers.onEvents(events, receivedAt)
  }

  #drained() {
    this.#cancelDrain?.()
    this.#cancelDrain = null
    this.#draining?.socket.close()
    this.#draining = null
  }

  /** Before a first line is proven its events wait; a successor's go out at once, for the account is up. */
  #deliver(line: Line, events: AccountEvent[], receivedAt: number) {
    const safe = events.map((event) =>
      event.kind === 'raw' ? { ...event, payload: redacted(event.payload, line.key) } : event,
    )
    if (this.#active === null) line.held.push({ events: safe, receivedAt })
    else this.#options.handlers.onEvents(safe, receivedAt)
  }

  /** What could not be read may have been anything: it is kept, and the span counts as an interruption to be repaired. */
  #unreadable(line: Line, text: string, receivedAt: number) {
    const { handlers } = this.#options
    const isUp = this.#active !== null
    if (isUp) handlers.onDown('connection_lost', unreadable, true)
    // It may be a torn listenKeyExpired: whatever follows that name is left out.
    const payload = text.replace(/("listenKey").*/s, '$1[redacted]')
    this.#deliver(line, [{ kind: 'raw', event_type: 'unknown', payload, problem: unreadable }], receivedAt)
    if (isUp && this.#active !== null) handlers.onUp()
  }

  #pair(frame: unknown, events: AccountEvent[]) {
    for (const event of events) {
      if (event.kind === 'order' && event.execution !== null) this.#watch.reported(event.execution)
    }
    const announced = events.length === 0 ? tradeLiteOf(frame) : null
    if (announced !== null) this.#watch.announced(announced)
  }

  /** The report of an announced fill stayed away: it is read, again and again until the venue answers. */
  async #recover(trade: AnnouncedTrade): Promise<void> {
    const { transport, handlers, recover } = this.#options
    transport.log('warn', 'fill_report_missing', {})
    try {
      const events = await recover({
        trading_mode: 'futures',
        symbol: trade.symbol,
        order_id: trade.order_id,
        client_order_id: null,
      })
      if (!this.#closed && events !== null) handlers.onEvents(events, transport.clock.now())
    } catch {
      if (!this.#closed) this.#watch.announced(trade)
    }
  }

  /** A line whose key is no longer the account's is dead, however open it looks. Told more than once, it leads to one reconnect. */
  #lost(detail: string) {
    if (this.#closed) return
    const current = this.#keys.current()
    if (this.#active !== null && this.#active.key !== current) this.#lose('listen_key_expired', detail)
    else if (this.#candidate !== null && this.#candidate.key !== current) this.#candidate.socket.abort(detail)
  }

  #lose(cause: DownCause, detail: string) {
    this.#down(cause, detail)
    this.#next(this.#backoff.next())
  }

  /** Ends every line; the caller says what comes next. */
  #down(cause: DownCause, detail: string, retrying = true) {
    if (this.#options.transport.clock.now() - this.#upSince >= steadyMs) this.#backoff.reset()
    this.#hangUp()
    this.#report(cause, detail, retrying)
  }

  #connectFailed(error: unknown) {
    const known = error instanceof ExchangeError ? error : null
    if (known?.kind === 'auth') return this.#stop(known)
    const cause = known?.kind === 'rate_limit' ? 'rate_limited' : 'connect_failed'
    const earliest = known?.retry_at == null ? 0 : known.retry_at - this.#options.transport.clock.now()
    this.#attemptFailed(cause, known?.message ?? 'the stream could not be opened', earliest)
  }

  #candidateFailed(cause: DownCause, detail: string) {
    this.#cancelProof?.()
    this.#cancelProof = null
    this.#candidate = null
    this.#attemptFailed(cause === 'rate_limited' ? cause : 'connect_failed', detail, 0)
  }

  #attemptFailed(cause: DownCause, detail: string, earliestMs: number) {
    if (this.#active !== null) {
      this.#options.transport.log('warn', 'handover_failed', { problem: detail })
      return this.#next(Math.max(earliestMs, handoverRetryMs * (0.5 + this.#options.transport.clock.random())))
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
