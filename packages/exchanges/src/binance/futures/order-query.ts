import { type AccountEvent, isZeroDecimal, type OrderReport } from '@tradercoin/protocol'
import type { Credentials, OrderRef } from '../../exchange.ts'
import { orNull, withSecondLook } from '../../second-look.ts'
import type { Clock } from '../../transport/clock.ts'
import { parseRows } from './parse.ts'
import { algoIdOf, parseAlgoRow, wasTriggered } from './parse-algo.ts'
import { parseOrderRow, parseTradeRow } from './parse-order.ts'
import type { AlgoKey, FuturesRest, OrderKey } from './rest.ts'

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
  return withSecondLook(parts.clock, () => {
    if (algoId !== null) return algoOrder(parts, who, { algoId })
    if (ref.order_id !== null) return plainOrder(parts, who, ref.symbol, { orderId: ref.order_id })
    return ofClientId(parts, who, ref.symbol, ref.client_order_id ?? '')
  })
}

/** The order a conditional one became goes by the same client id: what is looked for then is the conditional one, with it. */
async function ofClientId(parts: QueryParts, who: Credentials, symbol: string, clientId: string) {
  const plain = await plainOrder(parts, who, symbol, { origClientOrderId: clientId })
  if (plain?.[0]?.kind === 'order' && !wasTriggered(plain[0].order)) return plain
  return (await algoOrder(parts, who, { clientAlgoId: clientId })) ?? plain
}

/** The row of an ordinary order; null when the venue does not know it after a second look. Throws ExchangeError. */
export function queryOrderRow({ rest, clock }: QueryParts, who: Credentials, symbol: string, orderId: string) {
  return withSecondLook(clock, () => orNull(rest.order(who, symbol, { orderId })))
}

/** The row of a conditional order; null as above. Throws ExchangeError. */
export function queryAlgoRow({ rest, clock }: QueryParts, who: Credentials, algoId: string) {
  return withSecondLook(clock, () => orNull(rest.algoOrder(who, { algoId })))
}

async function plainOrder(
  { rest }: QueryParts,
  who: Credentials,
  symbol: string,
  key: OrderKey,
  parentId: string | null = null,
): Promise<AccountEvent[] | null> {
  const row = await orNull(rest.order(who, symbol, key))
  if (row === null) return null
  const [event] = parseRows('order', [row], (each) => [
    { kind: 'order', order: { ...parseOrderRow(each), parent_order_id: parentId }, execution: null },
  ])
  if (event?.kind !== 'order') return event === undefined ? null : [event]
  return [event, ...(await tradesOf(rest, who, event.order))]
}

async function algoOrder(parts: QueryParts, who: Credentials, key: AlgoKey): Promise<AccountEvent[] | null> {
  const row = await orNull(parts.rest.algoOrder(who, key))
  if (row === null) return null
  const [parent, child] = parseRows('algoOrder', [row], parseAlgoRow)
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
