import { type Big, ZERO } from '../engine/decimal.ts'
import { averagePrice, worth } from '../engine/instrument.ts'
import { type Fill, isOpen, type Order, remaining } from '../engine/order.ts'
import type { Ids } from './ids.ts'
import { ending, isWaiting, orderStatus, POSITION_INDEX, sideWord } from './words.ts'

/** Trades of a symbol are told apart by this sequence; both sides of a trade share it. */
export const tradeSequence = (tradeId: bigint) => 400_000_000_000 + Number(tradeId)

/** An order as the `order` topic and the order lists have it; lists leave the category to the result around them. */
export function orderRow(order: Order, ids: Ids, status = orderStatus(order)): Record<string, unknown> {
  const { extra, market } = order
  const { instrument } = market
  const spot = instrument.kind === 'spot'
  const money = order.quoteQty.gt(ZERO)
  const left = isOpen(order) ? remaining(order) : ZERO
  const word = (name: string) => String(extra[name] ?? '')
  const fee = String(extra.fee ?? '0')
  return {
    symbol: instrument.name,
    orderId: ids.order(market.symbol, order.id),
    orderLinkId: order.clientId,
    parentOrderLinkId: word('parentOrderLinkId'),
    blockTradeId: '',
    isLeverage: spot ? '0' : '',
    side: sideWord(order.side),
    positionIdx: spot ? 0 : POSITION_INDEX[order.positionSide],
    orderType: order.type,
    timeInForce: order.tif,
    price: priceText(order),
    qty: (money ? order.quoteQty : order.qty).toFixed(),
    orderIv: '',
    orderStatus: status,
    ...(spot ? {} : { createType: String(extra.createType ?? 'CreateByUser') }),
    ...ending(order),
    avgPrice: order.filled.eq(ZERO) ? '' : averageText(order),
    leavesQty: left.toFixed(),
    leavesValue: leavesValue(order, left).toFixed(),
    cumExecQty: order.filled.toFixed(),
    cumExecValue: order.quote.toFixed(),
    cumExecFee: fee,
    cumFeeDetail: fee === '0' && order.filled.eq(ZERO) ? {} : { [String(extra.feeAsset)]: fee },
    feeCurrency: '',
    closedPnl: String(extra.pnl ?? '0'),
    stopOrderType: word('stopOrderType'),
    ocoTriggerBy: '',
    marketUnit: word('marketUnit'),
    triggerPrice: order.trigger ? order.trigger.price.toFixed() : '',
    triggerDirection: spot || !order.trigger ? 0 : order.trigger.direction === 'UP' ? 1 : 2,
    triggerBy: word('triggerBy'),
    takeProfit: word('takeProfit'),
    stopLoss: word('stopLoss'),
    tpslMode: String(extra.tpslMode ?? 'UNKNOWN'),
    tpLimitPrice: '',
    slLimitPrice: '',
    tpTriggerBy: word('tpTriggerBy'),
    slTriggerBy: word('slTriggerBy'),
    reduceOnly: order.reduceOnly,
    closeOnTrigger: order.closePosition,
    smpType: String(extra.smpType ?? 'None'),
    smpGroup: '0',
    smpOrderId: '',
    placeType: '',
    lastPriceOnCreated: word('lastPriceOnCreated'),
    slippageToleranceType: 'UNKNOWN',
    slippageTolerance: '0',
    rpiTakerAccess: false,
    rpiMatchedQty: '',
    createdTime: String(order.createdAt),
    updatedTime: String(order.updatedAt),
  }
}

/** A market order of a contract shows the price it is protected with, one of spot none. */
function priceText(order: Order): string {
  if (order.kind === 'LIMIT') return order.price.toFixed()
  return String(order.extra.protectionPrice ?? '0')
}

function averageText(order: Order): string {
  return averagePrice(order.market.instrument, order.filled, order.quote).round(8, 1).toFixed()
}

function leavesValue(order: Order, left: Big): Big {
  if (order.quoteQty.gt(ZERO)) return order.quoteQty.minus(order.quote)
  if (left.eq(ZERO)) return ZERO
  const price = order.kind === 'LIMIT' ? order.price : isWaiting(order) ? (order.trigger?.price ?? ZERO) : ZERO
  return price.eq(ZERO) ? ZERO : worth(order.market.instrument, price, left).round(8, 0)
}

/** A fill as the `execution` topic and execution/list have it; `left` is what the order had left after it. */
export function executionRow(order: Order, fill: Fill, left: Big, ids: Ids): Record<string, unknown> {
  const { instrument } = order.market
  const spot = instrument.kind === 'spot'
  const { extra } = order
  return {
    symbol: instrument.name,
    orderId: ids.order(order.market.symbol, order.id),
    orderLinkId: order.clientId,
    side: sideWord(order.side),
    orderPrice: priceText(order),
    orderQty: (order.quoteQty.gt(ZERO) ? order.quoteQty : order.qty).toFixed(),
    leavesQty: left.toFixed(),
    orderType: order.type,
    stopOrderType: String(extra.stopOrderType ?? ''),
    createType: spot ? '' : String(extra.createType ?? 'CreateByUser'),
    isLeverage: spot ? '0' : '',
    execId: ids.execution(fill),
    execType: extra.liquidation === true ? 'BustTrade' : 'Trade',
    execPrice: fill.price,
    execQty: fill.qty,
    execValue: fill.quote,
    execTime: String(fill.time),
    execFee: fill.fee,
    feeCurrency: spot ? fill.feeAsset : '',
    feeRate: (fill.maker ? instrument.makerRate : instrument.takerRate).toFixed(),
    isMaker: fill.maker,
    execPnl: fill.realized,
    closedSize: fill.closed ?? '0',
    extraFees: '',
    seq: tradeSequence(fill.tradeId),
    markPrice: spot ? '' : fill.price,
    indexPrice: '',
    underlyingPrice: '',
    tradeIv: '',
    markIv: '',
    blockTradeId: '',
    marketUnit: String(extra.marketUnit ?? ''),
  }
}
