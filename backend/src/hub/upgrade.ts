import { randomUUID } from 'node:crypto'
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { limits, sessionIdSchema } from '@tradercoin/protocol'
import { type RawData, type WebSocket, WebSocketServer } from 'ws'
import type { OriginRule } from '../origin.ts'
import type { Hub } from './hub.ts'
import { Tab } from './tab.ts'

export const socketPath = '/api/v1/trading/ws'

export interface UpgradeOptions {
  hub: Hub
  isAllowedOrigin: OriginRule
  /** Address of the person behind a request, past trusted proxies. */
  clientIp(request: IncomingMessage): string
  /** Sockets that have not signed in yet: of one address, and of all. */
  unauthenticated: { perIp(ip: string): number; total: number }
}

const key = Symbol('tab')
type TabSocket = WebSocket & { [key]: Tab }

/* Handlers shared by all sockets: a closure for each would cost memory ten thousand times. */

function onMessage(this: WebSocket, data: RawData, isBinary: boolean): void {
  const tab = (this as TabSocket)[key]
  tab.hub.onMessage(tab, data, isBinary)
}

function onPing(this: WebSocket): void {
  const tab = (this as TabSocket)[key]
  tab.hub.onPing(tab)
}

function onPong(this: WebSocket): void {
  ;(this as TabSocket)[key].heard()
}

/** A frame too large or in too many pieces is closed by the library with this code; other errors end the socket by themselves. */
function onError(this: WebSocket, error: Error & { code?: string }): void {
  const tab = (this as TabSocket)[key]
  const code = { WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: 1009, WS_ERR_TOO_MANY_BUFFERED_PARTS: 1008 }[error.code ?? '']
  tab.hub.onSocketClosed(tab, code ?? 1006)
}

function onClose(this: WebSocket, code: number): void {
  const tab = (this as TabSocket)[key]
  tab.hub.onSocketClosed(tab, code)
}

/** Accepts WebSockets on the HTTP server: checks what can be checked before the upgrade, then hands the socket to the hub. */
export class Upgrades {
  private readonly options: UpgradeOptions
  private readonly sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: limits.maxFrameBytes,
    maxFragments: limits.maxFragments,
    maxBufferedChunks: 256,
  })
  private readonly waitingByIp = new Map<string, number>()
  private waiting = 0
  private isOpen = true

  constructor(server: Server, options: UpgradeOptions) {
    this.options = options
    server.on('upgrade', (request, line, head) => this.onUpgrade(request, line, head))
  }

  /** Refuses every further upgrade. */
  stop(): void {
    this.isOpen = false
  }

  private onUpgrade(request: IncomingMessage, line: Duplex, head: Buffer): void {
    line.on('error', () => line.destroy())
    const checked = this.check(request)
    if ('status' in checked) refuse(line, checked)
    else
      this.sockets.handleUpgrade(request, line, head, (socket) => this.accept(socket, line, checked.ip, checked.label))
  }

  private check(request: IncomingMessage): Refusal | { ip: string; label: string } {
    const url = URL.canParse(request.url ?? '', 'http://hub') ? new URL(request.url ?? '', 'http://hub') : null
    if (url?.pathname !== socketPath) {
      return { status: 404, code: 'not_found', detail: 'There is no WebSocket at this path.' }
    }
    if (!this.isOpen)
      return { status: 503, code: 'going_away', detail: 'The hub is going away; try again in a moment.' }
    if (!this.options.isAllowedOrigin(request.headers.origin)) {
      const detail = 'Pages of this origin may not use this hub; see CORS_ORIGINS.'
      return { status: 403, code: 'origin_not_allowed', detail }
    }
    const labels = url.searchParams.getAll('session_id')
    const label = labels.length === 0 ? randomUUID() : sessionIdSchema.safeParse(labels[0]).data
    if (!label || labels.length > 1) {
      return { status: 400, code: 'bad_session_id', detail: 'session_id must be 8 to 64 letters, digits, - or _.' }
    }
    const ip = this.options.clientIp(request)
    if (this.hasRoom(ip)) return { ip, label }
    return { status: 429, code: 'too_many_sockets', detail: 'Too many sockets wait to sign in; try again in a moment.' }
  }

  private accept(socket: WebSocket, line: Duplex, ip: string, label: string): void {
    const tab = new Tab(this.options.hub, socket, line, label, () => this.onSettled(ip))
    ;(socket as TabSocket)[key] = tab
    socket.on('message', onMessage)
    socket.on('ping', onPing)
    socket.on('pong', onPong)
    socket.on('error', onError)
    socket.on('close', onClose)
    this.waiting++
    this.waitingByIp.set(ip, (this.waitingByIp.get(ip) ?? 0) + 1)
    this.options.hub.add(tab)
  }

  private hasRoom(ip: string): boolean {
    const { perIp, total } = this.options.unauthenticated
    return this.waiting < total && (this.waitingByIp.get(ip) ?? 0) < perIp(ip)
  }

  private onSettled(ip: string): void {
    this.waiting--
    const left = (this.waitingByIp.get(ip) ?? 1) - 1
    if (left > 0) this.waitingByIp.set(ip, left)
    else this.waitingByIp.delete(ip)
  }
}

interface Refusal {
  status: number
  code: string
  detail: string
}

const titles: Record<number, string> = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  429: 'Too Many Requests',
  503: 'Service Unavailable',
}

/** Answers in the place of the upgrade and hangs up. */
function refuse(line: Duplex, { status, code, detail }: Refusal): void {
  const title = titles[status] ?? 'Error'
  const body = JSON.stringify({ type: 'about:blank', title, status, detail, code, request_id: randomUUID() })
  line.end(
    [
      `HTTP/1.1 ${status} ${title}`,
      'Connection: close',
      'Content-Type: application/problem+json',
      'Cache-Control: no-store',
      ...(status === 429 || status === 503 ? ['Retry-After: 5'] : []),
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
    () => line.destroy(),
  )
}
