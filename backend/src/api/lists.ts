import {
  balanceSchema,
  executionSchema,
  gapSchema,
  type Page,
  type Position,
  pageOf,
  pageSchema,
  positionSchema,
  queryInteger,
  tradingModeSchema,
  unrealizedPnl,
} from '@tradercoin/protocol'
import { z } from 'zod'
import type { Instruments } from '../instruments.ts'
import { type Cursor, formatCursor, type PageRequest } from '../store/cursor.ts'
import { listBalances, listExecutions, listGaps, listPositions, type RecordFilter } from '../store/record-lists.ts'
import type { UserScope } from '../store/scope.ts'
import type { Store } from '../store/store.ts'
import type { Cursors } from './cursor.ts'
import type { ApiServer } from './server.ts'
import { venuesOf } from './venues.ts'

const time = queryInteger(0).optional()
export const recordQuerySchema = pageSchema.extend({
  exchange_key_id: queryInteger(1).optional(),
  /** An account may trade one symbol in both. */
  trading_mode: tradingModeSchema.optional(),
  symbol: z.string().max(64).optional(),
  from: time,
  to: time,
})
type RecordQuery = z.infer<typeof recordQuerySchema>

export interface ListRoutes {
  store: Store
  cursors: Cursors
  instruments: Instruments
}

type List<T> = (scope: UserScope, filter: RecordFilter, page: PageRequest) => Promise<Page<T>>

/** The lists of trading records beside orders. */
export function listRoutes(api: ApiServer, { store, cursors, instruments }: ListRoutes): void {
  const tags = ['trading']
  const add = <T>(name: string, item: z.ZodType<T>, list: List<T>) => {
    api.get(`/trading/${name}`, {
      schema: { tags, summary: `The user's ${name}`, querystring: recordQuerySchema, response: { 200: pageOf(item) } },
      handler: async ({ query, principal }) => {
        const user_id = principal.user.id
        const { limit, cursor, ...filter } = query
        const list_query = queryName(name, filter)
        const page = await list({ user_id }, filter, { limit, cursor: cursors.read(cursor, user_id, list_query) })
        return cursors.sign(page, user_id, list_query)
      },
    })
  }
  const { queries } = store
  add('executions', executionSchema, (scope, filter, page) => listExecutions(queries, scope, filter, page))
  add('balances', balanceSchema, async (scope, filter, page) => cut(await listBalances(queries, scope, filter), page))
  add('positions', positionSchema, async (scope, filter, page) => {
    const { items, next_cursor } = cut(await listPositions(queries, scope, filter), page)
    if (items.some(lacksPnl)) await instruments.learn(venuesOf(store, scope, filter.exchange_key_id))
    return { items: items.map((position) => withPnl(position, instruments)), next_cursor }
  })
  add('gaps', gapSchema, (scope, filter, page) => listGaps(queries, scope, filter, page))
}

const lacksPnl = ({ mark_price, unrealized_pnl }: Position) => unrealized_pnl === null && mark_price !== null

/** Where the venue has told no profit of a position, but the mark price, it follows from that. */
function withPnl(position: Position, instruments: Instruments): Position {
  const { mark_price } = position
  const instrument = lacksPnl(position) ? instruments.find(position) : null
  if (mark_price === null || instrument === null) return position
  return { ...position, unrealized_pnl: unrealizedPnl(position, mark_price, instrument.contract_value) }
}

/** What a cursor belongs to: a list with its filters, in one spelling. */
export function queryName(list: string, filter: Partial<Omit<RecordQuery, 'limit' | 'cursor'>> | object): string {
  return JSON.stringify([list, Object.entries(filter).sort(([a], [b]) => (a < b ? -1 : 1))])
}

/** A page of a list that is short enough to be read whole; its cursor counts what was sent. */
export function cut<T>({ items }: Page<T>, { limit, cursor }: { limit: number; cursor: Cursor | null }): Page<T> {
  const from = cursor?.id ?? 0
  const to = from + limit
  return { items: items.slice(from, to), next_cursor: to < items.length ? formatCursor({ time: 0, id: to }) : null }
}
