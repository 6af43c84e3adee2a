import {
  type Candle,
  type CandleInterval,
  type Candles,
  type ClientMessage,
  type Environment,
  limits,
  type MarketChannel,
  type MarketRequest,
  type MarketStatus,
  type OrderBook,
  type ServerMessage,
  type Ticker,
} from '@tradercoin/protocol'
import type { Clock } from './clock.ts'
import { createListeners, type Listeners } from './listeners.ts'

/** Of the messages a socket may send, those that are left to market subscriptions; pings and new tokens need room too. */
const messagesPerWindow = 12
/** A subscription nobody listens to is kept this long: a page that is drawn anew asks for it again at once. */
const releaseMs = 1_000
/** Candles kept for whoever listens later. */
const keptCandles = 500

interface DataOf {
  order_book: OrderBook
  ticker: Ticker
  candles: Candles
}

/** What to watch. `environment` left out: whose prices the user's keys see. */
export interface MarketTopic<Channel extends MarketChannel = MarketChannel> {
  channel: Channel
  exchange: MarketRequest['exchange']
  trading_mode: MarketRequest['trading_mode']
  symbol: string
  environment?: Environment | undefined
  /** Of candles; one minute when left out. */
  interval?: CandleInterval | undefined
}

/** `waiting`: nothing has come yet. `live`: what came last is the present. `stale`: it is not. `ended`: nothing follows, see `reason`. */
export interface MarketState {
  status: 'waiting' | 'live' | 'stale' | 'ended'
  reason: string | null
}

export interface MarketHandlers<Data> {
  /** The whole book or ticker; of candles those that changed, and first all that are known. Older ones are read over REST, again after a `stale`. */
  onData(data: Data): void
  /** First the state as it is, then each change; a new object each time. */
  onState?(state: MarketState): void
}

export interface Markets {
  /** Watches until the returned function is called; whoever watches the same shares one subscription. */
  watch<Channel extends MarketChannel>(
    topic: MarketTopic<Channel>,
    handlers: MarketHandlers<DataOf[Channel]>,
  ): () => void
  /** The hub takes messages: everything that is watched is asked for. */
  onReady(): void
  /** The hub is gone: nothing is the present any more. */
  onLost(): void
  onMessage(message: ServerMessage): void
}

interface Subscription {
  request: MarketRequest
  /** Whose prices it is; null while the hub has not said which a request without one means. */
  environment: Environment | null
  isAsked: boolean
  state: MarketState
  latest: OrderBook | Ticker | Candles | null
  data: Listeners<[OrderBook | Ticker | Candles]>
  states: Listeners<[MarketState]>
  cancelRelease: (() => void) | null
}

type Named = Pick<MarketStatus, 'channel' | 'exchange' | 'trading_mode' | 'symbol'> & {
  interval?: string | null | undefined
}

const baseOf = ({ channel, exchange, trading_mode, symbol, interval }: Named) =>
  [channel, exchange, trading_mode, channel === 'candles' ? (interval ?? '1m') : '', symbol].join(':')

