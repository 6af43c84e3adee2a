import type { PlaceRequest } from '@tradercoin/exchanges'
import { isZeroDecimal, type Position } from '@tradercoin/protocol'
import { JobError } from '../store/errors.ts'

/**
 * The market order that closes a position as it is now: of its quantity, and unable to open another. Which position that is follows
 * from `position_side`; without it there must be one alone. The quantity is the ledger's, which the private stream keeps.
 * @param positions those of the symbol
 * @throws JobError `no_position`, `position_side_needed`, `side_does_not_close` (with the side that does in the message)
 */
export function closingOrder(request: PlaceRequest, positions: readonly Position[]): PlaceRequest {
  const open = positions.filter(
    ({ quantity, position_side }) =>
      !isZeroDecimal(quantity) && (request.position_side === null || request.position_side === position_side),
  )
  const [position] = open
  if (!position) throw new JobError('no_position')
  if (open.length > 1) throw new JobError('position_side_needed')
  const { position_side } = position
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
  }
}
