import type { Algo } from './algo-book.ts'

/** How USDⓈ-M writes conditional orders (fact sheet: binance-rest.md section 10, binance.md section 7.3). */

function fixed(text: string): string {
  return text === '0' || text === '' ? '0.0' : text
}

export function algoPlaced(algo: Algo): Record<string, unknown> {
  return {
    algoId: algo.id,
    clientAlgoId: algo.clientId,
    algoType: 'CONDITIONAL',
    orderType: algo.type,
    symbol: algo.symbol,
    side: algo.side,
    positionSide: algo.positionSide,
    timeInForce: algo.tif,
    quantity: algo.qty,
    algoStatus: algo.status,
    triggerPrice: fixed(algo.trigger),
    price: fixed(algo.price),
    icebergQuantity: null,
    selfTradePreventionMode: algo.stp,
    workingType: algo.workingType,
    priceMatch: algo.priceMatch,
    closePosition: algo.closePosition,
    priceProtect: algo.priceProtect,
    reduceOnly: algo.reduceOnly,
    activatePrice: algo.activatePrice,
    callbackRate: algo.callbackRate,
    createTime: algo.createdAt,
    updateTime: algo.updatedAt,
    triggerTime: algo.triggeredAt,
    goodTillDate: algo.goodTill,
  }
}

export function algoQueried(algo: Algo, inList: boolean): Record<string, unknown> {
  const { activatePrice: _a, callbackRate: _c, icebergQuantity, algoStatus, ...rest } = algoPlaced(algo)
  return {
    ...rest,
    algoStatus,
    actualOrderId: algo.orderId,
    actualPrice: algo.actualPrice,
    ...(inList
      ? { tpTriggerPrice: '0.0', tpPrice: '0.0', slTriggerPrice: '0.0', slPrice: '0.0', tpOrderType: '' }
      : { actualType: algo.actualType, actualQty: algo.actualQty }),
    icebergQuantity,
  }
}

export function algoUpdate(algo: Algo, now: number): { e: string } & Record<string, unknown> {
  const started = algo.orderId !== ''
  return {
    e: 'ALGO_UPDATE',
    E: now,
    T: algo.updatedAt,
    o: {
      caid: algo.clientId,
      aid: algo.id,
      at: 'CONDITIONAL',
      o: algo.type,
      s: algo.symbol,
      S: algo.side,
      ps: algo.positionSide,
      f: algo.tif,
      q: algo.qty,
      X: algo.status,
      ai: algo.orderId,
      ...(started ? { ap: algo.actualPrice, aq: algo.actualQty, act: algo.actualType } : {}),
      tp: algo.trigger,
      p: algo.price,
      V: algo.stp,
      wt: algo.workingType,
      pm: algo.priceMatch,
      cp: algo.closePosition,
      pP: algo.priceProtect,
      R: algo.reduceOnly,
      tt: algo.triggeredAt,
      gtd: algo.goodTill,
      rm: algo.reason,
      ...(algo.type === 'TRAILING_STOP_MARKET' ? { ia: algo.activated } : {}),
    },
  }
}
