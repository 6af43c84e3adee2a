import { type Backoff, createBackoff } from '../transport/backoff.ts'
import type { Governor } from '../transport/governor.ts'
import { Socket, type SocketEnd, type SocketHandler } from '../transport/socket.ts'
import type { Transport } from '../transport/transport.ts'
import type { ChannelHandlers, PublicFrame, PublicProtocol } from './public-protocol.ts'

/** A quiet line is asked for a sign of life, so that a page does not show an old price as the present one for long. */
const liveness = { idleMs: 10_000, answerMs: 5_000 }
const answerMs = 10_000
/** A connection that lived this long was a good one: the next wait counts from the beginning again. */
const stableMs = 10_000

export interface ConnectionParts {
  transport: Transport
  governor: Governor
  url: string
  /** What the venue's site wants on the handshake. */
  headers?: Record<string, string>
  protocol: PublicProtocol
}

/** `wanted`: to be asked for. `asked`: the request is out. `up`: granted. `gone`: given up, or refused. */
interface Channel {
  name: string
  handlers: ChannelHandlers
  state: 'wanted' | 'asked' | 'up' | 'gone'
  /** It is asked for in a request of its own, after a request of several was refused. */
  alone: boolean
}

interface Request {
  channels: readonly Channel[]
  cancelDeadline: () => void
}

/** One public socket with its channels: it connects, asks at the pace the venue takes, reconnects and asks again until it is closed. */
export class PublicConnection implements SocketHandler {
  readonly probe?: (socket: Socket) => void
  readonly #parts: ConnectionParts
  readonly #backoff: Backoff
  readonly #channels = new Map<string, Channel>()
  readonly #leaving = new Set<string>()
  readonly #requests = new Map<string, Request>()
  #sentAt: number[] = []
  #socket: Socket | null = null
  #openedAt = 0
  #ids = 0
  #closed = false
  #isFlushing = false
  #cancelRetry: (() => void) | null = null
  #cancelPace: (() => void) | null = null

  constructor(parts: ConnectionParts) {
    this.#parts = parts
    this.#backoff = createBackoff(parts.transport.clock)
    const { probe } = parts.protocol
    if (probe !== null) this.probe = (socket) => void socket.send(probe)
    void this.#connect()
  }

  get size(): number {
    return this.#channels.size
  }

  /** How long the venue lets a request wait that is made now (ms). */
  waitMs(): number {
    const { limit, windowMs } = this.#parts.protocol.requests
    const now = this.#parts.transport.clock.now()
    const recent = this.#sentAt.filter((at) => at > now - windowMs)
    const first = recent[recent.length - limit]
    return first === undefined ? 0 : first + windowMs - now
  }

  has(name: string): boolean {
    return this.#channels.has(name)
  }

  add(name: string, handlers: ChannelHandlers): void {
    this.#channels.set(name, { name, handlers, state: 'wanted', alone: false })
    this.#flushSoon()
  }

  /** @param handlers whose channel it is: a refused one has left already, and another may have taken its name */
  remove(name: string, handlers: ChannelHandlers): void {
    const channel = this.#channels.get(name)
    if (channel?.handlers !== handlers) return
    this.#channels.delete(name)
    if (channel.state !== 'wanted') this.#leave(name)
    channel.state = 'gone'
  }

  /** Asks for the channel anew, for a venue that sends its snapshot then. */
  renew(name: string): void {
    const channel = this.#channels.get(name)
    if (channel?.state !== 'up') return
    channel.state = 'wanted'
    this.#leave(name)
  }

  /** Hangs up. No handler is called any more. */
  close(): void {
    this.#closed = true
    this.#cancelRetry?.()
    this.#forgetLine()
    this.#socket?.close()
    this.#channels.clear()
  }

  onOpen(): void {
    this.#openedAt = this.#parts.transport.clock.now()
    this.#flushSoon()
  }

  onFrame(socket: Socket, text: string, receivedAt: number): void {
    let frame: PublicFrame
    try {
      frame = this.#parts.protocol.read(text)
    } catch {
      // What was in it is lost, and which channel's it was is unknown: all begin anew.
      socket.abort('a frame could not be read')
      return
    }
    if (frame.kind === 'data') this.#onData(frame.channel, frame.payload, receivedAt)
    else if (frame.kind === 'answer') this.#onAnswer(frame)
    else if (frame.kind === 'closing') socket.abort(frame.reason)
  }

  onClose(_socket: Socket, end: SocketEnd): void {
    this.#socket = null
    this.#forgetLine()
    const { clock, log } = this.#parts.transport
    if (end.opened && clock.now() - this.#openedAt >= stableMs) this.#backoff.reset()
    log('info', 'market_socket_down', { code: end.code, silent: end.silent, status: end.status, problem: end.error })
    this.#retry(end.silent ? 'The exchange has gone silent.' : 'The connection to the exchange was lost.')
  }

  #onData(name: string, payload: unknown, receivedAt: number): void {
    const channel = this.#channels.get(name)
    // Data can come before the answer that grants it; the channel's own subscription is up then.
    if (channel === undefined || channel.state === 'wanted') return
    this.#grant(channel)
    channel.handlers.onPayload(payload, receivedAt)
  }

