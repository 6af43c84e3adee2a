import { type AccountEvent, isZeroDecimal, type PositionReport } from '@tradercoin/protocol'
import type { SnapshotSince } from '../../exchange.ts'
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
  const listed = new Set(
    events.map((event) => event.kind === 'position' && `${event.position.symbol} ${event.position.position_side}`),
  )
  for (const { symbol, position_side } of since.positions) {
    if (!listed.has(`${symbol} ${position_side}`)) {
      events.push({ kind: 'position', position: closedPosition(symbol, position_side, asOf) })
    }
  }
  return events
}

function closedPosition(symbol: string, side: PositionReport['position_side'], asOf: number): PositionReport {
  return {
    trading_mode: 'futures',
    symbol,
    position_side: side,
    margin_mode: null,
    quantity: '0',
    entry_price: '0',
    mark_price: null,
    unrealized_pnl: '0',
    realized_pnl: null,
    leverage: null,
    liquidation_price: '0',
    update_time: asOf,
  }
}
