import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ClientMessage, Ready, ServerMessage } from '@tradercoin/protocol'
import { type WebSocket, WebSocketServer } from 'ws'

/** A queue that is awaited. */
export interface Inbox<T> {
  push(item: T): void
  next(): Promise<T>
  readonly size: number
}

export function createInbox<T>(): Inbox<T> {
  const items: T[] = []
  const waiting: ((item: T) => void)[] = []
  return {
    push(item) {
      const taker = waiting.shift()
      if (taker) taker(item)
      else items.push(item)
    },
    next: () =>
      items.length > 0 ? Promise.resolve(items.shift() as T) : new Promise((resolve) => waiting.push(resolve)),
    get size() {
      return items.length
    },
  }
}

export interface FakeLine {
  request: IncomingMessage
  messages: Inbox<ClientMessage>
  /** A message, or a text that is none. */
  send(message: ServerMessage | string | object): void
  close(code: number, reason?: string): void
  /** Ends the connection without a close frame. */
  terminate(): void
  closed: Promise<{ code: number }>
}

export interface FakeHub {
  baseUrl: string
  lines: Inbox<FakeLine>
  /** While set, every connection is refused, as by a proxy whose hub is down. */
  isDown: boolean
  /** How many sockets are open now. */
  open(): number
  close(): Promise<void>
}

/** A real WebSocket server on a free port that says only what the test tells it to. */
export async function startFakeHub(): Promise<FakeHub> {
  const server = new WebSocketServer({
    port: 0,
    host: '127.0.0.1',
    verifyClient: (_, answer) => answer(!hub.isDown, 503),
  })
  const lines = createInbox<FakeLine>()
  server.on('connection', (socket, request) => lines.push(createLine(socket, request)))
  await once(server, 'listening')
  const hub: FakeHub = {
    isDown: false,
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lines,
    open: () => server.clients.size,
    async close() {
      for (const client of server.clients) client.terminate()
      server.close()
      await once(server, 'close')
    },
  }
  return hub
}

function createLine(socket: WebSocket, request: IncomingMessage): FakeLine {
  const messages = createInbox<ClientMessage>()
  socket.on('message', (data) => messages.push(JSON.parse(data.toString())))
  socket.on('error', () => undefined)
  return {
    request,
    messages,
    send: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    close: (code, reason) => socket.close(code, reason),
    terminate: () => socket.terminate(),
    closed: new Promise((resolve) => socket.once('close', (code) => resolve({ code }))),
  }
}

export const ready = (changes: Partial<Ready> = {}): ServerMessage => ({
  type: 'ready',
  data: {
    session_id: 'tab-00000001',
    user_id: 7,
    epoch: 'e1',
    seq: 0,
    recovered: false,
    protocol: 1,
    heartbeat_ms: 5_000,
    ...changes,
  },
})

export const snapshot = (seq: number, epoch = 'e1'): ServerMessage => ({
  type: 'snapshot',
  data: { epoch, seq, orders: [], balances: [], positions: [], keys: [] },
})

/** The next event of the log, told apart by its quantity. */
export const balance = (seq: number): ServerMessage => ({
  type: 'balance_update',
  seq,
  data: {
    exchange_key_id: 1,
    exchange: 'binance',
    trading_mode: 'spot',
    asset: 'USDT',
    total: String(seq),
    available: null,
    locked: null,
    update_time: seq,
  },
})