  #onAnswer({ id, channel, reason }: Extract<PublicFrame, { kind: 'answer' }>): void {
    const request = id === null ? undefined : this.#requests.get(id)
    const about = (request?.channels ?? [...this.#channels.values()]).filter(
      (each) => each.state === 'asked' && (channel === null ? request !== undefined : each.name === channel),
    )
    for (const each of about) {
      if (reason === null) this.#grant(each)
      else if (request !== undefined && request.channels.length > 1) this.#askAlone(each)
      else this.#refuse(each, reason)
    }
    if (id === null || request?.channels.some(({ state }) => state === 'asked')) return
    request?.cancelDeadline()
    this.#requests.delete(id)
  }

  #grant(channel: Channel): void {
    if (channel.state === 'up') return
    channel.state = 'up'
    channel.handlers.onUp()
  }

  #askAlone(channel: Channel): void {
    channel.state = 'wanted'
    channel.alone = true
    this.#flushSoon()
  }

  #refuse(channel: Channel, reason: string): void {
    this.#channels.delete(channel.name)
    channel.state = 'gone'
    channel.handlers.onRefused(reason)
  }

  #leave(name: string): void {
    this.#leaving.add(name)
    this.#flushSoon()
  }

  /** Once the present turn is over, so that what is asked for together travels together. */
  #flushSoon(): void {
    if (this.#isFlushing) return
    this.#isFlushing = true
    queueMicrotask(() => {
      this.#isFlushing = false
      this.#flush()
    })
  }

  #flush(): void {
    while (this.#socket?.isOpen && !this.#closed) {
      const next = this.#nextRequest()
      if (next === null || !this.#mayAsk()) return
      this.#ask(next.op, next.names)
    }
  }

  /** What is left goes first: a renewed channel is given up before it is asked for again. */
  #nextRequest(): { op: 'subscribe' | 'unsubscribe'; names: string[] } | null {
    const most = this.#parts.protocol.channelsPerRequest
    if (this.#leaving.size > 0) return { op: 'unsubscribe', names: [...this.#leaving].slice(0, most) }
    const wanted = [...this.#channels.values()].filter(({ state }) => state === 'wanted')
    const alone = wanted.find((channel) => channel.alone)
    const chosen = alone ? [alone] : wanted.slice(0, most)
    return chosen.length === 0 ? null : { op: 'subscribe', names: chosen.map(({ name }) => name) }
  }

  #ask(op: 'subscribe' | 'unsubscribe', names: readonly string[]): void {
    const { protocol, transport } = this.#parts
    this.#ids += 1
    const id = `m${this.#ids}`
    this.#socket?.send(protocol.request(op, names, id))
    if (op === 'unsubscribe') {
      for (const name of names) this.#leaving.delete(name)
      return
    }
    const channels = names.flatMap((name) => this.#channels.get(name) ?? [])
    for (const channel of channels) channel.state = 'asked'
    const cancelDeadline = transport.clock.after(answerMs, () => this.#socket?.abort('a request was not answered'))
    this.#requests.set(id, { channels, cancelDeadline })
  }

  /** Counts a request, or comes back when the venue takes one more. */
  #mayAsk(): boolean {
    const { clock } = this.#parts.transport
    const wait = this.waitMs()
    if (wait === 0) {
      const now = clock.now()
      this.#sentAt = [...this.#sentAt.filter((at) => at > now - this.#parts.protocol.requests.windowMs), now]
      return true
    }
    this.#cancelPace ??= clock.after(wait, () => {
      this.#cancelPace = null
      this.#flush()
    })
    return false
  }

  async #connect(): Promise<void> {
    const { governor, transport, url, headers } = this.#parts
    try {
      await governor.admitConnection()
    } catch {
      return // the venue is being closed, and whoever watched with it
    }
    if (this.#closed) return
    this.#socket = new Socket(transport, url, this, headers === undefined ? liveness : { ...liveness, headers })
  }

  #retry(reason: string): void {
    if (this.#closed) return
    for (const channel of [...this.#channels.values()]) {
      if (channel.state === 'gone') continue
      channel.state = 'wanted'
      channel.alone = false
      channel.handlers.onDown(reason)
    }
    this.#cancelRetry = this.#parts.transport.clock.after(this.#backoff.next(), () => void this.#connect())
  }

  #forgetLine(): void {
    this.#cancelPace?.()
    this.#cancelPace = null
    for (const { cancelDeadline } of this.#requests.values()) cancelDeadline()
    this.#requests.clear()
    this.#leaving.clear()
    this.#sentAt = []
  }
}
