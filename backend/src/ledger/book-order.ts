import {
  addExecution,
  type Execution,
  type ExecutionReport,
  type ExecutionsSummary,
  factsEqual,
  mergeReport,
  noExecutions,
  type Order,
  type OrderReport,
} from '@tradercoin/protocol'
import { isRemovedKey } from '../store/exchange-keys.ts'
import { insertExecution } from '../store/executions.ts'
import { findByVenueId, findUnbound, type StoredOrder, type VenueOrderId } from '../store/orders.ts'
import { type Booking, publish } from './booking.ts'
import { knownExecutions } from './known-executions.ts'
import { foundByExecution, foundByReport } from './lost-orders.ts'
import { addOrder, saveOrder } from './order-record.ts'

/** Books what the venue told of an order, with the execution it carries. */
export function bookOrder(booking: Booking, report: OrderReport, execution: ExecutionReport | null): void {
  const stored = findOrder(booking, report)
  // The execution goes first: the sums of an order seen for the first time are taken from the table.
  const news = execution && addToTable(booking, execution, report.client_order_id)
  const isChanged = stored ? mergeInto(booking, stored, report, news) : addFirst(booking, report)
  if (news) publish(booking, 'execution', news)
  if (!isChanged && !news) booking.result.duplicates += 1
}

/** Books an execution told without its order. It is kept even while the order is unknown. */
export function bookExecution(booking: Booking, report: ExecutionReport): void {
  const stored = findByVenueId(booking.db, venueIdOf(booking, report))
  const clientOrderId = stored?.state.facts?.client_order_id ?? stored?.state.place?.terms?.client_order_id ?? null
  const execution = addToTable(booking, report, clientOrderId)
  if (!execution) {
    booking.result.duplicates += 1
    return
  }
  if (stored) {
    const executions = addExecution(stored.state.executions ?? noExecutions, execution)
    const state = { ...foundByExecution(stored.state, report.time), executions }
    saveOrder(booking, stored, state, { source: booking.source, exchange_time: report.time })
  }
  publish(booking, 'execution', execution)
}

function venueIdOf({ account }: Booking, report: OrderReport | ExecutionReport): VenueOrderId {
  const { trading_mode, symbol, order_id } = report
  return { exchange_key_id: account.exchange_key_id, trading_mode, symbol, order_id }
}

/** By the venue's id; our own order whose id the venue has not told us yet, by the client order id we gave it. */
function findOrder(booking: Booking, report: OrderReport): StoredOrder | undefined {
  const known = findByVenueId(booking.db, venueIdOf(booking, report))
  const { client_order_id, parent_order_id, trading_mode, symbol } = report
  // An order that another one gave rise to (a stop's) may repeat its client order id.
  if (known || client_order_id === null || parent_order_id !== null) return known
  const { exchange_key_id } = booking.account
  return findUnbound(booking.db, { exchange_key_id, trading_mode, symbol, client_order_id })
}

/** @returns whether something that tabs see has changed */
function mergeInto(booking: Booking, stored: StoredOrder, report: OrderReport, news: Execution | null): boolean {
  const { identity } = stored
  const state = foundByReport(stored.state, booking.source, report.update_time)
  const facts = mergeReport(state.facts, report)
  const isFound = state !== stored.state
  if (!news && !isFound && state.facts !== null && factsEqual(facts, state.facts)) return false
  const cause = { source: booking.source, exchange_time: report.update_time }
  // An order of ours may have been filled under its venue id before that id was known here.
  const executions = identity.order_id === null ? executionsUnder(booking, report) : withNews(state.executions, news)
  return saveOrder(booking, stored, { ...state, facts, executions }, cause).isChanged
}

function withNews(executions: ExecutionsSummary | null, news: Execution | null): ExecutionsSummary | null {
  return news ? addExecution(executions ?? noExecutions, news) : executions
}

function addFirst(booking: Booking, report: OrderReport): boolean {
  const executions = executionsUnder(booking, report)
  const known = { facts: mergeReport(null, report), place: null, cancel: null, executions }
  // What had arrived when its key was removed is booked after that.
  const isRemoved = isRemovedKey(booking.db, booking.account, booking.account.exchange_key_id)
  const state = isRemoved ? { ...known, key_removed: true as const } : known
  addOrder(booking, originOf(booking, report), state, { source: booking.source, exchange_time: report.update_time })
  return true
}

/** What another order of ours gave rise to is ours as well. */
function originOf(booking: Booking, report: OrderReport): Order['origin'] {
  if (report.parent_order_id === null) return 'external'
  const parent = findByVenueId(booking.db, { ...venueIdOf(booking, report), order_id: report.parent_order_id })
  return parent?.identity.origin ?? 'external'
}

function executionsUnder(booking: Booking, report: OrderReport): ExecutionsSummary | null {
  return knownExecutions(booking.db, venueIdOf(booking, report))
}

/** @returns the execution as stored, or null when its trade id is known already */
function addToTable(
  { db, account, source }: Booking,
  report: ExecutionReport,
  clientOrderId: string | null,
): Execution | null {
  const execution: Execution = {
    id: 0,
    user_id: account.user_id,
    exchange_key_id: account.exchange_key_id,
    exchange: account.exchange,
    trading_mode: report.trading_mode,
    symbol: report.symbol,
    order_id: report.order_id,
    client_order_id: report.client_order_id ?? clientOrderId,
    trade_id: report.trade_id,
    side: report.side,
    position_side: report.position_side,
    price: report.price,
    quantity: report.quantity,
    quote_qty: report.quote_qty,
    fee: report.fee,
    fee_asset: report.fee_asset,
    realized_pnl: report.realized_pnl,
    is_maker: report.is_maker,
    kind: report.kind,
    source,
    time: report.time,
  }
  return insertExecution(db, execution) ? execution : null
}
