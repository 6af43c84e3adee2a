import { ExchangeError } from '../../errors.ts'
import type { DownCause } from '../../exchange.ts'
import { type Backoff, createBackoff } from '../../transport/backoff.ts'
import type { SocketEnd } from '../../transport/socket.ts'
import { toExchangeError } from '../errors.ts'
import {
  Connection,
  type ConnectionOwner,
  type ConnectionParts,
  pauseMs,
  type Receiver,
  type SubscribeReply,
} from './connection.ts'
import { Seat } from './seat.ts'

/** A connection that lived this long was a good one: the next retry is quick again. */
const provenMs = 10_000
/** The venue cuts after 24 h. */
const rotateAfterMs = 23 * 60 * 60_000
const rotateJitterMs = 30 * 60_000
/** After everyone has moved, what is still under way on the old connection gets this long to arrive. */
const lingerMs = 5_000
/** A dead key of a connection may be told more than once while everyone moves. */
const revocationPauseMs = 60_000
/** Subscriptions asked for at once on one connection. */
const maxAsking = 10

const alreadySubscribed = -2035
/** No room for another subscription on this connection. */
const fullCodes: ReadonlySet<number | null> = new Set([-1191, -2042])

export interface LaneOwner {
  onEmpty(): void
  /** Finds the seat another lane: its account is on this lane's connection already, or the connection takes no more. */
  move(seat: Seat): void
}

/**
 * A group of accounts that share one connection at a time. The group outlives its connections: a lost one is replaced after a backoff,
 * an ageing one before it goes, with both subscribed until everyone has moved (the duplicates in between are harmless).
 */
export class Lane implements ConnectionOwner {
  readonly #parts: ConnectionParts
  readonly #capacity: number
  readonly #owner: LaneOwner
  readonly #seats = new Set<Seat>()
  readonly #backoff: Backoff
  readonly #queue: Seat[] = []
  #asking = 0
  /** The connection in service or on its way. */
  #current: Connection | null = null
  #isConnecting = false
  /** The connection being replaced; it still delivers. */
  #leaving: Connection | null = null
  #isFull = false
  #isClosed = false
  #lastRevocation = 0
  #downCause: DownCause | null = null
  #cancelRetry: (() => void) | null = null
  #cancelRotation: (() => void) | null = null
  #cancelMove: (() => void) | null = null

  constructor(parts: ConnectionParts, capacity: number, owner: LaneOwner) {
    this.#parts = parts
    this.#capacity = capacity
    this.#owner = owner
    this.#backoff = createBackoff(parts.transport.clock)
  }

  get hasRoom(): boolean {
    return !this.#isClosed && !this.#isFull && this.#seats.size < this.#capacity
  }

