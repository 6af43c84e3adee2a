import { isZeroDecimal } from '@tradercoin/protocol'
import { ExchangeError } from '../../errors.ts'
import type { AccountSnapshot, Credentials, OrderRef, SnapshotSince } from '../../exchange.ts'
import type { VenueClock } from '../../transport/clock-offset.ts'
import { futuresCapabilities } from './capabilities.ts'
import { Findings } from './findings.ts'
import { parseTrades, type QueryParts, queryAlgoRow, queryOrderRow, tradesOf } from './order-query.ts'
import { parseRows } from './parse.ts'
import { parseBalanceRow } from './parse-account.ts'
import { algoIdOf, parseAlgoRow } from './parse-algo.ts'
import { positionEvents } from './positions.ts'
import { readRange, type TimeRange } from './read-range.ts'

const dayMs = 24 * 60 * 60_000
/** Queries look back a little further than what is known: the venue's database may lag behind its stream. */
const overlapMs = 60_000
/** How far back the first snapshot of a key goes for what has ended already. */
const firstLookMs = dayMs
/** The venue forgets everything after this, unfilled orders after 3 days. */
const retentionMs = 90 * dayMs
const unfilledRetentionMs = 3 * dayMs

export interface SnapshotParts extends QueryParts {
  venueClock: VenueClock
}

/**
 * Reads an account so that nothing the venue can still tell is missing since `since`: open orders of both kinds, all orders changed
 * since, those that were open and are not listed any more one by one, the trades of every symbol that traded, balances and positions.
 * Throws ExchangeError; a failed query fails the whole, for half a snapshot would look like a flat account.
 */
export async function fetchFuturesSnapshot(
  parts: SnapshotParts,
  who: Credentials,
  since: SnapshotSince,
): Promise<AccountSnapshot> {
  const { rest } = parts
  const asOf = await parts.venueClock.now()
  const oldest = asOf - retentionMs
  const range = {
    startTime: Math.max(oldest, since.time === null ? asOf - firstLookMs : since.time - overlapMs),
    endTime: Math.max(asOf, since.time ?? 0) + overlapMs,
  }
  const found = new Findings()
  const unproven: string[] = []

  const [open, openAlgo, positions, settings, balances] = await Promise.all([
    rest.openOrders(who),
    rest.openAlgoOrders(who),
    rest.positions(who),
    rest.symbolConfig(who),
    rest.balances(who),
  ])
  found.addOrders(open)
  found.addAlgoOrders(parseRows('algoOrder', openAlgo, parseAlgoRow))
  const listed = await readOrders(parts, who, since, range, symbolsIn([...open, ...openAlgo, ...positions]))
  found.addOrders(listed.rows)
  if (listed.unproven !== null) unproven.push(listed.unproven)

  const lost = await readVanished(parts, who, since, found)
  await readParents(parts, who, range, found)
  const unknown = lost.length + (await readChildren(parts, who, found))
  if (unknown > 0)
    unproven.push(`${unknown} orders that were open are no longer known to Binance: how they ended cannot be told.`)
  await readTrades(parts, who, since, range, found)

  if (since.time !== null) {
    if (since.time < oldest) unproven.push('Binance keeps 90 days: what happened before cannot be told.')
    else if (since.time < asOf - unfilledRetentionMs) {
      unproven.push('Orders that ended unfilled more than 3 days ago are no longer kept by Binance.')
    }
    if (futuresCapabilities.unprovable !== null) unproven.push(futuresCapabilities.unprovable)
  }
  const wallet = [
    ...parseRows('balance', balances, (row) => [{ kind: 'balance', balance: parseBalanceRow(row, asOf) }]),
    ...positionEvents(positions, settings, since, asOf),
  ]
  return {
    events: [...found.events(), ...wallet],
    as_of: asOf,
    lost,
    unproven: unproven.length === 0 ? null : unproven.join(' '),
  }
}

