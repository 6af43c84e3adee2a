import type { Candle } from '../engine/candles.ts'
import { type Big, ZERO } from '../engine/decimal.ts'
import type { LevelTracker, Market, PublicTrade } from '../engine/market.ts'
import { INTERVALS, statistics } from './market-shapes.ts'
import type { StreamHub } from './stream-hub.ts'

/** How a venue writes its market streams (fact sheet: binance.md section 12). */
export interface FeedStyle {
  futures: boolean
  price: (market: Market, value: Big) => string
  qty: (market: Market, value: Big) => string
  now: () => number
  /** Which kinds of streams a hub carries; the rest is acknowledged and stays silent. */
  kinds: ReadonlySet<string>
  nextFunding?: (now: number) => number
}

interface Stream {
  kind: string
  market: Market | null
  everyMs: number
  levels: number
  interval: string
  tracker: LevelTracker | null
  /** The state of the market that was sent last. */
  sent: string
  lastUpdateId: bigint
}

const TICK_MS = 50
const DIFF = /^depth(?:@(100|250|500)ms)?$/
const PARTIAL = /^depth(5|10|20)(?:@(100|250|500)ms)?$/

/** Publishes market data on a rhythm, and only for streams that somebody listens to. */
export class MarketFeed {
  readonly #hub: StreamHub
  readonly #style: FeedStyle
  readonly #markets: ReadonlyMap<string, Market>
  readonly #streams = new Map<string, Stream | null>()
  readonly #timer: NodeJS.Timeout
  #ticks = 0

  constructor(hub: StreamHub, markets: ReadonlyMap<string, Market>, style: FeedStyle) {
    this.#hub = hub
    this.#style = style
    this.#markets = new Map([...markets.values()].map((market) => [market.symbol.toLowerCase(), market]))
    this.#timer = setInterval(() => this.#tick(), TICK_MS)
    this.#timer.unref()
  }

