import type {
  ExecutionKind,
  MarginMode,
  OrderType,
  PositionSide,
  Side,
  TimeInForce,
  VenueStatus,
} from '@tradercoin/protocol'
import { ShapeError } from '../../fields.ts'

/* The venue's words and ours. */

const orderTypes = new Map<unknown, OrderType>([
  ['LIMIT', 'LIMIT'],
  ['MARKET', 'MARKET'],
  ['STOP', 'STOP_LIMIT'],
  ['STOP_MARKET', 'STOP_MARKET'],
  ['TAKE_PROFIT', 'TAKE_PROFIT_LIMIT'],
  ['TAKE_PROFIT_MARKET', 'TAKE_PROFIT_MARKET'],
  ['TRAILING_STOP_MARKET', 'TRAILING_STOP'],
])

/** LIQUIDATION and whatever comes next are OTHER. */
export function orderType(word: unknown): OrderType {
  return orderTypes.get(word) ?? 'OTHER'
}

/** Throws ShapeError. */
export function side(word: unknown): Side {
  if (word === 'BUY' || word === 'SELL') return word
  throw new ShapeError('unknown side')
}

/** One-way mode calls its only side BOTH. */
export function positionSide(word: unknown): PositionSide | null {
  if (word === 'BOTH') return 'NET'
  return word === 'LONG' || word === 'SHORT' ? word : null
}

/** `cross`, `crossed`, `isolated` in either case. */
export function marginMode(word: unknown): MarginMode | null {
  if (typeof word !== 'string') return null
  const lower = word.toLowerCase()
  if (lower === 'cross' || lower === 'crossed') return 'CROSS'
  return lower === 'isolated' ? 'ISOLATED' : null
}

/** GTX and RPI are post-only, good till canceled; GTE_GTC lasts until its position is closed. */
export function timeInForce(word: unknown): TimeInForce | null {
  switch (word) {
    case 'GTC':
    case 'IOC':
    case 'FOK':
    case 'GTD':
      return word
    case 'GTX':
    case 'RPI':
    case 'GTE_GTC':
      return 'GTC'
    default:
      return null
  }
}

export function isPostOnly(word: unknown): boolean {
  return word === 'GTX' || word === 'RPI'
}

const statuses = new Map<unknown, VenueStatus>([
  ['NEW', 'NEW'],
  ['NEW_INSURANCE', 'NEW'],
  ['NEW_ADL', 'NEW'],
  ['PARTIALLY_FILLED', 'PARTIALLY_FILLED'],
  ['FILLED', 'FILLED'],
  ['CANCELED', 'CANCELED'],
  ['REJECTED', 'REJECTED'],
  ['EXPIRED', 'EXPIRED'],
  ['EXPIRED_IN_MATCH', 'EXPIRED'],
])

/** Throws ShapeError. */
export function orderStatus(word: unknown): VenueStatus {
  const status = statuses.get(word)
  if (status === undefined) throw new ShapeError('unknown order status')
  return status
}

/** Words for a post-only order that ended because it would have taken liquidity. */
export const wouldTake = 'post-only order would have taken liquidity'

const expiryReasons = new Map<unknown, string>([
  ['1', 'self-trade prevention'],
  ['2', 'the rest of an immediate-or-cancel order expired'],
  ['3', 'the rest of an immediate-or-cancel order expired during self-trade prevention'],
  ['4', 'replaced by a reduce-only order of higher priority or a reverse order'],
  ['5', 'the account was liquidated'],
  ['6', 'its position is closed'],
  ['7', 'the symbol was delisted'],
  ['8', 'the order expired after its stop was triggered'],
  ['9', 'the rest of a market order could not be filled'],
])

/** Words for the code `er`; null for "no reason" and for codes we do not know. */
export function expiryReason(code: unknown): string | null {
  return expiryReasons.get(typeof code === 'number' ? String(code) : code) ?? null
}

/** Forced orders are told by the prefix of their client id, or by the type LIQUIDATION. */
export function executionKind(clientOrderId: string | null, isLiquidation: boolean): ExecutionKind {
  if (clientOrderId !== null) {
    if (clientOrderId.startsWith('adl_autoclose')) return 'ADL'
    if (clientOrderId.startsWith('settlement_autoclose-')) return 'SETTLEMENT'
    if (clientOrderId.startsWith('autoclose-')) return 'LIQUIDATION'
  }
  return isLiquidation ? 'LIQUIDATION' : 'TRADE'
}

const algoStatuses = new Map<unknown, VenueStatus>([
  ['NEW', 'UNTRIGGERED'],
  // Not over yet: the engine may still refuse it, and some are reported to stay like this.
  ['TRIGGERING', 'UNTRIGGERED'],
  ['TRIGGERED', 'TRIGGERED'],
  ['FINISHED', 'TRIGGERED'],
  ['CANCELED', 'CANCELED'],
  ['REJECTED', 'REJECTED'],
  ['EXPIRED', 'EXPIRED'],
])

/** TRIGGERED: the engine has taken the order it became. How that one ends is told of it alone. Throws ShapeError. */
export function algoStatus(word: unknown): VenueStatus {
  const status = algoStatuses.get(word)
  if (status === undefined) throw new ShapeError('unknown status of a conditional order')
  return status
}
