import { type AccountEvent, type Environment, isTerminal, isZeroDecimal, type TradingMode } from '@tradercoin/protocol'
import type { AccountSnapshot, Credentials, OrderRef, SnapshotSince } from '../exchange.ts'
import { closedPositions, emptiedBalances } from '../not-listed.ts'
import { readRows } from '../raw-event.ts'
import { type Category, categories, type InstrumentBook, modeOf } from './category.ts'
import { Findings } from './findings.ts'
import { executionsOf, type QueryParts, queryPlainOrder } from './order-query.ts'
import { parseExecutionRows, parseOrderRows, walletEvents } from './parse.ts'
import { parsePosition } from './parse-account.ts'
import { readSince } from './read-range.ts'
import { marginMode } from './words.ts'

const dayMs = 24 * 60 * 60_000
/** Queries look back a little further than what is known: the venue's database may lag behind its stream. */
const overlapMs = 60_000
/** How far back the first snapshot of a key goes for what has ended already. */
const firstLookMs = dayMs
/** Orders that ended unfilled are forgotten after this; everything else is kept for two years, on demo for a week. */
const unfilledRetentionMs = dayMs
const retentionMs = 730 * dayMs
const demoRetentionMs = 7 * dayMs

/** Lists that must be asked for one by one: contracts by the coin they settle in. */
const lists: readonly { category: Category; settleCoin?: string }[] = [
  { category: 'spot' },
  { category: 'linear', settleCoin: 'USDT' },
  { category: 'linear', settleCoin: 'USDC' },
  { category: 'inverse' },
]

export interface SnapshotParts extends QueryParts {
  environment: Environment
}

/**
 * Reads an account so that nothing the venue can still tell is missing since `since`: open orders, executions and ended orders of every
 * product, orders that were open and are listed nowhere any more one by one, balances and positions.
 * Throws ExchangeError; a failed query fails the whole, for half a snapshot would look like a flat account.
 */
export async function fetchBybitSnapshot(
  parts: SnapshotParts,
  who: Credentials,
  since: SnapshotSince,
): Promise<AccountSnapshot> {
  const { rest } = parts
  const asOf = await parts.venueClock.now()
  const oldest = asOf - (parts.environment === 'demo' ? demoRetentionMs : retentionMs)
  const from = Math.max(oldest, since.time === null ? asOf - firstLookMs : since.time - overlapMs)
  const instruments = await parts.instruments()
  const found = new Findings()

  // Open orders are read first: one that ends meanwhile is in the history, read after.
  const open = await Promise.all(lists.map(({ category, settleCoin }) => rest.openOrders(who, category, settleCoin)))
  for (const [at, { category }] of lists.entries()) found.add(parseOrderRows(open[at] ?? [], category))
  for (const category of categories) {
    const rows = await readSince((slice) => rest.orderHistory(who, category, slice), from, asOf)
    found.add(parseOrderRows(rows, category))
    await readExecutions(parts, who, category, { from, asOf, instruments }, found)
  }
  const lost = await readVanished(parts, who, since, instruments, found)
  if (since.time === null) await readEarlierFills(parts, who, from, instruments, found)

  const [wallet, positions] = await Promise.all([rest.wallet(who), readPositions(parts, who, since, asOf)])
  const coins = readRows('wallet', wallet, (entry) => walletEvents(entry, asOf))
  return {
    events: [...found.events(), ...coins, ...emptiedBalances(coins, since, asOf), ...positions],
    as_of: asOf,
    lost,
    unproven: unproven(parts.environment, since, asOf, oldest, lost.length),
  }
}

