import { ExchangeError } from '../../errors.ts'
import type { Credentials, DownCause, PrivateStream, StreamHandlers } from '../../exchange.ts'
import { guardHandlers } from '../../guarded-handlers.ts'
import type { Transport } from '../../transport/transport.ts'
import type { UserEvent } from './connection.ts'
import { parseStreamEvent } from './parse.ts'
import type { Pool } from './pool.ts'
import type { Member, Seat } from './seat.ts'

export interface SpotStreamParts {
  transport: Transport
  pool: Pool
  /** A cheap signed call that fails with `auth` when the key has died. */
  probe(credentials: Credentials): Promise<void>
}

/** One account's private stream over a shared connection. */
export class SpotStream implements PrivateStream, Member {
  readonly credentials: Credentials
  readonly #parts: SpotStreamParts
  readonly #handlers: StreamHandlers
  readonly #seat: Seat
  #isUp = false
  #isClosed = false

  constructor(parts: SpotStreamParts, credentials: Credentials, handlers: StreamHandlers) {
    this.#parts = parts
    this.credentials = credentials
    this.#handlers = guardHandlers(handlers, parts.transport)
    this.#seat = parts.pool.join(this)
  }

  lastAliveAt(): number | null {
    return this.#seat.lastAliveAt()
  }

  expiresAt(): null {
    return null
  }

  listenKey(): null {
    return null
  }

  /** Asks whether the key still works: the venue does not say so on a running subscription. */
  async keepAlive(): Promise<void> {
    try {
      await this.#parts.probe(this.credentials)
    } catch (error) {
      if (error instanceof ExchangeError && error.kind === 'auth' && !this.#isClosed) {
        this.#seat.leave()
        this.down('auth', error.message, false)
      }
      throw error
    }
  }

  close(): void {
    this.#isClosed = true
    this.#seat.leave()
  }

  up(): void {
    this.#isUp = true
    this.#handlers.onUp()
  }

  down(cause: DownCause, detail: string, retrying: boolean): void {
    this.#isUp = false
    if (!this.#isClosed) this.#handlers.onDown(cause, detail, retrying)
  }

  receive({ event, text, receivedAt }: UserEvent): void {
    if (!this.#isClosed) this.#handlers.onEvents(parseStreamEvent(event, text), receivedAt)
  }

  /** What could not be read may have been a fill: the frame is kept, and the span counts as an interruption to be repaired. */
  unreadable(text: string): void {
    if (this.#isClosed || !this.#isUp) return
    const problem = 'the frame is not readable'
    this.#handlers.onDown('connection_lost', problem, true)
    this.#handlers.onEvents(
      [{ kind: 'raw', event_type: 'unknown', payload: text, problem }],
      this.#parts.transport.clock.now(),
    )
    this.#handlers.onUp()
  }
}