  /** Somebody subscribed: changes count from now on. */
  watch(name: string): void {
    if (!this.#streams.has(name)) this.#streams.set(name, this.#parse(name))
  }

  /** A trade just happened: the streams that do not wait for a rhythm. */
  trade(market: Market, trade: PublicTrade): void {
    if (this.#hub.size === 0) return
    const name = market.symbol.toLowerCase()
    const base = {
      E: this.#style.now(),
      s: market.symbol,
      p: this.#style.price(market, trade.price),
      q: this.#style.qty(market, trade.qty),
    }
    const tail = { T: trade.time, m: trade.buyerIsMaker, ...(this.#style.futures ? {} : { M: true }) }
    if (this.#style.kinds.has('trade')) {
      this.#hub.publish(`${name}@trade`, () => ({ e: 'trade', ...base, t: trade.id, ...tail }))
    }
    if (this.#style.kinds.has('aggTrade')) {
      this.#hub.publish(`${name}@aggTrade`, () => ({
        e: 'aggTrade',
        ...base,
        a: trade.id,
        f: trade.id,
        l: trade.id,
        ...tail,
      }))
    }
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #tick(): void {
    this.#ticks += 1
    if (this.#streams.size === 0) return
    for (const [name, stream] of this.#streams) {
      if (this.#hub.listeners(name)) continue
      if (stream?.tracker) stream.market?.trackers.delete(stream.tracker)
      this.#streams.delete(name)
    }
    for (const [name, stream] of this.#streams) {
      if (!stream) continue
      const fresh = stream.sent === ''
      if (fresh || (this.#ticks * TICK_MS) % stream.everyMs === 0) this.#send(name, stream)
    }
  }

  /** Understands a stream name, or returns null: unknown names stay silent. */
  #parse(name: string): Stream | null {
    const make = (kind: string, market: Market | null, everyMs: number, more: Partial<Stream> = {}): Stream | null =>
      this.#style.kinds.has(kind)
        ? {
            kind,
            market,
            everyMs,
            levels: 0,
            interval: '',
            tracker: null,
            sent: '',
            lastUpdateId: market?.updateId ?? 0n,
            ...more,
          }
        : null
    const all = /^!(ticker|miniTicker|bookTicker|markPrice)(?:@arr)?(@1s)?$/.exec(name)
    if (all) {
      const [, kind = '', fast] = all
      return make(kind, null, kind === 'markPrice' && !fast ? 3000 : 1000)
    }
    const at = name.indexOf('@')
    const market = this.#markets.get(at < 0 ? name : name.slice(0, at))
    if (!market) return null
    const topic = name.slice(at + 1)
    const diff = DIFF.exec(topic)
    const standard = this.#style.futures ? 250 : 1000
    if (diff) {
      const tracker: LevelTracker = { BUY: new Map(), SELL: new Map() }
      const stream = make('depth', market, Number(diff[1] ?? standard), { tracker, sent: 'started' })
      if (stream) market.trackers.add(tracker)
      return stream
    }
    const partial = PARTIAL.exec(topic)
    if (partial) return make('partialDepth', market, Number(partial[2] ?? standard), { levels: Number(partial[1]) })
    const kline = /^kline_(\w+)$/.exec(topic)
    if (kline)
      return INTERVALS.has(kline[1] as string) ? make('kline', market, 1000, { interval: kline[1] as string }) : null
    if (topic === 'bookTicker') return make('bookTicker', market, TICK_MS)
    if (topic === 'ticker' || topic === 'miniTicker') return make(topic, market, this.#style.futures ? 2000 : 1000)
    if (topic === 'markPrice') return make('markPrice', market, 3000)
    if (topic === 'markPrice@1s') return make('markPrice', market, 1000)
    if (topic === 'avgPrice') return make('avgPrice', market, 1000)
    return null
  }

  #send(name: string, stream: Stream): void {
    const { market } = stream
    if (!market) {
      this.#sendAll(name, stream)
      return
    }
    const state = `${market.updateId}`
    switch (stream.kind) {
      case 'depth':
        this.#sendDiff(name, stream, market)
        return
      case 'partialDepth':
        if (stream.sent !== state) this.#hub.publish(name, () => this.#partial(stream, market))
        break
      case 'bookTicker':
        if (stream.sent !== state) this.#hub.publish(name, () => this.#bookTicker(market))
        break
      case 'kline':
        this.#hub.publish(name, () => this.#kline(market, stream.interval))
        break
      case 'markPrice':
        this.#hub.publish(name, () => this.#markPrice(market))
        break
      case 'avgPrice':
        this.#hub.publish(name, () => ({
          e: 'avgPrice',
          E: this.#style.now(),
          s: market.symbol,
          i: '5m',
          w: this.#style.price(market, market.last),
          T: this.#style.now(),
        }))
        break
      default:
        this.#hub.publish(name, () => this.#ticker(market, stream.kind === 'miniTicker'))
    }
    stream.sent = state
  }

  #sendAll(name: string, stream: Stream): void {
    const markets = [...this.#markets.values()]
    stream.sent = 'started'
    if (stream.kind === 'bookTicker') {
      for (const market of markets) this.#hub.publish(name, () => this.#bookTicker(market))
      return
    }
    this.#hub.publish(name, () =>
      markets.map((market) =>
        stream.kind === 'markPrice' ? this.#markPrice(market) : this.#ticker(market, stream.kind === 'miniTicker'),
      ),
    )
  }

