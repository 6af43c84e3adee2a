import {
  type AccountEvent,
  addDecimal,
  compareDecimal,
  type Decimal,
  type ExecutionReport,
  isZeroDecimal,
  multiplyDecimal,
  subtractDecimal,
} from '@tradercoin/protocol'
import type { AccountSnapshot, Credentials, Instrument, OrderRef, SnapshotSince } from '../../exchange.ts'
import type { Clock } from '../../transport/clock.ts'
import type { VenueClock } from '../../transport/clock-offset.ts'
import { spotCapabilities } from './format.ts'
import { executionsOf, queryOrder, readRange } from './order-query.ts'
import { parseBalances, parseOrder, parseTrade } from './parse.ts'
import type { SpotRest, TimeRange } from './rest.ts'
import type { RawAccount } from './wire.ts'

/** Queries look back a little further than what is known, for the venue's database may lag behind its stream. */
const overlapMs = 60_000
/** Of a longer interruption only the last part is read; the rest is told as unproven. */
const longestMs = 14 * 24 * 60 * 60_000
/** Up to this many orders of a symbol are asked for their trades one by one (5 each); more, and the symbol's are read (20 a day). */
const fewOrders = 3

export interface SnapshotParts {
  rest: SpotRest
  clock: Clock
  venueClock: VenueClock
  instruments(): Promise<readonly Instrument[]>
}

/**
 * Reads an account so that nothing the venue can still tell is missing since `since`. Spot has no list of closed orders without a symbol,
 * so this reads what is open, asks for what was open and vanished, then for the symbols that moved balances, order lists and earlier
 * trading point to. An account where nothing was open and nothing has changed costs one call.
 * Throws ExchangeError; a failed query fails the whole, for half a snapshot would look like a flat account.
 */
export async function fetchSpotSnapshot(
  parts: SnapshotParts,
  credentials: Credentials,
  since: SnapshotSince,
): Promise<AccountSnapshot> {
  const asOf = await parts.venueClock.now()
  const account = await parts.rest.account(credentials, 'recovery')
  const balances = readBalances(account, since)
  const found: AccountEvent[] = []
  const unproven: string[] = []

  if (!isQuiet(account, balances, since)) {
    found.push(...(await readOpen(parts, credentials, since, unproven)))
    if (since.time !== null) {
      const range = { startTime: Math.max(since.time - overlapMs, asOf - longestMs), endTime: asOf + overlapMs }
      const moved = movedAssets(balances, since, found, await parts.instruments())
      for (const symbol of await symbolsToRead(parts, credentials, since, moved, range)) {
        found.push(...(await readSymbol(parts.rest, credentials, symbol, range)))
      }
    }
  }
  if (since.time !== null) {
    if (since.time < asOf - longestMs) unproven.push('Orders that ended more than 14 days ago were not looked for.')
    if (spotCapabilities.unprovable !== null) unproven.push(spotCapabilities.unprovable)
  }
  const events = [...found, ...balances].sort((a, b) => timeOf(a) - timeOf(b))
  return { events, as_of: asOf, unproven: unproven.length === 0 ? null : unproven.join(' ') }
}

/** The balances now, with a zero for each known asset that is no longer listed. */
function readBalances(account: RawAccount, since: SnapshotSince): AccountEvent[] {
  const listed = new Set(account.balances.map((row) => row.asset))
  const gone = since.balances.filter(({ asset, total }) => !listed.has(asset) && !isZeroDecimal(total))
  const emptied = gone.map(({ asset }) => ({ asset, free: '0', locked: '0' }))
  return parseBalances({ ...account, balances: [...account.balances, ...emptied] })
}

/** Nothing was open, nothing is locked by an order, every balance is what it was, and the account has not changed since (a lock would). */
function isQuiet(account: RawAccount, balances: AccountEvent[], since: SnapshotSince): boolean {
  return (
    since.time !== null &&
    since.open_orders.length === 0 &&
    account.updateTime <= since.time &&
    account.balances.every((row) => isZeroDecimal(row.locked)) &&
    movedAssets(balances, since, [], []).size === 0
  )
}

