import type { BookLevels } from '../../market/local-book.ts'

/** One event of a diff depth stream. Ids are 64-bit. */
export interface DepthUpdate extends BookLevels {
  /** `U`: the first change in it. */
  first: bigint
  /** `u`: the last change in it. */
  last: bigint
  /** `pu`, futures only: the last change of the event before. */
  previous: bigint | null
  /** Venue time (ms). */
  ts: number
}

/**
 * What to do with an event when the book stands at `local`. `isFirst`: nothing has been applied since the snapshot.
 * `gap`: something between is missing.
 */
export type SequenceRule = (update: DepthUpdate, local: bigint, isFirst: boolean) => 'apply' | 'drop' | 'gap'

/**
 * Spot numbers its changes without holes: an event that begins after the next change leaves one.
 * https://developers.binance.com/docs/binance-spot-api-docs/web-socket-streams#how-to-manage-a-local-order-book-correctly
 */
export const spotSequence: SequenceRule = ({ first, last }, local) => {
  if (last <= local) return 'drop'
  return first > local + 1n ? 'gap' : 'apply'
}

/**
 * Futures numbers have holes; each event names the one before. The first one applied must span the snapshot: what follows directly on
 * the snapshot spans it too.
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/websocket-market-streams/How-to-manage-a-local-order-book-correctly
 */
export const futuresSequence: SequenceRule = ({ first, last, previous }, local, isFirst) => {
  if (previous === null) return 'gap'
  if (!isFirst) return previous === local ? 'apply' : 'gap'
  if (last < local) return 'drop'
  return first <= local || previous <= local ? 'apply' : 'gap'
}
