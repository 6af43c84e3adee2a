import type { Account } from '../engine/account.ts'
import { type Big, dec, ZERO } from '../engine/decimal.ts'
import type { FuturesClearing } from '../engine/futures-clearing.ts'
import { averagePrice, settleAsset, worth } from '../engine/instrument.ts'
import { type ExpiryReason, type Fill, isOpen, type Order, type PositionSide } from '../engine/order.ts'
import { familyOf, instTypeOf } from './instruments.ts'

/** How OKX writes orders and fills (fact sheet: okx.md sections 2.1 to 2.4 and 3.2). */

const FIRST_BILL = 3_100_000_000_000_000_000n

/** `cancelSource` of what the engine ends by itself. */
const CANCEL_SOURCE: Record<ExpiryReason, string> = {
  NONE: '1',
  IOC: '14',
  FOK: '13',
  NO_LIQUIDITY: '14',
  STP: '32',
  REDUCE_ONLY: '17',
  LIST: '0',
  LIST_PHASE_ONE: '0',
  REJECTED: '0',
  EXCHANGE: '0',
  GTD: '0',
  POST_ONLY: '31',
}

const CANCEL_REASON: Record<string, string> = {
  '1': 'Order canceled by user.',
  '13': 'FOK order was canceled due to incomplete execution.',
  '14': 'IOC order was partially canceled due to incomplete execution.',
  '17': 'Close order was canceled, because the position was already closed at market price.',
  '20': 'Cancel all after triggered.',
  '31': 'The post-only order will take liquidity in maker orders.',
  '32': 'Self trade prevention.',
}

export const posSideOf = (side: PositionSide) => (side === 'BOTH' ? 'net' : side.toLowerCase())

export function stateOf(order: Order): string {
  if (order.status === 'FILLED') return 'filled'
  if (!isOpen(order)) return 'canceled'
  return order.filled.gt(ZERO) ? 'partially_filled' : 'live'
}

export function cancelSourceOf(order: Order): string {
  if (stateOf(order) !== 'canceled') return ''
  return String(order.extra.cancelSource ?? CANCEL_SOURCE[order.expiry])
}

/** The average of what was filled, or undefined. */
export function averageOf(order: Order): Big | undefined {
  if (order.filled.eq(ZERO)) return undefined
  return averagePrice(order.market.instrument, order.filled, order.quote).round(10, 1)
}

/** Totals and the last fill, which travel with the order: fees are negative where they were paid. */
export function noteFill(order: Order, fill: Fill): void {
  const { extra } = order
  extra.fee = dec(String(extra.fee ?? '0'))
    .minus(fill.fee)
    .toFixed()
  extra.pnl = dec(String(extra.pnl ?? '0'))
    .plus(fill.realized)
    .toFixed()
  extra.tradeId = streamTradeId(order, fill)
  extra.fillPx = fill.price
  extra.fillSz = fill.qty
  extra.fillTime = String(fill.time)
}

/** Liquidations come without a trade id in the stream, and with a negative one over REST. */
function streamTradeId(order: Order, fill: Fill): string {
  return order.extra.category === undefined ? fill.tradeId.toString() : '0'
}

const text = (value: unknown) => (value === undefined ? '' : String(value))

/** An order as REST tells it. */
export function orderRow(order: Order, clearing: FuturesClearing): Record<string, unknown> {
  const { extra, market, account } = order
  const { instrument } = market
  const isSpot = instrument.kind === 'spot'
  const buysBase = isSpot && order.side === 'BUY'
  const feeCcy = isSpot ? (buysBase ? instrument.base : instrument.quote) : settleAsset(instrument)
  const source = cancelSourceOf(order)
  return {
    accFillSz: order.filled.toFixed(),
    algoClOrdId: text(extra.algoClOrdId),
    algoId: text(extra.algoId),
    attachAlgoClOrdId: '',
    attachAlgoOrds: extra.attached === undefined ? [] : JSON.parse(String(extra.attached)),
    avgPx: averageOf(order)?.toFixed() ?? '',
    cTime: String(order.createdAt),
    cancelSource: source,
    cancelSourceReason: CANCEL_REASON[source] ?? '',
    category: text(extra.category ?? 'normal'),
    ccy: text(extra.ccy),
    clOrdId: order.clientId,
    fee: text(extra.fee ?? '0'),
    feeCcy,
    fillPx: text(extra.fillPx),
    fillSz: text(extra.fillSz ?? '0'),
    fillTime: text(extra.fillTime),
    instId: instrument.name,
    instType: instTypeOf(instrument),
    isTpLimit: 'false',
    lever: isSpot ? '' : String(clearing.leverage(account, market.symbol, order.isolated)),
    linkedAlgoOrd: { algoId: '' },
    ordId: order.id.toString(),
    ordType: order.type,
    pnl: text(extra.pnl ?? '0'),
    posSide: isSpot ? '' : posSideOf(order.positionSide),
    px: order.kind === 'MARKET' ? '' : order.price.toFixed(),
    pxType: '',
    pxUsd: '',
    pxVol: '',
    quickMgnType: '',
    rebate: '0',
    rebateCcy: isSpot ? (buysBase ? instrument.quote : instrument.base) : settleAsset(instrument),
    reduceOnly: String(order.reduceOnly),
    side: order.side.toLowerCase(),
    slOrdPx: '',
    slTriggerPx: '',
    slTriggerPxType: '',
    source: text(extra.source),
    state: stateOf(order),
    stpId: '',
    stpMode: text(extra.stpMode ?? 'cancel_maker'),
    sz: (order.quoteQty.gt(ZERO) ? order.quoteQty : order.qty).toFixed(),
    tag: text(extra.tag),
    tdMode: text(extra.tdMode),
    tgtCcy: text(extra.tgtCcy),
    tpOrdPx: '',
    tpTriggerPx: '',
    tpTriggerPxType: '',
    tradeId: text(extra.tradeId),
    tradeQuoteCcy: isSpot ? instrument.quote : '',
    uTime: String(order.updatedAt),
  }
}