/** Every open order, and the fate of each that was believed open and is not listed any more; with their executions. */
async function readOpen(
  { rest, clock }: SnapshotParts,
  credentials: Credentials,
  since: SnapshotSince,
  unproven: string[],
): Promise<AccountEvent[]> {
  const open = (await rest.openOrders(credentials)).map((row) => parseOrder(row))
  const events: AccountEvent[] = []
  const listed = new Set<string>()
  for (const event of open) {
    if (event.kind === 'order') {
      listed.add(`${event.order.symbol} ${event.order.order_id}`)
      listed.add(`${event.order.symbol} client ${event.order.client_order_id}`)
    }
    events.push(...(await executionsOf(rest, credentials, event)), event)
  }
  const isListed = (ref: OrderRef) =>
    listed.has(ref.order_id === null ? `${ref.symbol} client ${ref.client_order_id}` : `${ref.symbol} ${ref.order_id}`)
  for (const ref of since.open_orders) {
    if (isListed(ref)) continue
    const fate = await queryOrder(rest, clock, credentials, ref)
    if (fate === null) unproven.push(`Binance no longer knows the order ${ref.order_id ?? ref.client_order_id}.`)
    else events.push(...fate)
  }
  return events
}

/** Assets whose balance is not what it was, beyond what the executions found since then explain. */
function movedAssets(
  balances: AccountEvent[],
  since: SnapshotSince,
  found: AccountEvent[],
  instruments: readonly Instrument[],
): Set<string> {
  const expected = new Map<string, Decimal>(since.balances.map(({ asset, total }) => [asset, total]))
  const add = (asset: string, amount: Decimal) => expected.set(asset, addDecimal(expected.get(asset) ?? '0', amount))
  const bySymbol = new Map(instruments.map((instrument) => [instrument.symbol, instrument]))
  for (const execution of newExecutions(found, since.time ?? 0)) {
    const instrument = bySymbol.get(execution.symbol)
    if (instrument === undefined) continue
    const quote = execution.quote_qty ?? multiplyDecimal(execution.price, execution.quantity)
    const bought = execution.side === 'BUY'
    add(instrument.base_asset, bought ? execution.quantity : subtractDecimal('0', execution.quantity))
    add(instrument.quote_asset, bought ? subtractDecimal('0', quote) : quote)
    if (execution.fee !== null && execution.fee_asset !== null) {
      add(execution.fee_asset, subtractDecimal('0', execution.fee))
    }
  }
  const moved = new Set<string>()
  for (const event of balances) {
    if (event.kind !== 'balance') continue
    const { asset, total } = event.balance
    if (compareDecimal(total, expected.get(asset) ?? '0') !== 0) moved.add(asset)
  }
  return moved
}

/** Each execution once, from `time` on. */
function newExecutions(events: AccountEvent[], time: number): ExecutionReport[] {
  const unique = new Map<string, ExecutionReport>()
  for (const event of events) {
    if (event.kind !== 'execution' || event.execution.time < time) continue
    unique.set(`${event.execution.symbol} ${event.execution.trade_id} ${event.execution.order_id}`, event.execution)
  }
  return [...unique.values()]
}

/** Symbols traded before, those of order lists that changed, and every pair of two assets that moved. */
async function symbolsToRead(
  { rest, instruments }: SnapshotParts,
  credentials: Credentials,
  since: SnapshotSince,
  moved: ReadonlySet<string>,
  range: TimeRange,
): Promise<Set<string>> {
  const symbols = new Set([...since.symbols, ...since.open_orders.map((ref) => ref.symbol)])
  const lists = await readRange((slice) => rest.orderLists(credentials, slice), range)
  for (const list of lists) {
    for (const order of list.orders) symbols.add(order.symbol)
  }
  if (moved.size > 1) {
    for (const { symbol, base_asset, quote_asset } of await instruments()) {
      if (moved.has(base_asset) && moved.has(quote_asset)) symbols.add(symbol)
    }
  }
  return symbols
}

/** The symbol's orders that changed in the range, with the executions of those that traded. */
async function readSymbol(
  rest: SpotRest,
  credentials: Credentials,
  symbol: string,
  range: TimeRange,
): Promise<AccountEvent[]> {
  const rows = await readRange((slice) => rest.allOrders(credentials, symbol, slice), range)
  const orders = rows.map((row) => parseOrder(row))
  const traded = orders.filter((event) => event.kind === 'order' && !isZeroDecimal(event.order.executed_qty))
  const trades: AccountEvent[] = []
  if (traded.length <= fewOrders) {
    for (const event of traded) trades.push(...(await executionsOf(rest, credentials, event)))
  } else {
    const tradeRows = await readRange((slice) => rest.trades(credentials, symbol, slice), range)
    trades.push(...tradeRows.map(parseTrade))
  }
  return [...trades, ...orders]
}

function timeOf(event: AccountEvent): number {
  switch (event.kind) {
    case 'order':
      return event.order.update_time
    case 'execution':
      return event.execution.time
    case 'balance':
      return event.balance.update_time
    case 'position':
      return event.position.update_time
    case 'raw':
      return 0
  }
}
