import type { OrderType, Side, TimeInForce, VenueStatus } from '@tradercoin/protocol'
import { ShapeError } from '../../fields.ts'

/* The venue's words and ours. https://developers.binance.com/docs/binance-spot-api-docs/enums */

const orderTypes = new Map<unknown, OrderType>([
  ['LIMIT', 'LIMIT'],
  ['LIMIT_MAKER', 'LIMIT'],
  ['MARKET', 'MARKET'],
  ['STOP_LOSS', 'STOP_MARKET'],
  ['STOP_LOSS_LIMIT', 'STOP_LIMIT'],
  ['TAKE_PROFIT', 'TAKE_PROFIT_MARKET'],
  ['TAKE_PROFIT_LIMIT', 'TAKE_PROFIT_LIMIT'],
])

/** `trails`: the order carries a trailing delta, which makes any stop order a trailing one. */
export function orderType(word: unknown, trails: boolean): OrderType {
  const type = orderTypes.get(word) ?? 'OTHER'
  return trails && isConditional(word) ? 'TRAILING_STOP' : type
}

/** Whether the order waits for a trigger before it reaches the book. */
export function isConditional(word: unknown): boolean {
  return word === 'STOP_LOSS' || word === 'STOP_LOSS_LIMIT' || word === 'TAKE_PROFIT' || word === 'TAKE_PROFIT_LIMIT'
}

export function isPostOnly(word: unknown): boolean {
  return word === 'LIMIT_MAKER'
}

/** Throws ShapeError. */
export function side(word: unknown): Side {
  if (word === 'BUY' || word === 'SELL') return word
  throw new ShapeError('unknown side')
}

export function timeInForce(word: unknown): TimeInForce | null {
  return word === 'GTC' || word === 'IOC' || word === 'FOK' ? word : null
}

const statuses = new Map<unknown, VenueStatus>([
  ['NEW', 'NEW'],
  ['PENDING_NEW', 'UNTRIGGERED'],
  ['PARTIALLY_FILLED', 'PARTIALLY_FILLED'],
  ['FILLED', 'FILLED'],
  ['CANCELED', 'CANCELED'],
  ['REJECTED', 'REJECTED'],
  ['EXPIRED', 'EXPIRED'],
  ['EXPIRED_IN_MATCH', 'EXPIRED'],
])

/**
 * The state in our words. `waiting`: a stop order that is not on the book yet. `reason`: the venue's reason, where it gave one; an expiry
 * because a post-only order would have taken, or because a list's leg was refused, is a rejection. Throws ShapeError.
 */
export function orderStatus(word: unknown, type: unknown, waiting: boolean, reason: string | null): VenueStatus {
  const status = statuses.get(word)
  if (status === undefined) throw new ShapeError('unknown order status')
  if (status === 'NEW' && waiting && isConditional(type)) return 'UNTRIGGERED'
  if (status === 'EXPIRED' && reason === 'WOULD_MATCH_IMMEDIATELY') return 'REJECTED'
  if (status === 'EXPIRED' && reason === 'REJECTED') return 'REJECTED'
  return status
}

/** The venue's own word for why an order ended; null when it gave none. */
export function endReason(status: unknown, rejectReason: unknown, expiryReason: unknown): string | null {
  if (typeof rejectReason === 'string' && rejectReason !== '' && rejectReason !== 'NONE') return rejectReason
  if (typeof expiryReason === 'string' && expiryReason !== '' && expiryReason !== 'NONE') return expiryReason
  return status === 'EXPIRED_IN_MATCH' ? 'EXPIRED_IN_MATCH' : null
}
