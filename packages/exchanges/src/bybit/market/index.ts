import type { Environment } from '@tradercoin/protocol'
import type { Instrument } from '../../exchange.ts'
import { CandleWatch } from '../../market/candle-watch.ts'
import { type ClosableMarketSource, createMarketSource, type VenueMarket } from '../../market/market-source.ts'
import { type ChannelSubscription, PublicFeed } from '../../market/public-feed.ts'
import type { ChannelHandlers } from '../../market/public-protocol.ts'
import { StreamedBook } from '../../market/streamed-book.ts'
import { TickerWatch } from '../../market/ticker-watch.ts'
import type { Governor } from '../../transport/governor.ts'
import type { Transport } from '../../transport/transport.ts'
import { type Category, categories, categoryOfInstrument } from '../category.ts'
import type { BybitClient } from '../client.ts'
import { bestPush, bookMessage, bookRule, candlePush, tickerPush } from './parse.ts'
import { bybitProtocol } from './protocol.ts'
import { createBybitMarketRest, klineIntervals } from './rest.ts'

export interface BybitMarketParts {
  transport: Transport
  environment: Environment
  governor: Governor
  client: BybitClient
  /** Base of `/v5/public/…`. */
  streamUrl: string
  /** What the site wants on a handshake. */
  headers: Record<string, string>
  instruments(): Promise<readonly Instrument[]>
}

/** Public market data of Bybit: each category has a socket of its own. */
export function createBybitMarket(parts: BybitMarketParts): ClosableMarketSource {
  const { transport, environment, governor, client, streamUrl, headers, instruments } = parts
  const { clock } = transport
  const rest = createBybitMarketRest(client)
  const feeds = new Map<Category, PublicFeed>(
    categories.map((category) => {
      const url = `${streamUrl}/v5/public/${category}`
      return [category, new PublicFeed({ transport, governor, url, headers, protocol: bybitProtocol })]
    }),
  )

  function listen(topic: string, instrument: Instrument, handlers: ChannelHandlers): ChannelSubscription {
    const feed = feeds.get(categoryOfInstrument(instrument))
    if (feed === undefined) throw new Error('every category has a feed')
    return feed.open(`${topic}.${instrument.symbol}`, handlers)
  }

  const venue: VenueMarket = {
    watchBook(instrument, on) {
      let channel: ChannelSubscription | null = null
      const renew = () => channel?.renew()
      const watch = new StreamedBook({ clock, rule: bookRule, parse: bookMessage, renew, on })
      channel = listen('orderbook.200', instrument, watch)
      return [watch, channel]
    },
    watchTicker(instrument, on) {
      const category = categoryOfInstrument(instrument)
      const watch = new TickerWatch({ clock, fetchTicker: () => rest.ticker(category, instrument.symbol), on })
      const ticker = watch.channel((payload) => tickerPush(payload, category))
      if (category !== 'spot') return [watch, listen('tickers', instrument, ticker)]
      const best = watch.channel(bestPush)
      return [watch, listen('tickers', instrument, ticker), listen('orderbook.1', instrument, best)]
    },
    watchCandles(instrument, interval, on) {
      const { symbol } = instrument
      const category = categoryOfInstrument(instrument)
      const fetchCandles = (limit: number) => rest.candles(category, symbol, interval, limit)
      const watch = new CandleWatch({ clock, interval, fetchCandles, parse: candlePush, on })
      return [watch, listen(`kline.${klineIntervals[interval]}`, instrument, watch)]
    },
    fetchBook: (instrument) => rest.book(categoryOfInstrument(instrument), instrument.symbol),
    fetchTicker: (instrument) => rest.ticker(categoryOfInstrument(instrument), instrument.symbol),
    fetchCandles: (instrument, interval, limit) =>
      rest.candles(categoryOfInstrument(instrument), instrument.symbol, interval, limit),
    close() {
      for (const feed of feeds.values()) feed.close()
    },
  }
  return createMarketSource({ clock, exchange: 'bybit', environment, name: 'Bybit', instruments, venue })
}
