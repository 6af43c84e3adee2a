import type { LevelTracker, Market } from '../engine/market.ts'
import type { Side } from '../engine/order.ts'
import { bookSequence, candleSpan, candles, levels, tickerFields } from './market-shapes.ts'
import { BOOK_EVERY_MS, type Depth, type PublicTopic, sideChanges } from './public-topics.ts'
import type { BybitSocket } from './socket-set.ts'

const REPEAT_MS = 3_000
const KLINE_MS = 1_000
const CONTRACT_TICKER_MS = 100
const SPOT_TICKER_MS = 60
const FIRST_UPDATE = 1000

type Levels = [string, string][]

/** Update ids go on when a topic is left and taken up again. */
export type UpdateIds = Map<string, number>

export const updateIdOf = (updates: UpdateIds, name: string) => updates.get(name) ?? FIRST_UPDATE

/** A public topic that somebody listens to: what was sent of it last, and what has changed since. */
export class PublicStream {
  readonly name: string
  readonly topic: PublicTopic
  readonly sockets = new Set<BybitSocket>()
  readonly #updates: UpdateIds
  readonly #now: () => number
  #looked: bigint
  #sentAt: number
  #bids: Levels = []
  #asks: Levels = []
  #fields: Record<string, string> = {}
  #candleStart = 0
  /** Levels that orders came to or left since the book was sent, by price. */
  readonly #touched: LevelTracker = { BUY: new Map(), SELL: new Map() }

  constructor(name: string, topic: PublicTopic, updates: UpdateIds, now: () => number) {
    this.name = name
    this.topic = topic
    this.#updates = updates
    this.#now = now
    this.#looked = topic.market.updateId
    this.#sentAt = now()
    if (topic.kind === 'orderbook') {
      topic.market.trackers.add(this.#touched)
      this.#take(levels(topic.market, 'BUY', topic.depth), levels(topic.market, 'SELL', topic.depth))
    }
    if (topic.kind === 'tickers') this.#fields = tickerFields(topic.market, this.#sentAt)
    if (topic.kind === 'kline') this.#candleStart = candleSpan(topic.interval, this.#sentAt).start
  }

  /** Nobody listens any more. */
  close(): void {
    this.topic.market.trackers.delete(this.#touched)
  }

  get #isSpot(): boolean {
    return this.topic.market.instrument.kind === 'spot'
  }

  /** Whether its turn has come, so many milliseconds after the start. */
  isDue(elapsed: number): boolean {
    const { topic } = this
    if (topic.kind === 'orderbook') return elapsed % BOOK_EVERY_MS[topic.depth] === 0
    if (topic.kind === 'tickers') return elapsed % (this.#isSpot ? SPOT_TICKER_MS : CONTRACT_TICKER_MS) === 0
    return topic.kind === 'kline' && elapsed % KLINE_MS === 0
  }

  /** What a new listener gets first: the state as it was sent last. */
  snapshot(): unknown {
    const { topic, name } = this
    if (topic.kind === 'orderbook') return this.#book('snapshot', this.#bids, this.#asks)
    if (topic.kind === 'tickers') {
      return { topic: name, type: 'snapshot', data: this.#fields, cs: bookSequence(topic.market), ts: this.#now() }
    }
    return topic.kind === 'kline' ? this.#candle(topic.interval, this.#candleStart, false) : undefined
  }

  /** The messages that bring listeners up to date. */
  changes(): unknown[] {
    const { topic } = this
    if (topic.kind === 'orderbook') return this.#bookChanges(topic.market, topic.depth)
    if (topic.kind === 'tickers') return this.#tickerChanges(topic.market)
    return topic.kind === 'kline' ? this.#klineChanges(topic.interval) : []
  }

  #bookChanges(market: Market, depth: Depth): unknown[] {
    const now = this.#now()
    if (this.#looked === market.updateId) {
      // The best prices are told again when nothing happens, under the same update id.
      if (depth !== 1 || now - this.#sentAt < REPEAT_MS) return []
      this.#sentAt = now
      return [this.#book('snapshot', this.#bids, this.#asks)]
    }
    this.#looked = market.updateId
    const bids = levels(market, 'BUY', depth)
    const asks = levels(market, 'SELL', depth)
    const b = sideChanges(new Map(this.#bids), bids, this.#takeTouched('BUY'))
    const a = sideChanges(new Map(this.#asks), asks, this.#takeTouched('SELL'))
    if (b.length + a.length === 0) return []
    this.#sentAt = now
    this.#take(bids, asks)
    return [depth === 1 ? this.#book('snapshot', bids, asks) : this.#book('delta', b, a)]
  }

  /** Whether a level of a side was touched, by its price as it is sent; begins to count anew. */
  #takeTouched(side: Side): (price: string) => boolean {
    const touched = new Set([...this.#touched[side].values()].map((price) => price.toFixed()))
    this.#touched[side].clear()
    return (price) => touched.has(price)
  }

  #take(bids: Levels, asks: Levels): void {
    this.#bids = bids
    this.#asks = asks
    this.#updates.set(this.name, updateIdOf(this.#updates, this.name) + 1)
  }

  #book(type: 'snapshot' | 'delta', b: Levels, a: Levels): unknown {
    const { market } = this.topic
    const ts = this.#now()
    const data = { s: market.instrument.name, b, a, u: updateIdOf(this.#updates, this.name), seq: bookSequence(market) }
    return { topic: this.name, type, ts, data, cts: ts }
  }

  /** Contracts send the fields that changed, spot sends all. */
  #tickerChanges(market: Market): unknown[] {
    const ts = this.#now()
    const fields = tickerFields(market, ts)
    const changed = Object.fromEntries(Object.entries(fields).filter(([key, value]) => this.#fields[key] !== value))
    if (Object.keys(changed).length === 0) return []
    this.#fields = fields
    const data = this.#isSpot ? fields : { symbol: fields.symbol, ...changed }
    const type = this.#isSpot ? 'snapshot' : 'delta'
    return [{ topic: this.name, type, data, cs: bookSequence(market), ts }]
  }

  /** The running candle each second, and the one before once more when it is over. */
  #klineChanges(interval: string): unknown[] {
    const { start } = candleSpan(interval, this.#now())
    const ended = this.#candleStart
    this.#candleStart = start
    const running = this.#candle(interval, start, false)
    return start > ended ? [this.#candle(interval, ended, true), running] : [running]
  }

  #candle(interval: string, start: number, confirm: boolean): unknown {
    const { market } = this.topic
    const ts = this.#now()
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
    return { topic: this.name, type: 'snapshot', ts, data: [data] }
  }
}
