import { type AccountEvent, addDecimal, compareDecimal, isZeroDecimal, type OrderReport } from '@tradercoin/protocol'
import type { Credentials, OrderRef } from '../../exchange.ts'
import { decimalOrNull } from '../../fields.ts'
import { orNull, withSecondLook } from '../../second-look.ts'
import type { Clock } from '../../transport/clock.ts'
import { parseOrder, parseTrade } from './parse.ts'
import { pageLimit, type SpotRest, type TimeRange } from './rest.ts'
import type { RawTrade } from './wire.ts'

/** One order with its executions; null when the venue still does not know it after a second look. Throws ExchangeError. */
export async function queryOrder(
  rest: SpotRest,
  clock: Clock,
  credentials: Credentials,
  ref: OrderRef,
): Promise<AccountEvent[] | null> {
  const row = await withSecondLook(clock, () => orNull(rest.order(credentials, ref)))
  if (row === null) return null
  const event = parseOrder(row, ref.order_id === null ? ref.client_order_id : null)
  return [...(await executionsOf(rest, credentials, event)), event]
}

/** The executions of an order event that says some quantity was executed. */
export async function executionsOf(
  rest: SpotRest,
  credentials: Credentials,
  event: AccountEvent,
): Promise<AccountEvent[]> {
  if (event.kind !== 'order' || isZeroDecimal(event.order.executed_qty)) return []
  const rows = await rest.tradesOfOrder(credentials, event.order.symbol, event.order.order_id)
  if (rows.length < pageLimit)
    return [...rows, ...(await allocationsOf(rest, credentials, event.order, rows))].map(parseTrade)
  // An order with more trades than one page holds: read them by time instead.
  const { symbol, order_id, create_time, update_time } = event.order
  const range = { startTime: create_time ?? update_time, endTime: update_time }
  const all = await readRange((slice) => rest.trades(credentials, symbol, slice), range)
  return all.map(parseTrade).filter((found) => found.kind !== 'execution' || found.execution.order_id === order_id)
}

/** What the trades do not explain of an order, smart order routing may have filled. */
async function allocationsOf(
  rest: SpotRest,
  credentials: Credentials,
  { symbol, order_id, executed_qty }: OrderReport,
  trades: readonly unknown[],
): Promise<unknown[]> {
  const traded = trades.map((row) => decimalOrNull((row as RawTrade).qty) ?? '0').reduce(addDecimal, '0')
  return compareDecimal(traded, executed_qty) < 0 ? rest.allocations(credentials, symbol, order_id) : []
}

const dayMs = 24 * 60 * 60_000

/** Every row of a range of any length: in slices of a day, each halved while it fills a page, whatever order the rows come in. */
export async function readRange<T>(
  read: (slice: TimeRange) => Promise<T[]>,
  { startTime, endTime }: TimeRange,
): Promise<T[]> {
  const rows: T[] = []
  for (let from = startTime; from <= endTime; from += dayMs) {
    rows.push(...(await readSlice(read, { startTime: from, endTime: Math.min(from + dayMs - 1, endTime) })))
  }
  return rows
}

async function readSlice<T>(read: (slice: TimeRange) => Promise<T[]>, slice: TimeRange): Promise<T[]> {
  const rows = await read(slice)
  if (rows.length < pageLimit || slice.startTime >= slice.endTime) return rows
  const middle = Math.floor((slice.startTime + slice.endTime) / 2)
  return [
    ...(await readSlice(read, { startTime: slice.startTime, endTime: middle })),
    ...(await readSlice(read, { startTime: middle + 1, endTime: slice.endTime })),
  ]
}