export function createMarkets(options: {
  clock: Clock
  send(message: ClientMessage): void
  onThrow(error: unknown): void
}): Markets {
  const { clock, onThrow } = options
  const subscriptions = new Map<string, Subscription>()
  const leaving: MarketRequest[] = []
  let isReady = false
  let sentAt: number[] = []
  let cancelPace: (() => void) | null = null

  const sharing = (name: Named) => [...subscriptions.values()].filter(({ request }) => baseOf(request) === baseOf(name))
  const of = (name: Named & { environment: Environment }) =>
    sharing(name).filter(({ environment }) => environment === name.environment)

  function change(subscription: Subscription, status: MarketState['status'], reason: string | null) {
    if (subscription.state.status === status && subscription.state.reason === reason) return
    subscription.state = { status, reason }
    subscription.states.emit(subscription.state)
  }

  /** Asks for what is wanted and gives up what is not, as fast as the hub takes it. */
  function flush() {
    while (isReady) {
      const left = leaving[0]
      const wanted = [...subscriptions.values()].find(({ isAsked }) => !isAsked)
      if ((left === undefined && wanted === undefined) || !maySend()) return
      if (left !== undefined) {
        leaving.shift()
        options.send({ type: 'unsubscribe', data: left })
      } else if (wanted !== undefined) {
        wanted.isAsked = true
        options.send({ type: 'subscribe', data: wanted.request })
      }
    }
  }

  function maySend(): boolean {
    const now = clock.now()
    sentAt = sentAt.filter((at) => at > now - limits.messageWindowMs)
    const first = sentAt[0]
    if (sentAt.length < messagesPerWindow || first === undefined) {
      sentAt.push(now)
      return true
    }
    cancelPace ??= clock.after(first + limits.messageWindowMs - now, () => {
      cancelPace = null
      flush()
    })
    return false
  }

  function open(key: string, topic: MarketTopic): Subscription {
    const { channel, exchange, trading_mode, symbol, environment, interval } = topic
    const subscription: Subscription = {
      request: {
        channel,
        exchange,
        trading_mode,
        symbol,
        ...(environment === undefined ? {} : { environment }),
        ...(channel === 'candles' ? { interval: interval ?? '1m' } : {}),
      },
      environment: environment ?? null,
      isAsked: false,
      state: { status: 'waiting', reason: null },
      latest: null,
      data: createListeners(onThrow),
      states: createListeners(onThrow),
      cancelRelease: null,
    }
    subscriptions.set(key, subscription)
    flush()
    return subscription
  }

  function release(key: string, subscription: Subscription) {
    subscriptions.delete(key)
    const { environment, request, isAsked } = subscription
    // Not told yet which environment it is: the hub's answer will find nobody and is answered then.
    if (!isAsked || !isReady || environment === null || subscription.state.status === 'ended') return
    if (of({ ...request, environment }).length > 0) return
    leaving.push({ ...request, environment })
    flush()
  }

  function onStatus(status: MarketStatus) {
    if (status.is_default_environment === true) {
      for (const each of sharing(status)) each.environment ??= status.environment
    }
    const told = of(status)
    if (status.state === 'subscribed') {
      if (told.length > 0) return
      const { channel, exchange, trading_mode, symbol, environment, interval } = status
      const request = { channel, exchange, trading_mode, symbol, environment }
      leaving.push(interval === null ? request : { ...request, interval })
      return flush()
    }
    for (const each of told) change(each, status.state, status.reason)
  }

  function onData(data: OrderBook | Ticker | Candles, channel: MarketChannel) {
    for (const subscription of of({ ...data, channel })) {
      subscription.latest = 'candles' in data ? withCandles(subscription.latest, data) : data
      change(subscription, 'live', null)
      subscription.data.emit(data)
    }
  }

  return {
    watch(topic, handlers) {
      const key = `${baseOf(topic)}:${topic.environment ?? ''}`
      const subscription = subscriptions.get(key) ?? open(key, topic)
      subscription.cancelRelease?.()
      subscription.cancelRelease = null
      const { state, latest } = subscription
      // What a subscription carries is what its channel carries: the key holds the channel.
      const onData = handlers.onData as (data: OrderBook | Ticker | Candles) => void
      const stops = [subscription.data.add(onData), subscription.states.add((next) => handlers.onState?.(next))]
      try {
        handlers.onState?.(state)
        if (latest !== null && state.status === 'live') onData(latest)
      } catch (error) {
        onThrow(error)
      }
      let isOver = false
      return () => {
        if (isOver) return
        isOver = true
        for (const stop of stops) stop()
        if (subscription.data.size() > 0) return
        subscription.cancelRelease = clock.after(releaseMs, () => release(key, subscription))
      }
    },
    onReady() {
      isReady = true
      sentAt = []
      flush()
    },
    onLost() {
      if (!isReady) return
      isReady = false
      cancelPace?.()
      cancelPace = null
      leaving.length = 0
      for (const subscription of subscriptions.values()) {
        subscription.isAsked = false
        subscription.environment = subscription.request.environment ?? null
        // Candles may end meanwhile that the hub does not tell of any more.
        subscription.latest = null
        if (subscription.state.status === 'live') change(subscription, 'stale', 'The connection to the hub was lost.')
      }
    },
    onMessage(message) {
      if (message.type === 'market_status') onStatus(message.data)
      else if (message.type === 'order_book' || message.type === 'ticker' || message.type === 'candles') {
        onData(message.data, message.type)
      }
    },
  }
}

/** The candles known so far with those that changed, oldest first. */
function withCandles(known: OrderBook | Ticker | Candles | null, changed: Candles): Candles {
  const candles = new Map<number, Candle>()
  for (const candle of known !== null && 'candles' in known ? known.candles : []) candles.set(candle.time, candle)
  for (const candle of changed.candles) candles.set(candle.time, candle)
  const sorted = [...candles.values()].sort((a, b) => a.time - b.time)
  return { ...changed, candles: sorted.slice(-keptCandles) }
}
