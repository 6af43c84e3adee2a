import { z } from 'zod'
import { ExchangeError } from '../errors.ts'
import type { Credentials } from '../exchange.ts'
import type { Call, OkxClient } from './client.ts'
import { type Endpoint, endpoints } from './endpoints.ts'

/** The most rows a list gives at once. */
export const pageLimit = 100

export type Query = NonNullable<Call['query']>
/** Names one order by the venue's id or by its client id. */
export type OrderKey = { ordId: string } | { clOrdId: string }
export type AlgoKey = { algoId: string } | { algoClOrdId: string }

const placedAnswer = z.object({ ordId: z.string().regex(/^\d+$/) })
const placedAlgoAnswer = z.object({ algoId: z.string().regex(/^\d+$/) })

/** Calls of /api/v5, one each. All throw ExchangeError. */
export type OkxRest = ReturnType<typeof createOkxRest>

export function createOkxRest(client: OkxClient) {
  const read = (who: Credentials, endpoint: Endpoint, query: Query = {}, instrument?: string) =>
    client.signed(who, {
      method: 'GET',
      endpoint,
      query,
      priority: 'recovery',
      ...(instrument === undefined ? {} : { instrument }),
    })

  const list = (who: Credentials, endpoint: Endpoint, query: Query) =>
    read(who, endpoint, { ...query, limit: String(pageLimit) })

  const command = (who: Credentials, endpoint: Endpoint, instrument: string, body: unknown, hasDeadline: boolean) =>
    client.signed(who, { method: 'POST', endpoint, body, instrument, priority: 'trade', hasDeadline })

  return {
    /** Of one product type, or one instrument of it. */
    instruments: (instType: string, instId?: string) =>
      client.open({
        method: 'GET',
        endpoint: endpoints.instruments,
        query: { instType, instId },
        instrument: instType,
        priority: 'normal',
      }),

    config: (who: Credentials) => client.signed(who, { method: 'GET', endpoint: endpoints.config, priority: 'normal' }),
    balance: (who: Credentials) => read(who, endpoints.balance),
    positions: (who: Credentials) => read(who, endpoints.positions),
    /** All products; `after`: only orders older than this id. */
    ordersPending: (who: Credentials, after?: string) => list(who, endpoints.ordersPending, { after }),
    order: (who: Credentials, instId: string, key: OrderKey) => read(who, endpoints.order, { instId, ...key }, instId),
    /** 7 days; `begin` and `end` (ms) are about the creation; unfilled canceled ones are kept for 2 hours only. */
    ordersHistory: (who: Credentials, query: Query & { instType: string }) => list(who, endpoints.ordersHistory, query),
    /** 3 months; without the unfilled canceled ones. */
    ordersArchive: (who: Credentials, query: Query & { instType: string }) => list(who, endpoints.ordersArchive, query),
    /** 3 days, all products; `after`: only fills older than this billId. */
    fills: (who: Credentials, query: Query) => list(who, endpoints.fills, query),
    /** 3 months. */
    fillsHistory: (who: Credentials, query: Query & { instType: string }) => list(who, endpoints.fillsHistory, query),
    algosPending: (who: Credentials, ordType: string, after?: string) =>
      list(who, endpoints.algosPending, { ordType, after }),
    algosHistory: (who: Credentials, query: Query & { ordType: string }) => list(who, endpoints.algosHistory, query),

    async placeOrder(who: Credentials, instId: string, body: object): Promise<string> {
      const [row] = await command(who, endpoints.order, instId, body, true)
      return accepted(placedAnswer.safeParse(row)).ordId
    },
    async placeAlgoOrder(who: Credentials, instId: string, body: object): Promise<string> {
      const [row] = await command(who, endpoints.placeAlgo, instId, body, true)
      return accepted(placedAlgoAnswer.safeParse(row)).algoId
    },
    cancelOrder: (who: Credentials, instId: string, key: OrderKey) =>
      command(who, endpoints.cancelOrder, instId, { instId, ...key }, false),
    cancelAlgoOrder: (who: Credentials, instId: string, key: AlgoKey) =>
      command(who, endpoints.cancelAlgos, instId, [{ instId, ...key }], false),
    amendOrder: (who: Credentials, instId: string, body: object) =>
      command(who, endpoints.amendOrder, instId, { instId, ...body }, true),
    amendAlgoOrder: (who: Credentials, instId: string, body: object) =>
      command(who, endpoints.amendAlgo, instId, { instId, ...body }, false),
  }
}

/** The venue took the order; without its id only a query can tell which it is. */
function accepted<T>(answer: { success: true; data: T } | { success: false; error: unknown }): T {
  if (answer.success) return answer.data
  const message = 'OKX answered in a form we do not know.'
  throw new ExchangeError('unknown_outcome', 'unexpected_answer', message, { cause: answer.error })
}

/**
 * Every row of a list that is read page by page, newest first, until a page is not full or ends with a row that is old enough. `idOf`: by
 * what the venue pages.
 */
export async function readPages(
  read: (after: string | undefined) => Promise<unknown[]>,
  idOf: 'ordId' | 'billId' | 'algoId',
  isOldEnough: (last: unknown) => boolean = () => false,
): Promise<unknown[]> {
  const rows: unknown[] = []
  for (let after: string | undefined; ; ) {
    const page = await read(after)
    rows.push(...page)
    const last = page.at(-1) as Record<string, unknown> | null | undefined
    const id = last?.[idOf]
    if (page.length < pageLimit || typeof id !== 'string' || id === after || isOldEnough(last)) return rows
    after = id
  }
}
