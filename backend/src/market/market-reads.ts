import type { Clock, MarketSource } from '@tradercoin/exchanges'
import type { CandleInterval, Candles, OrderBook, Ticker } from '@tradercoin/protocol'
import type { MarketHub } from './market-hub.ts'
import { type TopicName, topicKey } from './market-topic.ts'

/** An answer of the exchange serves everyone who asks within this time. */
const freshMs = 1_000
/** Answers kept at most; the oldest go first. */
const mostKept = 500

export interface MarketReadsDeps {
  clock: Clock
  market: Pick<MarketHub, 'latest'>
  sourceFor(topic: TopicName): MarketSource
}

/** Market data that is asked for once: from what is watched anyway, else from the exchange, asked once for all who ask together. */
export class MarketReads {
  readonly #deps: MarketReadsDeps
  readonly #answers = new Map<string, { at: number; answer: Promise<unknown> }>()

  constructor(deps: MarketReadsDeps) {
    this.#deps = deps
  }

  async orderBook(name: TopicName): Promise<OrderBook> {
    const known = this.#deps.market.latest(name)
    if (known?.channel === 'order_book') return known.data
    const { trading_mode, symbol } = name
    return this.#shared(topicKey(name), () => this.#deps.sourceFor(name).fetchOrderBook(trading_mode, symbol))
  }

  async ticker(name: TopicName): Promise<Ticker> {
    const known = this.#deps.market.latest(name)
    if (known?.channel === 'ticker') return known.data
    const { trading_mode, symbol } = name
    return this.#shared(topicKey(name), () => this.#deps.sourceFor(name).fetchTicker(trading_mode, symbol))
  }

  async candles(name: TopicName & { interval: CandleInterval }, limit: number): Promise<Candles> {
    const { trading_mode, symbol, interval } = name
    return this.#shared(`${limit}:${topicKey(name)}`, () =>
      this.#deps.sourceFor(name).fetchCandles(trading_mode, symbol, interval, limit),
    )
  }

  #shared<T>(key: string, ask: () => Promise<T>): Promise<T> {
    const now = this.#deps.clock.now()
    const known = this.#answers.get(key)
    if (known && now - known.at < freshMs && now >= known.at) return known.answer as Promise<T>
    const answer = ask()
    this.#answers.delete(key)
    this.#answers.set(key, { at: now, answer })
    answer.catch(() => {
      if (this.#answers.get(key)?.answer === answer) this.#answers.delete(key)
    })
    for (const oldest of this.#answers.keys()) {
      if (this.#answers.size <= mostKept) break
      this.#answers.delete(oldest)
    }
    return answer
  }
}
