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
import { insertExecution } from '../store/executions.ts'
import { findByVenueId, findUnbound, type StoredOrder } from '../store/orders.ts'
import { type Booking, publish } from './booking.ts'
import { knownExecutions } from './known-executions.ts'
import { addOrder, saveOrder } from './order-record.ts'

/** Books what the venue told of an order, with the execution it carries. */
export function bookOrder(booking: Booking, report: OrderReport, execution: ExecutionReport | null): void {
  const stored = findOrder(booking, report)
  // Before the order is read on: the sums of an order seen for the first time are taken from the table.
  const newExecution = execution && addToExecutions(booking, execution, stored?.record ?? null, report)
  const order = stored ? mergeInto(booking, stored, report, newExecution) : firstReport(booking, report)
  if (order) publish(booking, 'order_update', order)
  if (newExecution) publish(booking, 'execution', newExecution)
  if (!order && !newExecution) booking.result.duplicates += 1
}

/** Books an execution told without its order. It is kept even while the order is unknown. */
export function bookExecution(booking: Booking, report: ExecutionReport): void {
  const stored = findByVenueId(booking.db, { exchange_key_id: booking.account.exchange_key_id, ...report })
  const execution = addToExecutions(booking, report, stored?.record ?? null, null)
  if (!execution) {
    booking.result.duplicates += 1
    return
  }
  if (stored) {
    const state = { ...stored, executions: addExecution(stored.executions ?? noExecutions, execution) }
    const order = saveOrder(booking, stored, state, { source: booking.source, exchange_time: report.time })
    if (order) publish(booking, 'order_update', order)
  }
  publish(booking, 'execution', execution)
}

/** By the venue's id; our own order whose id the venue has not told us yet, by the client order id we gave it. */
function findOrder({ db, account }: Booking, report: OrderReport): StoredOrder | undefined {
  const { exchange_key_id } = account
  const known = findByVenueId(db, { exchange_key_id, ...report })
  // An order that another one gave rise to (a stop's) may repeat its client order id.
  if (known || report.client_order_id === null || report.parent_order_id !== null) return known
  const ours = findUnbound(db, exchange_key_id, report.client_order_id)
  return ours?.record.symbol === report.symbol ? ours : undefined
}

/** @returns the new record when something that tabs see has changed */
function mergeInto(
  booking: Booking,
  stored: StoredOrder,
  report: OrderReport,
  execution: Execution | null,
): Order | null {
  const facts = mergeReport(stored.facts, report)
  const executions = execution ? addExecution(stored.executions ?? noExecutions, execution) : stored.executions
  if (!execution && stored.facts !== null && factsEqual(facts, stored.facts)) return null
  // An order of ours may have been filled under its venue id before that id was known.
  const isBound = stored.record.order_id !== null
  const state = { ...stored, facts, executions: isBound ? executions : executionsUnder(booking, report) }
  return saveOrder(booking, stored, state, { source: booking.source, exchange_time: report.update_time })
}

function firstReport(booking: Booking, report: OrderReport): Order {
  const { account, source } = booking
  const state = {
    placed_as: null,
    facts: mergeReport(null, report),
    place: null,
    cancel: null,
    executions: executionsUnder(booking, report),
  }
  const identity = { ...account, origin: originOf(booking, report) }
  return addOrder(booking, identity, state, { source, exchange_time: report.update_time })
}

function executionsUnder({ db, account }: Booking, report: OrderReport): ExecutionsSummary | null {
  return knownExecutions(db, { exchange_key_id: account.exchange_key_id, ...report })
}

/** What another order of ours gave rise to is ours as well. */
function originOf({ db, account }: Booking, report: OrderReport): Order['origin'] {
  if (report.parent_order_id === null) return 'external'
  const parent = findByVenueId(db, {
    exchange_key_id: account.exchange_key_id,
    trading_mode: report.trading_mode,
    symbol: report.symbol,
    order_id: report.parent_order_id,
  })
  return parent?.record.origin ?? 'external'
}

/** @returns the execution as stored, or null when its trade id is known already */
function addToExecutions(
  { db, account, source }: Booking,
  report: ExecutionReport,
  order: Order | null,
  orderReport: OrderReport | null,
): Execution | null {
  const execution = {
    ...account,
    trading_mode: report.trading_mode,
    symbol: report.symbol,
    order_id: report.order_id,
    client_order_id: report.client_order_id ?? orderReport?.client_order_id ?? order?.client_order_id ?? null,
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
  const id = insertExecution(db, execution)
  return id === null ? null : { id, ...execution }
}
