import type { LevelTracker, Market, PublicTrade } from '../engine/market.ts'
import type { Side } from '../engine/order.ts'
import { toJson } from '../http/json.ts'
import { BARS, candleRows } from './candles.ts'
import type { Connection, Subscription } from './connection.ts'
import { instrumentRow, isOfType } from './instruments.ts'
import { depth, fundingRow, levelAt, markPriceRow, tickerRow, tradeRow } from './market-shapes.ts'
import { isCandle } from './subscriptions.ts'
import type { OkxVenue } from './venue.ts'

const TICK_MS = 50
const BOOK_LEVELS = 400
const KEEP_ALIVE_MS = 60_000
const SLOW_MS = 10_000

/** One channel of one instrument, and who listens. */
interface Topic {
  channel: string
  market: Market
  listeners: Map<Connection, Record<string, unknown>>
  tracker: LevelTracker | null
  /** What was told last, and when. */
  seq: bigint
  told: string
  toldAt: number
  everyMs: number
}

/** Public channels: books by sequence, tickers, trades, candles (fact sheet: okx.md section 5). */
export class PublicFeed {
  readonly #venue: OkxVenue
  readonly #topics = new Map<string, Topic>()
  readonly #timer: NodeJS.Timeout
  #ticks = 0

  constructor(venue: OkxVenue) {
    this.#venue = venue
    this.#timer = setInterval(() => this.#tick(), TICK_MS)
    this.#timer.unref()
  }

