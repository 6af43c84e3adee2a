import { ExchangeError } from '../../errors.ts'
import type { Credentials, DownCause, PrivateStream, StreamHandlers } from '../../exchange.ts'
import { rawEvent } from '../../raw-event.ts'
import { createBackoff } from '../../transport/backoff.ts'
import { parseJson } from '../../transport/json.ts'
import { Socket, type SocketEnd, type SocketHandler } from '../../transport/socket.ts'
import type { Transport } from '../../transport/transport.ts'
import { type SampleClient, sign, toExchangeError } from './client.suite.ts'
import { parseFrame } from './parse.suite.ts'

/** The venue cuts after 24 h; a second connection is up before. */
const handoverMs = 23 * 3_600_000
/** What was on its way on the old connection still arrives. */
const drainMs = 1_500
const unreadable = 'the frame is not JSON'

/** One account's private stream: connects, logs in, watches its silence, hands over before the day is over, reconnects. */
export class SampleStream implements PrivateStream, SocketHandler {
  readonly #transport: Transport
  readonly #url: string
  readonly #client: SampleClient
  readonly #who: Credentials
  readonly #handlers: StreamHandlers
  readonly #backoff
  #active: Socket | null = null
  #candidate: Socket | null = null
  #draining: Socket | null = null
  #cancelNext: (() => void) | null = null
  #reported: DownCause | null = null
  #closed = false
  #pings = 0

  constructor(transport: Transport, url: string, client: SampleClient, who: Credentials, handlers: StreamHandlers) {
    this.#transport = transport
    this.#url = url
    this.#client = client
    this.#who = who
    this.#handlers = handlers
    this.#backoff = createBackoff(transport.clock)
    this.#next(0)
  }

  lastAliveAt = (): number | null => this.#active?.lastAliveAt ?? null
  expiresAt = (): null => null
  listenKey = (): null => null

  async keepAlive(): Promise<void> {
    try {
      await this.#client.signed(this.#who, 'GET', '/v1/key')
    } catch (error) {
      if (error instanceof ExchangeError && error.kind === 'auth') this.#stop(error.message)
      throw error
    }
  }

  close(): void {
    this.#closed = true
    this.#cancelNext?.()
    for (const socket of [this.#active, this.#candidate, this.#draining]) socket?.close()
  }

  onOpen(socket: Socket): void {
    const time = String(this.#client.clock.estimate())
    socket.send(JSON.stringify({ login: { key: this.#who.api_key, time, sign: sign(this.#who, `${time}stream`) } }))
  }

  probe(socket: Socket): void {
    this.#pings += 1
    socket.send(`{"ping":${this.#pings}}`)
  }

  onFrame(socket: Socket, text: string, receivedAt: number) {
    let frame: unknown
    try {
      frame = parseJson(text)
    } catch {
      // It may have said anything: the span counts as an interruption, to be repaired.
      this.#handlers.onDown('connection_lost', unreadable, true)
      this.#handlers.onEvents([rawEvent('unknown', text, unreadable)], receivedAt)
      return this.#handlers.onUp()
    }
    const { login, pong } = (typeof frame === 'object' && frame !== null ? frame : {}) as Record<string, unknown>
    if (pong !== undefined) return
    if (login === undefined) return this.#handlers.onEvents(parseFrame(frame, text), receivedAt)
    if (login === 'ok') return this.#proven(socket)
    const error = toExchangeError(401, { error: login }, 'read')
    if (error.kind === 'auth') return this.#stop(error.message)
    // Our time was off: measured anew, the login is said once more.
    void this.#client.clock.refresh().then(() => this.#transport.clock.after(100, () => this.onOpen(socket)))
  }

  onClose(socket: Socket, end: SocketEnd): void {
    if (socket === this.#draining) this.#draining = null
    if (socket !== this.#active && socket !== this.#candidate) return
    const wasActive = socket === this.#active
    if (wasActive) this.#active = null
    else this.#candidate = null
    const cause = end.silent
      ? 'silent'
      : end.status === 429
        ? 'rate_limited'
        : end.opened
          ? 'connection_lost'
          : 'connect_failed'
    // A successor that fails while the first still works is nobody's concern but ours.
    if (this.#active === null) this.#report(cause, end.error ?? `closed with ${end.code}`, true)
    const wait = Math.max(this.#backoff.next(), (end.retryAt ?? 0) - this.#transport.clock.now())
    if (this.#candidate === null) this.#next(wait)
  }

  #proven(socket: Socket) {
    const predecessor = this.#active
    this.#active = socket
    this.#candidate = null
    this.#backoff.reset()
    this.#next(handoverMs)
    if (predecessor === null) {
      this.#reported = null
      return this.#handlers.onUp()
    }
    this.#draining = predecessor
    this.#transport.clock.after(drainMs, () => predecessor.close())
  }

  #next(ms: number) {
    this.#cancelNext?.()
    this.#cancelNext = this.#closed ? null : this.#transport.clock.after(ms, () => void this.#connect())
  }

  async #connect(): Promise<void> {
    await this.#client.clock.now()
    if (!this.#closed)
      this.#candidate = new Socket(this.#transport, this.#url, this, { idleMs: 10_000, answerMs: 8_000 })
  }

  #stop(detail: string): void {
    if (this.#closed) return
    this.close()
    this.#report('auth', detail, false)
  }

  /** Each outage is told once, and again when its cause changes. */
  #report(cause: DownCause, detail: string, retrying: boolean): void {
    if (this.#reported === cause) return
    this.#reported = cause
    this.#handlers.onDown(cause, detail, retrying)
  }
}
