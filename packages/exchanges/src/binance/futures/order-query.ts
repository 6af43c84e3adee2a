import { type AccountEvent, isZeroDecimal, type OrderReport } from '@tradercoin/protocol'
import { ExchangeError } from '../../errors.ts'
import type { Credentials, OrderRef } from '../../exchange.ts'
import type { Clock } from '../../transport/clock.ts'
import { parseRows } from './parse.ts'
import { algoIdOf, parseAlgoRow, wasTriggered } from './parse-algo.ts'
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
    return ofClientId(parts, who, ref.symbol, ref.client_order_id ?? '')
  })
}

/** The order a conditional one became goes by the same client id: what is looked for then is the conditional one, with it. */
async function ofClientId(parts: QueryParts, who: Credentials, symbol: string, clientId: string) {
  const plain = await orNull(plainOrder(parts, who, symbol, { origClientOrderId: clientId }))
  const isPlain = plain?.[0]?.kind === 'order' && !wasTriggered(plain[0].order)
  if (plain !== null && isPlain) return plain
  const asking = parts.rest.algoOrder(who, { clientAlgoId: clientId })
  const row = plain === null ? await asking : await orNull(asking)
  return row === null ? plain : algoEvents(parts, who, row)
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
  // The order it became may be too new to be found, or too old: of the conditional one that says nothing.
  const became = await withSecondLook(parts.clock, () => plainOrder(parts, who, symbol, { orderId }, parentId))
  return [parent, ...(became ?? [])]
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

/** What the venue does not know is null. */
async function orNull<T>(asking: Promise<T>): Promise<T | null> {
  try {
    return await asking
  } catch (error) {
    if (isNotFound(error)) return null
    throw error
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof ExchangeError && error.kind === 'not_found'
}