  #sendDiff(name: string, stream: Stream, market: Market): void {
    const { tracker } = stream
    if (!tracker || tracker.BUY.size + tracker.SELL.size === 0) return
    const side = (which: 'BUY' | 'SELL') =>
      [...tracker[which]].map(([text, price]) => [
        this.#style.price(market, price) || text,
        this.#style.qty(market, market.book.qtyAt(which, price)),
      ])
    const first = stream.lastUpdateId + 1n
    const previous = stream.lastUpdateId
    this.#hub.publish(name, () => ({
      e: 'depthUpdate',
      E: this.#style.now(),
      ...(this.#style.futures ? { T: this.#style.now() } : {}),
      s: market.symbol,
      U: first,
      u: market.updateId,
      ...(this.#style.futures ? { pu: previous } : {}),
      b: side('BUY'),
      a: side('SELL'),
    }))
    stream.lastUpdateId = market.updateId
    tracker.BUY.clear()
    tracker.SELL.clear()
  }

  #levels(market: Market, side: 'BUY' | 'SELL', count: number): string[][] {
    return market.book
      .depth(side, count)
      .map(({ price, qty }) => [this.#style.price(market, price), this.#style.qty(market, qty)])
  }

  #partial(stream: Stream, market: Market): unknown {
    const bids = this.#levels(market, 'BUY', stream.levels)
    const asks = this.#levels(market, 'SELL', stream.levels)
    if (!this.#style.futures) return { lastUpdateId: market.updateId, bids, asks }
    const previous = stream.lastUpdateId
    stream.lastUpdateId = market.updateId
    const now = this.#style.now()
    return {
      e: 'depthUpdate',
      E: now,
      T: now,
      s: market.symbol,
      U: previous + 1n,
      u: market.updateId,
      pu: previous,
      b: bids,
      a: asks,
    }
  }

  #bookTicker(market: Market): unknown {
    const [bid] = this.#levels(market, 'BUY', 1)
    const [ask] = this.#levels(market, 'SELL', 1)
    const now = this.#style.now()
    return {
      ...(this.#style.futures ? { e: 'bookTicker' } : {}),
      u: market.updateId,
      ...(this.#style.futures ? { E: now, T: now } : {}),
      s: market.symbol,
      b: bid?.[0] ?? '0.00000000',
      B: bid?.[1] ?? '0.00000000',
      a: ask?.[0] ?? '0.00000000',
      A: ask?.[1] ?? '0.00000000',
    }
  }

  #markPrice(market: Market): unknown {
    const now = this.#style.now()
    const mark = market.mark.toFixed(8)
    const next = this.#style.nextFunding?.(now) ?? 0
    return {
      e: 'markPriceUpdate',
      E: now,
      s: market.symbol,
      p: mark,
      ap: mark,
      i: mark,
      P: mark,
      r: '0.00010000',
      T: next,
      st: 1,
    }
  }

  #ticker(market: Market, mini: boolean): unknown {
    const { futures, now, price, qty } = this.#style
    const stats = statistics(
      market,
      now(),
      (value) => price(market, value),
      (value) => value.toFixed(3),
    )
    const volume = qty(market, market.candles.since(now() - 86_400_000)?.volume ?? ZERO)
    const common = {
      c: stats.lastPrice,
      o: stats.openPrice,
      h: stats.highPrice,
      l: stats.lowPrice,
      v: volume,
      q: stats.quoteVolume,
    }
    if (mini) return { e: '24hrMiniTicker', E: now(), s: market.symbol, ...common }
    const [bid] = this.#levels(market, 'BUY', 1)
    const [ask] = this.#levels(market, 'SELL', 1)
    return {
      e: '24hrTicker',
      E: now(),
      s: market.symbol,
      p: stats.priceChange,
      P: stats.priceChangePercent,
      w: stats.weightedAvgPrice,
      ...(futures ? {} : { x: stats.openPrice }),
      c: stats.lastPrice,
      Q: stats.lastQty,
      ...(futures ? {} : { b: bid?.[0] ?? '0', B: bid?.[1] ?? '0', a: ask?.[0] ?? '0', A: ask?.[1] ?? '0' }),
      o: stats.openPrice,
      h: stats.highPrice,
      l: stats.lowPrice,
      v: volume,
      q: stats.quoteVolume,
      O: stats.openTime,
      C: stats.closeTime,
      F: stats.firstId,
      L: stats.lastId,
      n: stats.count,
    }
  }

  #kline(market: Market, interval: string): unknown {
    const { now, price, qty } = this.#style
    const length = Math.max(INTERVALS.get(interval) ?? 60_000, 60_000)
    const openTime = Math.floor(now() / length) * length
    const row: Candle | undefined = market.candles.merged(length, openTime, now())[0]
    const text = (value: Big | undefined) => price(market, value ?? market.last)
    const amount = (value: Big | undefined) => qty(market, value ?? ZERO)
    return {
      e: 'kline',
      E: now(),
      s: market.symbol,
      k: {
        t: openTime,
        T: openTime + length - 1,
        s: market.symbol,
        i: interval,
        f: market.nextTradeId - BigInt(row?.trades ?? 0),
        L: market.nextTradeId - 1n,
        o: text(row?.open),
        c: text(row?.close),
        h: text(row?.high),
        l: text(row?.low),
        v: amount(row?.volume),
        n: row?.trades ?? 0,
        x: false,
        q: text(row?.quote ?? ZERO),
        V: amount(row?.takerBuyVolume),
        Q: text(row?.takerBuyQuote ?? ZERO),
        B: '0',
      },
    }
  }
}