/** All orders of the range. Where the venue still wants a symbol, of the symbols that can be known. */
async function readOrders(
  { rest }: SnapshotParts,
  who: Credentials,
  since: SnapshotSince,
  range: TimeRange,
  seen: readonly string[],
): Promise<{ rows: unknown[]; unproven: string | null }> {
  try {
    return { rows: await readRange((slice) => rest.allOrders(who, slice), range), unproven: null }
  } catch (error) {
    if (!(error instanceof ExchangeError) || error.kind !== 'refused') throw error
  }
  const incomes = await readRange((slice) => rest.income(who, slice), range)
  const symbols = new Set([
    ...seen,
    ...since.symbols.map(({ symbol }) => symbol),
    ...since.open_orders.map((order) => order.symbol),
    ...symbolsIn(incomes),
  ])
  const rows: unknown[] = []
  for (const symbol of symbols) {
    rows.push(...(await readRange((slice) => rest.allOrders(who, { symbol, ...slice }), range)))
  }
  return { rows, unproven: 'Orders that were placed and ended unfilled on a symbol not traded before cannot be told.' }
}

function symbolsIn(rows: readonly unknown[]): string[] {
  return rows.flatMap((row) => {
    const symbol = typeof row === 'object' && row !== null && 'symbol' in row ? row.symbol : null
    return typeof symbol === 'string' && symbol !== '' ? [symbol] : []
  })
}

/** Orders that were open and are listed nowhere any more. Returns those that the venue does not know. */
async function readVanished(
  parts: SnapshotParts,
  who: Credentials,
  since: SnapshotSince,
  found: Findings,
): Promise<OrderRef[]> {
  const lost: OrderRef[] = []
  for (const ref of since.open_orders) {
    const { symbol, order_id: orderId } = ref
    if (orderId === null || found.has(symbol, orderId)) continue
    const algoId = algoIdOf(orderId)
    if (algoId !== null) {
      const row = await queryAlgoRow(parts, who, algoId)
      if (row === null) lost.push(ref)
      else found.addAlgoOrders(parseRows('algoOrder', [row], parseAlgoRow))
      continue
    }
    const row = await queryOrderRow(parts, who, symbol, orderId)
    if (row === null) lost.push(ref)
    else found.addOrders([row])
  }
  return lost
}

/** Conditional orders that were placed and triggered while nobody listened: the orders they became give them away. */
async function readParents(parts: SnapshotParts, who: Credentials, range: TimeRange, found: Findings): Promise<void> {
  for (const symbol of found.orphanSymbols(range.startTime)) {
    const rows = await readRange((slice) => parts.rest.allAlgoOrders(who, { symbol, ...slice }), range)
    found.addAlgoOrders(parseRows('algoOrder', rows, parseAlgoRow))
  }
}

/** Orders that triggered conditional orders have become. Returns how many the venue does not know. */
async function readChildren(parts: SnapshotParts, who: Credentials, found: Findings): Promise<number> {
  let lost = 0
  for (const { symbol, order_id: orderId } of found.missingChildren()) {
    const row = await queryOrderRow(parts, who, symbol, orderId)
    if (row === null) lost += 1
    else found.addOrders([row])
  }
  return lost
}

/** Trades of every symbol on which an order executed something within the range. */
async function readTrades(
  { rest }: SnapshotParts,
  who: Credentials,
  since: SnapshotSince,
  range: TimeRange,
  found: Findings,
): Promise<void> {
  const traded = [...found.orders.values()].filter((order) => !isZeroDecimal(order.executed_qty))
  const recent = traded.filter((order) => order.update_time >= range.startTime)
  for (const symbol of new Set(recent.map((order) => order.symbol))) {
    const rows = await readRange((slice) => rest.userTrades(who, { symbol, ...slice }), range)
    found.add(parseTrades(rows, (orderId) => found.get(symbol, orderId)))
  }
  if (since.time !== null) return
  // An open order of a new key may have begun to fill before the first look back.
  for (const order of traded) {
    const isOpen = order.status === 'PARTIALLY_FILLED'
    if (isOpen && (order.create_time ?? 0) < range.startTime) found.add(await tradesOf(rest, who, order))
  }
}
