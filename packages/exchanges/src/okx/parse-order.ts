import {
  type AccountEvent,
  type Decimal,
  type ExecutionKind,
  type ExecutionReport,
  isZeroDecimal,
  multiplyDecimal,
  type OrderReport,
  subtractDecimal,
  type TradingMode,
} from '@tradercoin/protocol'
import {
  amountOrNull,
  decimal,
  decimalOrNull,
  id,
  object,
  ShapeError,
  text,
  textOrNull,
  time,
  timeOrNull,
} from '../fields.ts'
import { algoOrderId } from './algo-id.ts'
import type { InstrumentName } from './instrument-book.ts'
import type { OkxInstrument } from './instruments.ts'
import type { RawFill, RawOrder } from './wire.ts'
import { executionKind, orderKind, orderStatus, positionSide, side, tradingMode } from './words.ts'

/** What is known of an instrument; undefined while it is not. */
export type FindInstrument = (instId: string) => OkxInstrument | undefined

/** The quantities of this row cannot be read before its instrument is fetched. */
export class UnknownInstrument extends ShapeError {
  readonly instrument: InstrumentName

  constructor(instrument: InstrumentName) {
    super('the instrument is not known')
    this.instrument = instrument
  }
}

/** The row is of a product that has no record of ours; it is kept as it came. */
export class OtherProduct extends ShapeError {}

/** Which instrument a row is about, and what one of its quantity units is in base coin. Throws ShapeError. */
export function subject(
  row: { instType?: unknown; instId?: unknown },
  find: FindInstrument,
): { trading_mode: TradingMode; symbol: string; unit: Decimal; instrument: OkxInstrument | undefined } {
  const symbol = text(row.instId, 'instId')
  const instrument = find(symbol)
  const instType = textOrNull(row.instType) ?? instrument?.inst_type
  const mode = tradingMode(instType)
  if (mode === null) {
    if (instType === undefined) throw new ShapeError('instType is not a text')
    throw new OtherProduct(`no record for ${instType.slice(0, 40)}`)
  }
  // Spot counts in coins already, and MARGIN trades on Spot's instruments.
  if (mode === 'spot') return { trading_mode: mode, symbol, unit: '1', instrument }
  if (instrument === undefined) throw new UnknownInstrument({ instType: instType ?? '', instId: symbol })
  return { trading_mode: mode, symbol, unit: instrument.unit, instrument }
}

/** A quantity in coins, and the venue's own figure where that is another. */
export function inCoins(quantity: Decimal | null, unit: Decimal): { quantity: Decimal | null; venue: Decimal | null } {
  if (quantity === null) return { quantity, venue: null }
  return unit === '1' ? { quantity, venue: null } : { quantity: multiplyDecimal(quantity, unit), venue: quantity }
}

/**
 * One row of the orders channel, of orders-pending, orders-history or order: they have the same fields. Throws ShapeError.
 * `{"instType":"SWAP","instId":"BTC-USDT-SWAP","ordId":"2900…","state":"filled","sz":"3","accFillSz":"3","avgPx":"61950.2",…}`
 * https://www.okx.com/docs-v5/en/#order-book-trading-trade-ws-order-channel
 */
export function parseOrder(row: unknown, find: FindInstrument): OrderReport {
  const o: RawOrder = object(row, 'order')
  const { trading_mode, symbol, unit, instrument } = subject(o, find)
  const executed = decimal(o.accFillSz === '' ? '0' : o.accFillSz, 'accFillSz')
  const { type, time_in_force, post_only } = orderKind(o.ordType)
  const reason = textOrNull(o.cancelSourceReason)
  const ending = orderStatus({ state: o.state, cancelSource: o.cancelSource, reason, ordType: o.ordType, executed })
  const size = isSizedInQuote(o, trading_mode) ? (o.state === 'filled' ? executed : null) : amountOrNull(o.sz)
  const { quantity, venue } = inCoins(size, unit)
  const algoId = textOrNull(o.algoId)
  return {
    trading_mode,
    symbol,
    order_id: id(o.ordId, 'ordId'),
    client_order_id: textOrNull(o.clOrdId),
    side: side(o.side),
    position_side: positionSide(o.posSide, trading_mode),
    type,
    venue_type: textOrNull(o.ordType),
    time_in_force,
    post_only,
    reduce_only: o.reduceOnly === 'true' || o.reduceOnly === true,
    ...ending,
    price: amountOrNull(o.px),
    stop_price: null,
    quantity,
    quantity_unit: instrument?.instrument.quantity_unit ?? 'BASE',
    venue_quantity: venue,
    executed_qty: multiplyDecimal(executed, unit),
    venue_average_price: amountOrNull(o.avgPx),
    parent_order_id: algoId === null ? null : algoOrderId(algoId),
    create_time: timeOrNull(o.cTime),
    update_time: timeOrNull(o.uTime) ?? time(o.cTime, 'uTime'),
  }
}

