import { type AccountEvent, isZeroDecimal, type PositionSide } from '@tradercoin/protocol'
import type { SnapshotSince } from './exchange.ts'

/* A complete list says by what it leaves out: what the ledger believes to be there and is not listed is gone. */

/** As closed, each position the ledger believes open that is not among `listed`. `asOf`: the venue's time (ms) of the list. */
export function closedPositions(listed: readonly AccountEvent[], since: SnapshotSince, asOf: number): AccountEvent[] {
  const name = (symbol: string, side: PositionSide) => `${symbol} ${side}`
  const there = new Set(
    listed.map((event) => event.kind === 'position' && name(event.position.symbol, event.position.position_side)),
  )
  return since.positions
    .filter(({ symbol, position_side }) => !there.has(name(symbol, position_side)))
    .map(({ symbol, position_side }) => ({
      kind: 'position',
      position: {
        trading_mode: 'futures',
        symbol,
        position_side,
        margin_mode: null,
        quantity: '0',
        entry_price: '0',
        mark_price: null,
        unrealized_pnl: '0',
        realized_pnl: null,
        leverage: null,
        liquidation_price: '0',
        update_time: asOf,
      },
    }))
}

/** As zero, each coin of a unified account that the ledger believes to hold and that is not among `listed`. */
export function emptiedBalances(listed: readonly AccountEvent[], since: SnapshotSince, asOf: number): AccountEvent[] {
  const there = new Set(listed.map((event) => event.kind === 'balance' && event.balance.asset))
  return since.balances
    .filter(({ asset, total }) => !there.has(asset) && !isZeroDecimal(total))
    .map(({ asset }) => ({
      kind: 'balance',
      balance: { trading_mode: 'spot', asset, total: '0', available: '0', locked: '0', update_time: asOf },
    }))
}
