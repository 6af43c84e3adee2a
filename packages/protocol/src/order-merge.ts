import type { OrderReport } from './account-event.ts'
import { compareDecimal, type Decimal } from './decimal.ts'
import {
  isTerminal,
  type OrderType,
  type PositionSide,
  type QuantityUnit,
  type Side,
  type TimeInForce,
  type TradingMode,
  type VenueStatus,
} from './records.ts'

/**
 * All that a venue has told of one order, merged. It is a join: each field is the greatest of what was told under a total order of
 * its own, so reports may come in any order and any number of times. Flat, so that it can be a database row; the fields named
 * `…_time` and `…_qty` behind the first block are the stamps under which a field was told.
 */
export interface OrderFacts {
  trading_mode: TradingMode
  symbol: string
  order_id: string
  side: Side
  position_side: PositionSide | null
  type: OrderType
  venue_type: string | null
  time_in_force: TimeInForce | null
  post_only: boolean
  reduce_only: boolean
  quantity_unit: QuantityUnit
  parent_order_id: string | null
  create_time: number | null
  client_order_id: string | null
  price: Decimal | null
  stop_price: Decimal | null
  quantity: Decimal | null
  /** Belongs to `quantity`. */
  venue_quantity: Decimal | null
  status: VenueStatus
  executed_qty: Decimal
  venue_average_price: Decimal | null
  /** Why the order ended; it belongs to `reason_status` and is shown while that is the status. */
  reason: string | null
  update_time: number

  /** The earliest report, standing in for a create_time that the venue has not told. */
  first_time: number
  client_order_id_time: number | null
  price_time: number | null
  stop_price_time: number | null
  quantity_time: number | null
  status_qty: Decimal
  status_time: number
  average_qty: Decimal | null
  average_time: number | null
  reason_status: VenueStatus | null
  reason_time: number | null
}

/** Folds one report into what is known (null: nothing yet). Pure; never changes its arguments. */
export function mergeReport(facts: OrderFacts | null, report: OrderReport): OrderFacts {
  const told = factsOf(report)
  return facts === null ? told : joinFacts(facts, told)
}

export function factsEqual(a: OrderFacts, b: OrderFacts): boolean {
  return (Object.keys(a) as (keyof OrderFacts)[]).every((field) => a[field] === b[field])
}

/** What one report alone tells. */
function factsOf(report: OrderReport): OrderFacts {
  const time = report.update_time
  const stamp = (value: unknown) => (value === null ? null : time)
  return {
    trading_mode: report.trading_mode,
    symbol: report.symbol,
    order_id: report.order_id,
    side: report.side,
    position_side: report.position_side,
    type: report.type,
    venue_type: report.venue_type,
    time_in_force: report.time_in_force,
    post_only: report.post_only,
    reduce_only: report.reduce_only,
    quantity_unit: report.quantity_unit,
    parent_order_id: report.parent_order_id,
    create_time: report.create_time,
    client_order_id: report.client_order_id,
    price: report.price,
    stop_price: report.stop_price,
    quantity: report.quantity,
    venue_quantity: report.quantity === null ? null : (report.venue_quantity ?? null),
    status: report.status,
    executed_qty: report.executed_qty,
    venue_average_price: report.venue_average_price,
    reason: report.reason,
    update_time: time,
    first_time: time,
    client_order_id_time: stamp(report.client_order_id),
    price_time: stamp(report.price),
    stop_price_time: stamp(report.stop_price),
    quantity_time: stamp(report.quantity),
    status_qty: report.executed_qty,
    status_time: time,
    average_qty: report.venue_average_price === null ? null : report.executed_qty,
    average_time: stamp(report.venue_average_price),
    reason_status: report.reason === null ? null : report.status,
    reason_time: stamp(report.reason),
  }
}

/** The least facts that hold everything of both. Commutative, associative and idempotent. */
export function joinFacts(a: OrderFacts, b: OrderFacts): OrderFacts {
  const clientOrderId = compareClientOrderId(a, b) >= 0 ? a : b
  const price = compareTerm(a.price, a.price_time, b.price, b.price_time) >= 0 ? a : b
  const stopPrice = compareTerm(a.stop_price, a.stop_price_time, b.stop_price, b.stop_price_time) >= 0 ? a : b
  const quantity = compareQuantity(a, b) >= 0 ? a : b
  const status = compareStatus(a, b) >= 0 ? a : b
  const average = compareAverage(a, b) >= 0 ? a : b
  const reason = compareReason(a, b) >= 0 ? a : b
  return {
    trading_mode: lesser(a.trading_mode, b.trading_mode),
    symbol: lesser(a.symbol, b.symbol),
    order_id: lesser(a.order_id, b.order_id),
    side: lesser(a.side, b.side),
    position_side: lesserTold(a.position_side, b.position_side),
    type: typeRank(a.type) <= typeRank(b.type) ? a.type : b.type,
    venue_type: lesserTold(a.venue_type, b.venue_type),
    time_in_force: lesserTold(a.time_in_force, b.time_in_force),
    post_only: a.post_only || b.post_only,
    reduce_only: a.reduce_only || b.reduce_only,
    quantity_unit: lesser(a.quantity_unit, b.quantity_unit),
    parent_order_id: lesserTold(a.parent_order_id, b.parent_order_id),
    create_time: lesserTold(a.create_time, b.create_time),
    client_order_id: clientOrderId.client_order_id,
    price: price.price,
    stop_price: stopPrice.stop_price,
    quantity: quantity.quantity,
    venue_quantity: quantity.venue_quantity,
    status: status.status,
    executed_qty: compareSpelled(a.executed_qty, b.executed_qty) >= 0 ? a.executed_qty : b.executed_qty,
    venue_average_price: average.venue_average_price,
    reason: reason.reason,
    update_time: Math.max(a.update_time, b.update_time),
    first_time: Math.min(a.first_time, b.first_time),
    client_order_id_time: clientOrderId.client_order_id_time,
    price_time: price.price_time,
    stop_price_time: stopPrice.stop_price_time,
    quantity_time: quantity.quantity_time,
    status_qty: status.status_qty,
    status_time: status.status_time,
    average_qty: average.average_qty,
    average_time: average.average_time,
    reason_status: reason.reason_status,
    reason_time: reason.reason_time,
  }
}

