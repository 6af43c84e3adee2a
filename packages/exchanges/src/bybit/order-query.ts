import { type AccountEvent, isZeroDecimal, type OrderReport } from '@tradercoin/protocol'
import { ExchangeError } from '../errors.ts'
import type { Credentials, OrderRef } from '../exchange.ts'
import type { Clock } from '../transport/clock.ts'
import type { VenueClock } from '../transport/clock-offset.ts'
import type { Category, InstrumentBook } from './category.ts'
import { orderKey } from './format.ts'
import { parseExecutionRows, parseOrderRows } from './parse.ts'
import { readSince } from './read-range.ts'
import type { BybitRest } from './rest.ts'

/** Just after placing, a query may not find the order yet: what is unknown is asked again before it is believed. */
const secondLooksMs: readonly number[] = [300, 700, 1_000]

export interface QueryParts {
  rest: BybitRest
  clock: Clock
  venueClock: VenueClock
  instruments(): Promise<InstrumentBook>
}

/** One order with its executions; null when the venue does not know it after a second look. Throws ExchangeError. */
export async function queryOrder(parts: QueryParts, who: Credentials, ref: OrderRef): Promise<AccountEvent[] | null> {
  const instruments = await parts.instruments()
  const category = instruments.category(ref.trading_mode, ref.symbol)
  const told = await queryPlainOrder(parts, who, category, ref)
  if (told === null) return null
  // It exists, but says nothing.
  if (told.kind !== 'order') {
    throw new ExchangeError('unavailable', 'unexpected_answer', 'Bybit answered in a form we do not know.')
  }
  return [told, ...(await executionsOf(parts, who, category, told.order))]
}

/**
 * An order without its executions, kept raw where it cannot be read; null when the venue does not know it after the last look. Throws
 * ExchangeError.
 */
export async function queryPlainOrder(
  { rest, clock }: QueryParts,
  who: Credentials,
  category: Category,
  ref: OrderRef,
  looksMs = secondLooksMs,
): Promise<AccountEvent | null> {
  const key = orderKey(ref)
  for (let look = 0; ; look += 1) {
    // The history may lag some seconds behind what has just ended; the open orders keep the latest of those, too.
    const row =
      (await firstRow(rest.recentOrder(who, category, ref.symbol, key))) ??
      (await firstRow(rest.pastOrder(who, category, ref.symbol, key)))
    if (row !== undefined) return parseOrderRows([row], category)[0] ?? null
    const wait = looksMs[look]
    if (wait === undefined) return null
    await new Promise<void>((resolve) => clock.after(wait, resolve))
  }
}

/** An order that is not there is an empty list, or an error that says so. */
async function firstRow(rows: Promise<unknown[]>): Promise<unknown> {
  try {
    return (await rows)[0]
  } catch (error) {
    if (error instanceof ExchangeError && error.kind === 'not_found') return undefined
    throw error
  }
}

/** The executions of an order. Throws ExchangeError. */
export async function executionsOf(
  { rest, venueClock, instruments }: QueryParts,
  who: Credentials,
  category: Category,
  order: OrderReport,
): Promise<AccountEvent[]> {
  if (isZeroDecimal(order.executed_qty)) return []
  const { symbol, order_id: orderId } = order
  const rows = await readSince(
    (slice) => rest.executionsOfOrder(who, category, symbol, orderId, slice),
    order.create_time ?? order.update_time,
    await venueClock.now(),
  )
  return parseExecutionRows(rows, category, await instruments(), () => order)
}
