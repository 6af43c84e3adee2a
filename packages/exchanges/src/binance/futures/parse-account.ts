import type { BalanceReport, PositionReport } from '@tradercoin/protocol'
import { decimal, decimalOrNull, object, text, timeOrNull } from '../../fields.ts'
import type { RawBalance, RawBalanceUpdate, RawPosition, RawPositionUpdate, RawSymbolConfig } from './wire.ts'
import { marginMode, positionSide } from './words.ts'

/** An entry of `B` in ACCOUNT_UPDATE: the wallet balance is absolute; what of it is available is not told. Throws ShapeError. */
export function parseBalanceUpdate(entry: unknown, updateTime: number): BalanceReport {
  const b: RawBalanceUpdate = object(entry, 'B')
  return {
    trading_mode: 'futures',
    asset: text(b.a, 'a'),
    total: decimal(b.wb, 'wb'),
    available: null,
    locked: null,
    update_time: updateTime,
  }
}

/** An entry of `P` in ACCOUNT_UPDATE. Leverage, mark and liquidation price are not told. Throws ShapeError. */
export function parsePositionUpdate(entry: unknown, updateTime: number): PositionReport {
  const p: RawPositionUpdate = object(entry, 'P')
  return {
    trading_mode: 'futures',
    symbol: text(p.s, 's'),
    position_side: positionSide(p.ps) ?? 'NET',
    position_id: null,
    margin_mode: marginMode(p.mt),
    quantity: decimal(p.pa, 'pa'),
    entry_price: decimalOrNull(p.ep),
    mark_price: null,
    unrealized_pnl: decimalOrNull(p.up),
    realized_pnl: decimalOrNull(p.cr),
    leverage: null,
    liquidation_price: null,
    update_time: updateTime,
  }
}

/** One row of /fapi/v3/balance. `readAt` (venue's ms) stands in for rows that never changed. Throws ShapeError. */
export function parseBalanceRow(row: unknown, readAt: number): BalanceReport {
  const b: RawBalance = object(row, 'balance')
  return {
    trading_mode: 'futures',
    asset: text(b.asset, 'asset'),
    total: decimal(b.balance, 'balance'),
    available: decimalOrNull(b.availableBalance),
    locked: null,
    update_time: timeOrNull(b.updateTime) ?? readAt,
  }
}

/** Margin mode and leverage of a symbol, from /fapi/v1/symbolConfig. */
export type SymbolSettings = Pick<PositionReport, 'margin_mode' | 'leverage'>

/** Settings by symbol. Rows without a symbol are passed over. */
export function parseSymbolSettings(rows: readonly unknown[]): Map<string, SymbolSettings> {
  const settings = new Map<string, SymbolSettings>()
  for (const row of rows) {
    if (typeof row !== 'object' || row === null) continue
    const { symbol, marginType, leverage }: RawSymbolConfig = row
    if (typeof symbol !== 'string') continue
    settings.set(symbol, { margin_mode: marginMode(marginType), leverage: decimalOrNull(leverage) })
  }
  return settings
}

/** One row of /fapi/v3/positionRisk, which knows no margin mode and no leverage. Throws ShapeError. */
export function parsePositionRow(row: unknown, settings: Map<string, SymbolSettings>, readAt: number): PositionReport {
  const p: RawPosition = object(row, 'position')
  const symbol = text(p.symbol, 'symbol')
  return {
    trading_mode: 'futures',
    symbol,
    position_side: positionSide(p.positionSide) ?? 'NET',
    position_id: null,
    margin_mode: settings.get(symbol)?.margin_mode ?? null,
    quantity: decimal(p.positionAmt, 'positionAmt'),
    entry_price: decimalOrNull(p.entryPrice),
    mark_price: decimalOrNull(p.markPrice),
    unrealized_pnl: decimalOrNull(p.unRealizedProfit),
    realized_pnl: null,
    leverage: settings.get(symbol)?.leverage ?? null,
    liquidation_price: decimalOrNull(p.liquidationPrice),
    update_time: timeOrNull(p.updateTime) ?? readAt,
  }
}
