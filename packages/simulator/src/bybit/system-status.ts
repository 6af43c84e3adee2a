import type { WebSocket } from 'ws'
import { toJson } from '../http/json.ts'
import { requestId } from './private-sockets.ts'
import { readMessage, type SocketSet } from './socket-set.ts'
import type { BybitVenue } from './venue.ts'

const TOPIC = 'system.status'
const PRIVATE_STREAM = 4

/** The path /v5/public/misc/status: maintenance is announced there and nowhere else. */
export class SystemStatus {
  readonly set: SocketSet
  readonly #venue: BybitVenue
  #rows: Record<string, unknown>[] = []
  #count = 0

  constructor(venue: BybitVenue, set: SocketSet) {
    this.#venue = venue
    this.set = set
  }

  open(ws: WebSocket, ip: string, query: string): void {
    const socket = this.set.open(ws, ip, query)
    ws.on('message', (data, isBinary) => {
      const message = socket.silent ? undefined : readMessage(data, isBinary)
      if (!message) return
      const common = { conn_id: socket.connId, ...requestId(message) }
      if (message.op === 'ping') socket.reply({ success: true, ret_msg: 'pong', op: 'ping', ...common })
      if (message.op !== 'subscribe' || !Array.isArray(message.args)) return
      const known = message.args.every((topic) => topic === TOPIC)
      if (known) socket.topics.add(TOPIC)
      const ret_msg = known ? '' : `error:handler not found,topic:${String(message.args[0])}`
      socket.reply({ success: known, ret_msg, op: 'subscribe', ...common })
    })
  }

  /** The private stream goes down at a time; announced now. */
  announce(begin: number): void {
    this.#count += 1
    const row = {
      id: `4d95b2a0-587f-11f0-bcc9-${String(this.#count).padStart(12, '0')}`,
      title: 'System maintenance',
      state: 'scheduled',
      begin: String(begin),
      end: String(begin + 10_000),
      href: '',
      serviceTypes: [PRIVATE_STREAM],
      product: [1, 2],
      uidSuffix: [],
      maintainType: 3,
      env: 1,
    }
    this.#rows = [row, ...this.#rows].slice(0, 50)
    const frame = toJson({ topic: TOPIC, ts: this.#venue.api.now(), data: [row] })
    for (const socket of this.set.sockets) {
      if (socket.topics.has(TOPIC) && socket.ws.readyState === socket.ws.OPEN) socket.ws.send(frame)
    }
  }

  list(): Record<string, unknown>[] {
    return this.#rows
  }
}
