import {
  candleIntervalSchema,
  candlesSchema,
  environmentSchema,
  exchangeIdSchema,
  type MarketChannel,
  marketSymbolSchema,
  orderBookSchema,
  queryInteger,
  tickerSchema,
  tradingModeSchema,
} from '@tradercoin/protocol'
import { z } from 'zod'
import { defaultEnvironment } from '../market/environment.ts'
import type { MarketReads } from '../market/market-reads.ts'
import type { Store } from '../store/store.ts'
import type { ApiServer } from './server.ts'

const querySchema = z.strictObject({
  exchange: exchangeIdSchema,
  trading_mode: tradingModeSchema,
  symbol: marketSymbolSchema,
  environment: environmentSchema.optional(),
})
const candlesQuerySchema = querySchema.extend({
  interval: candleIntervalSchema.default('1m'),
  limit: queryInteger(1, 500).default(200),
})

export interface MarketRoutes {
  store: Store
  /** Base address of the paper exchange; null when there is none. */
  paperUrl: string | null
  marketReads: MarketReads
}

/** Public market data of the venues, read once; the WebSocket keeps it up to date. */
export function marketRoutes(api: ApiServer, { store, paperUrl, marketReads }: MarketRoutes): void {
  const tags = ['market']
  const nameOf = (channel: MarketChannel, query: z.infer<typeof querySchema>, user_id: number) => {
    const { exchange, trading_mode, symbol } = query
    const environment = query.environment ?? defaultEnvironment(store.db, { user_id }, query, paperUrl !== null)
    return { channel, exchange, trading_mode, symbol, environment, interval: null }
  }

  api.get('/market/order-book', {
    schema: {
      tags,
      summary: 'The order book of a symbol: the top 50 of each side',
      querystring: querySchema,
      response: { 200: orderBookSchema },
    },
    handler: ({ query, principal }) => marketReads.orderBook(nameOf('order_book', query, principal.user.id)),
  })
  api.get('/market/ticker', {
    schema: {
      tags,
      summary: 'Last, best and 24 hour prices of a symbol',
      querystring: querySchema,
      response: { 200: tickerSchema },
    },
    handler: ({ query, principal }) => marketReads.ticker(nameOf('ticker', query, principal.user.id)),
  })
  api.get('/market/candles', {
    schema: {
      tags,
      summary: 'Candles of a symbol, oldest first, the running one last',
      querystring: candlesQuerySchema,
      response: { 200: candlesSchema },
    },
    handler: ({ query: { interval, limit, ...query }, principal }) =>
      marketReads.candles({ ...nameOf('candles', query, principal.user.id), interval }, limit),
  })
}
