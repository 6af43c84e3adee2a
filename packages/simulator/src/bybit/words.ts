import type { Account } from '../engine/account.ts'
import { ZERO } from '../engine/decimal.ts'
import { isOpen, type Order, type PositionSide, type Side } from '../engine/order.ts'

/** The engine's words in Bybit's. */

export const sideWord = (side: Side) => (side === 'BUY' ? 'Buy' : 'Sell')

export const POSITION_INDEX: Record<PositionSide, number> = { BOTH: 0, LONG: 1, SHORT: 2 }

export function isWaiting(order: Order): boolean {
  return order.trigger !== null && !order.trigger.triggered
}

export function orderStatus(order: Order): string {
  switch (order.status) {
    case 'PENDING_NEW':
    case 'NEW':
      return isWaiting(order) ? 'Untriggered' : 'New'
    case 'PARTIALLY_FILLED':
      return 'PartiallyFilled'
    case 'FILLED':
      // Money that is worth less than one lot is left of an order sized in it.
      return order.quoteQty.gt(order.quote) ? 'PartiallyFilledCanceled' : 'Filled'
    case 'REJECTED':
      return 'Rejected'
    default:
      if (order.expiry === 'REJECTED') return 'Rejected'
      if (isWaiting(order)) return 'Deactivated'
      if (order.market.instrument.kind === 'spot' && order.filled.gt(ZERO)) return 'PartiallyFilledCanceled'
      return 'Cancelled'
  }
}

/** Why an order ended: who cancelled it, and the reason the matching side gives. */
export function ending(order: Order): { cancelType: string; rejectReason: string } {
  const given = order.extra.cancelType
  if (order.status === 'CANCELED') {
    if (given !== undefined) return { cancelType: String(given), rejectReason: 'EC_NoError' }
    return { cancelType: 'CancelByUser', rejectReason: isWaiting(order) ? 'EC_NoError' : 'EC_PerCancelRequest' }
  }
  if (isOpen(order) || order.status === 'FILLED') return { cancelType: 'UNKNOWN', rejectReason: 'EC_NoError' }
  switch (order.expiry) {
    case 'POST_ONLY':
      return { cancelType: 'UNKNOWN', rejectReason: 'EC_PostOnlyWillTakeLiquidity' }
    case 'FOK':
      return { cancelType: 'UNKNOWN', rejectReason: 'EC_CancelForNoFullFill' }
    case 'IOC':
    case 'NO_LIQUIDITY':
      return { cancelType: 'UNKNOWN', rejectReason: 'EC_NoImmediateQtyToFill' }
    case 'STP':
      return { cancelType: 'CancelBySmp', rejectReason: 'EC_BySelfMatch' }
    case 'REDUCE_ONLY':
      return { cancelType: 'CancelByReduceOnly', rejectReason: 'EC_NoError' }
    default:
      return { cancelType: 'UNKNOWN', rejectReason: 'EC_Others' }
  }
}

const ISOLATED = 'ACCOUNT'

/** The margin mode is one for the whole account. */
export function isIsolated(account: Account): boolean {
  return account.settings.get(ISOLATED)?.isolated ?? false
}

export function setIsolated(account: Account, isolated: boolean): void {
  account.settings.set(ISOLATED, { leverage: 1, isolated })
}
