import { ExchangeError } from '../errors.ts'
import type { Credentials, DownCause, PrivateStream, StreamHandlers } from '../exchange.ts'
import { rawEvent } from '../raw-event.ts'
import type { VenueClock } from '../transport/clock-offset.ts'
import type { Governor } from '../transport/governor.ts'
import type { Transport } from '../transport/transport.ts'
import type { SocketPath } from './endpoints.ts'
import type { InstrumentBook, InstrumentName } from './instrument-book.ts'
import { Lane } from './lane.ts'
import { type ParsedPush, parsePush } from './parse.ts'
import { TradeWatch } from './trade-watch.ts'

const unreadable = 'the frame is not JSON'
const unreported = 'a fill was announced and not reported'

export interface OkxStreamOptions {
  transport: Transport
  governor: Governor
  /** Base of `/ws/v5/…`. */
  baseUrl: string
  credentials: Credentials
  venueClock: VenueClock
  instruments: InstrumentBook
  handlers: StreamHandlers
  /** Asks by REST whether the key still works. Throws ExchangeError. */
  verify(): Promise<void>
  /** Called once when the stream has ended for good. */
  onEnd(stream: PrivateStream): void
}

/**
 * One account's private stream: two sockets, one for orders, balances and positions, one for conditional orders. It is up while both are
 * subscribed to everything; what the one that is left tells meanwhile is delivered all the same.
 */
export class OkxStream implements PrivateStream {
  readonly #options: OkxStreamOptions
  readonly #lanes: readonly Lane[]
  readonly #watch: TradeWatch
  #closed = false
  #isUp = false
  #reportedCause: DownCause | null = null

  constructor(options: OkxStreamOptions) {
    this.#options = options
    this.#watch = new TradeWatch(
      options.transport.clock,
      (symbol) => options.instruments.find(symbol) !== undefined,
      (trade) => this.#unreported(trade),
    )
    this.#lanes = [this.#open('private'), this.#open('business')]
  }

  /** The staler of the two sockets. */
  lastAliveAt(): number | null {
    const times = this.#lanes.map((lane) => lane.lastAliveAt())
    return times.some((time) => time === null) ? null : Math.min(...times.map((time) => time ?? 0))
  }

  expiresAt(): null {
    return null
  }

  listenKey(): null {
    return null
  }

  /** A signed call: it proves the key, and it counts as use of a key that would lapse without. */
  async keepAlive(): Promise<void> {
    try {
      await this.#options.verify()
    } catch (error) {
      if (error instanceof ExchangeError && error.kind === 'auth') this.#stop(error)
      throw error
    }
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#options.onEnd(this)
    for (const lane of this.#lanes) lane.close()
    this.#watch.close()
  }

  #open(path: SocketPath): Lane {
    const { transport, governor, baseUrl, credentials, venueClock, instruments, verify } = this.#options
    return new Lane({
      transport,
      governor,
      baseUrl,
      path,
      credentials,
      venueClock,
      verify,
      // Contracts cannot be counted in coins before their sizes are known, nor a login signed before the venue's time is.
      prepare: async () => {
        await Promise.all([instruments.ready(), venueClock.now()])
      },
      handlers: {
        onReady: () => this.#laneReady(),
        onLost: (cause, detail) => this.#down(cause, detail, true),
        onFailed: (cause, detail) => this.#down(cause, detail, true),
        // The notice is not documented for the second socket, yet the server that goes may be its own.
        onLeaving: () => {
          for (const lane of this.#lanes) lane.replace()
        },
        onRefused: (error) => this.#stop(error),
        onPush: (frame, text, receivedAt) => this.#push(frame, text, receivedAt),
        onUnreadable: (text, receivedAt) => this.#unreadable(text, receivedAt),
      },
    })
  }

  #laneReady() {
    if (this.#closed || this.#isUp || !this.#lanes.every((lane) => lane.isReady)) return
    this.#isUp = true
    this.#reportedCause = null
    this.#options.handlers.onUp()
  }

  /** Each outage is told once, and again when its cause changes. */
  #down(cause: DownCause, detail: string, retrying: boolean) {
    this.#isUp = false
    if (this.#reportedCause === cause) return
    this.#reportedCause = cause
    this.#options.handlers.onDown(cause, detail, retrying)
  }

  /** The key needs its owner. */
  #stop(error: ExchangeError) {
    if (this.#closed) return
    this.close()
    this.#down('auth', error.message, false)
  }

  #push(frame: unknown, text: string, receivedAt: number) {
    const parsed = this.#parse(frame, text)
    this.#watch.see(frame, parsed.events)
    if (parsed.events.length > 0) this.#options.handlers.onEvents(parsed.events, receivedAt)
    if (parsed.unknown.length > 0) void this.#readAgain(frame, text, receivedAt, parsed.unknown)
  }

  #parse(frame: unknown, text: string): ParsedPush {
    return parsePush(frame, text, (instId) => this.#options.instruments.find(instId))
  }

  /** What could be read has been delivered, the frame has been kept: once its contracts are known, the rest follows. */
  async #readAgain(frame: unknown, text: string, receivedAt: number, names: readonly InstrumentName[]): Promise<void> {
    const { instruments, handlers, transport } = this.#options
    try {
      if (!(await instruments.learn(names)) || this.#closed) return
      const { events } = this.#parse(frame, text)
      this.#watch.see(null, events)
      if (events.length > 0) handlers.onEvents(events, receivedAt)
    } catch (error) {
      const problem = error instanceof Error ? error.message : 'unknown'
      transport.log('warn', 'instrument_not_read', { venue: 'okx', problem })
    }
  }

  /** What is kept with a problem makes the account compare itself with the venue, which has the fill. */
  #unreported(trade: string) {
    if (this.#closed) return
    this.#options.transport.log('warn', 'fill_report_missing', { venue: 'okx' })
    const now = this.#options.transport.clock.now()
    this.#options.handlers.onEvents([rawEvent('balance_and_position', trade, unreported)], now)
  }

  /** What could not be read may have been anything: it is kept, and the span counts as an interruption to be repaired. */
  #unreadable(text: string, receivedAt: number) {
    const { handlers } = this.#options
    const wasUp = this.#isUp
    if (wasUp) handlers.onDown('connection_lost', unreadable, true)
    handlers.onEvents([rawEvent('unknown', text, unreadable)], receivedAt)
    if (wasUp && this.#isUp) handlers.onUp()
  }
}
