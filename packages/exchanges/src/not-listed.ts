import { type AccountEvent, isZeroDecimal } from '@tradercoin/protocol'
import type { SnapshotSince } from './exchange.ts'

/* A complete list says by what it leaves out: what the ledger believes to be there and is not listed is gone. */

/** As closed, each position the ledger believes open that is not among `listed`. `asOf`: the venue's time (ms) of the list. */
export function closedPositions(listed: readonly AccountEvent[], since: SnapshotSince, asOf: number): AccountEvent[] {
  const nameOf = ({ trading_mode, symbol, position_side, position_id }: SnapshotSince['positions'][number]) =>
    `${trading_mode} ${symbol} ${position_side} ${position_id}`
  const there = new Set(listed.map((event) => event.kind === 'position' && nameOf(event.position)))
  return since.positions
    .filter((known) => !there.has(nameOf(known)))
    .map(({ trading_mode, symbol, position_side, position_id }) => ({
      kind: 'position',
      position: {
        trading_mode,
        symbol,
        position_side,
        position_id,
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
