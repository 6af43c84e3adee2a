import type { ClientRequest, IncomingMessage } from 'node:http'
import WebSocket, { type RawData } from 'ws'
import { retryAfter } from './http.ts'
import { secureContextFor } from './tls.ts'
import type { Transport } from './transport.ts'

const handshakeTimeoutMs = 10_000
const maxFrameBytes = 1024 * 1024

/** How a socket ended. */
export interface SocketEnd {
  /** Whether it had been open. */
  opened: boolean
  code: number
  reason: string
  /** A probe went unanswered; we hung up. */
  silent: boolean
  /** HTTP status of a refused upgrade. */
  status: number | null
  /** Our clock (ms) before which a refused upgrade asked us not to return. */
  retryAt: number | null
  error: string | null
}

/**
 * Shared by many sockets: each call names its socket. A handler that throws costs its socket (the caller then reconnects and repairs),
 * never the process.
 */
export interface SocketHandler {
  onOpen(socket: Socket): void
  /** `receivedAt`: our clock (ms). */
  onFrame(socket: Socket, text: string, receivedAt: number): void
  /** Once, unless we closed it ourselves. */
  onClose(socket: Socket, end: SocketEnd): void
  /**
   * Asks the other side for a sign of life after `idleMs` without a frame; any frame answers. Without it a ping frame is sent and its pong counts.
   */
  probe?(socket: Socket): void
}

export interface SocketOptions {
  /** Without a sign of life for this long the line is probed. */
  idleMs: number
  /** An unanswered probe ends the socket after this long. */
  answerMs: number
  /** Extra headers of the handshake, where a venue's site wants them. */
  headers?: Record<string, string>
}

class OwnedWebSocket extends WebSocket {
  owner: Socket | null = null
}

const ownerOf = (ws: WebSocket) => (ws as OwnedWebSocket).owner

/* Listeners are shared functions that find their socket through `this`: thousands of sockets hold no closures of their own. */
function onOpen(this: WebSocket) {
  ownerOf(this)?.opened()
}
function onMessage(this: WebSocket, data: RawData) {
  ownerOf(this)?.frame(data.toString())
}
function onPong(this: WebSocket) {
  ownerOf(this)?.pong()
}
function onError(this: WebSocket, error: Error) {
  ownerOf(this)?.failed(error.message)
}
function onUnexpectedResponse(this: WebSocket, _request: ClientRequest, response: IncomingMessage) {
  ownerOf(this)?.refused(response)
  response.resume()
  this.terminate()
}
function onClose(this: WebSocket, code: number, reason: Buffer) {
  ownerOf(this)?.closed(code, reason.toString())
}

/** One outgoing WebSocket with a deadline on its handshake and a watch on its silence. It does not reconnect. */
export class Socket {
  /** Our clock (ms) of the last sign of life; null before the first. */
  lastAliveAt: number | null = null
  readonly #transport: Transport
  readonly #handler: SocketHandler
  readonly #options: SocketOptions
  readonly #ws: OwnedWebSocket
  #isOpen = false
  #done = false
  #probedAt: number | null = null
  #cancelTimer: (() => void) | null = null
  #end: SocketEnd = { opened: false, code: 1006, reason: '', silent: false, status: null, retryAt: null, error: null }

  /** `url` may hold a secret (a listen key): it is used here and nowhere told. */
  constructor(transport: Transport, url: string, handler: SocketHandler, options: SocketOptions) {
    this.#transport = transport
    this.#handler = handler
    this.#options = options
    const ws = new OwnedWebSocket(url, {
      handshakeTimeout: handshakeTimeoutMs,
      maxPayload: maxFrameBytes,
      maxFragments: 64,
      perMessageDeflate: false,
      followRedirects: false,
      ...(options.headers === undefined ? {} : { headers: options.headers }),
      ...(url.startsWith('wss:') ? { secureContext: secureContextFor(transport.ca) } : {}),
    })
    ws.owner = this
    ws.on('open', onOpen)
    ws.on('message', onMessage)
    ws.on('pong', onPong)
    ws.on('error', onError)
    ws.on('unexpected-response', onUnexpectedResponse)
    ws.on('close', onClose)
    this.#ws = ws
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  /** Sends a text frame; false when the socket is not open. */
  send(text: string): boolean {
    if (!this.#isOpen) return false
    this.#ws.send(text)
    return true
  }

  /** Hangs up. No handler is called any more. */
  close(): void {
    if (this.#done) return
    this.#finish()
    if (this.#ws.readyState === WebSocket.OPEN) {
      this.#ws.close(1000)
    } else {
      this.#ws.terminate()
    }
  }

  /** Hangs up as if the other side had: onClose is called. */
  abort(reason: string): void {
    if (this.#done) return
    this.#end.error ??= reason
    this.#ws.terminate()
  }

  opened(): void {
    if (this.#done) return
    this.#isOpen = true
    this.#end.opened = true
    this.lastAliveAt = this.#transport.clock.now()
    this.#watch(this.#options.idleMs)
    this.#guard(() => this.#handler.onOpen(this))
  }

  frame(text: string): void {
    if (this.#done) return
    const now = this.#transport.clock.now()
    this.lastAliveAt = now
    this.#probedAt = null
    try {
      this.#handler.onFrame(this, text, now)
    } catch (error) {
      this.#broken(error)
    }
  }

  pong(): void {
    if (this.#done || this.#handler.probe) return
    this.lastAliveAt = this.#transport.clock.now()
    this.#probedAt = null
  }

  failed(message: string): void {
    this.#end.error ??= message
  }

  refused(response: IncomingMessage): void {
    this.#end.status = response.statusCode ?? null
    this.#end.retryAt = retryAfter(response.headers, this.#transport.clock.now())
    this.#end.error ??= `upgrade refused with ${response.statusCode}`
  }

  closed(code: number, reason: string): void {
    if (this.#done) return
    this.#finish()
    this.#end.code = code
    this.#end.reason = reason
    this.#guard(() => this.#handler.onClose(this, this.#end))
  }

  #finish() {
    this.#done = true
    this.#isOpen = false
    this.#cancelTimer?.()
    this.#cancelTimer = null
  }

  #watch(ms: number) {
    this.#cancelTimer = this.#transport.clock.after(ms, () => this.#tick())
  }

  #tick() {
    const now = this.#transport.clock.now()
    const { idleMs, answerMs } = this.#options
    if (this.#probedAt !== null) {
      this.#end.silent = true
      this.#ws.terminate()
      return
    }
    const idle = now - (this.lastAliveAt ?? now)
    if (idle < idleMs) return this.#watch(idleMs - idle)
    this.#probedAt = now
    if (this.#handler.probe) this.#guard(() => this.#handler.probe?.(this))
    else this.#ws.ping()
    this.#watch(answerMs)
  }

  #guard(call: () => void) {
    try {
      call()
    } catch (error) {
      this.#broken(error)
    }
  }

  #broken(error: unknown) {
    this.#transport.log('warn', 'socket_handler_failed', {
      problem: error instanceof Error ? error.message : 'unknown',
    })
    this.abort('handler failed')
  }
}
