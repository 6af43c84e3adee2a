import type { WebSocket } from 'ws'
import type { Market, PublicTrade } from '../engine/market.ts'
import { toJson } from '../http/json.ts'
import type { Category } from './categories.ts'
import { bookSequence, candleSpan, candles, levels, tickerFields } from './market-shapes.ts'
import { tradeSequence } from './order-shapes.ts'
import { requestId } from './private-sockets.ts'
import { BOOK_EVERY_MS, type PublicTopic, parseTopic, sideChanges } from './public-topics.ts'
import type { BybitSocket, SocketSet } from './socket-set.ts'
import type { BybitVenue } from './venue.ts'

const TICK_MS = 20
const REPEAT_MS = 3_000
const KLINE_MS = 1_000
const MOST_TOPICS_TEXT = 21_000
const MOST_SPOT_ARGS = 10
const MOST_BUFFERED = 4 * 1024 * 1024

/** A topic that somebody listens to, and what was sent of it last. */
interface Stream {
  name: string
  topic: PublicTopic
  sockets: Set<BybitSocket>
  looked: bigint
  sentAt: number
  bids: Map<string, string>
  asks: Map<string, string>
  fields: Record<string, string>
  candleStart: number
}

/** The path /v5/public/<category>: books, tickers, klines and trades, made only for topics somebody listens to. */
export class PublicSockets {
  readonly set: SocketSet
  readonly #venue: BybitVenue
  readonly #category: Category
  readonly #streams = new Map<string, Stream>()
  /** Update ids go on when a topic is left and taken up again. */
  readonly #updates = new Map<string, number>()
  #timer: NodeJS.Timeout | undefined
  #ticks = 0

  constructor(venue: BybitVenue, category: Category, set: SocketSet) {
    this.#venue = venue
    this.#category = category
    this.set = set
  }

  open(ws: WebSocket, ip: string, query: string): void {
    const socket = this.set.open(ws, ip, query)
    ws.on('message', (data, isBinary) => {
      if (!socket.silent) this.#receive(socket, isBinary ? '' : data.toString())
    })
    ws.on('close', () => {
      for (const topic of socket.topics) this.#leave(socket, topic)
    })
  }

  /** The update id of the deepest book, which the REST book tells too. */
  bookUpdateId(market: Market): number {
    return this.#updates.get(`orderbook.1000.${market.instrument.name}`) ?? 1000
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

  #receive(socket: BybitSocket, text: string): void {
    let message: { op?: unknown; req_id?: unknown; args?: unknown }
    try {
      message = JSON.parse(text)
      if (message === null || typeof message !== 'object') throw new TypeError('no object')
    } catch {
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
    if (stream) this.#update(stream)
    else {
      stream = {
        name,
        topic,
        sockets: new Set(),
        looked: -1n,
        sentAt: 0,
        bids: new Map(),
        asks: new Map(),
        fields: {},
        candleStart: 0,
      }
      this.#streams.set(name, stream)
      this.#prime(stream)
    }
    stream.sockets.add(socket)
    socket.topics.add(name)
    const frame = this.#snapshot(stream)
    if (frame) this.#sendTo(socket, toJson(frame))
    this.#timer ??= this.#startTimer()
  }

  #leave(socket: BybitSocket, name: string): void {
    const stream = this.#streams.get(name)
    stream?.sockets.delete(socket)
    if (stream?.sockets.size === 0) this.#streams.delete(name)
    if (this.#streams.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #startTimer(): NodeJS.Timeout {
    const timer = setInterval(() => {
      this.#ticks += 1
      for (const stream of this.#streams.values()) if (this.#isDue(stream)) this.#update(stream)
    }, TICK_MS)
    timer.unref()
    return timer
  }

  #isDue({ topic }: Stream): boolean {
    const elapsed = this.#ticks * TICK_MS
    if (topic.kind === 'orderbook') return elapsed % BOOK_EVERY_MS[topic.depth] === 0
    if (topic.kind === 'tickers') return elapsed % (this.#category === 'spot' ? 60 : 100) === 0
    return topic.kind === 'kline' && elapsed % KLINE_MS === 0
  }

  /** Remembers the present state as the one that was sent, without sending it. */
  #prime(stream: Stream): void {
    const { topic } = stream
    const { market } = topic
    stream.looked = market.updateId
    stream.sentAt = this.#venue.api.now()
    if (topic.kind === 'orderbook') {
      stream.bids = new Map(levels(market, 'BUY', topic.depth))
      stream.asks = new Map(levels(market, 'SELL', topic.depth))
      this.#nextUpdate(stream)
    }
    if (topic.kind === 'tickers') stream.fields = tickerFields(market, stream.sentAt)
    if (topic.kind === 'kline') stream.candleStart = candleSpan(topic.interval, stream.sentAt).start
  }

  #snapshot(stream: Stream): unknown {
    const { topic, name } = stream
    const ts = this.#venue.api.now()
    if (topic.kind === 'orderbook') return this.#book(stream, 'snapshot', [...stream.bids], [...stream.asks])
    if (topic.kind === 'tickers') {
      return { topic: name, type: 'snapshot', data: stream.fields, cs: bookSequence(topic.market), ts }
    }
    return topic.kind === 'kline' ? this.#candle(stream, topic.interval, stream.candleStart, false) : undefined
  }

