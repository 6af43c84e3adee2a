import { type AccountEvent, addDecimal, type Decimal, type ExecutionKind } from '@tradercoin/protocol'
import { decimal, id, object, textOrNull, time } from '../fields.ts'
import { rawEvent, readRows } from '../raw-event.ts'
import { type FindInstrument, fillReport, forcedTradeId, isForced, OtherProduct } from './parse-order.ts'
import type { RawFill } from './wire.ts'

/** What the order of a fill tells of it. */
export interface FillOrder {
  client_order_id: string | null
  kind: ExecutionKind
}

/**
 * Rows of /trade/fills or /trade/fills-history as executions; a misshapen row is kept raw. Forced fills carry no usable trade id: theirs
 * is made of what the order had executed by then, so all fills of such an order must be among the rows, from its first. Never throws.
 * Fills of products that have no record of ours are kept raw as well: there is nothing wrong with them.
 */
export function parseFills(
  rows: readonly unknown[],
  find: FindInstrument,
  orderOf: (orderId: string) => FillOrder | null,
): AccountEvent[] {
  const executed = new Map<string, Decimal>()
  const read = (row: unknown): AccountEvent[] => {
    const fill: RawFill = object(row, 'fill')
    const orderId = id(fill.ordId, 'ordId')
    const tradeId = textOrNull(fill.tradeId) ?? '0'
    const accumulated = addDecimal(executed.get(orderId) ?? '0', decimal(fill.fillSz, 'fillSz'))
    executed.set(orderId, accumulated)
    const order = orderOf(orderId)
    const forced = isForced(tradeId)
    const execution = fillReport(fill, find, {
      order_id: orderId,
      client_order_id: textOrNull(fill.clOrdId) ?? order?.client_order_id ?? null,
      // Only liquidations and auto-deleveraging have no trade id; the order's category says which.
      kind: order?.kind ?? (forced ? 'LIQUIDATION' : 'TRADE'),
      trade_id: forced ? forcedTradeId(accumulated, time(fill.fillTime ?? fill.ts, 'fillTime')) : tradeId,
    })
    return [{ kind: 'execution', execution }]
  }
  return readRows('fills', [...rows].sort(oldestFirst), (row) => {
    try {
      return read(row)
    } catch (error) {
      if (error instanceof OtherProduct) return [rawEvent('fills', JSON.stringify(row), null)]
      throw error
    }
  })
}

function oldestFirst(a: unknown, b: unknown): number {
  const [left, right] = [a, b].map(stampOf) as [Stamp, Stamp]
  return left.time - right.time || left.bill.length - right.bill.length || (left.bill < right.bill ? -1 : 1)
}

interface Stamp {
  time: number
  bill: string
}

function stampOf(row: unknown): Stamp {
  const { fillTime, ts, billId } = (typeof row === 'object' && row !== null ? row : {}) as RawFill
  const text = textOrNull(fillTime) ?? textOrNull(ts) ?? '0'
  return { time: /^\d{1,15}$/.test(text) ? Number(text) : 0, bill: textOrNull(billId) ?? '' } // not money: a time
}
