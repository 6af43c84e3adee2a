import type { Position } from './account.ts'
import { type Big, min, truncate, ZERO } from './decimal.ts'
import type { Instrument } from './instrument.ts'
import type { PositionSide, Side } from './order.ts'

/** How positions are told apart in an account. An isolated one stands beside the cross one of the same side. */
export function positionKey(symbol: string, side: PositionSide, isolated = false): string {
  return isolated ? `${symbol}:${side}:ISOLATED` : `${symbol}:${side}`
}

export function newPosition(symbol: string, side: PositionSide, isolated: boolean): Position {
  return {
    symbol,
    side,
    isolated,
    amount: ZERO,
    entry: ZERO,
    breakEven: ZERO,
    realized: ZERO,
    isolatedWallet: ZERO,
    updatedAt: 0,
    openedAt: 0,
    openRealized: ZERO,
    openFees: ZERO,
    openFunding: ZERO,
    lastTradeId: '',
  }
}

/** What a signed amount gained between two prices, in the settling asset. */
export function profit({ kind, contractSize }: Instrument, entry: Big, price: Big, amount: Big): Big {
  const size = amount.times(contractSize)
  if (kind === 'inverse') return truncate(size.div(entry).minus(size.div(price)), 8)
  return truncate(price.minus(entry).times(size), 8)
}

/** Books a trade into a position and returns the realized profit before fees. */
export function applyTrade(
  position: Position,
  instrument: Instrument,
  side: Side,
  price: Big,
  qty: Big,
  fee: Big,
  time: number,
): Big {
  const signed = side === 'BUY' ? qty : ZERO.minus(qty)
  const before = position.amount
  const after = before.plus(signed)
  const sameDirection = before.eq(ZERO) || before.gt(ZERO) === signed.gt(ZERO)
  const reopened = before.eq(ZERO) || (!after.eq(ZERO) && after.gt(ZERO) !== before.gt(ZERO))
  let realized = ZERO
  if (sameDirection) {
    position.entry = averageEntry(instrument, position, before.abs(), price, qty)
  } else {
    const closed = min(before.abs(), qty)
    realized = profit(instrument, position.entry, price, before.gt(ZERO) ? closed : ZERO.minus(closed))
    if (after.eq(ZERO)) position.entry = ZERO
    else if (reopened) position.entry = price
  }
  if (reopened) {
    position.openedAt = time
    position.openRealized = ZERO
    position.openFees = ZERO
    position.openFunding = ZERO
  } else position.openRealized = position.openRealized.plus(realized)
  position.openFees = position.openFees.plus(fee)
  position.amount = after
  position.realized = position.realized.plus(realized)
  position.updatedAt = time
  const perUnit = qty.eq(ZERO) ? ZERO : feePerUnit(instrument, price, fee.div(qty))
  position.breakEven = after.eq(ZERO)
    ? ZERO
    : (after.gt(ZERO) ? position.entry.plus(perUnit) : position.entry.minus(perUnit)).round(8, 1)
  return realized
}

/** A fee of one unit of quantity as a distance of the price. */
function feePerUnit({ kind, contractSize }: Instrument, price: Big, fee: Big): Big {
  if (kind === 'inverse') return fee.times(price).times(price).div(contractSize)
  return fee.div(contractSize)
}

function averageEntry({ kind }: Instrument, { entry }: Position, held: Big, price: Big, qty: Big): Big {
  if (held.eq(ZERO)) return price
  const all = held.plus(qty)
  if (kind === 'inverse') return all.div(held.div(entry).plus(qty.div(price))).round(12, 1)
  return entry.times(held).plus(price.times(qty)).div(all).round(12, 1)
}
