import type { Candle, CandleInterval, Environment, ExchangeId, Level, Ticker } from '@tradercoin/protocol'
import { ExchangeError } from '../errors.ts'
import type { Instrument } from '../exchange.ts'
import type { MarketHandlers, MarketSource, MarketTopic } from '../market-data.ts'
import { createBackoff } from '../transport/backoff.ts'
import type { Clock } from '../transport/clock.ts'

/** The best levels of each side; `ts`: the venue's time (ms). */
export interface BookTop {
  bids: Level[]
  asks: Level[]
  ts: number
}

export type TickerFigures = Omit<Ticker, 'exchange' | 'environment' | 'trading_mode' | 'symbol'>

/** How a watch tells what it sees. */
export interface WatchHandlers<Data> extends Pick<MarketHandlers, 'onDown' | 'onRefused'> {
  onData(data: Data): void
}

/** Parts of a watch, each with its end. */
export type Watch = readonly { close(): void }[]

/** What a venue brings; everything is asked for instruments it is known to have. */
export interface VenueMarket {
  watchBook(instrument: Instrument, on: WatchHandlers<BookTop>): Watch
  watchTicker(instrument: Instrument, on: WatchHandlers<TickerFigures>): Watch
  watchCandles(instrument: Instrument, interval: CandleInterval, on: WatchHandlers<readonly Candle[]>): Watch
  fetchBook(instrument: Instrument): Promise<BookTop>
  fetchTicker(instrument: Instrument): Promise<TickerFigures>
  /** Oldest first, the running one last. */
  fetchCandles(instrument: Instrument, interval: CandleInterval, limit: number): Promise<Candle[]>
  close(): void
}

export interface MarketSourceParts {
  clock: Clock
  exchange: ExchangeId
  environment: Environment
  /** The venue's name for people. */
  name: string
  instruments(): Promise<readonly Instrument[]>
  venue: VenueMarket
}

export type ClosableMarketSource = MarketSource & { close(): void }

/** Market data of a venue for the symbols it has; some venues acknowledge a symbol they do not have and stay silent, so the list is asked first. */
export function createMarketSource(parts: MarketSourceParts): ClosableMarketSource {
  const { clock, exchange, environment, name, venue } = parts
  const open = new Set<{ close(): void }>()

  /** Throws ExchangeError `refused` `unknown_symbol`. */
  async function find({ trading_mode, symbol }: Pick<MarketTopic, 'trading_mode' | 'symbol'>): Promise<Instrument> {
    const instruments = await parts.instruments()
    const found = instruments.find((one) => one.symbol === symbol && one.trading_mode === trading_mode)
    if (found) return found
    throw new ExchangeError('refused', 'unknown_symbol', `${name} has no ${trading_mode} symbol of this name.`)
  }

  const market = ({ trading_mode, symbol }: Instrument) => ({ exchange, trading_mode, environment, symbol })

  function watch({ channel, interval }: MarketTopic, instrument: Instrument, on: MarketHandlers): Watch {
    const { onDown, onRefused } = on
    const head = market(instrument)
    if (channel === 'order_book') {
      const onData = (book: BookTop) => on.onData({ channel, data: { ...head, ...book } })
      return venue.watchBook(instrument, { onData, onDown, onRefused })
    }
    if (channel === 'ticker') {
      const onData = (figures: TickerFigures) => on.onData({ channel, data: { ...head, ...figures } })
      return venue.watchTicker(instrument, { onData, onDown, onRefused })
    }
    const each = interval ?? '1m'
    const onData = (candles: readonly Candle[]) =>
      on.onData({ channel, data: { ...head, interval: each, candles: [...candles] } })
    return venue.watchCandles(instrument, each, { onData, onDown, onRefused })
  }

  return {
    open(topic, handlers) {
      const backoff = createBackoff(clock)
      let watched: Watch = []
      let cancelRetry: (() => void) | null = null
      let isOpen = true
      const subscription = {
        close() {
          isOpen = false
          open.delete(subscription)
          cancelRetry?.()
          for (const each of watched) each.close()
        },
      }
      const guarded: MarketHandlers = {
        onData: (data) => isOpen && handlers.onData(data),
        onDown: (reason) => isOpen && handlers.onDown(reason),
        onRefused(reason) {
          if (!isOpen) return
          subscription.close()
          handlers.onRefused(reason)
        },
      }
      const begin = () => {
        find(topic)
          .then((instrument) => {
            if (isOpen) watched = watch(topic, instrument, guarded)
          })
          .catch((error: unknown) => {
            if (error instanceof ExchangeError && error.kind === 'refused') {
              guarded.onRefused(error.message)
              return
            }
            guarded.onDown(`The symbols of ${name} could not be read.`)
            if (isOpen) cancelRetry = clock.after(backoff.next(), begin)
          })
      }
      open.add(subscription)
      begin()
      return subscription
    },
    async fetchOrderBook(trading_mode, symbol) {
      const instrument = await find({ trading_mode, symbol })
      return { ...market(instrument), ...(await venue.fetchBook(instrument)) }
    },
    async fetchTicker(trading_mode, symbol) {
      const instrument = await find({ trading_mode, symbol })
      return { ...market(instrument), ...(await venue.fetchTicker(instrument)) }
    },
    async fetchCandles(trading_mode, symbol, interval, limit) {
      const instrument = await find({ trading_mode, symbol })
      const candles = await venue.fetchCandles(instrument, interval, limit)
      return { ...market(instrument), interval, candles }
    },
    close() {
      for (const subscription of [...open]) subscription.close()
      venue.close()
    },
  }
}
