import { type AccountEvent, isZeroDecimal } from '@tradercoin/protocol'
import type { SnapshotSince } from '../../exchange.ts'
import { closedPositions } from '../../not-listed.ts'
import { parseRows } from './parse.ts'
import { parsePositionRow, parseSymbolSettings } from './parse-account.ts'

/** What the venue lists, and as closed what the ledger believes open and the venue does not list. */
export function positionEvents(
  rows: readonly unknown[],
  configs: readonly unknown[],
  since: SnapshotSince,
  asOf: number,
): AccountEvent[] {
  const settings = parseSymbolSettings(configs)
  const believed = new Set(since.positions.map(({ symbol, position_side }) => `${symbol} ${position_side}`))
  const events = parseRows('position', rows, (row) => {
    const position = parsePositionRow(row, settings, asOf)
    // A symbol with open orders is listed without a position, too.
    const isNone = isZeroDecimal(position.quantity) && !believed.has(`${position.symbol} ${position.position_side}`)
    return isNone ? [] : [{ kind: 'position', position }]
  })
  return [...events, ...closedPositions(events, since, asOf)]
}
