import {
  type BalanceReport,
  type Decimal,
  isZeroDecimal,
  type MarginMode,
  type PositionReport,
  subtractDecimal,
} from '@tradercoin/protocol'
import { decimal, decimalOrNull, list, object, ShapeError, text, timeOrNull } from '../fields.ts'
import type { RawCoin, RawPosition, RawWallet } from './wire.ts'
import { positionSide } from './words.ts'

/**
 * An entry of the `position` topic or a row of /v5/position/list. The size has no sign, the side gives it. The margin mode belongs to the
 * account and is not told here. `toldAt`: the time (ms) of the message or query, for an entry without one of its own.
 * https://bybit-exchange.github.io/docs/v5/websocket/private/position
 * Throws ShapeError.
 */
export function parsePosition(row: unknown, margin: MarginMode | null, toldAt: number): PositionReport {
  const p: RawPosition = object(row, 'position')
  const side = positionSide(p.positionIdx ?? 0)
  if (side === null) throw new ShapeError('unknown position index')
  return {
    trading_mode: 'futures',
    symbol: text(p.symbol, 'symbol'),
    position_side: side,
    position_id: null,
    margin_mode: margin,
    quantity: signed(decimal(p.size, 'size'), p.side, side),
    entry_price: figure(p.entryPrice ?? p.avgPrice),
    mark_price: decimalOrNull(p.markPrice),
    unrealized_pnl: figure(p.unrealisedPnl),
    realized_pnl: decimalOrNull(p.curRealisedPnl) ?? decimalOrNull(p.cumRealisedPnl),
    leverage: decimalOrNull(p.leverage),
    liquidation_price: figure(p.liqPrice),
    update_time: timeOrNull(p.updatedTime) ?? toldAt,
  }
}

/** Throws ShapeError when an open position has no side. */
function signed(size: Decimal, word: unknown, side: PositionReport['position_side']): Decimal {
  if (isZeroDecimal(size)) return '0'
  if (word === 'Buy' || (word === '' && side === 'LONG')) return size
  if (word === 'Sell' || (word === '' && side === 'SHORT')) return size.startsWith('-') ? size : `-${size}`
  throw new ShapeError('unknown side of a position')
}

/** An empty text says that there is none (any more), which null would not: null leaves what was known. */
function figure(value: unknown): Decimal | null {
  return value === '' ? '0' : decimalOrNull(value)
}

/**
 * The coins of an entry of the `wallet` topic or of /v5/account/wallet-balance, each with its absolute figures; the topic tells those
 * that changed. Misshapen coins throw one by one through `read`. Throws ShapeError when the entry as a whole is something else.
 * https://bybit-exchange.github.io/docs/v5/websocket/private/wallet
 */
export function walletCoins(entry: unknown): { coins: readonly unknown[]; isIsolated: boolean } {
  const w: RawWallet = object(entry, 'wallet')
  // Account-wide rates do not exist in isolated margin.
  return { coins: list(w.coin, 'coin'), isIsolated: w.accountIMRate === '' }
}

/** Throws ShapeError. */
export function parseCoin(row: unknown, isIsolated: boolean, toldAt: number): BalanceReport {
  const c: RawCoin = object(row, 'coin')
  const total = decimal(c.walletBalance, 'walletBalance')
  const locked = decimalOrNull(c.locked)
  const bound = isIsolated ? [c.totalOrderIM, c.totalPositionIM, c.bonus] : []
  return {
    trading_mode: 'spot',
    asset: text(c.coin, 'coin'),
    total,
    available:
      locked === null
        ? null
        : [locked, ...bound.map((value) => decimalOrNull(value) ?? '0')].reduce(subtractDecimal, total),
    locked,
    update_time: toldAt,
  }
}
