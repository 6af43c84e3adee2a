import {
  type AccountEvent,
  addDecimal,
  compareDecimal,
  type Decimal,
  type ExecutionReport,
  isTerminal,
  isZeroDecimal,
  multiplyDecimal,
  subtractDecimal,
} from '@tradercoin/protocol'
import type { AccountSnapshot, Credentials, Instrument, OrderRef, SnapshotSince } from '../../exchange.ts'
import type { Clock } from '../../transport/clock.ts'
import type { VenueClock } from '../../transport/clock-offset.ts'
import { spotCapabilities } from './capabilities.ts'
import { executionsOf, queryOrder, readRange } from './order-query.ts'
import { parseBalances, parseOrder, parseTrade } from './parse.ts'
import type { SpotRest, TimeRange } from './rest.ts'
import type { RawAccount, RawOrder } from './wire.ts'

/** Queries look back a little further than what is known, for the venue's database may lag behind its stream. */
const overlapMs = 60_000
/** Of a longer interruption only the last part is read; the rest is told as unproven. */
const longestMs = 14 * 24 * 60 * 60_000
/** Up to this many orders of a symbol are asked for their trades one by one (5 each); more, and the symbol's are read (20 a day). */
const fewOrders = 3
/** Symbols traded before that nothing points to are read up to this many (20 a day each): only unfilled orders could hide there. */
const idleSymbols = 10

export interface SnapshotParts {
  rest: SpotRest
  clock: Clock
  venueClock: VenueClock
  instruments(): Promise<readonly Instrument[]>
}

/**
 * Reads an account so that nothing the venue can still tell is missing since `since`. Spot has no list of closed orders without a symbol,
 * so what is open, what was open and vanished, moved balances, order lists and earlier trading say where to look.
 * An account that has not changed costs one call (20), or two (100) while orders are open.
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
  const reader = new Reader(parts, credentials, since)
  const hasChanged =
    since.time === null || account.updateTime > since.time || movedAssets(balances, since, [], []).size > 0
  const hasOrders = since.open_orders.length > 0 || account.balances.some((row) => !isZeroDecimal(row.locked))

  if (hasChanged || hasOrders) await reader.readOpen()
  if (since.time !== null && (hasChanged || reader.vanished().length > 0)) {
    const range = { startTime: Math.max(since.time - overlapMs, asOf - longestMs), endTime: asOf + overlapMs }
    await reader.readHistory(range, balances)
  }
  await reader.readVanished()

  const unproven = [...reader.unproven]
  if (since.time !== null) {
    if (since.time < asOf - longestMs) unproven.push('Orders that ended more than 14 days ago were not looked for.')
    if (spotCapabilities.unprovable !== null) unproven.push(spotCapabilities.unprovable)
  }
  const events = [...reader.events, ...balances].sort((a, b) => timeOf(a) - timeOf(b))
  return { events, as_of: asOf, lost: reader.lost, unproven: unproven.length === 0 ? null : unproven.join(' ') }
}

/** The balances now, with a zero for each known asset that is no longer listed. */
function readBalances(account: RawAccount, since: SnapshotSince): AccountEvent[] {
  const listed = new Set(account.balances.map((row) => row.asset))
  const gone = since.balances.filter(({ asset, total }) => !listed.has(asset) && !isZeroDecimal(total))
  const emptied = gone.map(({ asset }) => ({ asset, free: '0', locked: '0' }))
  return parseBalances({ ...account, balances: [...account.balances, ...emptied] })
}

/** Gathers orders and executions of one account, and what could not be found. */
class Reader {
  readonly events: AccountEvent[] = []
  readonly unproven: string[] = []
  /** Orders that were open and that the venue does not know any more. */
  readonly lost: OrderRef[] = []
  readonly #parts: SnapshotParts
  readonly #credentials: Credentials
  readonly #since: SnapshotSince
  readonly #readSymbols = new Set<string>()
  /** Orders of which the venue has said that they are open or how they ended. */
  readonly #accounted = new Set<string>()

  constructor(parts: SnapshotParts, credentials: Credentials, since: SnapshotSince) {
    this.#parts = parts
    this.#credentials = credentials
    this.#since = since
  }