/*
 * Total orders: the greater one is kept. Each ends in the value itself, so that 0 means "the same in every byte" and it does not
 * matter which side is taken.
 */

function compareClientOrderId(a: OrderFacts, b: OrderFacts): number {
  return (
    compareTimes(a.client_order_id_time, b.client_order_id_time) || compareTold(a.client_order_id, b.client_order_id)
  )
}

/** The later told wins; at the same time the smaller number, since an amendment within a millisecond can only cut. */
function compareTerm(a: Decimal | null, aTime: number | null, b: Decimal | null, bTime: number | null): number {
  return compareTimes(aTime, bTime) || (a === null || b === null ? 0 : -compareSpelled(a, b))
}

function compareQuantity(a: OrderFacts, b: OrderFacts): number {
  return (
    compareTerm(a.quantity, a.quantity_time, b.quantity, b.quantity_time) ||
    compareTold(a.venue_quantity, b.venue_quantity)
  )
}

const statusRanks: Record<VenueStatus, number> = {
  UNTRIGGERED: 0,
  TRIGGERED: 1,
  NEW: 2,
  PARTIALLY_FILLED: 3,
  REJECTED: 4,
  EXPIRED: 5,
  CANCELED: 6,
  FILLED: 7,
}

/** Ended beats open; open ones go by rank; of two ends the one that knows more fills, then the later, then a fixed order. */
function compareStatus(a: OrderFacts, b: OrderFacts): number {
  const aEnded = isTerminal(a.status)
  const bEnded = isTerminal(b.status)
  if (aEnded !== bEnded) return aEnded ? 1 : -1
  if (!aEnded && a.status !== b.status) return statusRanks[a.status] - statusRanks[b.status]
  return (
    compareSpelled(a.status_qty, b.status_qty) ||
    a.status_time - b.status_time ||
    statusRanks[a.status] - statusRanks[b.status]
  )
}

/** The venue's average that covers the most, then the later one, then the smaller number. */
function compareAverage(a: OrderFacts, b: OrderFacts): number {
  if (a.average_qty === null || b.average_qty === null) {
    return Number(a.average_qty !== null) - Number(b.average_qty !== null) // not money: a yes or no
  }
  return (
    compareSpelled(a.average_qty, b.average_qty) ||
    compareTerm(a.venue_average_price, a.average_time, b.venue_average_price, b.average_time)
  )
}

function compareReason(a: OrderFacts, b: OrderFacts): number {
  if (a.reason_status === null || b.reason_status === null) {
    return Number(a.reason_status !== null) - Number(b.reason_status !== null) // not money: a yes or no
  }
  return (
    statusRanks[a.reason_status] - statusRanks[b.reason_status] ||
    compareTimes(a.reason_time, b.reason_time) ||
    compareTold(a.reason, b.reason)
  )
}

/** A conditional order keeps its own type when the venue goes on to report the LIMIT or MARKET order it has become. */
const typesBySpecificity: readonly OrderType[] = [
  'TRAILING_STOP',
  'STOP_MARKET',
  'STOP_LIMIT',
  'TAKE_PROFIT_MARKET',
  'TAKE_PROFIT_LIMIT',
  'LIMIT',
  'MARKET',
  'OTHER',
]
const typeRank = (type: OrderType) => typesBySpecificity.indexOf(type)

function compareTimes(a: number | null, b: number | null): number {
  return (a ?? Number.NEGATIVE_INFINITY) === (b ?? Number.NEGATIVE_INFINITY)
    ? 0
    : (a ?? Number.NEGATIVE_INFINITY) - (b ?? Number.NEGATIVE_INFINITY)
}

/** By number, then by spelling (`"1.50"` and `"1.5"` are equal numbers but not equal bytes). */
function compareSpelled(a: Decimal, b: Decimal): number {
  return compareDecimal(a, b) || compareText(b, a)
}

function compareText(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1
}

function compareTold(a: string | null, b: string | null): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null) // not money: a yes or no
  return compareText(a, b)
}

/** Identity does not change; should a venue contradict itself, everyone settles on the same answer. */
function lesser<T extends string | number>(a: T, b: T): T {
  return b < a ? b : a
}

function lesserTold<T extends string | number>(a: T | null, b: T | null): T | null {
  if (a === null || b === null) return a ?? b
  return lesser(a, b)
}
