import { dec } from '../engine/decimal.ts'
import type { Market } from '../engine/market.ts'
import type { Algo } from './algo.ts'
import { instTypeOf } from './instruments.ts'
import { posSideOf } from './order-shapes.ts'

/** An algo as REST and the orders-algo channel tell it (fact sheet: okx.md section 2.7). */
export function algoRow(algo: Algo, market: Market, lever: string): Record<string, unknown> {
  const { instrument, last } = market
  const isSpot = instrument.kind === 'spot'
  return {
    activePx: algo.activePx,
    actualPx: algo.actualPx,
    actualSide: algo.actualSide,
    actualSz: algo.actualSz,
    algoClOrdId: algo.algoClOrdId,
    algoId: algo.algoId,
    amendPxOnTriggerType: '0',
    attachAlgoOrds: [],
    cTime: String(algo.cTime),
    callbackRatio: algo.callbackRatio,
    callbackSpread: algo.callbackSpread,
    ccy: '',
    clOrdId: '',
    closeFraction: algo.closeFraction,
    failCode: algo.failCode,
    instId: instrument.name,
    instType: instTypeOf(instrument),
    isTradeBorrowMode: '',
    last: last.toFixed(),
    lever: isSpot ? '' : lever,
    linkedOrd: { ordId: '' },
    moveTriggerPx: algo.extreme === '' ? '' : trailingTrigger(algo, market),
    ordId: algo.ordId,
    ordIdList: algo.ordId === '' ? [] : [algo.ordId],
    ordPx: algo.ordPx,
    ordType: algo.ordType,
    posSide: isSpot ? 'net' : posSideOf(algo.positionSide),
    quickMgnType: '',
    reduceOnly: String(algo.reduceOnly),
    side: algo.side.toLowerCase(),
    slOrdPx: algo.slOrdPx,
    slTriggerPx: algo.slTriggerPx,
    slTriggerPxType: algo.slTriggerPxType,
    state: algo.state,
    sz: algo.sz,
    tag: algo.tag,
    tdMode: algo.tdMode,
    tgtCcy: algo.tgtCcy,
    tpOrdPx: algo.tpOrdPx,
    tpTriggerPx: algo.tpTriggerPx,
    tpTriggerPxType: algo.tpTriggerPxType,
    tradeQuoteCcy: isSpot ? instrument.quote : '',
    triggerPx: algo.triggerPx,
    triggerPxType: algo.triggerPxType,
    triggerTime: algo.triggerTime,
    uTime: String(algo.uTime),
  }
}

function trailingTrigger(algo: Algo, { instrument }: Market): string {
  const best = dec(algo.extreme)
  const distance = algo.callbackSpread === '' ? best.times(algo.callbackRatio) : dec(algo.callbackSpread)
  return (algo.side === 'BUY' ? best.plus(distance) : best.minus(distance)).toFixed(instrument.priceDecimals)
}