/** Executions of a category, and the orders among theirs that no list has told yet (the history lags, forced orders are not ours). */
async function readExecutions(
  parts: SnapshotParts,
  who: Credentials,
  category: Category,
  { from, asOf, instruments }: { from: number; asOf: number; instruments: InstrumentBook },
  found: Findings,
): Promise<void> {
  const rows = await readSince((slice) => parts.rest.executions(who, category, slice), from, asOf)
  const mode = modeOf(category)
  const seen = new Map<string, string>()
  for (const event of parseExecutionRows(rows, category, instruments, () => null)) {
    if (event.kind === 'execution') seen.set(event.execution.order_id, event.execution.symbol)
  }
  const missing = [...seen].filter(([orderId]) => found.get(mode, orderId) === null)
  const told = await Promise.all(
    missing.map(([orderId, symbol]) => queryPlainOrder(parts, who, category, ref(mode, symbol, orderId), [])),
  )
  found.add(told.flatMap((event) => event ?? []))
  found.add(parseExecutionRows(rows, category, instruments, (orderId) => found.get(mode, orderId)))
}

const ref = (trading_mode: TradingMode, symbol: string, order_id: string) => ({
  trading_mode,
  symbol,
  order_id,
  client_order_id: null,
})

/** Orders that were open and are listed nowhere any more. Returns those that the venue does not know. */
async function readVanished(
  parts: SnapshotParts,
  who: Credentials,
  since: SnapshotSince,
  instruments: InstrumentBook,
  found: Findings,
): Promise<OrderRef[]> {
  const vanished = since.open_orders.filter(
    (order) => order.order_id !== null && found.get(order.trading_mode, order.order_id) === null,
  )
  // What such an order executed before the look back is known already; what it did since has been read.
  const told = await Promise.all(
    vanished.map((order) => queryPlainOrder(parts, who, instruments.category(order.trading_mode, order.symbol), order)),
  )
  found.add(told.flatMap((event) => event ?? []))
  return vanished.filter((_, at) => told[at] === null)
}

/** An open order of a new key may have begun to fill before the first look back. */
async function readEarlierFills(
  parts: SnapshotParts,
  who: Credentials,
  from: number,
  instruments: InstrumentBook,
  found: Findings,
): Promise<void> {
  for (const order of found.orders()) {
    if (isTerminal(order.status) || isZeroDecimal(order.executed_qty) || (order.create_time ?? 0) >= from) continue
    found.add(await executionsOf(parts, who, instruments.category(order.trading_mode, order.symbol), order))
  }
}

/** What the venue lists, and as closed what the ledger believes open and the venue does not list. */
async function readPositions(
  { rest }: SnapshotParts,
  who: Credentials,
  since: SnapshotSince,
  asOf: number,
): Promise<AccountEvent[]> {
  const contracts = lists.filter(({ category }) => category !== 'spot')
  const [account, ...pages] = await Promise.all([
    rest.account(who),
    ...contracts.map(({ category, settleCoin }) => rest.positions(who, category, settleCoin)),
  ])
  const margin = marginMode(account.marginMode)
  const believed = new Set(since.positions.map(({ symbol, position_side }) => `${symbol} ${position_side}`))
  const events = readRows('position', pages.flat(), (row): AccountEvent[] => {
    const position = parsePosition(row, margin, asOf)
    const isNone = isZeroDecimal(position.quantity) && !believed.has(`${position.symbol} ${position.position_side}`)
    return isNone ? [] : [{ kind: 'position', position }]
  })
  return [...events, ...closedPositions(events, since, asOf)]
}

function unproven(
  environment: Environment,
  { time }: SnapshotSince,
  asOf: number,
  oldest: number,
  lost: number,
): string | null {
  const sentences: string[] = []
  if (lost > 0)
    sentences.push(`${lost} orders that were open are no longer known to Bybit: how they ended cannot be told.`)
  if (time !== null && time < oldest) {
    sentences.push(
      environment === 'demo'
        ? 'A demo account keeps 7 days: what happened before cannot be told.'
        : 'Bybit keeps two years: what happened before cannot be told.',
    )
  } else if (time !== null && time < asOf - unfilledRetentionMs) {
    sentences.push('Orders that ended unfilled more than 24 hours ago are no longer kept by Bybit.')
  }
  return sentences.length === 0 ? null : sentences.join(' ')
}
