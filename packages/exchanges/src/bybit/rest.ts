import { z } from 'zod'
import type { Credentials } from '../exchange.ts'
import type { Priority } from '../transport/governor.ts'
import type { Limit } from './account-limits.ts'
import type { Category } from './category.ts'
import type { BybitClient } from './client.ts'
import { paths } from './endpoints.ts'
import type { Params } from './sign.ts'

const object = z.record(z.string(), z.unknown())
const page = z.object({ list: z.array(z.unknown()).default([]), nextPageCursor: z.string().nullish() })
const level = z.tuple([z.string()], z.unknown())
const bookAnswer = z.object({ b: z.array(level), a: z.array(level) })
const placedAnswer = z.object({ orderId: z.string().min(1) })

/** A list that never ends is a mistake of someone's. */
const maxPages = 2_000

/** Names one order by the venue's id, or by its client id. */
export type OrderKey = { orderId: string } | { orderLinkId: string }

export interface TimeRange {
  startTime: number
  /** Absent: until now. */
  endTime?: number | undefined
}

/** Requests a second that one account may send, by kind. */
const perSecond = (name: string, limit: number): Limit => ({ name, perSecond: limit })
const limits = {
  openOrders: perSecond('openOrders', 50),
  orderHistory: perSecond('orderHistory', 50),
  executions: perSecond('executions', 50),
  positions: perSecond('positions', 50),
  wallet: perSecond('wallet', 50),
  account: perSecond('account', 50),
  key: perSecond('key', 10),
}

/** Spot allows twice as many orders and cancels; linear and inverse share theirs. */
function tradeLimit(path: string, params: Params): Limit {
  if (path === paths.amend) return perSecond(path, 10)
  return params.category === 'spot' ? perSecond(`${path} spot`, 20) : perSecond(path, 10)
}

/** Calls of /v5, one each. All throw ExchangeError. Source: https://bybit-exchange.github.io/docs/v5/order/create-order and its siblings */
export type BybitRest = ReturnType<typeof createBybitRest>

export function createBybitRest(client: BybitClient) {
  const query = <T>(
    who: Credentials,
    path: string,
    params: Params,
    answer: z.ZodType<T>,
    limit: Limit,
    priority: Priority = 'recovery',
  ): Promise<T> => client.signed(who, { method: 'GET', path, params, priority, answer, limit })

  const command = <T>(who: Credentials, path: string, params: Params, answer: z.ZodType<T>): Promise<T> =>
    client.signed(who, { method: 'POST', path, params, priority: 'trade', answer, limit: tradeLimit(path, params) })

  /** Every row of a list, page by page. */
  async function allPages(ask: (cursor: string | undefined) => Promise<z.infer<typeof page>>): Promise<unknown[]> {
    const rows: unknown[] = []
    let cursor: string | undefined
    for (let count = 0; count < maxPages; count += 1) {
      const { list, nextPageCursor } = await ask(cursor)
      rows.push(...list)
      if (!nextPageCursor || nextPageCursor === cursor || list.length === 0) break
      cursor = nextPageCursor
    }
    return rows
  }

  const paged = (who: Credentials, path: string, params: Params, limit: Limit): Promise<unknown[]> =>
    allPages((cursor) => query(who, path, { ...params, cursor }, page, limit))

  return {
    /** Contracts settled in USDT and in USDC are asked for one by one; spot and inverse need no coin. */
    openOrders: (who: Credentials, category: Category, settleCoin?: string) =>
      paged(who, paths.openOrders, { category, settleCoin, openOnly: 0, limit: 50 }, limits.openOrders),
    /** One order, open or among the last closed; no row when there is none. */
    recentOrder: async (who: Credentials, category: Category, symbol: string, key: OrderKey) =>
      (await query(who, paths.openOrders, { category, symbol, ...key }, page, limits.openOrders)).list,
    /** At most 7 days. */
    orderHistory: (who: Credentials, category: Category, { startTime, endTime }: TimeRange) =>
      paged(who, paths.orderHistory, { category, startTime, endTime, limit: 50 }, limits.orderHistory),
    pastOrder: async (who: Credentials, category: Category, symbol: string, key: OrderKey) =>
      (await query(who, paths.orderHistory, { category, symbol, ...key }, page, limits.orderHistory)).list,
    /** At most 7 days. */
    executions: (who: Credentials, category: Category, { startTime, endTime }: TimeRange) =>
      paged(who, paths.executions, { category, startTime, endTime, limit: 100 }, limits.executions),
    /** At most 7 days. */
    executionsOfOrder: (who: Credentials, category: Category, symbol: string, orderId: string, range: TimeRange) =>
      paged(who, paths.executions, { category, symbol, orderId, ...range, limit: 100 }, limits.executions),
    positions: (who: Credentials, category: Category, settleCoin?: string) =>
      paged(who, paths.positions, { category, settleCoin, limit: 200 }, limits.positions),
    wallet: async (who: Credentials) =>
      (await query(who, paths.wallet, { accountType: 'UNIFIED' }, page, limits.wallet)).list,
    account: (who: Credentials) => query(who, paths.account, {}, object, limits.account),
    key: (who: Credentials) => query(who, paths.key, {}, object, limits.key, 'normal'),
    /** Spot comes in one page. */
    instruments: (category: Category) =>
      allPages((cursor) =>
        client.open({
          method: 'GET',
          path: paths.instruments,
          params: { category, limit: category === 'spot' ? undefined : 1_000, cursor },
          priority: 'normal',
          answer: page,
        }),
      ),

    /** Best bid and ask; null where there is none. */
    async bestPrices(category: Category, symbol: string): Promise<{ bid: string | null; ask: string | null }> {
      const params = { category, symbol, limit: 1 }
      const book = await client.open({ method: 'GET', path: paths.book, params, priority: 'trade', answer: bookAnswer })
      return { bid: book.b[0]?.[0] ?? null, ask: book.a[0]?.[0] ?? null }
    },

    /** The answer means accepted only: how it went is told on the stream. */
    async placeOrder(who: Credentials, params: Params): Promise<string> {
      return (await command(who, paths.place, params, placedAnswer)).orderId
    },
    amendOrder: (who: Credentials, params: Params) => command(who, paths.amend, params, object),
    cancelOrder: (who: Credentials, params: Params) => command(who, paths.cancel, params, object),
  }
}
