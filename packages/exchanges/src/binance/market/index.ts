import type { Environment, TradingMode } from '@tradercoin/protocol'
import type { Instrument } from '../../exchange.ts'
import { CandleWatch } from '../../market/candle-watch.ts'
import { toldLevels } from '../../market/local-book.ts'
import { type ClosableMarketSource, createMarketSource, type VenueMarket } from '../../market/market-source.ts'
import { PublicFeed } from '../../market/public-feed.ts'
import type { ChannelHandlers } from '../../market/public-protocol.ts'
import { TickerWatch } from '../../market/ticker-watch.ts'
import type { Governor } from '../../transport/governor.ts'
import type { Transport } from '../../transport/transport.ts'
import type { BinanceClient } from '../client.ts'
import { BookWatch } from './book-watch.ts'
import { depthUpdate, klineEvent } from './parse.ts'
import { futuresProduct, type StreamOf, type StreamPath, spotProduct } from './products.ts'
import { streamProtocol } from './protocol.ts'
import { createMarketRest } from './rest.ts'

/** Levels a side of the snapshot a book is kept from. */
const snapshotLimit = 1_000

export interface BinanceMarketParts {
  transport: Transport
  environment: Environment
  tradingMode: TradingMode
  governor: Governor
  client: BinanceClient
  /** Base of the market streams, without a path. */
  streamUrl: string
  instruments(): Promise<readonly Instrument[]>
}

/** Public market data of one Binance product. */
export function createBinanceMarket(parts: BinanceMarketParts): ClosableMarketSource {
  const { transport, environment, tradingMode, governor, client, streamUrl, instruments } = parts
  const { clock } = transport
  const product = tradingMode === 'spot' ? spotProduct : futuresProduct
  const rest = createMarketRest(client, product)
  const feeds = new Map<StreamPath, PublicFeed>()

  function listen({ path, name }: StreamOf, symbol: string, handlers: ChannelHandlers) {
    let feed = feeds.get(path)
    if (feed === undefined) {
      feed = new PublicFeed({ transport, governor, url: `${streamUrl}${path}`, protocol: streamProtocol })
      feeds.set(path, feed)
    }
    return feed.open(name(symbol.toLowerCase()), handlers)
  }

  const venue: VenueMarket = {
    watchBook({ symbol }, on) {
      const fetchSnapshot = () => rest.depth(symbol, snapshotLimit)
      const watch = new BookWatch({ clock, rule: product.rule, snapshotLimit, fetchSnapshot, parse: depthUpdate, on })
      return [watch, listen(product.depth, symbol, watch)]
    },
    watchTicker({ symbol }, on) {
      const watch = new TickerWatch({ clock, fetchTicker: () => rest.ticker(symbol), on })
      const channels = product.ticker.map((stream) => ({ stream, handlers: watch.channel(stream.read) }))
      return [watch, ...channels.map(({ stream, handlers }) => listen(stream, symbol, handlers))]
    },
    watchCandles({ symbol }, interval, on) {
      const fetchCandles = (limit: number) => rest.candles(symbol, interval, limit)
      const watch = new CandleWatch({ clock, interval, fetchCandles, parse: klineEvent, on })
      return [watch, listen(product.candles(interval), symbol, watch)]
    },
    async fetchBook({ symbol }) {
      const { bids, asks, ts } = await rest.depth(symbol, toldLevels)
      return { bids, asks, ts }
    },
    fetchTicker: ({ symbol }) => rest.ticker(symbol),
    fetchCandles: ({ symbol }, interval, limit) => rest.candles(symbol, interval, limit),
    close() {
      for (const feed of feeds.values()) feed.close()
    },
  }
  return createMarketSource({ clock, exchange: 'binance', environment, name: 'Binance', instruments, venue })
}
