import { type AccountEvent, isZeroDecimal, type OrderReport, type PositionReport } from '@tradercoin/protocol'
import { ExchangeError } from '../../errors.ts'
import type { AccountSnapshot, Credentials, SnapshotSince } from '../../exchange.ts'
import type { VenueClock } from '../../transport/clock-offset.ts'
import { futuresCapabilities } from './capabilities.ts'
import {
  parseTrades,
  type QueryParts,
  queryAlgoOrder,
  queryPlainOrder,
  readRange,
  type TimeRange,
  tradesOf,
} from './order-query.ts'
import { parseRows } from './parse.ts'
import { parseBalanceRow, parsePositionRow, parseSymbolSettings } from './parse-account.ts'
import { algoIdOf, parseAlgoRow } from './parse-algo.ts'
import { parseOrderRow } from './parse-order.ts'

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

  const lost = (await readVanished(parts, who, since, found)) + (await readChildren(parts, who, found))
  if (lost > 0)
    unproven.push(`${lost} orders that were open are no longer known to Binance: how they ended cannot be told.`)
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
    unproven: unproven.length === 0 ? null : unproven.join(' '),
  }
}

/** Orders by id, executions, and what could not be read. */
class Findings {
  readonly orders = new Map<string, OrderReport>()
  /** Conditional order by the order it became. */
  readonly #parents = new Map<string, OrderReport>()
  readonly #others: AccountEvent[] = []

  has(symbol: string, orderId: string): boolean {
    return this.orders.has(`${symbol} ${orderId}`)
  }

  get(symbol: string, orderId: string): OrderReport | null {
    return this.orders.get(`${symbol} ${orderId}`) ?? null
  }

  addOrders(rows: readonly unknown[]) {
    this.#add(parseRows('order', rows, (row) => [{ kind: 'order', order: parseOrderRow(row), execution: null }]))
  }

  addOrder(order: OrderReport) {
    const key = `${order.symbol} ${order.order_id}`
    const known = this.orders.get(key)
    if (known === undefined || known.update_time <= order.update_time) this.orders.set(key, order)
  }

  /** What a conditional order says of the order it became is only used to name the parent: that order is read itself. */
  addAlgoOrders(events: readonly AccountEvent[]) {
    this.#add(events.filter((event) => event.kind !== 'order' || event.order.parent_order_id === null))
    for (const event of events) {
      if (event.kind === 'order' && event.order.parent_order_id !== null) {
        this.#parents.set(`${event.order.symbol} ${event.order.order_id}`, event.order)
      }
    }
  }

  /** Orders that conditional orders have become and that were not listed. */
  missingChildren(): OrderReport[] {
    return [...this.#parents].filter(([key]) => !this.orders.has(key)).map(([, child]) => child)
  }

  add(events: readonly AccountEvent[]) {
    this.#others.push(...events)
  }

  events(): AccountEvent[] {
    const orders = [...this.orders].map(([key, order]): AccountEvent => {
      const parent_order_id = this.#parents.get(key)?.parent_order_id ?? order.parent_order_id
      return { kind: 'order', order: { ...order, parent_order_id }, execution: null }
    })
    return [...orders.sort(byTime), ...this.#others.sort(byTime)]
  }

  #add(events: readonly AccountEvent[]) {
    for (const event of events) {
      if (event.kind === 'order') this.addOrder(event.order)
      else this.#others.push(event)
    }
  }
}

function byTime(a: AccountEvent, b: AccountEvent): number {
  return timeOf(a) - timeOf(b)
}

function timeOf(event: AccountEvent): number {
  if (event.kind === 'order') return event.order.update_time
  return event.kind === 'execution' ? event.execution.time : 0
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
    ...since.symbols,
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

/** Orders that were open and are listed nowhere any more. Returns how many the venue does not know. */
async function readVanished(
  parts: SnapshotParts,
  who: Credentials,
  since: SnapshotSince,
  found: Findings,
): Promise<number> {
  let lost = 0
  for (const { symbol, order_id: orderId } of since.open_orders) {
    if (orderId === null || found.has(symbol, orderId)) continue
    const algoId = algoIdOf(orderId)
    if (algoId !== null) {
      const events = await queryAlgoOrder(parts, who, algoId)
      if (events === null) lost += 1
      else found.addAlgoOrders(events)
      continue
    }
    const order = await queryPlainOrder(parts, who, symbol, orderId)
    if (order === null) lost += 1
    else found.addOrder(order)
  }
  return lost
}

/** Orders that triggered conditional orders have become. */
async function readChildren(parts: SnapshotParts, who: Credentials, found: Findings): Promise<number> {
  let lost = 0
  for (const { symbol, order_id: orderId } of found.missingChildren()) {
    const order = await queryPlainOrder(parts, who, symbol, orderId)
    if (order === null) lost += 1
    else found.addOrder(order)
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

/** What the venue lists, and as closed what the ledger believes open and the venue does not list. */
function positionEvents(
  rows: readonly unknown[],
  configs: readonly unknown[],
  since: SnapshotSince,
  asOf: number,
): AccountEvent[] {
  const settings = parseSymbolSettings(configs)
  const believed = new Set(since.positions.map(({ symbol, position_side }) => `${symbol} ${position_side}`))
  const events = parseRows('position', rows, (row) => {
    const position = parsePositionRow(row, settings, asOf)
    // A symbol with open orders is listed without a position, too.
    const isNone = isZeroDecimal(position.quantity) && !believed.has(`${position.symbol} ${position.position_side}`)
    return isNone ? [] : [{ kind: 'position', position }]
  })
  const listed = new Set(
    events.map((event) => event.kind === 'position' && `${event.position.symbol} ${event.position.position_side}`),
  )
  for (const { symbol, position_side } of since.positions) {
    if (!listed.has(`${symbol} ${position_side}`)) {
      events.push({ kind: 'position', position: closedPosition(symbol, position_side, asOf) })
    }
  }
  return events
}

function closedPosition(symbol: string, side: PositionReport['position_side'], asOf: number): PositionReport {
  return {
    trading_mode: 'futures',
    symbol,
    position_side: side,
    margin_mode: null,
    quantity: '0',
    entry_price: '0',
    mark_price: null,
    unrealized_pnl: '0',
    realized_pnl: null,
    leverage: null,
    liquidation_price: '0',
    update_time: asOf,
  }
}
