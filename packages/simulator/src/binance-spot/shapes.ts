import type { Account } from '../engine/account.ts'
import { type Big, dec, ZERO } from '../engine/decimal.ts'
import type { ExpiryReason, Fill, Order } from '../engine/order.ts'
import { stopPrice } from './trailing.ts'

/** How Binance Spot writes orders and trades (fact sheet: binance-rest.md sections 3 and 5). */

export const eight = (value: Big) => value.toFixed(8)
export const eightText = (value: string) => dec(value).toFixed(8)

export const EXPIRY_REASON: Record<ExpiryReason, string> = {
  NONE: 'NONE',
  IOC: 'UNFILLED_IOC_QUANTITY_EXPIRED',
  FOK: 'UNFILLED_FOK_ORDER_EXPIRED',
  NO_LIQUIDITY: 'INSUFFICIENT_LIQUIDITY',
  STP: 'NONE',
  REDUCE_ONLY: 'EXCHANGE_CANCELED',
  LIST: 'OCO_TRIGGER',
  LIST_PHASE_ONE: 'OTO_PHASE_ONE_EXPIRED',
  REJECTED: 'REJECTED',
  EXCHANGE: 'EXCHANGE_CANCELED',
  GTD: 'EXCHANGE_CANCELED',
  POST_ONLY: 'EXCHANGE_CANCELED',
}

/** Fields that appear only when they apply: stop price, iceberg, strategy, self-trade prevention, expiry. */
export function conditional(order: Order): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  const stop = stopPrice(order)
  if (stop) out.stopPrice = eight(stop)
  if (order.extra.trailingDelta !== undefined) {
    out.trailingDelta = order.extra.trailingDelta
    out.trailingTime = order.extra.trailingTime
  }
  if (order.extra.icebergQty !== undefined) out.icebergQty = eightText(String(order.extra.icebergQty))
  if (order.extra.strategyId !== undefined) out.strategyId = order.extra.strategyId
  if (order.extra.strategyType !== undefined) out.strategyType = order.extra.strategyType
  if (order.preventedMatchId > 0) {
    out.preventedMatchId = order.preventedMatchId
    out.preventedQuantity = eight(order.prevented)
  }
  if (order.status === 'EXPIRED') out.expiryReason = EXPIRY_REASON[order.expiry]
  return out
}

export function ack(order: Order): Record<string, unknown> {
  return {
    symbol: order.market.symbol,
    orderId: order.id,
    orderListId: order.listId,
    clientOrderId: order.clientId,
    transactTime: order.updatedAt,
  }
}

export function result(order: Order): Record<string, unknown> {
  return {
    ...ack(order),
    price: eight(order.price),
    origQty: eight(order.qty),
    executedQty: eight(order.filled),
    origQuoteOrderQty: eight(order.quoteQty),
    cummulativeQuoteQty: eight(order.quote),
    status: order.status,
    timeInForce: order.tif,
    type: order.type,
    side: order.side,
    workingTime: order.workingAt,
    ...conditional(order),
    selfTradePreventionMode: order.stp,
  }
}

export function full(order: Order, fills: Fill[]): Record<string, unknown> {
  return {
    ...result(order),
    fills: fills.map((fill) => ({
      price: eightText(fill.price),
      qty: eightText(fill.qty),
      commission: eightText(fill.fee),
      commissionAsset: fill.feeAsset,
      tradeId: fill.tradeId,
    })),
  }
}

export function placed(order: Order, respType: string, fills: Fill[]): Record<string, unknown> {
  if (respType === 'ACK') return ack(order)
  return respType === 'RESULT' ? result(order) : full(order, fills)
}

export function cancelled(order: Order): Record<string, unknown> {
  const { workingTime: _workingTime, ...rest } = result(order)
  const { symbol, ...others } = rest
  return { symbol, origClientOrderId: order.origClientId, ...others }
}

/** The object of GET /order, /openOrders and /allOrders. */
export function queried(order: Order): Record<string, unknown> {
  return {
    symbol: order.market.symbol,
    orderId: order.id,
    orderListId: order.listId,
    clientOrderId: order.clientId,
    price: eight(order.price),
    origQty: eight(order.qty),
    executedQty: eight(order.filled),
    cummulativeQuoteQty: eight(order.quote),
    status: order.status,
    timeInForce: order.tif,
    type: order.type,
    side: order.side,
    time: order.createdAt,
    updateTime: order.updatedAt,
    isWorking: order.workingAt > 0,
    workingTime: order.workingAt,
    origQuoteOrderQty: eight(order.quoteQty),
    selfTradePreventionMode: order.stp,
    ...conditional(order),
    stopPrice: eight(stopPrice(order) ?? ZERO),
    icebergQty: eightText(String(order.extra.icebergQty ?? '0')),
  }
}

export function amended(order: Order): Record<string, unknown> {
  return {
    symbol: order.market.symbol,
    orderId: order.id,
    orderListId: order.listId,
    origClientOrderId: order.origClientId,
    clientOrderId: order.clientId,
    price: eight(order.price),
    qty: eight(order.qty),
    executedQty: eight(order.filled),
    preventedQty: eight(order.prevented),
    quoteOrderQty: eight(order.quoteQty),
    cumulativeQuoteQty: eight(order.quote),
    status: order.status,
    timeInForce: order.tif,
    type: order.type,
    side: order.side,
    workingTime: order.workingAt > 0 ? order.workingAt : undefined,
    selfTradePreventionMode: order.stp,
  }
}

export function trade(fill: Fill, listId: number): Record<string, unknown> {
  return {
    symbol: fill.symbol,
    id: fill.tradeId,
    orderId: fill.orderId,
    orderListId: listId,
    price: eightText(fill.price),
    qty: eightText(fill.qty),
    quoteQty: eightText(fill.quote),
    commission: eightText(fill.fee),
    commissionAsset: fill.feeAsset,
    time: fill.time,
    isBuyer: fill.side === 'BUY',
    isMaker: fill.maker,
    isBestMatch: true,
  }
}

export function fillsOf(account: Account, order: Order): Fill[] {
  return (account.fills.get(order.market.symbol) ?? []).filter((fill) => fill.orderId === order.id)
}