  add(seat: Seat): void {
    seat.lane = this
    this.#seats.add(seat)
    if (this.#current?.isOpen) this.#ask(seat)
    else this.#connect()
  }

  /** Takes the seat out and ends its subscription. */
  remove(seat: Seat): void {
    if (!this.#seats.delete(seat)) return
    seat.lane = null
    seat.cancelRetry?.()
    seat.cancelRetry = null
    const link = seat.unlink()
    link?.connection.unsubscribe(link.id)
    if (this.#seats.size === 0) {
      this.close()
      this.#owner.onEmpty()
    } else {
      this.#finishMove()
    }
  }

  close(): void {
    this.#isClosed = true
    for (const cancel of [this.#cancelRetry, this.#cancelRotation, this.#cancelMove]) cancel?.()
    for (const seat of this.#seats) seat.cancelRetry?.()
    this.#seats.clear()
    this.#queue.length = 0
    this.#current?.close()
    this.#leaving?.close()
    this.#current = null
    this.#leaving = null
  }

  /* One connection after another. */

  #connect(): void {
    if (this.#isClosed || this.#isConnecting || this.#current !== null || this.#cancelRetry !== null) return
    this.#isConnecting = true
    this.#parts.governor.admitConnection().then(
      () => {
        this.#isConnecting = false
        if (!this.#isClosed) this.#current = new Connection(this.#parts, this)
      },
      () => {
        // Only the end of the whole adapter refuses an attempt.
        this.#isConnecting = false
      },
    )
  }

  #reconnectLater(): void {
    if (this.#isClosed || this.#cancelRetry !== null) return
    this.#cancelRetry = this.#parts.transport.clock.after(this.#backoff.next(), () => {
      this.#cancelRetry = null
      this.#connect()
    })
  }

  onOpen(): void {
    const { clock } = this.#parts.transport
    this.#isFull = false
    this.#cancelRotation?.()
    this.#cancelRotation = clock.after(rotateAfterMs - clock.random() * rotateJitterMs, () => this.#rotate())
    for (const seat of this.#seats) this.#ask(seat)
  }

  onEnd(connection: Connection, end: SocketEnd): void {
    const { clock } = this.#parts.transport
    if (end.status === 429 || end.status === 418) this.#parts.governor.block(end.retryAt ?? clock.now() + pauseMs)
    const cause = connection === this.#leaving ? (this.#downCause ?? causeOf(end)) : causeOf(end)
    const detail = end.error ?? (end.reason === '' ? `closed with ${end.code}` : end.reason)
    if (connection === this.#leaving) {
      this.#leaving = null
      this.#downCause = null
    }
    if (connection === this.#current) {
      this.#current = null
      this.#cancelRotation?.()
      this.#queue.length = 0
      if (connection.openedAt !== null && clock.now() - connection.openedAt >= provenMs) this.#backoff.reset()
      this.#reconnectLater()
    }
    for (const seat of this.#seats) {
      if (seat.link?.connection === connection) {
        seat.unlink()
        seat.tellDown(cause, detail)
      } else if (seat.link === null) {
        seat.tellDown(cause, detail)
      }
    }
  }

  onNotice(connection: Connection, notice: 'server_shutdown' | 'session_revoked'): void {
    if (connection !== this.#current) return
    if (notice === 'session_revoked') {
      // Some key of this connection is dead and the venue does not say which: each signs anew, and the dead one is told apart.
      const now = this.#parts.transport.clock.now()
      if (now - this.#lastRevocation < revocationPauseMs) return
      this.#lastRevocation = now
    } else {
      this.#downCause = 'server_shutdown'
    }
    this.#rotate()
  }

  onTerminated(connection: Connection, receiver: Receiver): void {
    const seat = this.#seatOf(receiver)
    if (seat?.link?.connection !== connection) return
    seat.unlink()
    seat.tellDown('terminated', 'the venue ended the subscription')
    this.#retry(seat)
  }

  onUnreadable(connection: Connection, receiver: Receiver | null, text: string): void {
    const known = receiver === null ? undefined : this.#seatOf(receiver)
    const seats = known ? [known] : [...this.#seats].filter((seat) => seat.link?.connection === connection)
    for (const seat of seats) seat.member.unreadable(text)
  }

  /** Make before break: the current connection keeps delivering while its successor is opened and subscribed. */
  #rotate(): void {
    if (this.#isClosed || this.#leaving !== null || this.#current === null || !this.#current.isOpen) return
    this.#leaving = this.#current
    this.#current = null
    this.#queue.length = 0
    this.#connect()
  }

  /** Ends a move once nobody hangs on the old connection any more: until then it delivers to the stragglers, at most until its day ends. */
  #finishMove(): void {
    const leaving = this.#leaving
    if (leaving === null || !this.#current?.isOpen) return
    for (const seat of this.#seats) {
      if (seat.link?.connection === leaving) return
    }
    this.#cancelMove?.()
    this.#cancelMove = this.#parts.transport.clock.after(lingerMs, () => this.#dropLeaving())
  }

  #dropLeaving(): void {
    const leaving = this.#leaving
    // Should the new connection have died meanwhile, the old one is kept until there is another.
    if (leaving === null || !this.#current?.isOpen) return
    this.#leaving = null
    this.#downCause = null
    leaving.close()
    for (const seat of this.#seats) {
      if (seat.link?.connection !== leaving) continue
      seat.unlink()
      seat.tellDown('connection_lost', 'the old connection had to go before the new one took over')
    }
  }

  /* One subscription. */

  #ask(seat: Seat): void {
    seat.cancelRetry?.()
    seat.cancelRetry = null
    if (!this.#queue.includes(seat)) this.#queue.push(seat)
    this.#askNext()
  }

  #askNext(): void {
    while (this.#asking < maxAsking && this.#current?.isOpen) {
      const seat = this.#queue.shift()
      if (seat === undefined) return
      if (seat.lane !== this || seat.link?.connection === this.#current) continue
      this.#asking += 1
      void this.#subscribe(seat, this.#current).finally(() => {
        this.#asking -= 1
        this.#askNext()
      })
    }
  }

  async #subscribe(seat: Seat, connection: Connection): Promise<void> {
    let reply: SubscribeReply
    try {
      reply = await connection.subscribe(seat.member.credentials)
    } catch (error) {
      if (seat.lane !== this) return
      const problem = error instanceof ExchangeError ? error.message : 'the key cannot sign'
      return this.#giveUp(seat, problem)
    }
    if (reply.kind === 'subscribed') return this.#subscribed(seat, connection, reply.id)
    if (seat.lane !== this || connection !== this.#current) return
    if (reply.kind === 'lost') return this.#failed(seat, 'connect_failed', 'the subscription was not confirmed in time')
    await this.#refused(seat, reply)
  }

  #subscribed(seat: Seat, connection: Connection, id: number): void {
    const isOurs = seat.lane === this && connection.isOpen
    if (!isOurs || (seat.link !== null && connection !== this.#current)) {
      if (connection.isOpen) connection.unsubscribe(id)
      return
    }
    seat.link = { connection, id }
    seat.backoff.reset()
    seat.tellUp()
    // Only now, so that events that came early follow the news that the stream is up.
    connection.bind(id, seat)
    this.#finishMove()
  }

  async #refused(seat: Seat, reply: Extract<SubscribeReply, { kind: 'refused' }>): Promise<void> {
    const { clock } = this.#parts.transport
    const { failure } = reply
    if (failure.code === alreadySubscribed && seat.link?.connection === this.#current) return
    if (failure.code === alreadySubscribed) return this.#moveAway(seat)
    if (fullCodes.has(failure.code)) {
      this.#isFull = true
      return this.#moveAway(seat)
    }
    const error = toExchangeError('spot', failure, 'read', clock.now())
    if (error.kind === 'auth') return this.#giveUp(seat, error.message)
    if (error.kind === 'rate_limit') {
      const until = reply.retryAt ?? clock.now() + pauseMs
      return this.#failed(seat, 'rate_limited', error.message, until - clock.now())
    }
    if (error.kind === 'clock') await this.#parts.venueClock.refresh()
    if (seat.lane === this) this.#failed(seat, 'connect_failed', error.message)
  }

  #failed(seat: Seat, cause: DownCause, detail: string, atLeastMs = 0): void {
    if (seat.link === null) seat.tellDown(cause, detail)
    this.#retry(seat, atLeastMs)
  }

  #retry(seat: Seat, atLeastMs = 0): void {
    seat.cancelRetry?.()
    seat.cancelRetry = this.#parts.transport.clock.after(Math.max(atLeastMs, seat.backoff.next()), () => {
      seat.cancelRetry = null
      // Without an open connection the next one to open asks for everyone.
      if (this.#current?.isOpen) this.#ask(seat)
    })
  }

  #giveUp(seat: Seat, detail: string): void {
    this.remove(seat)
    seat.tellFinal(detail)
  }

  #moveAway(seat: Seat): void {
    // Its old link, if any, ends with this lane: the new one follows at once, and what is missed in between is a gap like any other.
    if (seat.link !== null) seat.tellDown('connection_lost', 'the account moves to another connection')
    this.remove(seat)
    this.#owner.move(seat)
  }

  #seatOf(receiver: Receiver): Seat | undefined {
    return receiver instanceof Seat && this.#seats.has(receiver) ? receiver : undefined
  }
}

function causeOf(end: SocketEnd): DownCause {
  if (end.status === 429 || end.status === 418) return 'rate_limited'
  if (end.silent) return 'silent'
  return end.opened ? 'connection_lost' : 'connect_failed'
}
