import type { z } from 'zod'
import type { AmendRequest, Credentials, OrderRef, PlaceRequest } from '../../exchange.ts'
import type { Priority } from '../../transport/governor.ts'
import type { BinanceClient } from '../client.ts'
import { type ApiRestrictions, apiRestrictionsAnswer, apiRestrictionsPath } from '../key-rights.ts'
import type { Params } from '../sign.ts'
import { paths } from './endpoints.ts'
import { formatAmend, formatPlace, formatRef } from './format.ts'
import {
  accountAnswer,
  anyAnswer,
  exchangeInfoAnswer,
  orderListsAnswer,
  placeAnswer,
  type RawAccount,
  type RawExchangeInfo,
  type RawOrderList,
  rowAnswer,
  rowsAnswer,
} from './wire.ts'

/** The most rows a history query gives at once. */
export const pageLimit = 1_000

export interface TimeRange {
  /** Venue time (ms), both inclusive, at most 24 h apart. */
  startTime: number
  endTime: number
}

/** One method per call, with its weight. All throw ExchangeError. */
export interface SpotRest {
  keyRights(credentials: Credentials): Promise<ApiRestrictions>
  account(credentials: Credentials, priority: Priority): Promise<RawAccount>
  /** The cheapest signed call that every environment has. */
  probe(credentials: Credentials): Promise<void>
  openOrders(credentials: Credentials): Promise<unknown[]>
  order(credentials: Credentials, ref: OrderRef): Promise<unknown>
  /** Orders whose last change lies in the range. */
  allOrders(credentials: Credentials, symbol: string, range: TimeRange): Promise<unknown[]>
  tradesOfOrder(credentials: Credentials, symbol: string, orderId: string): Promise<unknown[]>
  /** What smart order routing has filled of an order; trades do not list it. */
  allocations(credentials: Credentials, symbol: string, orderId: string): Promise<unknown[]>
  trades(credentials: Credentials, symbol: string, range: TimeRange): Promise<unknown[]>
  openOrderLists(credentials: Credentials): Promise<RawOrderList[]>
  /** Order lists that changed in the range, on any symbol. */
  orderLists(credentials: Credentials, range: TimeRange): Promise<RawOrderList[]>
  place(credentials: Credentials, request: PlaceRequest): Promise<{ order_id: string }>
  amend(credentials: Credentials, request: AmendRequest): Promise<void>
  cancel(credentials: Credentials, ref: OrderRef): Promise<void>
  exchangeInfo(): Promise<RawExchangeInfo>
}

export function createSpotRest(client: BinanceClient): SpotRest {
  function read<T>(
    credentials: Credentials,
    path: string,
    params: Params,
    weight: number,
    priority: Priority,
    answer: z.ZodType<T>,
  ): Promise<T> {
    return client.signed(credentials, { method: 'GET', path, params, weight, priority, answer })
  }

  return {
    keyRights: (credentials) => read(credentials, apiRestrictionsPath, {}, 1, 'normal', apiRestrictionsAnswer),
    account: (credentials, priority) =>
      read(credentials, paths.account, { omitZeroBalances: true }, 20, priority, accountAnswer),
    async probe(credentials) {
      await read(credentials, paths.openOrderList, {}, 6, 'normal', anyAnswer)
    },
    openOrders: (credentials) => read(credentials, paths.openOrders, {}, 80, 'recovery', rowsAnswer),
    order: (credentials, ref) => read(credentials, paths.order, formatRef(ref), 4, 'recovery', rowAnswer),
    allOrders: (credentials, symbol, range) =>
      read(credentials, paths.allOrders, { symbol, ...range, limit: pageLimit }, 20, 'history', rowsAnswer),
    tradesOfOrder: (credentials, symbol, orderId) =>
      read(credentials, paths.myTrades, { symbol, orderId, limit: pageLimit }, 5, 'recovery', rowsAnswer),
    allocations: (credentials, symbol, orderId) =>
      read(credentials, paths.myAllocations, { symbol, orderId, limit: pageLimit }, 20, 'recovery', rowsAnswer),
    trades: (credentials, symbol, range) =>
      read(credentials, paths.myTrades, { symbol, ...range, limit: pageLimit }, 20, 'history', rowsAnswer),
    openOrderLists: (credentials) => read(credentials, paths.openOrderList, {}, 6, 'recovery', orderListsAnswer),
    orderLists: (credentials, range) =>
      read(credentials, paths.allOrderList, { ...range, limit: pageLimit }, 20, 'history', orderListsAnswer),
    async place(credentials, request) {
      const { orderId } = await client.signed(credentials, {
        method: 'POST',
        path: paths.order,
        params: formatPlace(request),
        weight: 1,
        priority: 'trade',
        answer: placeAnswer,
      })
      return { order_id: orderId }
    },
    async amend(credentials, request) {
      await client.signed(credentials, {
        method: 'PUT',
        path: paths.amendOrder,
        params: formatAmend(request),
        weight: 4,
        priority: 'trade',
        answer: anyAnswer,
      })
    },
    async cancel(credentials, ref) {
      await client.signed(credentials, {
        method: 'DELETE',
        path: paths.order,
        params: formatRef(ref),
        weight: 1,
        priority: 'trade',
        answer: anyAnswer,
      })
    },
    exchangeInfo: () =>
      client.open({
        method: 'GET',
        path: paths.exchangeInfo,
        params: { showPermissionSets: false },
        weight: 20,
        priority: 'normal',
        answer: exchangeInfoAnswer,
        timeoutMs: 30_000,
      }),
  }
}
