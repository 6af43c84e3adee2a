import type { Clock, MarketSource } from '@tradercoin/exchanges'
import type { Decimal, OrderBook } from '@tradercoin/protocol'
import type { MarketHub } from './market-hub.ts'
import { type TopicName, topicKey } from './market-topic.ts'

/** A price, or that there was none, serves every order on its market for this long. */
const freshMs = 5_000
/** No order waits longer for a price. */
const withinMs = 1_000
/** Prices kept at most; the oldest go first. */
const mostKept = 500

export interface LastPricesDeps {
  clock: Clock
  market: Pick<MarketHub, 'latest'>
  sourceFor(topic: TopicName): MarketSource
}

export type MarketName = Pick<TopicName, 'exchange' | 'environment' | 'trading_mode' | 'symbol'>

/** What a market trades at, roughly and soon: from what is watched anyway, else from the exchange. */
export class LastPrices {
  readonly #deps: LastPricesDeps
  readonly #answers = new Map<string, { at: number; answer: Promise<Decimal | null> }>()

  constructor(deps: LastPricesDeps) {
    this.#deps = deps
  }

  /** Null where it cannot be had within a second. Never throws. */
  async of(name: MarketName): Promise<Decimal | null> {
    const ticker: TopicName = { ...name, channel: 'ticker', interval: null }
    const watched = this.#deps.market.latest(ticker)
    if (watched?.channel === 'ticker') return watched.data.last_price
    const book = this.#deps.market.latest({ ...ticker, channel: 'order_book' })
    const best = book?.channel === 'order_book' ? bestPrice(book.data) : null
    return best ?? this.#asked(ticker)
  }

  #asked(ticker: TopicName): Promise<Decimal | null> {
    const now = this.#deps.clock.now()
    const key = topicKey(ticker)
    const known = this.#answers.get(key)
    if (known && now - known.at < freshMs && now >= known.at) return known.answer
    const answer = this.#ask(ticker)
    this.#answers.delete(key)
    this.#answers.set(key, { at: now, answer })
    for (const oldest of this.#answers.keys()) {
      if (this.#answers.size <= mostKept) break
      this.#answers.delete(oldest)
    }
    return answer
  }

  async #ask(ticker: TopicName): Promise<Decimal | null> {
    let cancel = () => {}
    const late = new Promise<null>((resolve) => {
      cancel = this.#deps.clock.after(withinMs, () => resolve(null))
    })
    try {
      const source = this.#deps.sourceFor(ticker)
      const found = await Promise.race([source.fetchTicker(ticker.trading_mode, ticker.symbol), late])
      return found?.last_price ?? null
    } catch {
      // Without a price the order goes unchecked: the exchange judges it.
      return null
    } finally {
      cancel()
    }
  }
}

const bestPrice = ({ asks, bids }: OrderBook): Decimal | null => asks[0]?.[0] ?? bids[0]?.[0] ?? null