  /** Every open order; on the first snapshot with the executions it has had. */
  async readOpen(): Promise<void> {
    const { rest } = this.#parts
    for (const row of await rest.openOrders(this.#credentials)) {
      const event = parseOrder(row)
      if (this.#since.time === null) this.events.push(...(await executionsOf(rest, this.#credentials, event)))
      this.#add(event, true)
    }
    await this.#readWaitingLegs()
  }

  /** The legs of open order lists that wait for another: they are no orders of the book yet, so they may not be listed as open. */
  async #readWaitingLegs(): Promise<void> {
    if (!this.events.some((event) => event.kind === 'order' && event.order.parent_order_id !== null)) return
    const { rest, clock } = this.#parts
    for (const list of await rest.openOrderLists(this.#credentials)) {
      for (const { symbol, orderId } of list.orders) {
        if (this.#accounted.has(`${symbol} ${orderId}`)) continue
        const ref = { trading_mode: 'spot', symbol, order_id: orderId, client_order_id: null } as const
        for (const event of (await queryOrder(rest, clock, this.#credentials, ref)) ?? []) this.#add(event, true)
      }
    }
  }

  /** Orders that were believed open, are not listed as such, and whose end is not known yet. */
  vanished(): OrderRef[] {
    return this.#since.open_orders.filter(
      ({ symbol, order_id, client_order_id }) =>
        !this.#accounted.has(order_id === null ? `${symbol} client ${client_order_id}` : `${symbol} ${order_id}`),
    )
  }

  /** The orders and executions of the range, wherever the account may have traded. */
  async readHistory(range: TimeRange, balances: AccountEvent[]): Promise<void> {
    const { rest, instruments } = this.#parts
    const lists = await readRange((slice) => rest.orderLists(this.#credentials, slice), range)
    const listed = lists.flatMap((list) => list.orders.map((order) => order.symbol))
    const open = this.events.flatMap((event) => (event.kind === 'order' ? [event.order.symbol] : []))
    await this.#readSymbolsOnce([...open, ...this.#since.open_orders.map((ref) => ref.symbol), ...listed], range)

    // A fill moves both assets of its symbol; buying and selling as much again may show in one only.
    const known = await instruments()
    const moved = movedAssets(balances, this.#since, this.events, known)
    const moves = ({ base_asset, quote_asset }: Instrument) =>
      Number(moved.has(base_asset)) + Number(moved.has(quote_asset)) // not money: a count
    const traded = new Set(this.#since.symbols.map(({ symbol }) => symbol))
    const pointedAt = known.filter((instrument) => moves(instrument) >= (traded.has(instrument.symbol) ? 1 : 2))
    await this.#readSymbolsOnce(
      pointedAt.map((instrument) => instrument.symbol),
      range,
    )

    const idle = this.#since.symbols.map(({ symbol }) => symbol).filter((symbol) => !this.#readSymbols.has(symbol))
    await this.#readSymbolsOnce(idle.slice(0, idleSymbols), range)
    const left = idle.slice(idleSymbols)
    if (left.length > 0) this.unproven.push(`Unfilled orders were not looked for on ${left.join(', ')}.`)
    const unexplained = movedAssets(balances, this.#since, this.events, known)
    if (this.#since.balances.length > 0 && unexplained.size > 0) {
      this.unproven.push(`The orders found do not explain the change of ${[...unexplained].join(', ')}.`)
    }
  }

  /** Asks one by one for the orders nothing else has accounted for. */
  async readVanished(): Promise<void> {
    const { rest, clock } = this.#parts
    for (const ref of this.vanished()) {
      const fate = await queryOrder(rest, clock, this.#credentials, ref)
      if (fate !== null) {
        this.events.push(...fate)
        continue
      }
      this.lost.push(ref)
      this.unproven.push(`Binance no longer knows the order ${ref.order_id ?? ref.client_order_id}.`)
    }
  }

  async #readSymbolsOnce(symbols: string[], range: TimeRange): Promise<void> {
    for (const symbol of symbols) {
      if (this.#readSymbols.has(symbol)) continue
      this.#readSymbols.add(symbol)
      const events = await readSymbol(this.#parts.rest, this.#credentials, symbol, range)
      for (const event of events) this.#add(event, false)
    }
  }

  /** A closed list may lag: a row there that still shows an order as open does not count as its fate. */
  #add(event: AccountEvent, isOpen: boolean): void {
    this.events.push(event)
    if (event.kind !== 'order' || !(isOpen || isTerminal(event.order.status))) return
    this.#accounted.add(`${event.order.symbol} ${event.order.order_id}`)
    this.#accounted.add(`${event.order.symbol} client ${event.order.client_order_id}`)
  }
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
  // What smart order routing has filled is not among the symbol's trades, but is found with its order.
  const isRouted = rows.some((row) => (row as RawOrder).usedSor === true)
  if (traded.length <= fewOrders || isRouted) {
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
    case 'amend_refused':
      return event.refusal.time
    case 'raw':
      return 0
  }
}
