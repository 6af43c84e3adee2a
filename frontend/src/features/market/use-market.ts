import type { MarketState, MarketTopic } from '@tradercoin/client'
import type { OrderBook, Ticker } from '@tradercoin/protocol'
import { useEffect, useState } from 'react'
import { client } from '#lib/client.ts'

interface Watched<Data> {
  data: Data | null
  state: MarketState
}

const waiting: MarketState = { status: 'waiting', reason: null }

/** The order book of a market, whole, as it changes; null: watch nothing. */
export const useOrderBook = (market: Market | null) => useWatched<'order_book', OrderBook>('order_book', market)

/** Last price and the day of a market. */
export const useTicker = (market: Market | null) => useWatched<'ticker', Ticker>('ticker', market)

export type Market = Pick<MarketTopic, 'exchange' | 'trading_mode' | 'symbol' | 'environment'>

function useWatched<Channel extends 'order_book' | 'ticker', Data extends OrderBook | Ticker>(
  channel: Channel,
  market: Market | null,
): Watched<Data> {
  const [watched, setWatched] = useState<Watched<Data>>({ data: null, state: waiting })
  const { exchange, trading_mode, symbol, environment } = market ?? {}
  useEffect(() => {
    setWatched({ data: null, state: waiting })
    if (!exchange || !trading_mode || !symbol) return
    return client.watchMarket<Channel>(
      { channel, exchange, trading_mode, symbol, environment },
      {
        onData: (data) => setWatched((before) => ({ ...before, data: data as unknown as Data })),
        onState: (state) => setWatched((before) => ({ ...before, state })),
      },
    )
  }, [channel, exchange, trading_mode, symbol, environment])
  return watched
}