  /** Sends what changed since the last time. */
  #update(stream: Stream): void {
    const { topic } = stream
    if (topic.kind === 'orderbook') this.#updateBook(stream, topic.market, topic.depth)
    else if (topic.kind === 'tickers') this.#updateTicker(stream, topic.market)
    else if (topic.kind === 'kline') this.#updateKline(stream, topic.interval)
  }

  #updateBook(stream: Stream, market: Market, depth: number): void {
    const now = this.#venue.api.now()
    if (stream.looked === market.updateId) {
      // The best prices are told again when nothing happens, under the same update id.
      if (depth !== 1 || now - stream.sentAt < REPEAT_MS) return
      stream.sentAt = now
      this.#send(stream, this.#book(stream, 'snapshot', [...stream.bids], [...stream.asks]))
      return
    }
    stream.looked = market.updateId
    const bids = levels(market, 'BUY', depth)
    const asks = levels(market, 'SELL', depth)
    const b = sideChanges(stream.bids, bids)
    const a = sideChanges(stream.asks, asks)
    if (b.length + a.length === 0) return
    stream.bids = new Map(bids)
    stream.asks = new Map(asks)
    stream.sentAt = now
    this.#nextUpdate(stream)
    this.#send(stream, depth === 1 ? this.#book(stream, 'snapshot', bids, asks) : this.#book(stream, 'delta', b, a))
  }

  #book(stream: Stream, type: 'snapshot' | 'delta', b: [string, string][], a: [string, string][]): unknown {
    const { market } = stream.topic
    const ts = this.#venue.api.now()
    const u = this.#updates.get(stream.name)
    return {
      topic: stream.name,
      type,
      ts,
      data: { s: market.instrument.name, b, a, u, seq: bookSequence(market) },
      cts: ts,
    }
  }

  #nextUpdate(stream: Stream): void {
    this.#updates.set(stream.name, (this.#updates.get(stream.name) ?? 1000) + 1)
  }

  /** Contracts send the fields that changed, spot sends all. */
  #updateTicker(stream: Stream, market: Market): void {
    const ts = this.#venue.api.now()
    const fields = tickerFields(market, ts)
    const changed = Object.fromEntries(Object.entries(fields).filter(([key, value]) => stream.fields[key] !== value))
    if (Object.keys(changed).length === 0) return
    stream.fields = fields
    const cs = bookSequence(market)
    const spot = this.#category === 'spot'
    const data = spot ? fields : { symbol: fields.symbol, ...changed }
    this.#send(stream, { topic: stream.name, type: spot ? 'snapshot' : 'delta', data, cs, ts })
  }

  #updateKline(stream: Stream, interval: string): void {
    const { start } = candleSpan(interval, this.#venue.api.now())
    if (start > stream.candleStart) {
      this.#send(stream, this.#candle(stream, interval, stream.candleStart, true))
      stream.candleStart = start
    }
    this.#send(stream, this.#candle(stream, interval, start, false))
  }

  #candle(stream: Stream, interval: string, start: number, confirm: boolean): unknown {
    const { market } = stream.topic
    const ts = this.#venue.api.now()
    const { next } = candleSpan(interval, start)
    const row = candles(market, interval, start, next - 1)[0]
    const data = {
      start,
      end: next - 1,
      interval,
      open: (row?.open ?? market.last).toFixed(),
      close: (row?.close ?? market.last).toFixed(),
      high: (row?.high ?? market.last).toFixed(),
      low: (row?.low ?? market.last).toFixed(),
      volume: row?.volume.toFixed() ?? '0',
      turnover: row?.quote.round(4, 0).toFixed() ?? '0',
      confirm,
      timestamp: ts,
    }
    return { topic: stream.name, type: 'snapshot', ts, data: [data] }
  }

  #send(stream: Stream, frame: unknown): void {
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