/** Spot market buys are sized in quote coin unless told otherwise; how much base that is shows only once they are filled. */
function isSizedInQuote(o: RawOrder, mode: TradingMode): boolean {
  if (o.ordType !== 'market' || mode !== 'spot') return false
  return o.tgtCcy === 'quote_ccy' || (o.tgtCcy !== 'base_ccy' && o.side === 'buy')
}

/** A row of the orders channel: the order, and the fill that caused the push where one did. Throws ShapeError. */
export function parseOrderPush(row: unknown, find: FindInstrument): Extract<AccountEvent, { kind: 'order' }> {
  const order = parseOrder(row, find)
  const o: RawOrder = object(row, 'order')
  const tradeId = textOrNull(o.tradeId)
  const quantity = decimalOrNull(o.fillSz)
  if (tradeId === null || quantity === null || isZeroDecimal(quantity)) return { kind: 'order', order, execution: null }
  const fillTime = timeOrNull(o.fillTime) ?? order.update_time
  const fill: RawFill = { ...o, fee: o.fillFee, feeCcy: o.fillFeeCcy, fillTime }
  const execution = fillReport(fill, find, {
    order_id: order.order_id,
    client_order_id: order.client_order_id,
    kind: executionKind(o.category),
    trade_id: isForced(tradeId) ? forcedTradeId(decimal(o.accFillSz, 'accFillSz'), fillTime) : tradeId,
  })
  return { kind: 'order', order, execution }
}

/**
 * Whether the trade id says nothing: fills of liquidations and auto-deleveraging are numbered 0 on the stream and below zero in the
 * list of fills.
 */
export function isForced(tradeId: string): boolean {
  return tradeId === '0' || tradeId.startsWith('-')
}

/**
 * Stands in for the trade id of a forced fill: what the order had executed with it, in the venue's own unit, and the time of the fill
 * (ms). Stream and list come to the same, for the list's fills of one order can be added up from its first.
 */
export function forcedTradeId(accumulated: Decimal, fillTime: number): string {
  return `forced:${accumulated}:${fillTime}`
}

/** What a fill's row does not tell by itself. */
export interface FillContext {
  order_id: string
  client_order_id: string | null
  kind: ExecutionKind
  trade_id: string
}

/** One fill, of the stream or of /trade/fills, so that it reads the same whichever way it came. Throws ShapeError. */
export function fillReport(row: RawFill, find: FindInstrument, context: FillContext): ExecutionReport {
  const { trading_mode, symbol, unit, instrument } = subject(row, find)
  const price = decimal(row.fillPx, 'fillPx')
  const size = decimal(row.fillSz, 'fillSz')
  const quantity = multiplyDecimal(size, unit)
  const contractValue = instrument?.instrument.contract_value ?? null
  const fee = decimalOrNull(row.fee)
  const feeAsset = textOrNull(row.feeCcy)
  const known = fee !== null && feeAsset !== null
  return {
    trading_mode,
    symbol,
    ...context,
    side: side(row.side),
    position_side: positionSide(row.posSide, trading_mode),
    price,
    quantity,
    // An inverse contract is worth a fixed sum of the quote coin.
    quote_qty: multiplyDecimal(quantity, contractValue ?? price),
    // The venue writes what it takes with a minus.
    fee: known ? subtractDecimal('0', fee) : null,
    fee_asset: known ? feeAsset : null,
    realized_pnl: trading_mode === 'spot' ? null : decimalOrNull(row.fillPnl),
    is_maker: row.execType === 'M' ? true : row.execType === 'T' ? false : null,
    time: timeOrNull(row.fillTime) ?? time(row.ts, 'fillTime'),
  }
}
