import { environmentSchema, exchangeIdSchema, quantityUnitSchema, tradingModeSchema } from '@tradercoin/protocol'
import { z } from 'zod'
import { coversMode } from '../exchanges.ts'
import type { Instruments } from '../instruments.ts'
import type { Store } from '../store/store.ts'
import type { Cursors } from './cursor.ts'
import { cut, queryName, recordQuerySchema } from './lists.ts'
import type { ApiServer } from './server.ts'
import { venuesOf } from './venues.ts'

const decimal = z.string().nullable()
const instrumentSchema = z.object({
  exchange: exchangeIdSchema,
  environment: environmentSchema,
  trading_mode: tradingModeSchema,
  symbol: z.string(),
  base_asset: z.string(),
  quote_asset: z.string(),
  /** What profit and loss are counted in. */
  settle_asset: z.string(),
  quantity_unit: quantityUnitSchema,
  /** Of an inverse contract: what one is worth in quote coin. */
  contract_value: decimal,
  tick_size: decimal,
  step_size: decimal,
  min_quantity: decimal,
  max_quantity: decimal,
  min_notional: decimal,
  is_trading: z.boolean(),
})

/** As for every list of trading records; `from` and `to` are taken like there, though an instrument has no time. */
const querySchema = recordQuerySchema.extend({
  exchange: exchangeIdSchema.optional(),
})

/** What can be traded with the user's keys. */
export function instrumentRoutes(
  api: ApiServer,
  { store, cursors, instruments }: { store: Store; cursors: Cursors; instruments: Instruments },
): void {
  api.get('/trading/instruments', {
    schema: {
      tags: ['trading'],
      summary: 'Instruments of the venues of your keys, by symbol',
      querystring: querySchema,
      response: { 200: z.object({ items: z.array(instrumentSchema), next_cursor: z.string().nullable() }) },
    },
    handler: async ({ principal, query }) => {
      const user_id = principal.user.id
      const { limit, cursor, ...filter } = query
      const name = queryName('instruments', filter)
      const place = cursors.read(cursor, user_id, name)
      const venues = venuesOf(store, { user_id }, filter.exchange_key_id).filter(
        ({ exchange, trading_mode }) =>
          exchange === (filter.exchange ?? exchange) &&
          // A key of some venues covers both modes.
          (filter.trading_mode === undefined || coversMode({ exchange, trading_mode }, filter.trading_mode)),
      )
      const lists = await Promise.all(venues.map((venue) => instruments.list(venue)))
      const items = lists
        .flat()
        .filter(
          ({ symbol, trading_mode }) =>
            symbol === (filter.symbol ?? symbol) && trading_mode === (filter.trading_mode ?? trading_mode),
        )
        .sort((a, b) => (a.symbol < b.symbol ? -1 : 1))
      return cursors.sign(cut({ items, next_cursor: null }, { limit, cursor: place }), user_id, name)
    },
  })
}
