import { isZeroDecimal, type Position, type PositionReport } from '@tradercoin/protocol'
import { findPosition, type StoredPosition, type ToldTimes, upsertPosition } from '../store/positions.ts'
import { type Booking, publish } from './booking.ts'

/** Each of these is known by the newest report that told it; a report may leave any but the quantity untold. */
const toldFields = [
  'margin_mode',
  'quantity',
  'entry_price',
  'mark_price',
  'unrealized_pnl',
  'realized_pnl',
  'leverage',
  'liquidation_price',
] as const satisfies readonly (keyof Position)[]

/** Books a position, field by field: the newest told wins, at the same time the later to arrive. */
export function bookPosition(booking: Booking, report: PositionReport): void {
  const { db, account, result } = booking
  const known = findPosition(db, { exchange_key_id: account.exchange_key_id, ...report })
  const merged = mergePosition(known ?? emptyPosition(booking, report), report)
  const isNews = !known || toldFields.some((field) => merged.record[field] !== known.record[field])
  if (isNews || merged.isConfirmed) upsertPosition(db, account.user_id, merged)
  if (isNews) publish(booking, 'position_update', merged.record)
  else result.duplicates += 1
}

/** `isConfirmed`: something known was told again, at a later time. */
function mergePosition(known: StoredPosition, report: PositionReport): StoredPosition & { isConfirmed: boolean } {
  const time = report.update_time
  const told: Partial<Position> = {}
  const told_times: ToldTimes = { ...known.told_times }
  let isConfirmed = false
  let isChanged = false
  for (const field of toldFields) {
    const toldAt = known.told_times[field]
    if (report[field] === null || (toldAt !== undefined && time < toldAt)) continue
    const value = isNoLiquidation(field, report) ? null : report[field]
    isConfirmed ||= toldAt === undefined || time > toldAt
    isChanged ||= value !== known.record[field]
    told_times[field] = time
    Object.assign(told, { [field]: value })
  }
  const update_time = isChanged ? Math.max(time, known.record.update_time) : known.record.update_time
  return { record: { ...known.record, ...told, update_time }, told_times, isConfirmed }
}

/** A price of zero says that there is none (any more), which a null in the report would not: that leaves what is known. */
function isNoLiquidation(field: (typeof toldFields)[number], { liquidation_price: price }: PositionReport): boolean {
  return field === 'liquidation_price' && price !== null && isZeroDecimal(price)
}

function emptyPosition({ account }: Booking, report: PositionReport): StoredPosition {
  return {
    record: {
      exchange_key_id: account.exchange_key_id,
      exchange: account.exchange,
      trading_mode: report.trading_mode,
      symbol: report.symbol,
      position_side: report.position_side,
      position_id: report.position_id,
      margin_mode: null,
      quantity: '0',
      entry_price: null,
      mark_price: null,
      unrealized_pnl: null,
      realized_pnl: null,
      leverage: null,
      liquidation_price: null,
      update_time: report.update_time,
    },
    told_times: {},
  }
}
