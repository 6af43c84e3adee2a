import { compareDecimal, type Decimal, divideDecimal, isZeroDecimal } from './decimal.ts'
import type { ExecutionsSummary } from './executions-summary.ts'
import type { OrderFacts } from './order-merge.ts'
import { type Fee, hasEnded, type Order, type OrderStatus } from './records.ts'

/** What the hub asked for when it placed an order: shown until the venue tells its own words. */
export type OrderTerms = Pick<
  Order,
  | 'trading_mode'
  | 'symbol'
  | 'client_order_id'
  | 'side'
  | 'position_side'
  | 'type'
  | 'time_in_force'
  | 'post_only'
  | 'reduce_only'
  | 'price'
  | 'stop_price'
  | 'quantity'
  | 'quantity_unit'
>

/** A request of our own whose outcome no venue fact shows yet. */
export interface OpenRequest {
  action: 'place' | 'cancel'
  /**
   * `sent`: on its way. `unknown`: the answer was lost, a query will settle it. `refused`: the venue said no (of a place; a refused
   * cancel is simply no longer open).
   */
  state: 'sent' | 'unknown' | 'refused'
  /** Our clock (ms) when the order was placed; for a cancel, when that was asked. */
  time: number
  /** The venue's words of a refusal. */
  reason: string | null
  /** Null for an order that was not placed through the hub. */
  terms: OrderTerms | null
}

/** Everything of an Order that follows from facts, request and executions; the rest is the row's own identity. */
export type OrderView = Omit<Order, 'id' | 'user_id' | 'exchange_key_id' | 'exchange' | 'origin' | 'amend'>

/**
 * What a tab shows of an order: the venue's facts, overlaid by our own open request, with the sums of the known executions.
 * Throws when there are neither facts nor the terms of a request: then nothing is known to show.
 */
export function viewOrder(
  facts: OrderFacts | null,
  request: OpenRequest | null,
  executions: ExecutionsSummary,
): OrderView {
  const terms = facts ?? request?.terms
  if (!terms) throw new Error('an order needs facts of the venue or the terms of a request')
  const asked = request?.terms ?? null
  const executedQty = greater(facts?.executed_qty ?? '0', executions.quantity)
  const status = viewStatus(facts, request, executedQty)
  const fees = shownFees(executions.fees)
  const onlyFee = fees.length === 1 ? fees[0] : undefined
  const updateTime = facts?.update_time ?? request?.time ?? 0
  return {
    trading_mode: terms.trading_mode,
    order_id: facts?.order_id ?? null,
    client_order_id: terms.client_order_id ?? asked?.client_order_id ?? null,
    symbol: terms.symbol,
    side: terms.side,
    position_side: terms.position_side ?? asked?.position_side ?? null,
    type: terms.type,
    venue_type: facts?.venue_type ?? null,
    time_in_force: terms.time_in_force ?? asked?.time_in_force ?? null,
    post_only: terms.post_only || (asked?.post_only ?? false),
    reduce_only: terms.reduce_only || (asked?.reduce_only ?? false),
    status,
    price: terms.price ?? asked?.price ?? null,
    stop_price: terms.stop_price ?? asked?.stop_price ?? null,
    quantity: terms.quantity ?? asked?.quantity ?? null,
    quantity_unit: terms.quantity_unit,
    venue_quantity: facts?.venue_quantity ?? null,
    executed_qty: executedQty,
    executed_price: viewAverage(facts, executions, executedQty),
    last_price: executions.last_price,
    last_qty: executions.last_qty,
    fee: onlyFee?.amount ?? null,
    fee_asset: onlyFee?.asset ?? null,
    fees: [...fees],
    realized_pnl: executions.realized_pnl,
    reason: viewReason(facts, request, status),
    parent_order_id: facts?.parent_order_id ?? null,
    create_time:
      facts?.create_time ?? (asked && request?.action === 'place' ? request.time : facts?.first_time) ?? updateTime,
    update_time: Math.max(updateTime, executions.last_time ?? updateTime),
  }
}

function viewStatus(facts: OrderFacts | null, request: OpenRequest | null, executedQty: Decimal): OrderStatus {
  if (facts !== null && hasEnded(facts)) return facts.status
  if (request?.action === 'cancel' && request.state === 'sent') return 'PENDING_CANCEL'
  if (request?.action === 'cancel' && request.state === 'unknown') return 'UNKNOWN'
  if (facts !== null && facts.status !== 'NEW') return facts.status
  // A fill may be known (from a list of trades) before any report of its order.
  if (!isZeroDecimal(executedQty)) return 'PARTIALLY_FILLED'
  if (facts !== null) return facts.status
  if (request?.state === 'refused') return 'REJECTED'
  return request?.state === 'sent' ? 'PENDING_NEW' : 'UNKNOWN'
}

/** The average over the executions once they are all known, until then whichever average covers more. */
function viewAverage(facts: OrderFacts | null, executions: ExecutionsSummary, executedQty: Decimal): Decimal | null {
  const ofExecutions = isZeroDecimal(executions.quantity) ? null : divideDecimal(executions.quote, executions.quantity)
  if (compareDecimal(executions.quantity, executedQty) === 0) return ofExecutions
  const ofVenue = facts?.venue_average_price ?? null
  if (ofVenue === null || !facts?.average_qty || isZeroDecimal(facts.average_qty)) return ofExecutions
  return compareDecimal(facts.average_qty, executions.quantity) >= 0 ? ofVenue : ofExecutions
}

/** A fee of nothing in one asset beside a real fee in another does not make the fees mixed. */
function shownFees(fees: readonly Fee[]): readonly Fee[] {
  const paid = fees.filter(({ amount }) => !isZeroDecimal(amount))
  return paid.length > 0 ? paid : fees.slice(0, 1)
}

function viewReason(facts: OrderFacts | null, request: OpenRequest | null, status: OrderStatus): string | null {
  if (facts !== null && facts.reason_status === status) return facts.reason
  return status === 'REJECTED' && request?.state === 'refused' ? request.reason : null
}

function greater(a: Decimal, b: Decimal): Decimal {
  return compareDecimal(a, b) >= 0 ? a : b
}
