import { ExchangeError } from '../../errors.ts'
import type { Credentials } from '../../exchange.ts'
import { signerOf } from '../../signer.ts'
import type { VenueClock } from '../../transport/clock-offset.ts'
import type { Governor } from '../../transport/governor.ts'
import { parseJson } from '../../transport/json.ts'
import { Socket, type SocketEnd, type SocketHandler } from '../../transport/socket.ts'
import type { Transport } from '../../transport/transport.ts'
import { recvWindow } from '../client.ts'
import { type Failure, readFailure } from '../errors.ts'
import { type ParamValue, signParams } from '../sign.ts'
import { subscribeResult } from './wire.ts'

/** The venue pings each 20 s; a quiet line is asked sooner, for the dot in a tab must not stay green on a dead one. */
const liveness = { idleMs: 8_000, answerMs: 5_000 }
const answerDeadlineMs = 10_000
/** After a limit that names no end. */
export const pauseMs = 60_000
const probeText = '{"id":"alive","method":"ping"}'

/** Events of a subscription whose confirmation has not been read yet wait here; what is older is in the snapshot anyway. */
const heldEvents = 512

export interface UserEvent {
  event: unknown
  /** The whole frame. */
  text: string
  receivedAt: number
}

/** Whoever receives the events of one subscription. */
export interface Receiver {
  receive(event: UserEvent): void
}

export type SubscribeReply =
  | { kind: 'subscribed'; id: number }
  /** `retryAt`: our clock (ms), with a limit. */
  | { kind: 'refused'; failure: Failure; retryAt: number | null }
  /** No answer in time, or the line went down. */
  | { kind: 'lost' }

/** What happens to a connection as a whole. */
export interface ConnectionOwner {
  onOpen(connection: Connection): void
  onEnd(connection: Connection, end: SocketEnd): void
  /** The venue goes down or a key's session was revoked: everyone should move to a new connection. */
  onNotice(connection: Connection, notice: 'server_shutdown' | 'session_revoked'): void
  /** One subscription has ended on the venue's side. */
  onTerminated(connection: Connection, receiver: Receiver): void
  /** A frame that is not JSON: `receiver` where its subscription could still be read, else it may have been anyone's. */
  onUnreadable(connection: Connection, receiver: Receiver | null, text: string): void
}

export interface ConnectionParts {
  transport: Transport
  url: string
  governor: Governor
  venueClock: VenueClock
}

interface Pending {
  resolve(reply: SubscribeReply): void
  cancelDeadline: () => void
}

/** One WebSocket-API connection that carries the user data of many accounts, told apart by subscription id. */
export class Connection implements SocketHandler {
  openedAt: number | null = null
  readonly #parts: ConnectionParts
  readonly #owner: ConnectionOwner
  readonly #socket: Socket
  readonly #receivers = new Map<number, Receiver>()
  readonly #pending = new Map<string, Pending>()
  readonly #held: { id: number; event: UserEvent }[] = []
  #requests = 0

  constructor(parts: ConnectionParts, owner: ConnectionOwner) {
    this.#parts = parts
    this.#owner = owner
    parts.governor.spend(2)
    this.#socket = new Socket(parts.transport, parts.url, this, liveness)
  }

  get isOpen(): boolean {
    return this.#socket.isOpen
  }

  get lastAliveAt(): number | null {
    return this.#socket.lastAliveAt
  }

