import type { MarketData } from '@tradercoin/exchanges'
import type { Candle, Candles, ServerMessage } from '@tradercoin/protocol'

/** Candles a subscription remembers for tabs that come or lag; older ones are read over REST. */
const keptCandles = 100

/** What is known of one subscription, as the bytes every tab is sent. */
export interface MarketState {
  /** Grows with each change; 0 while nothing is known. */
  readonly version: number
  take(market: MarketData): void
  /** The message for a tab that was last sent the version `seen`. */
  frameSince(seen: number): Buffer
}

const frame = (message: ServerMessage): Buffer => Buffer.from(JSON.stringify(message))

/** A book or a ticker: each message is the whole of it. */
export class LatestState implements MarketState {
  version = 0
  latest: MarketData | null = null
  #frame: Buffer | null = null

  take(market: MarketData): void {
    this.version += 1
    this.latest = market
    this.#frame = null
  }

  frameSince(): Buffer {
    const { latest } = this
    if (latest === null) throw new Error('nothing is known yet')
    this.#frame ??= frame({ type: latest.channel, data: latest.data } as ServerMessage)
    return this.#frame
  }
}

/** Candles: a message holds those that changed since, so that none is lost between two messages. */
export class CandleState implements MarketState {
  version = 0
  readonly #candles = new Map<number, { candle: Candle; version: number }>()
  #head: Omit<Candles, 'candles'> | null = null
  #frames = new Map<number, Buffer>()

  take(market: MarketData): void {
    if (market.channel !== 'candles') return
    const { candles, ...head } = market.data
    this.version += 1
    this.#head = head
    this.#frames = new Map()
    for (const candle of candles) this.#candles.set(candle.time, { candle, version: this.version })
    const surplus = this.#candles.size - keptCandles
    if (surplus <= 0) return
    const oldest = [...this.#candles.keys()].sort((a, b) => a - b).slice(0, surplus)
    for (const time of oldest) this.#candles.delete(time)
  }

  frameSince(seen: number): Buffer {
    const known = this.#frames.get(seen)
    if (known) return known
    if (this.#head === null) throw new Error('nothing is known yet')
    const candles = [...this.#candles.values()]
      .filter(({ version }) => version > seen)
      .map(({ candle }) => candle)
      .sort((a, b) => a.time - b.time)
    const made = frame({ type: 'candles', data: { ...this.#head, candles } })
    this.#frames.set(seen, made)
    return made
  }
}