/** What the operation behind a push came to. */
export interface Amendment {
  reqId: string
  /** '0' done, '-1' failed, '1' failed and canceled. */
  result: '0' | '-1' | '1'
  code: string
  msg: string
}

export interface Push {
  fill?: Fill
  amendment?: Amendment | undefined
  /** Where the push tells another state than the order is in by now. */
  state?: string
}

/** An order as the orders channel tells it: `fill…` are of the fill that caused the push, and of no other. */
export function orderPush(order: Order, clearing: FuturesClearing, push: Push): Record<string, unknown> {
  const { fill, amendment } = push
  const { instrument, last } = order.market
  const row = orderRow(order, clearing)
  return {
    ...row,
    avgPx: row.avgPx === '' ? '0' : row.avgPx,
    lever: row.lever === '' ? '0' : row.lever,
    state: push.state ?? (amendment && isOpen(order) ? 'live' : row.state),
    execType: fill ? (fill.maker ? 'M' : 'T') : '',
    fillPx: fill?.price ?? '',
    fillSz: fill?.qty ?? '0',
    tradeId: fill ? streamTradeId(order, fill) : '',
    fillTime: fill ? String(fill.time) : '',
    fillFee: fill ? negative(fill.fee) : '0',
    fillFeeCcy: fill?.feeAsset ?? '',
    fillPnl: fill?.realized ?? '0',
    fillNotionalUsd: fill ? notionalUsd(order, fill) : '',
    fillMarkPx: fill && instrument.kind !== 'spot' ? order.market.mark.toFixed() : '',
    fillIdxPx: fill ? order.market.mark.toFixed() : '',
    fillPxVol: '',
    fillPxUsd: '',
    fillMarkVol: '',
    fillFwdPx: '',
    notionalUsd: order.price.eq(ZERO) ? '' : worth(instrument, order.price, order.qty).round(8, 0).toFixed(),
    lastPx: last.toFixed(),
    amendResult: amendment?.result ?? '',
    amendSource: amendment?.result === '0' ? '1' : text(order.extra.amendSource),
    reqId: amendment?.reqId ?? '',
    code: amendment?.code ?? '0',
    msg: amendment?.msg ?? '',
  }
}

/** A row of trade/fills. `order` is absent when it was forgotten. */
export function fillRow(fill: Fill, order: Order | undefined, account: Account): Record<string, unknown> {
  const instrument = order?.market.instrument
  const isSpot = instrument?.kind === 'spot'
  const rate = instrument && (fill.maker ? instrument.makerRate : instrument.takerRate)
  const forced = order?.extra.category !== undefined
  return {
    billId: billIdOf(fill),
    clOrdId: fill.clientId,
    execType: fill.maker ? 'M' : 'T',
    fee: negative(fill.fee),
    feeCcy: fill.feeAsset,
    feeRate: rate ? negative(rate.toFixed()) : '',
    fillFwdPx: '',
    fillIdxPx: fill.price,
    fillMarkPx: isSpot ? '' : fill.price,
    fillMarkVol: '',
    fillPnl: fill.realized,
    fillPx: fill.price,
    fillPxUsd: '',
    fillPxVol: '',
    fillSz: fill.qty,
    fillTime: String(fill.time),
    instId: instrument?.name ?? fill.symbol,
    instType: instrument ? instTypeOf(instrument) : '',
    ordId: fill.orderId.toString(),
    posSide: isSpot ? 'net' : posSideOf(account.hedge || fill.positionSide !== 'BOTH' ? fill.positionSide : 'BOTH'),
    side: fill.side.toLowerCase(),
    subType: subTypeOf(fill),
    tag: text(order?.extra.tag),
    tradeId: forced ? `-${fill.tradeId}` : fill.tradeId.toString(),
    tradeQuoteCcy: isSpot ? (instrument?.quote ?? '') : '',
    ts: String(fill.time),
  }
}

/** Bills are numbered over all instruments in the order they happened. */
export function billIdOf(fill: Fill): string {
  return (FIRST_BILL + BigInt(fill.seq)).toString()
}

/** 1 buy, 2 sell, 3 open long, 4 open short, 5 close long, 6 close short. */
function subTypeOf({ side, positionSide }: Fill): string {
  if (positionSide === 'LONG') return side === 'BUY' ? '3' : '5'
  if (positionSide === 'SHORT') return side === 'SELL' ? '4' : '6'
  return side === 'BUY' ? '1' : '2'
}

export function matchesFamily(order: Order, instFamily: string | undefined): boolean {
  return instFamily === undefined || familyOf(order.market.instrument) === instFamily
}

function notionalUsd(order: Order, fill: Fill): string {
  const { instrument } = order.market
  if (instrument.kind === 'inverse') return instrument.contractSize.times(fill.qty).toFixed()
  return worth(instrument, dec(fill.price), dec(fill.qty)).round(8, 0).toFixed()
}

function negative(value: string): string {
  return dec(value).eq(ZERO) ? '0' : `-${value}`
}
