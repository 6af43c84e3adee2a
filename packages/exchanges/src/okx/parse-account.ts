import {
  type BalanceReport,
  isZeroDecimal,
  multiplyDecimal,
  type PositionReport,
  subtractDecimal,
} from '@tradercoin/protocol'
import { decimal, decimalOrNull, object, text, textOrNull, time, timeOrNull } from '../fields.ts'
import { type FindInstrument, OtherProduct, subject } from './parse-order.ts'
import type { RawBalance, RawPosition } from './wire.ts'
import { marginMode, positionSide } from './words.ts'

/**
 * One currency of the account: total is its equity, the wallet with what open positions have gained. The account is one for all modes;
 * its balances are told under `spot`. `readAt` (venue's ms): when the whole was told, which orders two reports of one currency even
 * where only what is frozen has moved. Throws ShapeError.
 */
export function parseBalance(entry: unknown, readAt: number | null): BalanceReport {
  const b: RawBalance = object(entry, 'balance')
  return {
    trading_mode: 'spot',
    asset: text(b.ccy, 'ccy'),
    total: decimalOrNull(b.eq) ?? decimal(b.cashBal, 'eq'),
    // In spot mode only availBal is filled.
    available: decimalOrNull(b.availEq) ?? decimalOrNull(b.availBal),
    locked: decimalOrNull(b.frozenBal),
    update_time: readAt ?? time(b.uTime, 'uTime'),
  }
}

/**
 * One row of the positions channel, of posData or of /account/positions: contracts become coins, a short side is negative. Throws
 * ShapeError; a margin loan's position has no record of ours.
 */
export function parsePosition(row: unknown, find: FindInstrument, readAt: number | null): PositionReport {
  const p: RawPosition = object(row, 'position')
  const { trading_mode, symbol, unit, instrument } = subject(p, find)
  if (trading_mode === 'spot' && textOrNull(p.posCcy) !== (instrument?.instrument.base_asset ?? null)) {
    throw new OtherProduct('a margin position that is not held in the base coin')
  }
  const side = positionSide(p.posSide, 'futures') ?? 'NET'
  const size = multiplyDecimal(decimal(p.pos, 'pos'), unit)
  const quantity = side === 'SHORT' && !size.startsWith('-') ? subtractDecimal('0', size) : size
  const closed = isZeroDecimal(quantity)
  const told = (value: unknown) => decimalOrNull(value) ?? (closed ? '0' : null)
  return {
    trading_mode,
    symbol,
    position_side: side,
    // Cross and isolated stand side by side, and news of a closed one may not say which it was: the id does.
    position_id: text(p.posId, 'posId'),
    margin_mode: marginMode(p.mgnMode),
    quantity,
    entry_price: told(p.avgPx),
    mark_price: decimalOrNull(p.markPx),
    unrealized_pnl: told(p.upl),
    realized_pnl: decimalOrNull(p.realizedPnl),
    leverage: decimalOrNull(p.lever),
    // Empty while the position is far from it.
    liquidation_price: p.liqPx === '' ? '0' : told(p.liqPx),
    update_time: timeOrNull(p.uTime) ?? readAt ?? time(p.uTime, 'uTime'),
  }
}
