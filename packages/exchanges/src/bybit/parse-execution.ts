import { type Decimal, type ExecutionReport, multiplyDecimal, type OrderReport } from '@tradercoin/protocol'
import { decimal, decimalOrNull, id, object, text, textOrNull, time } from '../fields.ts'
import { type Category, type InstrumentBook, modeOf, settleCoinByName } from './category.ts'
import type { RawExecution } from './wire.ts'
import { executionKind, side } from './words.ts'

/**
 * An entry of the `execution` topic or a row of /v5/execution/list; null for what is no execution (funding). `order` is its order where
 * that is known: an execution does not say which side of a hedge it belongs to.
 * `{"symbol":"BTCUSDT","orderId":"b1a7c3d0-…","execId":"e0000001-…","execType":"Trade","execPrice":"61000","execQty":"0.005",…}`
 * https://bybit-exchange.github.io/docs/v5/websocket/private/execution
 * Throws ShapeError.
 */
export function parseExecution(
  row: unknown,
  category: Category,
  instruments: InstrumentBook,
  order: Pick<OrderReport, 'position_side'> | null,
): ExecutionReport | null {
  const e: RawExecution = object(row, 'execution')
  const kind = executionKind(e.execType, e.createType)
  if (kind === null) return null
  const symbol = text(e.symbol, 'symbol')
  const ownSide = side(e.side)
  const price = decimal(e.execPrice, 'execPrice')
  const quantity = decimal(e.execQty, 'execQty')
  const fee = decimalOrNull(e.execFee)
  const feeAsset =
    fee === null ? null : (textOrNull(e.feeCurrency) ?? feeCoin(category, symbol, ownSide, fee, instruments))
  const known = fee !== null && feeAsset !== null
  return {
    trading_mode: modeOf(category),
    symbol,
    order_id: id(e.orderId, 'orderId'),
    client_order_id: textOrNull(e.orderLinkId),
    trade_id: id(e.execId, 'execId'),
    side: ownSide,
    position_side: category === 'spot' ? null : (order?.position_side ?? null),
    price,
    quantity,
    // A contract of an inverse symbol is worth one dollar. Elsewhere the venue's own figure is rounded.
    quote_qty: category === 'inverse' ? quantity : multiplyDecimal(price, quantity),
    fee: known ? fee : null,
    fee_asset: known ? feeAsset : null,
    realized_pnl: category === 'spot' ? null : decimalOrNull(e.execPnl),
    is_maker: typeof e.isMaker === 'boolean' ? e.isMaker : null,
    kind,
    time: time(e.execTime, 'execTime'),
  }
}

/** Contracts charge in the coin they settle in. On spot a fee is taken from what was received; a rebate is paid in the other coin. */
function feeCoin(
  category: Category,
  symbol: string,
  ownSide: 'BUY' | 'SELL',
  fee: Decimal,
  instruments: InstrumentBook,
): string | null {
  const coins = instruments.coins(category, symbol)
  if (category !== 'spot') return coins?.settle_asset ?? settleCoinByName(category, symbol)
  if (coins === null) return null
  return (ownSide === 'BUY') === !fee.startsWith('-') ? coins.base_asset : coins.quote_asset
}
