import type { WebSocket } from 'ws'
import type { Market, PublicTrade } from '../engine/market.ts'
import { toJson } from '../http/json.ts'
import type { Category } from './categories.ts'
import { tradeSequence } from './order-shapes.ts'
import { requestId } from './private-sockets.ts'
import { PublicStream, type UpdateIds, updateIdOf } from './public-stream.ts'
import { type PublicTopic, parseTopic } from './public-topics.ts'
import { type BybitSocket, readMessage, type SocketSet } from './socket-set.ts'
import type { BybitVenue } from './venue.ts'

const TICK_MS = 20
const MOST_TOPICS_TEXT = 21_000
const MOST_SPOT_ARGS = 10
const MOST_BUFFERED = 4 * 1024 * 1024

/** The path /v5/public/<category>: books, tickers, klines and trades, made only for topics somebody listens to. */
export class PublicSockets {
  readonly set: SocketSet
  readonly #venue: BybitVenue
  readonly #category: Category
  readonly #streams = new Map<string, PublicStream>()
  readonly #updates: UpdateIds = new Map()
  #timer: NodeJS.Timeout | undefined
  #elapsed = 0

  constructor(venue: BybitVenue, category: Category, set: SocketSet) {
    this.#venue = venue
    this.#category = category
    this.set = set
  }

  open(ws: WebSocket, ip: string, query: string): void {
    const socket = this.set.open(ws, ip, query)
    ws.on('message', (data, isBinary) => {
      if (!socket.silent) this.#receive(socket, readMessage(data, isBinary))
    })
    ws.on('close', () => {
      for (const topic of socket.topics) this.#leave(socket, topic)
    })
  }

  /** The update id of the deepest book, which the REST book tells too. */
  bookUpdateId(market: Market): number {
    return updateIdOf(this.#updates, `orderbook.1000.${market.instrument.name}`)
  }

  trade(market: Market, trade: PublicTrade): void {
    const stream = this.#streams.get(`publicTrade.${market.instrument.name}`)
    if (!stream) return
    const ts = this.#venue.api.now()
    const row = {
      i: this.#venue.ids.publicTrade(market.symbol, trade.id),
      T: trade.time,
      p: trade.price.toFixed(),
      v: trade.qty.toFixed(),
      S: trade.buyerIsMaker ? 'Sell' : 'Buy',
      s: market.instrument.name,
      BT: false,
      RPI: false,
      seq: tradeSequence(trade.id),
    }
    this.#send(stream, { topic: stream.name, type: 'snapshot', ts, data: [row] })
  }

  close(): void {
    clearInterval(this.#timer)
    this.set.close()
  }

  #receive(socket: BybitSocket, message: Record<string, unknown> | undefined): void {
    if (!message) {
      this.#answer(socket, {}, '', 'error:invalid message')
      return
    }
    const op = String(message.op ?? '')
    if (op === 'ping') {
      socket.reply({ success: true, ret_msg: 'pong', conn_id: socket.connId, op: 'ping', ...requestId(message) })
      return
    }
    const args = Array.isArray(message.args) ? message.args.map(String) : []
    if (op === 'subscribe') {
      const topics = this.#readTopics(socket, args)
      this.#answer(socket, message, op, typeof topics === 'string' ? topics : '')
      if (typeof topics !== 'string') for (const [name, topic] of topics) this.#join(socket, name, topic)
    } else if (op === 'unsubscribe') {
      for (const topic of args) if (socket.topics.delete(topic)) this.#leave(socket, topic)
      this.#answer(socket, message, op, '')
    } else this.#answer(socket, message, op, `error:handler not found,op:${op}`)
  }

  #readTopics(socket: BybitSocket, args: string[]): Map<string, PublicTopic> | string {
    if (args.length === 0) return 'error:args is empty'
    if (this.#category === 'spot' && args.length > MOST_SPOT_ARGS) return `error:args size >${MOST_SPOT_ARGS}`
    const topics = new Map<string, PublicTopic>()
    for (const name of args) {
      const topic = parseTopic(name, (symbol) => this.#venue.findMarket(this.#category, symbol))
      if (!topic) return `error:handler not found,topic:${name}`
      if (socket.topics.has(name)) return `error:already subscribed,topic:${name}`
      topics.set(name, topic)
    }
    const length = [...socket.topics, ...args].reduce((sum, name) => sum + name.length, 0)
    return length > MOST_TOPICS_TEXT ? 'error:args length is over the limit of the connection' : topics
  }

  #answer(socket: BybitSocket, message: { req_id?: unknown }, op: string, failure: string): void {
    socket.reply({ success: failure === '', ret_msg: failure, conn_id: socket.connId, ...requestId(message), op })
  }

  #join(socket: BybitSocket, name: string, topic: PublicTopic): void {
    let stream = this.#streams.get(name)
    // The others hear first of what the newcomer's picture will hold already.
    if (stream) this.#update(stream)
    else {
      stream = new PublicStream(name, topic, this.#updates, () => this.#venue.api.now())
      this.#streams.set(name, stream)
    }
    stream.sockets.add(socket)
    socket.topics.add(name)
    const frame = stream.snapshot()
    if (frame) this.#sendTo(socket, toJson(frame))
    this.#timer ??= this.#startTimer()
  }

  #leave(socket: BybitSocket, name: string): void {
    const stream = this.#streams.get(name)
    stream?.sockets.delete(socket)
    if (stream?.sockets.size === 0) {
      stream.close()
      this.#streams.delete(name)
    }
    if (this.#streams.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #startTimer(): NodeJS.Timeout {
    const timer = setInterval(() => {
      this.#elapsed += TICK_MS
      for (const stream of this.#streams.values()) if (stream.isDue(this.#elapsed)) this.#update(stream)
    }, TICK_MS)
    timer.unref()
    return timer
  }

  #update(stream: PublicStream): void {
    for (const frame of stream.changes()) this.#send(stream, frame)
  }

  #send(stream: PublicStream, frame: unknown): void {
    const text = toJson(frame)
    for (const socket of stream.sockets) this.#sendTo(socket, text)
  }

  #sendTo(socket: BybitSocket, text: string): void {
    if (socket.ws.readyState !== socket.ws.OPEN || socket.silent) return
    // A reader that does not keep up loses market data, not memory of the server.
    if (socket.ws.bufferedAmount > MOST_BUFFERED) return
    this.set.touch(socket)
    socket.ws.send(text)
  }
}