  join(connection: Connection, subscription: Subscription): void {
    const { channel, instId, instType } = subscription
    if (channel === 'instruments') {
      const data = [...this.#venue.engine.markets.values()]
        .filter((market) => isOfType(market, instType))
        .map(({ instrument }) => instrumentRow(instrument))
      connection.send(toJson({ arg: { channel, instType }, data }))
      return
    }
    const topic = this.#topic(channel, instId)
    if (!topic) return
    const arg = { channel, instId }
    // Those who listen already get what changed so far, so that everybody goes on from the same place.
    if (channel === 'books') this.#tellBook(topic)
    topic.listeners.set(connection, arg)
    connection.send(this.#first(topic, arg))
  }

  leave(connection: Connection, { channel, instId }: Subscription): void {
    const topic = this.#topics.get(`${channel}|${instId}`)
    if (topic?.listeners.delete(connection)) this.#dropEmpty(topic)
  }

  forget(connection: Connection): void {
    for (const topic of this.#topics.values()) if (topic.listeners.delete(connection)) this.#dropEmpty(topic)
  }

  /** A trade just happened. */
  trade(market: Market, trade: PublicTrade): void {
    if (this.#topics.size === 0) return
    for (const channel of ['trades', 'trades-all']) {
      const topic = this.#topics.get(`${channel}|${market.symbol}`)
      if (!topic) continue
      const row = tradeRow(market, trade)
      this.#tell(topic, { data: [channel === 'trades' ? { ...row, count: '1', seqId: market.updateId } : row] })
    }
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #topic(channel: string, instId: string | undefined): Topic | undefined {
    const key = `${channel}|${instId}`
    const known = this.#topics.get(key)
    if (known) return known
    const market = this.#venue.engine.markets.get(instId ?? '')
    if (!market) return undefined
    const tracker: LevelTracker | null = channel === 'books' ? { BUY: new Map(), SELL: new Map() } : null
    if (tracker) market.trackers.add(tracker)
    const topic: Topic = {
      channel,
      market,
      listeners: new Map(),
      tracker,
      seq: market.updateId,
      told: '',
      toldAt: Date.now(),
      everyMs: rhythm(channel),
    }
    this.#topics.set(key, topic)
    return topic
  }

  #dropEmpty(topic: Topic): void {
    if (topic.listeners.size > 0) return
    if (topic.tracker) topic.market.trackers.delete(topic.tracker)
    this.#topics.delete(`${topic.channel}|${topic.market.symbol}`)
  }

  /** What a new listener gets at once. */
  #first(topic: Topic, arg: Record<string, unknown>): string {
    const { channel, market } = topic
    if (channel === 'books') {
      const data = [
        { ...depth(market, BOOK_LEVELS), ts: this.#now(), checksum: 0, prevSeqId: -1, seqId: market.updateId },
      ]
      return toJson({ arg, action: 'snapshot', data })
    }
    return toJson({ arg, data: this.#state(topic) })
  }

  #tick(): void {
    this.#ticks += 1
    for (const topic of this.#topics.values()) {
      if ((this.#ticks * TICK_MS) % topic.everyMs !== 0) continue
      if (topic.channel === 'books') this.#tellBook(topic)
      else if (topic.channel !== 'trades' && topic.channel !== 'trades-all') this.#tellState(topic)
    }
  }

  /** What changed in the book since the last time; once a minute that nothing did. */
  #tellBook(topic: Topic): void {
    const { market, tracker, listeners } = topic
    if (!tracker || listeners.size === 0) return
    const changed = tracker.BUY.size + tracker.SELL.size > 0
    if (!changed && Date.now() - topic.toldAt < KEEP_ALIVE_MS) return
    const rows = (side: Side) => [...tracker[side].values()].map((price) => levelAt(market, side, price))
    const seqId = market.updateId
    const [asks, bids] = [rows('SELL'), rows('BUY')]
    const data = [{ asks, bids, ts: this.#now(), checksum: 0, prevSeqId: topic.seq, seqId }]
    tracker.BUY.clear()
    tracker.SELL.clear()
    this.#tell(topic, { action: 'update', data })
    topic.seq = seqId
  }

  /** The whole state of a channel, when it is another one than was told. */
  #tellState(topic: Topic): void {
    const data = this.#state(topic)
    const [row] = data as Record<string, unknown>[]
    const shown = toJson(Array.isArray(row) ? row : { ...row, ts: 0, seqId: 0 })
    const slow = topic.channel === 'mark-price' && Date.now() - topic.toldAt >= SLOW_MS
    if (shown === topic.told && !slow) return
    if (isCandle(topic.channel)) this.#tellClosed(topic, row as unknown as string[])
    topic.told = shown
    this.#tell(topic, { data })
  }

  /** A new candle began: the one before is over, and said to be. */
  #tellClosed(topic: Topic, row: string[]): void {
    if (topic.told === '') return
    const [before] = JSON.parse(topic.told) as string[]
    if (before === row[0]) return
    const bar = topic.channel.slice('candle'.length)
    const now = this.#venue.api.now()
    const closed = candleRows(topic.market, bar, Number(before), now, now).find(([ts]) => ts === before)
    if (closed) this.#tell(topic, { data: [[...closed.slice(0, 8), '1']] })
  }

  #state({ channel, market }: Topic): unknown[] {
    const now = this.#venue.api.now()
    if (channel === 'tickers') return [tickerRow(market, now)]
    if (channel === 'mark-price') return [markPriceRow(market, now)]
    if (channel === 'funding-rate') return [fundingRow(market, now)]
    if (channel === 'books5' || channel === 'bbo-tbt') {
      const ts = String(now)
      const levels = depth(market, channel === 'books5' ? 5 : 1)
      return [{ ...levels, instId: market.instrument.name, ts, seqId: market.updateId }]
    }
    if (isCandle(channel)) {
      const bar = channel.slice('candle'.length)
      const rows = candleRows(market, bar, now - (BARS.get(bar)?.ms ?? 0), now, now)
      return rows.slice(0, 1)
    }
    return market.trades.slice(-1).map((trade) => tradeRow(market, trade))
  }

  #tell(topic: Topic, body: Record<string, unknown>): void {
    topic.toldAt = Date.now()
    let text: string | undefined
    for (const [connection, arg] of topic.listeners) {
      text ??= toJson({ arg, ...body })
      connection.send(text)
    }
  }

  #now(): string {
    return String(this.#venue.api.now())
  }
}

function rhythm(channel: string): number {
  if (channel === 'bbo-tbt') return TICK_MS
  if (isCandle(channel)) return 500
  return channel === 'mark-price' ? 200 : 100
}
