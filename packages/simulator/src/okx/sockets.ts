import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Account } from '../engine/account.ts'
import { isRecord, parseJsonWithLongIntegers } from '../http/json.ts'
import { ipOf } from '../http/request.ts'
import { EXCHANGE } from './api.ts'
import { Connection, keyOf, type SocketPath } from './connection.ts'
import { login } from './login.ts'
import { isOperation, runOperation } from './operations.ts'
import { COUNTED, isPrivate, readSubscription, SubscribeError } from './subscriptions.ts'
import type { OkxVenue } from './venue.ts'

const IDLE_MS = 30_000
/** OKX documents no lifetime, but connections do end without a word. */
const LIFETIME_MS = 24 * 3_600_000
const HOUR = 3_600_000
const MESSAGES_PER_HOUR = 480
const CONNECTIONS_PER_CHANNEL = 30
const MAX_ARGS = 64 * 1024

/** The three WebSocket paths: who is connected, and what they ask (fact sheet: okx.md sections 1.2 to 1.8). */
export class OkxSockets {
  readonly #venue: OkxVenue
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: MAX_ARGS + 4096 })
  readonly #connections = new Set<Connection>()
  readonly #timer: NodeJS.Timeout

  constructor(venue: OkxVenue) {
    this.#venue = venue
    this.#timer = setInterval(() => this.#cutIdle(), 1000)
    this.#timer.unref()
  }

  open(request: IncomingMessage, socket: Duplex, head: Buffer, path: SocketPath): void {
    this.#server.handleUpgrade(request, socket, head, (ws) => this.#opened(ws, path, ipOf(request)))
  }

  count(fits: (connection: Connection) => boolean): number {
    return this.select(fits).length
  }

  select(fits: (connection: Connection) => boolean): Connection[] {
    return [...this.#connections].filter(fits)
  }

  close(): void {
    clearInterval(this.#timer)
    for (const { ws } of this.#connections) ws.terminate()
    this.#server.close()
  }

  #opened(ws: WebSocket, path: SocketPath, ip: string): void {
    const connection = new Connection(ws, path, ip, this.#venue.delivery)
    this.#connections.add(connection)
    const { clock } = this.#venue.world
    const uncut = clock.at(clock.aged() + LIFETIME_MS, () => ws.terminate())
    ws.on('error', () => ws.terminate())
    ws.on('close', () => {
      uncut()
      this.#connections.delete(connection)
      this.#venue.feed.forget(connection)
    })
    ws.on('message', (data) => {
      if (connection.silent) return
      connection.lastTraffic = Date.now()
      this.#heard(connection, data.toString())
    })
  }

  #heard(connection: Connection, text: string): void {
    if (text === 'ping') {
      connection.send('pong')
      return
    }
    let message: unknown
    try {
      message = parseJsonWithLongIntegers(text)
    } catch {
      connection.error('60012', `Illegal request: ${text.slice(0, 200)}`, undefined)
      return
    }
    if (!isRecord(message)) {
      connection.error('60012', `Illegal request: ${text.slice(0, 200)}`, undefined)
      return
    }
    const id = typeof message.id === 'string' ? message.id : undefined
    const op = typeof message.op === 'string' ? message.op : ''
    if (id !== undefined && !/^[A-Za-z0-9]{1,32}$/.test(id)) {
      connection.error('60013', 'Invalid id', undefined)
      return
    }
    if (isOperation(op)) {
      runOperation(this.#venue, connection, op, id, message)
      return
    }
    if (op !== 'login' && op !== 'subscribe' && op !== 'unsubscribe') {
      connection.error('60012', `Illegal request: ${text.slice(0, 200)}`, id)
      return
    }
    const { args } = message
    if (!Array.isArray(args) || args.length === 0) {
      connection.error('60013', 'Invalid args', id)
      return
    }
    if (!this.#venue.api.limits.allows(`messages|${connection.connId}`, MESSAGES_PER_HOUR, HOUR)) {
      connection.error('60014', 'Requests too frequent', id)
      return
    }
    if (op === 'login') login(this.#venue, connection, args, id)
    else for (const arg of args) this.#subscribe(connection, arg, id, op)
  }

  #subscribe(connection: Connection, arg: unknown, id: string | undefined, op: 'subscribe' | 'unsubscribe'): void {
    try {
      const subscription = readSubscription(this.#venue, connection, arg)
      const key = keyOf(subscription)
      const ack = { ...(id === undefined ? {} : { id }), event: op, arg, connId: connection.connId }
      if (op === 'unsubscribe') {
        connection.subscriptions.delete(key)
        this.#venue.feed.leave(connection, subscription)
        connection.answer(ack)
        return
      }
      connection.subscribed = true
      connection.answer(ack)
      const { channel } = subscription
      const { account } = connection
      if (account && COUNTED.has(channel) && !this.#counted(connection, account, channel)) return
      connection.subscriptions.set(key, subscription)
      if (!isPrivate(channel)) this.#venue.feed.join(connection, subscription)
      else if (account) this.#venue.channels.snapshot(connection, account, subscription)
    } catch (error) {
      if (!(error instanceof SubscribeError)) throw error
      connection.error(error.code, error.message, id)
    }
  }

  /** Tells how many connections have a channel; one too many does not get it. */
  #counted(connection: Connection, account: Account, channel: string): boolean {
    const own = [...connection.subscriptions.values()].some((each) => each.channel === channel)
    const others = this.#venue.channels.count(account, channel) - (own ? 1 : 0)
    const full = others >= CONNECTIONS_PER_CHANNEL
    const connCount = String(full ? CONNECTIONS_PER_CHANNEL : others + 1)
    const event = full ? 'channel-conn-count-error' : 'channel-conn-count'
    connection.answer({ event, channel, connCount, connId: connection.connId })
    return !full
  }

  /** Ends connections that said and heard nothing for 30 seconds, or never subscribed to anything. */
  #cutIdle(): void {
    const now = Date.now()
    for (const connection of this.#connections) {
      const idle = now - connection.lastTraffic > IDLE_MS
      const useless = !connection.subscribed && now - connection.since > IDLE_MS
      if ((idle || useless) && !connection.silent) connection.ws.close(4004, 'No data received in 30s.')
    }
  }
}

/** Cuts a new private connection when a fault says so. */
export function dropIfFaulty(venue: OkxVenue, connection: Connection, account: Account): void {
  if (!venue.world.faults.take('drop_connection', { accountId: account.id, exchange: EXCHANGE })) return
  setImmediate(() => connection.ws.terminate())
}
