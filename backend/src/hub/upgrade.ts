import { randomUUID } from 'node:crypto'
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { limits, sessionIdSchema } from '@tradercoin/protocol'
import { type RawData, type WebSocket, WebSocketServer } from 'ws'
import { Problem } from '../api/problem.ts'
import { endWithProblem } from '../api/raw-problem.ts'
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
  ;(this as TabSocket)[key].onPong()
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
    this.sockets.on('wsClientError', (_error, line, { method }) => {
      endWithProblem(line, method === 'GET' ? upgradeProblem : methodProblem)
    })
  }

  /** Refuses every further upgrade. */
  stop(): void {
    this.isOpen = false
  }

  private onUpgrade(request: IncomingMessage, line: Duplex, head: Buffer): void {
    line.on('error', () => line.destroy())
    const checked = this.check(request)
    if (checked instanceof Problem) endWithProblem(line, checked)
    else
      this.sockets.handleUpgrade(request, line, head, (socket) => this.accept(socket, line, checked.ip, checked.label))
  }

  private check(request: IncomingMessage): Problem | { ip: string; label: string } {
    const url = URL.canParse(request.url ?? '', 'http://hub') ? new URL(request.url ?? '', 'http://hub') : null
    if (url?.pathname !== socketPath) return new Problem(404, 'not_found', 'There is no WebSocket at this path.')
    if (!this.isOpen) return new Problem(503, 'going_away', 'The hub is going away; try again in a moment.', soon)
    if (!this.options.isAllowedOrigin(request.headers.origin)) {
      return new Problem(403, 'origin_not_allowed', 'Pages of this origin may not use this hub; see CORS_ORIGINS.')
    }
    const labels = url.searchParams.getAll('session_id')
    const label = labels.length === 0 ? randomUUID() : sessionIdSchema.safeParse(labels[0]).data
    if (!label || labels.length > 1) {
      return new Problem(400, 'bad_session_id', 'session_id must be 8 to 64 letters, digits, - or _.')
    }
    const ip = this.options.clientIp(request)
    if (this.hasRoom(ip)) return { ip, label }
    return new Problem(429, 'too_many_sockets', 'Too many sockets wait to sign in; try again in a moment.', soon)
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

const upgradeProblem = new Problem(
  400,
  'bad_upgrade',
  'This address takes a WebSocket: GET with Upgrade: websocket, Sec-WebSocket-Version: 13 and a Sec-WebSocket-Key.',
  { headers: { 'sec-websocket-version': '13, 8' } },
)
const methodProblem = new Problem(405, 'method_not_allowed', 'This address takes GET.', { headers: { allow: 'GET' } })
const soon = { headers: { 'retry-after': '5' } }
