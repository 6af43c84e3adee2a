import { type Big, ZERO } from '../engine/decimal.ts'
import type { Instrument } from '../engine/instrument.ts'
import type { Fill, Order } from '../engine/order.ts'

/** How USDⓈ-M futures write orders and trades (fact sheet: binance-rest.md section 9). */

export const eight = (value: Big) => value.toFixed(8)

/** A quantity with the symbol's decimals; zero is just "0". */
export function qtyText(instrument: Instrument, value: Big): string {
  return value.eq(ZERO) ? '0' : value.toFixed(instrument.qtyDecimals)
}

export function averagePrice(order: Order): Big {
  return order.filled.eq(ZERO) ? ZERO : order.quote.div(order.filled)
}

function common(order: Order): Record<string, unknown> {
  const { instrument } = order.market
  return {
    orderId: order.id,
    origQty: order.qty.toFixed(instrument.qtyDecimals),
    price: order.price.toFixed(),
    reduceOnly: order.reduceOnly,
    side: order.side,
    positionSide: order.positionSide,
    status: order.status,
    stopPrice: String(order.extra.stopPrice ?? '0'),
    closePosition: order.closePosition,
    symbol: instrument.symbol,
    timeInForce: order.tif,
    type: order.type,
    origType: order.origType,
    updateTime: order.updatedAt,
    workingType: String(order.extra.workingType ?? 'CONTRACT_PRICE'),
    priceProtect: order.extra.priceProtect === true,
    priceMatch: String(order.extra.priceMatch ?? 'NONE'),
    selfTradePreventionMode: order.stp,
    goodTillDate: Number(order.extra.goodTillDate ?? 0),
  }
}

/** Answer of place and cancel: no average price, no quote total (since 2026-07-15). */
export function acknowledged(order: Order): Record<string, unknown> {
  const { instrument } = order.market
  const filled = qtyText(instrument, order.filled)
  return { clientOrderId: order.clientId, cumQty: filled, executedQty: filled, ...common(order) }
}

/** The ACK of a new order: NEW and unfilled, whatever has happened since. */
export function freshlyPlaced(order: Order): Record<string, unknown> {
  return { ...acknowledged(order), cumQty: '0', executedQty: '0', status: 'NEW', updateTime: order.createdAt }
}

export function modified(order: Order, modifyId: number | undefined): Record<string, unknown> {
  return { ...acknowledged(order), pair: order.market.symbol, modifyId }
}

/** The object of GET /order, /openOrder and /openOrders; /allOrders adds pair and cumBase. */
export function queried(order: Order): Record<string, unknown> {
  const { instrument } = order.market
  return {
    avgPrice: averagePrice(order).toFixed(5),
    clientOrderId: order.clientId,
    cumQuote: order.quote.toFixed(5),
    executedQty: qtyText(instrument, order.filled),
    ...common(order),
    time: order.createdAt,
  }
}

export function listed(order: Order): Record<string, unknown> {
  return { ...queried(order), pair: order.market.symbol, cumBase: qtyText(order.market.instrument, order.filled) }
}

export function trade(fill: Fill, quoteAsset: string): Record<string, unknown> {
  return {
    buyer: fill.side === 'BUY',
    commission: padded(fill.fee),
    commissionAsset: fill.feeAsset,
    id: fill.tradeId,
    maker: fill.maker,
    orderId: fill.orderId,
    price: fill.price,
    qty: fill.qty,
    quoteQty: fill.quote,
    baseQty: '0',
    marginAsset: quoteAsset,
    realizedPnl: fill.realized,
    side: fill.side,
    positionSide: fill.positionSide,
    symbol: fill.symbol,
    pair: fill.symbol,
    time: fill.time,
  }
}

function padded(text: string): string {
  const at = text.indexOf('.')
  return at < 0 ? `${text}.00000000` : text.padEnd(at + 9, '0')
}
