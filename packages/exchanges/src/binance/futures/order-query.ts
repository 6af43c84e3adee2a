import { type AccountEvent, isZeroDecimal, type OrderReport } from '@tradercoin/protocol'
import { ExchangeError } from '../../errors.ts'
import type { Credentials, OrderRef } from '../../exchange.ts'
import type { Clock } from '../../transport/clock.ts'
import { parseRows } from './parse.ts'
import { algoIdOf, parseAlgoRow } from './parse-algo.ts'
import { parseOrderRow, parseTradeRow } from './parse-order.ts'
import type { FuturesRest } from './rest.ts'

/** Just after placing, a query may not find the order yet: what is unknown is asked again before it is believed. */
const secondLooksMs = [300, 700, 1_000]

export interface QueryParts {
  rest: FuturesRest
  clock: Clock
}

/**
 * One order with its executions; a triggered conditional order comes with the order it became. A client id may name either kind. Null
 * when the venue does not know it after a second look. Throws ExchangeError.
 */
export function queryOrder(parts: QueryParts, who: Credentials, ref: OrderRef): Promise<AccountEvent[] | null> {
  const algoId = ref.order_id === null ? null : algoIdOf(ref.order_id)
  return withSecondLook(parts.clock, async () => {
    if (algoId !== null) return algoEvents(parts, who, await parts.rest.algoOrder(who, { algoId }))
    if (ref.order_id !== null) return plainOrder(parts, who, ref.symbol, { orderId: ref.order_id })
    const clientId = ref.client_order_id ?? ''
    try {
      return await plainOrder(parts, who, ref.symbol, { origClientOrderId: clientId })
    } catch (error) {
      if (!isNotFound(error)) throw error
      return algoEvents(parts, who, await parts.rest.algoOrder(who, { clientAlgoId: clientId }))
    }
  })
}

/** An ordinary order without its executions; null when the venue does not know it after a second look. Throws ExchangeError. */
export function queryPlainOrder(
  { rest, clock }: QueryParts,
  who: Credentials,
  symbol: string,
  orderId: string,
): Promise<OrderReport | null> {
  return withSecondLook(clock, async () => parseOrderRow(await rest.order(who, symbol, { orderId })))
}

/** A conditional order as events (itself, and once triggered a first word of the order it became); null as above. Throws ExchangeError. */
export function queryAlgoOrder(
  { rest, clock }: QueryParts,
  who: Credentials,
  algoId: string,
): Promise<AccountEvent[] | null> {
  return withSecondLook(clock, async () => parseAlgoRow(await rest.algoOrder(who, { algoId })))
}

async function plainOrder(
  { rest }: QueryParts,
  who: Credentials,
  symbol: string,
  key: { orderId: string } | { origClientOrderId: string },
  parentId: string | null = null,
): Promise<AccountEvent[]> {
  const order = { ...parseOrderRow(await rest.order(who, symbol, key)), parent_order_id: parentId }
  return [{ kind: 'order', order, execution: null }, ...(await tradesOf(rest, who, order))]
}

async function algoEvents(parts: QueryParts, who: Credentials, row: unknown): Promise<AccountEvent[]> {
  const [parent, child] = parseAlgoRow(row)
  if (parent === undefined || child?.kind !== 'order') return parent === undefined ? [] : [parent]
  const { symbol, order_id: orderId, parent_order_id: parentId } = child.order
  return [parent, ...(await plainOrder(parts, who, symbol, { orderId }, parentId))]
}

/** The executions of an order. Throws ExchangeError. */
export async function tradesOf(rest: FuturesRest, who: Credentials, order: OrderReport): Promise<AccountEvent[]> {
  if (isZeroDecimal(order.executed_qty)) return []
  const rows = await rest.tradesOfOrder(who, order.symbol, order.order_id)
  return parseTrades(rows, () => order)
}

/** Trade rows as events; `orderOf` gives the order of an id where it is known. */
export function parseTrades(
  rows: readonly unknown[],
  orderOf: (orderId: string) => OrderReport | null,
): AccountEvent[] {
  return parseRows('userTrades', rows, (row) => {
    const execution = parseTradeRow(row, null)
    const order = orderOf(execution.order_id)
    return [{ kind: 'execution', execution: order === null ? execution : parseTradeRow(row, order) }]
  })
}

async function withSecondLook<T>(clock: Clock, ask: () => Promise<T>): Promise<T | null> {
  for (let look = 0; ; look += 1) {
    try {
      return await ask()
    } catch (error) {
      if (!isNotFound(error)) throw error
      const wait = secondLooksMs[look]
      if (wait === undefined) return null
      await new Promise<void>((resolve) => clock.after(wait, resolve))
    }
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof ExchangeError && error.kind === 'not_found'
}
