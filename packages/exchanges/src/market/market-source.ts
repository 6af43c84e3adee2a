import type { CandleInterval, Candles, OrderBook, Ticker } from '@tradercoin/protocol'
import { ExchangeError } from '../errors.ts'
import type { Instrument } from '../exchange.ts'
import type { MarketHandlers, MarketSource, MarketTopic } from '../market-data.ts'
import { createBackoff } from '../transport/backoff.ts'
import type { Clock } from '../transport/clock.ts'

/** What a venue brings: everything here is asked for instruments it is known to have. */
export interface VenueMarket {
  watch(topic: MarketTopic, instrument: Instrument, handlers: MarketHandlers): { close(): void }
  fetchOrderBook(instrument: Instrument): Promise<OrderBook>
  fetchTicker(instrument: Instrument): Promise<Ticker>
  fetchCandles(instrument: Instrument, interval: CandleInterval, limit: number): Promise<Candles>
  close(): void
}

export interface MarketSourceParts {
  clock: Clock
  /** The venue's name for people. */
  name: string
  instruments(): Promise<readonly Instrument[]>
  venue: VenueMarket
}

/** Market data of a venue for the symbols it has; venues acknowledge a symbol they do not have and stay silent, so the list is asked first. */
export function createMarketSource(parts: MarketSourceParts): MarketSource & { close(): void } {
  const { clock, name, venue } = parts
  const open = new Set<{ close(): void }>()

  /** Throws ExchangeError `refused` `unknown_symbol`. */
  async function find({ trading_mode, symbol }: Pick<MarketTopic, 'trading_mode' | 'symbol'>): Promise<Instrument> {
    const instruments = await parts.instruments()
    const found = instruments.find((one) => one.symbol === symbol && one.trading_mode === trading_mode)
    if (found) return found
    throw new ExchangeError('refused', 'unknown_symbol', `${name} has no ${trading_mode} symbol of this name.`)
  }

  return {
    open(topic, handlers) {
      const backoff = createBackoff(clock)
      let watch: { close(): void } | null = null
      let cancelRetry: (() => void) | null = null
      let isOpen = true
      const subscription = {
        close() {
          isOpen = false
          open.delete(subscription)
          cancelRetry?.()
          watch?.close()
        },
      }
      const guarded: MarketHandlers = {
        onData: (market) => isOpen && handlers.onData(market),
        onDown: (reason) => isOpen && handlers.onDown(reason),
        onRefused(reason) {
          if (!isOpen) return
          subscription.close()
          handlers.onRefused(reason)
        },
      }
      const begin = () => {
        find(topic).then(
          (instrument) => {
            if (isOpen) watch = venue.watch(topic, instrument, guarded)
          },
          (error: unknown) => {
            if (error instanceof ExchangeError && error.code === 'unknown_symbol')
              return guarded.onRefused(error.message)
            guarded.onDown(`The symbols of ${name} could not be read.`)
            if (isOpen) cancelRetry = clock.after(backoff.next(), begin)
          },
        )
      }
      open.add(subscription)
      begin()
      return subscription
    },
    fetchOrderBook: async (trading_mode, symbol) => venue.fetchOrderBook(await find({ trading_mode, symbol })),
    fetchTicker: async (trading_mode, symbol) => venue.fetchTicker(await find({ trading_mode, symbol })),
    fetchCandles: async (trading_mode, symbol, interval, limit) =>
      venue.fetchCandles(await find({ trading_mode, symbol }), interval, limit),
    close() {
      for (const subscription of [...open]) subscription.close()
      venue.close()
    },
  }
}
