import { type Clock, ExchangeError, type MarketData, type MarketSource } from '@tradercoin/exchanges'
import { type Environment, environmentSchema, limits } from '@tradercoin/protocol'
import { MarketTopic, type TopicName, topicKey, type Watcher } from './market-topic.ts'

/** A market nobody watches any more is kept this long, for whoever turns a page comes back at once. */
const releaseMs = 5_000
/** Messages sent in one turn of the event loop; order events go between two. */
const sliceSize = 50
/** Upstream subscriptions of the whole hub. */
const mostTopics = 2_000

export interface MarketHubDeps {
  clock: Clock
  /** @throws ExchangeError `refused` for a venue that is not there or has no market data of this kind */
  sourceFor(topic: TopicName): MarketSource
  /** Told of errors nobody expected. */
  onFailure(error: unknown): void
}

/**
 * Market data for all tabs of all users: one upstream subscription for each topic, told to each tab as it keeps up, and released when
 * nobody watches. Nothing here is stored, and nothing here may hold up a user's own events.
 */
export class MarketHub {
  readonly #deps: MarketHubDeps
  readonly #topics = new Map<string, MarketTopic>()
  readonly #watched = new Map<Watcher, Set<MarketTopic>>()
  /** Topics with something that somebody has not been told. */
  readonly #dirty = new Set<MarketTopic>()
  #lastTurn = Number.NEGATIVE_INFINITY
  #cancelTurn: (() => void) | null = null
  #isTelling = false
  #closed = false

  constructor(deps: MarketHubDeps) {
    this.#deps = deps
  }

  /** Upstream subscriptions, those that wait to be released included. */
  get size(): number {
    return this.#topics.size
  }

  topicsOf(watcher: Watcher): number {
    return this.#watched.get(watcher)?.size ?? 0
  }

  /** Starts to watch; watching already changes nothing. @throws ExchangeError or MarketRefusal */
  subscribe(watcher: Watcher, name: TopicName): void {
    const watched = this.#watched.get(watcher) ?? new Set()
    const known = this.#topics.get(topicKey(name))
    if (known?.watchers.has(watcher)) return
    if (watched.size >= limits.marketTopics) {
      throw new MarketRefusal('too_many_topics', `At most ${limits.marketTopics} market subscriptions a socket.`)
    }
    const topic = known ?? this.#open(name)
    topic.cancelRelease?.()
    topic.cancelRelease = null
    topic.watch(watcher)
    this.#watched.set(watcher, watched.add(topic))
    this.#changed(topic)
  }

  /** @param environment null: whatever it was, for the one that is meant by default may have changed */
  unsubscribe(watcher: Watcher, name: Omit<TopicName, 'environment'>, environment: Environment | null): void {
    const environments = environment === null ? environmentSchema.options : [environment]
    for (const each of environments) {
      const topic = this.#topics.get(topicKey({ ...name, environment: each }))
      if (topic) this.#leave(watcher, topic)
    }
  }

  /** The watcher is gone. */
  leave(watcher: Watcher): void {
    for (const topic of this.#watched.get(watcher) ?? []) this.#leave(watcher, topic)
  }

  /** The present book or ticker of a topic that somebody watches; null when it must be asked for. */
  latest(name: TopicName): MarketData | null {
    return this.#topics.get(topicKey(name))?.latest() ?? null
  }

  close(): void {
    this.#closed = true
    this.#cancelTurn?.()
    for (const topic of this.#topics.values()) topic.close()
    this.#topics.clear()
    this.#watched.clear()
    this.#dirty.clear()
  }

  #open(name: TopicName): MarketTopic {
    if (this.#closed || this.#topics.size >= mostTopics) {
      throw new MarketRefusal('market_data_full', 'The hub cannot watch more markets just now.')
    }
    const source = this.#deps.sourceFor(name)
    const topic = new MarketTopic(name)
    topic.open(
      source,
      () => this.#changed(topic),
      (reason) => this.#end(topic, reason),
    )
    this.#topics.set(topic.key, topic)
    return topic
  }

  /** The exchange refused: whoever watches is told, and may try again. */
  #end(topic: MarketTopic, reason: string): void {
    const watchers = [...topic.watchers.keys()]
    for (const watcher of watchers) {
      this.#leave(watcher, topic)
      watcher.endMarket(topic.name, 'unknown_symbol', reason)
    }
    this.#release(topic)
  }

  #leave(watcher: Watcher, topic: MarketTopic): void {
    if (!topic.watchers.delete(watcher)) return
    const watched = this.#watched.get(watcher)
    watched?.delete(topic)
    if (watched?.size === 0) this.#watched.delete(watcher)
    if (topic.watchers.size === 0) topic.cancelRelease = this.#deps.clock.after(releaseMs, () => this.#release(topic))
  }

  #release(topic: MarketTopic): void {
    topic.close()
    this.#dirty.delete(topic)
    this.#topics.delete(topic.key)
  }

  #changed(topic: MarketTopic): void {
    if (topic.watchers.size === 0 || this.#closed) return
    this.#dirty.add(topic)
    this.#planTurn()
  }

  /** A quiet market is told at once, a busy one ten times a second. */
  #planTurn(): void {
    if (this.#cancelTurn !== null || this.#isTelling || this.#dirty.size === 0 || this.#closed) return
    const passed = this.#deps.clock.now() - this.#lastTurn
    const wait = passed < 0 ? 0 : Math.max(0, limits.marketIntervalMs - passed)
    this.#cancelTurn = this.#deps.clock.after(wait, () => {
      this.#cancelTurn = null
      this.#turn().catch(this.#deps.onFailure)
    })
  }

  async #turn(): Promise<void> {
    this.#isTelling = true
    this.#lastTurn = this.#deps.clock.now()
    const topics = [...this.#dirty]
    this.#dirty.clear()
    try {
      await this.#tellAll(topics)
    } finally {
      this.#isTelling = false
      this.#planTurn()
    }
  }

  async #tellAll(topics: readonly MarketTopic[]): Promise<void> {
    let count = 0
    for (const topic of topics) {
      for (const watcher of [...topic.watchers.keys()]) {
        if (!topic.tell(watcher, this.#deps.clock.now(), limits.marketIntervalMs)) this.#dirty.add(topic)
        count += 1
        if (count % sliceSize === 0) await new Promise((resolve) => setImmediate(resolve))
      }
    }
  }
}

/** A subscription that is refused by the hub itself; the message is fit for the user. */
export class MarketRefusal extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** How a refusal is told; null for what no one expected. */
export function refusalOf(error: unknown): { code: string; message: string } | null {
  if (error instanceof MarketRefusal || error instanceof ExchangeError)
    return { code: error.code, message: error.message }
  return null
}