  /** Subscribes one account. Never throws for what the venue answers; throws ExchangeError when the key itself cannot sign. */
  async subscribe(credentials: Credentials): Promise<SubscribeReply> {
    const { governor, venueClock } = this.#parts
    const signer = signerOf(credentials)
    try {
      await venueClock.now()
      governor.settle(await governor.admit(2, 'recovery'), null)
    } catch (error) {
      if (!(error instanceof ExchangeError) || error.kind !== 'rate_limit') return { kind: 'lost' }
      return { kind: 'refused', failure: { status: 429, code: -1003, msg: null }, retryAt: error.retry_at }
    }
    const params: Record<string, ParamValue> = {
      apiKey: credentials.api_key,
      recvWindow,
      timestamp: venueClock.estimate(),
    }
    this.#requests += 1
    const id = `sub${this.#requests}`
    const request = { id, method: 'userDataStream.subscribe.signature', params: signParams(params, signer) }
    return new Promise((resolve) => {
      if (!this.#socket.send(JSON.stringify(request))) {
        resolve({ kind: 'lost' })
        return
      }
      const cancelDeadline = this.#parts.transport.clock.after(answerDeadlineMs, () => {
        this.#pending.delete(id)
        resolve({ kind: 'lost' })
      })
      this.#pending.set(id, { resolve, cancelDeadline })
    })
  }

  /** From now on events of this subscription go to `receiver`, the ones that came early first. */
  bind(id: number, receiver: Receiver): void {
    this.#receivers.set(id, receiver)
    const early = this.#held.filter((entry) => entry.id === id)
    if (early.length === 0) return
    const others = this.#held.filter((entry) => entry.id !== id)
    this.#held.splice(0, this.#held.length, ...others)
    for (const { event } of early) receiver.receive(event)
  }

  /** Ends one subscription. Its id is always named: without it the venue would end all of the connection. */
  unsubscribe(id: number): void {
    this.#receivers.delete(id)
    this.#parts.governor.spend(2)
    this.#requests += 1
    const request = { id: `uns${this.#requests}`, method: 'userDataStream.unsubscribe', params: { subscriptionId: id } }
    this.#socket.send(JSON.stringify(request))
  }

  /** Hangs up; the owner hears nothing more. */
  close(): void {
    this.#socket.close()
    this.#settleAll()
  }

  onOpen(): void {
    this.openedAt = this.#parts.transport.clock.now()
    this.#owner.onOpen(this)
  }

  onClose(_socket: Socket, end: SocketEnd): void {
    this.#settleAll()
    this.#owner.onEnd(this, end)
  }

  probe(socket: Socket): void {
    this.#parts.governor.spend(1)
    socket.send(probeText)
  }

  onFrame(_socket: Socket, text: string, receivedAt: number): void {
    let frame: Frame
    try {
      frame = parseJson(text) as Frame
    } catch {
      const id = /"subscriptionId"\s*:\s*(\d+)\s*,/.exec(text.slice(0, 64))?.[1]
      this.#owner.onUnreadable(this, (id === undefined ? undefined : this.#receivers.get(Number(id))) ?? null, text) // not money: a subscription id
      return
    }
    if (typeof frame !== 'object' || frame === null) this.#owner.onUnreadable(this, null, text)
    else if (frame.event !== undefined) this.#onEvent(frame, { event: frame.event, text, receivedAt })
    else if (frame.status !== undefined) this.#onReply(frame)
    else this.#owner.onUnreadable(this, null, text)
  }

  #onEvent(frame: Frame, event: UserEvent): void {
    const name = (event.event as { e?: unknown } | null)?.e
    const id = frame.subscriptionId
    if (name === 'serverShutdown') this.#owner.onNotice(this, 'server_shutdown')
    else if (typeof id !== 'number') this.#owner.onUnreadable(this, null, event.text)
    else if (name === 'eventStreamTerminated') this.#onTerminated(id)
    else this.#deliver(id, event)
  }

  #onTerminated(id: number): void {
    const receiver = this.#receivers.get(id)
    this.#receivers.delete(id)
    if (receiver) this.#owner.onTerminated(this, receiver)
  }

  #deliver(id: number, event: UserEvent): void {
    const receiver = this.#receivers.get(id)
    if (receiver) {
      receiver.receive(event)
    } else {
      if (this.#held.length >= heldEvents) this.#held.shift()
      this.#held.push({ id, event })
    }
  }

  #onReply(frame: Frame): void {
    if (frame.id === null && frame.status === 401) {
      this.#owner.onNotice(this, 'session_revoked')
      return
    }
    if (frame.status === 429 || frame.status === 418) this.#holdEveryone(frame)
    const pending = typeof frame.id === 'string' ? this.#pending.get(frame.id) : undefined
    const subscribed = subscribeResult.safeParse(frame.result)
    if (pending) {
      this.#pending.delete(String(frame.id))
      pending.cancelDeadline()
      pending.resolve(
        subscribed.success ? { kind: 'subscribed', id: subscribed.data.subscriptionId } : this.#refusal(frame),
      )
    } else if (subscribed.success) {
      // A confirmation nobody waits for any more: the account has been asked for again, or has left.
      this.unsubscribe(subscribed.data.subscriptionId)
    }
  }

  #refusal(frame: Frame): SubscribeReply {
    return {
      kind: 'refused',
      failure: readFailure(Number(frame.status), frame.error), // not money: a status
      retryAt: this.#retryAt(frame),
    }
  }

  /** Whatever asked too much: the limit is the IP's. */
  #holdEveryone(frame: Frame): void {
    this.#parts.governor.block(this.#retryAt(frame) ?? this.#parts.transport.clock.now() + pauseMs)
  }

  #retryAt(frame: Frame): number | null {
    const error = frame.error as { data?: { retryAfter?: unknown } } | undefined
    const retryAfter = error?.data?.retryAfter
    // The venue's clock; ours may differ.
    return typeof retryAfter === 'number' ? this.#toOurClock(retryAfter) : null
  }

  #toOurClock(venueTime: number): number {
    const { transport, venueClock } = this.#parts
    return venueTime + transport.clock.now() - venueClock.estimate()
  }

  #settleAll(): void {
    for (const pending of this.#pending.values()) {
      pending.cancelDeadline()
      pending.resolve({ kind: 'lost' })
    }
    this.#pending.clear()
  }
}

interface Frame {
  id?: unknown
  status?: unknown
  result?: unknown
  error?: unknown
  subscriptionId?: unknown
  event?: unknown
}
