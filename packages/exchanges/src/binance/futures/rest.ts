import { z } from 'zod'
import type { Credentials } from '../../exchange.ts'
import type { Priority } from '../../transport/governor.ts'
import type { BinanceClient, Call } from '../client.ts'
import type { Params } from '../sign.ts'
import { paths } from './endpoints.ts'

const rows = z.array(z.unknown())
const object = z.record(z.string(), z.unknown())
const listenKeyAnswer = z.object({ listenKey: z.string().min(1) })
/** Older documents answer a renewal with an empty object. */
const renewalAnswer = z.object({ listenKey: z.string().min(1).optional() })
/** An order id may be beyond 2^53: it comes as text then. */
const venueId = z.union([z.int().positive(), z.string().regex(/^\d+$/)]).transform(String)
const placedAnswer = z.object({ orderId: venueId })
const placedAlgoAnswer = z.object({ algoId: venueId })
const accountConfigAnswer = z.object({ canTrade: z.boolean().optional(), dualSidePosition: z.boolean().optional() })

/** The most rows an order, trade or income query gives at once. */
export const pageLimit = 1_000

/** Names one order by the venue's id, or by its client id. */
export type OrderKey = { orderId: string } | { origClientOrderId: string }
export type AlgoKey = { algoId: string } | { clientAlgoId: string }

/** Calls of /fapi, one each, with their weights. All throw ExchangeError. Sources: binance-rest, sections 8 to 11. */
export type FuturesRest = ReturnType<typeof createFuturesRest>

export function createFuturesRest(client: BinanceClient) {
  const query = <T>(
    credentials: Credentials,
    path: string,
    params: Params,
    weight: number,
    answer: z.ZodType<T>,
    priority: Priority,
  ): Promise<T> => client.signed(credentials, { method: 'GET', path, params, weight, priority, answer })

  const listenKeyCall = <T>(method: 'POST' | 'PUT', answer: z.ZodType<T>): Call<T> => ({
    method,
    path: paths.listenKey,
    weight: 1,
    // Ahead of the snapshots: a stream that is up misses nothing while its snapshot waits for its turn.
    priority: 'trade',
    // Asking twice gives the same key: a lost answer can be asked for again.
    effect: 'read',
    answer,
  })

  const command = <T>(
    credentials: Credentials,
    method: 'POST' | 'PUT' | 'DELETE',
    path: string,
    params: Params,
    answer: z.ZodType<T>,
  ): Promise<T> =>
    client.signed(credentials, {
      method,
      path,
      params,
      weight: method === 'DELETE' ? 1 : 0,
      priority: 'trade',
      answer,
    })

  return {
    /** A new listen key, or the account's present one with its 60 minutes renewed. */
    async createListenKey(credentials: Credentials): Promise<string> {
      return (await client.keyed(credentials, listenKeyCall('POST', listenKeyAnswer))).listenKey
    },
    /** Renews the present key for 60 minutes; null when the answer does not repeat it. Throws `not_found` when it has ended (-1125). */
    async renewListenKey(credentials: Credentials): Promise<string | null> {
      return (await client.keyed(credentials, listenKeyCall('PUT', renewalAnswer))).listenKey ?? null
    },
    exchangeInfo: () =>
      client.open({ method: 'GET', path: paths.exchangeInfo, weight: 1, priority: 'normal', answer: object }),

    openOrders: (who: Credentials) => query(who, paths.openOrders, {}, 40, rows, 'recovery'),
    openAlgoOrders: (who: Credentials) => query(who, paths.openAlgoOrders, {}, 40, rows, 'recovery'),
    /** Without a symbol: of all symbols. Less than 7 days. */
    allOrders: (who: Credentials, params: { symbol?: string; startTime: number; endTime?: number }) =>
      query(who, paths.allOrders, { ...params, limit: pageLimit }, 5, rows, 'recovery'),
    order: (who: Credentials, symbol: string, key: OrderKey) =>
      query(who, paths.order, { symbol, ...key }, 1, object, 'recovery'),
    algoOrder: (who: Credentials, key: AlgoKey) => query(who, paths.algoOrder, key, 1, object, 'recovery'),
    /** Less than 7 days; a symbol is required. */
    allAlgoOrders: (who: Credentials, params: { symbol: string; startTime: number; endTime: number }) =>
      query(who, paths.allAlgoOrders, { ...params, limit: pageLimit }, 5, rows, 'recovery'),
    /** At most 7 days. */
    userTrades: (who: Credentials, params: { symbol: string; startTime: number; endTime?: number }) =>
      query(who, paths.userTrades, { ...params, limit: pageLimit }, 5, rows, 'recovery'),
    tradesOfOrder: (who: Credentials, symbol: string, orderId: string) =>
      query(who, paths.userTrades, { symbol, orderId, limit: pageLimit }, 5, rows, 'recovery'),
    income: (who: Credentials, params: { startTime: number; endTime?: number }) =>
      query(who, paths.income, { ...params, limit: pageLimit }, 30, rows, 'recovery'),
    positions: (who: Credentials) => query(who, paths.positionRisk, {}, 5, rows, 'recovery'),
    symbolConfig: (who: Credentials) => query(who, paths.symbolConfig, {}, 5, rows, 'recovery'),
    balances: (who: Credentials) => query(who, paths.balance, {}, 5, rows, 'recovery'),
    accountConfig: (who: Credentials) => query(who, paths.accountConfig, {}, 5, accountConfigAnswer, 'recovery'),

    async placeOrder(who: Credentials, params: Params): Promise<string> {
      return (await command(who, 'POST', paths.order, params, placedAnswer)).orderId
    },
    async placeAlgoOrder(who: Credentials, params: Params): Promise<string> {
      return (await command(who, 'POST', paths.algoOrder, params, placedAlgoAnswer)).algoId
    },
    /** Side, quantity and price are all needed. The order loses its place in the queue. */
    modifyOrder: (who: Credentials, params: Params) => command(who, 'PUT', paths.order, params, object),
    cancelOrder: (who: Credentials, symbol: string, key: OrderKey) =>
      command(who, 'DELETE', paths.order, { symbol, ...key }, object),
    cancelAlgoOrder: (who: Credentials, key: AlgoKey) => command(who, 'DELETE', paths.algoOrder, key, object),
  }
}
