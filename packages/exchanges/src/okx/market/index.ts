import type { Environment } from '@tradercoin/protocol'
import { ExchangeError } from '../../errors.ts'
import type { Instrument } from '../../exchange.ts'
import { CandleWatch } from '../../market/candle-watch.ts'
import { type ClosableMarketSource, createMarketSource, type VenueMarket } from '../../market/market-source.ts'
import { type ChannelSubscription, PublicFeed } from '../../market/public-feed.ts'
import type { ChannelHandlers } from '../../market/public-protocol.ts'
import { StreamedBook } from '../../market/streamed-book.ts'
import { TickerWatch } from '../../market/ticker-watch.ts'
import type { Governor } from '../../transport/governor.ts'
import type { Transport } from '../../transport/transport.ts'
import type { OkxClient } from '../client.ts'
import type { OkxInstrument } from '../instruments.ts'
import { bookMessage, bookRule, candlePush, markPricePush, tickerPush } from './parse.ts'
import { channelName, okxBookProtocol, okxProtocol } from './protocol.ts'
import { bars, createOkxMarketRest } from './rest.ts'

export interface OkxMarketParts {
  transport: Transport
  environment: Environment
  governor: Governor
  client: OkxClient
  /** Base of `/ws/v5/…`. */
  streamUrl: string
  instruments: {
    list(): Promise<readonly Instrument[]>
    /** One that was in the list. */
    find(instId: string): OkxInstrument | undefined
  }
}

/** Public market data of OKX: candles come over `/business`, everything else over `/public`. */
export function createOkxMarket(parts: OkxMarketParts): ClosableMarketSource {
  const { transport, environment, governor, client, streamUrl, instruments } = parts
  const { clock } = transport
  const rest = createOkxMarketRest(client)
  const connect = { transport, governor }
  const feeds = {
    books: new PublicFeed({ ...connect, url: `${streamUrl}/ws/v5/public`, protocol: okxBookProtocol }),
    public: new PublicFeed({ ...connect, url: `${streamUrl}/ws/v5/public`, protocol: okxProtocol }),
    business: new PublicFeed({ ...connect, url: `${streamUrl}/ws/v5/business`, protocol: okxProtocol }),
  }
  const listen = (feed: PublicFeed, channel: string, { symbol }: Instrument, handlers: ChannelHandlers) =>
    feed.open(channelName(channel, symbol), handlers)

  function known({ symbol }: Instrument): OkxInstrument {
    const found = instruments.find(symbol)
    if (found) return found
    throw new ExchangeError('refused', 'unknown_symbol', 'OKX has no symbol of this name.')
  }

  const venue: VenueMarket = {
    watchBook(instrument, on) {
      const sized = known(instrument)
      let channel: ChannelSubscription | null = null
      const watch = new StreamedBook({
        clock,
        rule: bookRule,
        parse: (payload) => bookMessage(payload, sized),
        renew: () => channel?.renew(),
        on,
      })
      channel = listen(feeds.books, 'books', instrument, watch)
      return [watch, channel]
    },
    watchTicker(instrument, on) {
      const sized = known(instrument)
      const watch = new TickerWatch({ clock, fetchTicker: () => rest.ticker(sized), on })
      const ticker = watch.channel((payload) => tickerPush(payload, sized))
      if (sized.inst_type === 'SPOT') return [watch, listen(feeds.public, 'tickers', instrument, ticker)]
      const mark = watch.channel(markPricePush)
      return [
        watch,
        listen(feeds.public, 'tickers', instrument, ticker),
        listen(feeds.public, 'mark-price', instrument, mark),
      ]
    },
    watchCandles(instrument, interval, on) {
      const sized = known(instrument)
      const watch = new CandleWatch({
        clock,
        interval,
        fetchCandles: (limit) => rest.candles(sized, interval, limit),
        parse: (payload) => candlePush(payload, sized),
        on,
      })
      return [watch, listen(feeds.business, `candle${bars[interval]}`, instrument, watch)]
    },
    fetchBook: (instrument) => rest.book(known(instrument)),
    fetchTicker: (instrument) => rest.ticker(known(instrument)),
    fetchCandles: (instrument, interval, limit) => rest.candles(known(instrument), interval, limit),
    close() {
      for (const feed of Object.values(feeds)) feed.close()
    },
  }
  return createMarketSource({ clock, exchange: 'okx', environment, name: 'OKX', instruments: instruments.list, venue })
}
