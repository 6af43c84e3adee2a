import type { Candle, CandleInterval } from '@tradercoin/protocol'
import type { Clock } from '../transport/clock.ts'
import type { WatchHandlers } from './market-source.ts'
import type { ChannelHandlers } from './public-protocol.ts'
import { Resync } from './resync.ts'

export const intervalMs: Record<CandleInterval, number> = {
  '1m': 60_000,
  '5m': 300_000,
  '15m': 900_000,
  '1h': 3_600_000,
  '4h': 14_400_000,
  '1d': 86_400_000,
}

/** The most candles that are asked for after an interruption. */
const mostMissed = 500

export interface CandleWatchParts {
  clock: Clock
  interval: CandleInterval
  /** Oldest first, the running one last. */
  fetchCandles(limit: number): Promise<readonly Candle[]>
  /** Candles of a payload, oldest first. Throws ShapeError. */
  parse(payload: unknown): readonly Candle[]
  /** Told those that changed, oldest first. */
  on: WatchHandlers<readonly Candle[]>
}

/** The candles of one symbol and interval: the running one as it changes, and after an interruption those that ended meanwhile. */
export class CandleWatch implements ChannelHandlers {
  readonly #parts: CandleWatchParts
  readonly #resync: Resync
  /** The newest one told; null before the first. */
  #last: Candle | null = null
  #isLive = false
  /** Told while the answer of REST is awaited: newer than it. */
  #early = new Map<number, Candle>()

  constructor(parts: CandleWatchParts) {
    this.#parts = parts
    this.#resync = new Resync(parts.clock)
  }

  onUp(): void {
    this.#fill()
  }

  onDown(reason: string): void {
    this.close()
    this.#parts.on.onDown(reason)
  }

  onRefused(reason: string): void {
    this.close()
    this.#parts.on.onRefused(reason)
  }

  onPayload(payload: unknown): void {
    let candles: readonly Candle[]
    try {
      candles = this.#parts.parse(payload)
    } catch {
      return // the next one tells the candle again
    }
    if (!this.#isLive) {
      for (const candle of candles) this.#early.set(candle.time, candle)
    } else if (candles.some((candle) => this.#isJump(candle))) {
      // The one before was never told as closed: what it ended with is asked for.
      this.#isLive = false
      this.#early = new Map(candles.map((candle) => [candle.time, candle]))
      this.#fill()
    } else {
      this.#tell(candles)
    }
  }

  close(): void {
    this.#resync.stop()
    this.#isLive = false
    this.#early.clear()
  }

  #isJump({ time }: Candle): boolean {
    const { interval } = this.#parts
    if (this.#last === null || time <= this.#last.time) return false
    return !this.#last.is_closed || time > this.#last.time + intervalMs[interval]
  }

  #fill(): void {
    const { clock, interval, fetchCandles, on } = this.#parts
    const missed = this.#last === null ? 0 : Math.ceil((clock.now() - this.#last.time) / intervalMs[interval])
    this.#resync.start(
      () => fetchCandles(Math.min(mostMissed, Math.max(0, missed) + 2)),
      (fetched) => {
        const known = new Map(fetched.map((candle) => [candle.time, candle]))
        for (const [time, candle] of this.#early) known.set(time, candle)
        this.#early.clear()
        this.#isLive = true
        this.#tell([...known.values()].sort((a, b) => a.time - b.time))
        return true
      },
      () => on.onDown('The candles could not be read.'),
    )
  }

  #tell(candles: readonly Candle[]): void {
    const newest = candles.at(-1)
    if (newest === undefined) return
    if (this.#last === null || newest.time >= this.#last.time) this.#last = newest
    this.#parts.on.onData(candles)
  }
}
