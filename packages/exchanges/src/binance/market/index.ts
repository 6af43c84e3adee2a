import type { Environment, TradingMode } from '@tradercoin/protocol'
import type { Instrument } from '../../exchange.ts'
import { CandleWatch } from '../../market/candle-watch.ts'
import { createMarketSource } from '../../market/market-source.ts'
import { PublicFeed } from '../../market/public-feed.ts'
import type { ChannelHandlers } from '../../market/public-protocol.ts'
import { TickerWatch } from '../../market/ticker-watch.ts'
import type { MarketHandlers, MarketSource, MarketTopic } from '../../market-data.ts'
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
export function createBinanceMarket(parts: BinanceMarketParts): MarketSource & { close(): void } {
  const { transport, environment, tradingMode, governor, client, streamUrl } = parts
  const { clock } = transport
  const product = tradingMode === 'spot' ? spotProduct : futuresProduct
  const rest = createMarketRest(client, product)
  const feeds = new Map<StreamPath, PublicFeed>()

  const listen = ({ path, name }: StreamOf, symbol: string, handlers: ChannelHandlers) => {
    let feed = feeds.get(path)
    if (feed === undefined) {
      feed = new PublicFeed({ transport, governor, url: `${streamUrl}${path}`, protocol: streamProtocol })
      feeds.set(path, feed)
    }
    return feed.open(name(symbol.toLowerCase()), handlers)
  }

  const market = ({ symbol }: Pick<Instrument, 'symbol'>) => ({
    exchange: 'binance' as const,
    trading_mode: tradingMode,
    environment,
    symbol,
  })

  async function fetchTicker(instrument: Instrument) {
    const none = {
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
    }
    return { ...market(instrument), ...none, ...(await rest.ticker(instrument.symbol)) }
  }

  function watchBook(instrument: Instrument, handlers: MarketHandlers) {
    const watch = new BookWatch({
      clock,
      rule: product.rule,
      snapshotLimit,
      fetchSnapshot: () => rest.depth(instrument.symbol, snapshotLimit),
      parse: depthUpdate,
      onBook: (book) => handlers.onData({ channel: 'order_book', data: { ...market(instrument), ...book } }),
      onDown: handlers.onDown,
      onRefused: handlers.onRefused,
    })
    return [watch, listen(product.depth, instrument.symbol, watch)]
  }

  function watchTicker(instrument: Instrument, handlers: MarketHandlers) {
    const watch = new TickerWatch({
      clock,
      fetchTicker: () => fetchTicker(instrument),
      onTicker: (data) => handlers.onData({ channel: 'ticker', data }),
      onDown: handlers.onDown,
      onRefused: handlers.onRefused,
    })
    const channels = product.ticker.map((stream) => ({ stream, handlers: watch.channel(stream.read) }))
    return [watch, ...channels.map((channel) => listen(channel.stream, instrument.symbol, channel.handlers))]
  }

  function watchCandles(
    instrument: Instrument,
    interval: NonNullable<MarketTopic['interval']>,
    handlers: MarketHandlers,
  ) {
    const watch = new CandleWatch({
      clock,
      interval,
      fetchCandles: (limit) => rest.candles(instrument.symbol, interval, limit),
      parse: klineEvent,
      onCandles: (candles) =>
        handlers.onData({ channel: 'candles', data: { ...market(instrument), interval, candles: [...candles] } }),
      onDown: handlers.onDown,
      onRefused: handlers.onRefused,
    })
    return [watch, listen(product.candles(interval), instrument.symbol, watch)]
  }

  return createMarketSource({
    clock,
    name: 'Binance',
    instruments: parts.instruments,
    venue: {
      watch({ channel, interval }, instrument, handlers) {
        const opened =
          channel === 'order_book'
            ? watchBook(instrument, handlers)
            : channel === 'ticker'
              ? watchTicker(instrument, handlers)
              : watchCandles(instrument, interval ?? '1m', handlers)
        return {
          close() {
            for (const each of opened) each.close()
          },
        }
      },
      async fetchOrderBook(instrument) {
        const { bids, asks, ts } = await rest.depth(instrument.symbol, 50)
        return { ...market(instrument), bids: [...bids], asks: [...asks], ts }
      },
      fetchTicker,
      fetchCandles: async (instrument, interval, limit) => ({
        ...market(instrument),
        interval,
        candles: await rest.candles(instrument.symbol, interval, limit),
      }),
      close() {
        for (const feed of feeds.values()) feed.close()
      },
    },
  })
}
