import type { PlaceRequest } from '@tradercoin/exchanges'
import { isZeroDecimal, type Position } from '@tradercoin/protocol'
import { JobError } from '../store/errors.ts'

/**
 * The market order that closes a position as it is now: of its quantity, and unable to open another. Which position that is follows
 * from `position_side` and, where cross and isolated stand side by side, `margin_mode`; without them there must be one alone. The
 * quantity is the ledger's, which the private stream keeps.
 * @param positions those of the symbol
 * @throws JobError `no_position`, `position_side_needed`, `margin_mode_needed`, `side_does_not_close` (with the side that does in the
 *   message)
 */
export function closingOrder(request: PlaceRequest, positions: readonly Position[]): PlaceRequest {
  const open = positions.filter(
    (position) =>
      !isZeroDecimal(position.quantity) &&
      (request.position_side === null || request.position_side === position.position_side) &&
      (request.margin_mode === null || !hasOwnMargin(position) || request.margin_mode === position.margin_mode),
  )
  const [position] = open
  if (!position) throw new JobError('no_position')
  const { position_side } = position
  if (open.length > 1) {
    const isOneSide = open.every((other) => other.position_side === position_side)
    throw new JobError(isOneSide ? 'margin_mode_needed' : 'position_side_needed')
  }
  const isShort = position_side === 'SHORT' || position.quantity.startsWith('-')
  const side = isShort ? 'BUY' : 'SELL'
  if (request.side !== side) throw new JobError('side_does_not_close', side)
  const isNet = position_side === 'NET'
  return {
    ...request,
    quantity: position.quantity.replace(/^-/, ''),
    close_position: false,
    // With positions of both sides it is the side that keeps an order from opening one.
    reduce_only: isNet,
    position_side: isNet ? request.position_side : position_side,
    margin_mode: hasOwnMargin(position) ? position.margin_mode : request.margin_mode,
  }
}

/** Whether an order must name the margin mode to reach this position; elsewhere it belongs to the symbol or the account. */
const hasOwnMargin = ({ position_id }: Position) => position_id !== null
