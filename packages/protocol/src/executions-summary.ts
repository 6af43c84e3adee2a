import type { ExecutionReport } from './account-event.ts'
import { addDecimal, type Decimal, multiplyDecimal } from './decimal.ts'
import type { Fee } from './records.ts'

/**
 * What the known executions of one order add up to. Kept beside the order, so that a new execution costs one addition and not a
 * second reading of all. The sums are exact, so the order of additions does not matter; the caller adds each execution once.
 */
export interface ExecutionsSummary {
  quantity: Decimal
  /** Sum of price × quantity. */
  quote: Decimal
  /** One entry an asset, sorted by asset. */
  fees: readonly Fee[]
  /** Null while no execution told one. */
  realized_pnl: Decimal | null
  /** The newest execution, by time, then by trade id; null when there is none. */
  last_time: number | null
  last_trade_id: string | null
  last_price: Decimal | null
  last_qty: Decimal | null
}

export const noExecutions: ExecutionsSummary = Object.freeze({
  quantity: '0',
  quote: '0',
  fees: Object.freeze([]),
  realized_pnl: null,
  last_time: null,
  last_trade_id: null,
  last_price: null,
  last_qty: null,
})

type Summed = Pick<ExecutionReport, 'trade_id' | 'price' | 'quantity' | 'fee' | 'fee_asset' | 'realized_pnl' | 'time'>

/** Adds one execution that is not in the summary yet. Pure. */
export function addExecution(summary: ExecutionsSummary, execution: Summed): ExecutionsSummary {
  const isNewest =
    summary.last_time === null ||
    summary.last_trade_id === null ||
    execution.time > summary.last_time ||
    (execution.time === summary.last_time && compareTradeIds(execution.trade_id, summary.last_trade_id) > 0)
  return {
    quantity: addDecimal(summary.quantity, execution.quantity),
    quote: addDecimal(summary.quote, multiplyDecimal(execution.price, execution.quantity)),
    fees: addFee(summary.fees, execution),
    realized_pnl: addTold(summary.realized_pnl, execution.realized_pnl),
    last_time: isNewest ? execution.time : summary.last_time,
    last_trade_id: isNewest ? execution.trade_id : summary.last_trade_id,
    last_price: isNewest ? execution.price : summary.last_price,
    last_qty: isNewest ? execution.quantity : summary.last_qty,
  }
}

/** Trade ids of digits go by number, others by text and after the numbers. */
export function compareTradeIds(a: string, b: string): number {
  const aIsNumber = /^\d+$/.test(a)
  if (aIsNumber !== /^\d+$/.test(b)) return aIsNumber ? -1 : 1
  if (aIsNumber && a.length !== b.length) return a.length - b.length
  return a === b ? 0 : a < b ? -1 : 1
}

function addFee(fees: readonly Fee[], { fee, fee_asset }: Summed): readonly Fee[] {
  if (fee === null || fee_asset === null) return fees
  const known = fees.find(({ asset }) => asset === fee_asset)
  const others = fees.filter(({ asset }) => asset !== fee_asset)
  const sum: Fee = { asset: fee_asset, amount: addDecimal(known?.amount ?? '0', fee) }
  return [...others, sum].sort((a, b) => (a.asset < b.asset ? -1 : 1))
}

function addTold(a: Decimal | null, b: Decimal | null): Decimal | null {
  return b === null ? a : addDecimal(a ?? '0', b)
}
