import type { MarketData, MarketSource } from '@tradercoin/exchanges'
import type { MarketStatus } from '@tradercoin/protocol'
import { marketStatusFrame } from '../hub/frames.ts'
import { CandleState, LatestState, type MarketState } from './market-state.ts'

/** What names a subscription: one upstream for all who share it. */
export type TopicName = Omit<MarketStatus, 'state' | 'reason' | 'is_default_environment'>

export const topicKey = ({ exchange, environment, trading_mode, channel, interval, symbol }: TopicName): string =>
  [exchange, environment, trading_mode, channel, interval ?? '', symbol].join(':')

/** One who watches: a tab. */
export interface Watcher {
  /** Whether nothing waits to be read by the other end, and it is time for what can be left out. */
  isClear(): boolean
  sendMarket(frame: Buffer): void
  /** The exchange has ended the subscription. */
  endMarket(name: TopicName, code: string, reason: string): void
}

interface Watch {
  /** The version sent last; 0: none. */
  seen: number
  /** Our clock (ms); null before the first message. */
  sentAt: number | null
  /** What the watcher believes. */
  told: 'nothing' | 'data' | 'stale'
}

/** One market subscription at the exchange, and those who watch it. */
export class MarketTopic {
  readonly name: TopicName
  readonly key: string
  readonly watchers = new Map<Watcher, Watch>()
  /** Ends the wait before it is released; null while it is watched. */
  cancelRelease: (() => void) | null = null
  readonly #state: MarketState
  #upstream: { close(): void } | null = null
  #stale: string | null = null
  #staleFrame: Buffer | null = null

  constructor(name: TopicName) {
    this.name = name
    this.key = topicKey(name)
    this.#state = name.channel === 'candles' ? new CandleState() : new LatestState()
  }

  /** @param onChange there is something to tell @param onEnd the exchange refused, with its reason */
  open(source: MarketSource, onChange: () => void, onEnd: (reason: string) => void): void {
    this.#upstream = source.open(this.name, {
      onData: (market) => {
        this.#stale = null
        this.#state.take(market)
        onChange()
      },
      onDown: (reason) => {
        this.#stale = reason
        this.#staleFrame = null
        onChange()
      },
      onRefused: onEnd,
    })
  }

  close(): void {
    this.cancelRelease?.()
    this.#upstream?.close()
  }

  watch(watcher: Watcher): void {
    this.watchers.set(watcher, { seen: 0, sentAt: null, told: 'nothing' })
  }

  /** The present book or ticker, where it is known and fresh. */
  latest(): MarketData | null {
    return this.#stale === null && this.#state instanceof LatestState ? this.#state.latest : null
  }

  /** Tells a watcher what it has not seen yet. False when it must be tried again: it was told too recently, or still reads. */
  tell(watcher: Watcher, now: number, intervalMs: number): boolean {
    const watch = this.watchers.get(watcher)
    if (watch === undefined || !this.#hasNews(watch)) return true
    const passed = watch.sentAt === null ? intervalMs : now - watch.sentAt
    // A clock that was set back does not silence it.
    if ((passed >= 0 && passed < intervalMs) || !watcher.isClear()) return false
    watcher.sendMarket(this.#stale === null ? this.#state.frameSince(watch.seen) : this.#tellStale(this.#stale))
    watch.sentAt = now
    watch.told = this.#stale === null ? 'data' : 'stale'
    if (this.#stale === null) watch.seen = this.#state.version
    return true
  }

  #hasNews({ seen, told }: Watch): boolean {
    return this.#stale === null ? seen < this.#state.version : told !== 'stale'
  }

  #tellStale(reason: string): Buffer {
    this.#staleFrame ??= marketStatusFrame({
      ...this.name,
      state: 'stale',
      reason,
      is_default_environment: null,
    })
    return this.#staleFrame
  }
}
