import type { Clock } from '../transport/clock.ts'
import type { TickerFigures, WatchHandlers } from './market-source.ts'
import type { ChannelHandlers } from './public-protocol.ts'
import { Resync } from './resync.ts'

/** What a venue tells of a ticker at once; what is left out is unchanged. */
export type TickerPart = Partial<TickerFigures>

/** A ticker from what a venue tells of it; the rest is not known. */
export function wholeTicker(part: TickerPart & Pick<TickerFigures, 'last_price' | 'ts'>): TickerFigures {
  return {
    bid_price: null,
    bid_quantity: null,
    ask_price: null,
    ask_quantity: null,
    open_price: null,
    high_price: null,
    low_price: null,
    volume: null,
    quote_volume: null,
    mark_price: null,
    ...part,
  }
}

export interface TickerWatchParts {
  clock: Clock
  fetchTicker(): Promise<TickerFigures>
  on: WatchHandlers<TickerFigures>
}

/** A ticker that several channels tell a part of each. It is told while all of them are up, and begins with what REST says. */
export class TickerWatch {
  readonly #parts: TickerWatchParts
  readonly #resync: Resync
  readonly #up = new Set<object>()
  #channels = 0
  /** Null while it is not whole. */
  #ticker: TickerFigures | null = null
  /** Told while the answer of REST is awaited: newer than it. */
  #early: TickerPart = {}

  constructor(parts: TickerWatchParts) {
    this.#parts = parts
    this.#resync = new Resync(parts.clock)
  }

  /** @param read what a payload of the channel says; throws ShapeError */
  channel(read: (payload: unknown) => TickerPart): ChannelHandlers {
    const handlers: ChannelHandlers = {
      onUp: () => {
        this.#up.add(handlers)
        if (this.#up.size === this.#channels) this.#begin()
      },
      onDown: (reason) => {
        this.#up.delete(handlers)
        this.close()
        this.#parts.on.onDown(reason)
      },
      onRefused: (reason) => {
        this.close()
        this.#parts.on.onRefused(reason)
      },
      onPayload: (payload) => this.#onPart(read, payload),
    }
    this.#channels += 1
    return handlers
  }

  close(): void {
    this.#resync.stop()
    this.#ticker = null
    this.#early = {}
  }

  #begin(): void {
    this.#resync.start(
      this.#parts.fetchTicker,
      (ticker) => {
        this.#tell(merge(ticker, this.#early))
        return true
      },
      () => this.#parts.on.onDown('The ticker could not be read.'),
    )
  }

  #onPart(read: (payload: unknown) => TickerPart, payload: unknown): void {
    let part: TickerPart
    try {
      part = read(payload)
    } catch {
      return // the next one tells the whole part again
    }
    if (this.#ticker === null) this.#early = { ...this.#early, ...part }
    else this.#tell(merge(this.#ticker, part))
  }

  #tell(ticker: TickerFigures): void {
    this.#ticker = ticker
    this.#parts.on.onData(ticker)
  }
}

/** Channels have clocks of their own: the time never goes back. */
function merge(ticker: TickerFigures, part: TickerPart): TickerFigures {
  return { ...ticker, ...part, ts: Math.max(ticker.ts, part.ts ?? 0) }
}
