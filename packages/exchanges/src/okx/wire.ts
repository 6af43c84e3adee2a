/*
 * What OKX sends, as far as we read it. Nothing is trusted: fields may be missing, new or of another type. Numbers are texts, times are
 * milliseconds as texts, the empty text stands for "none".
 */

/** Anything that arrives on a private socket as JSON. */
export interface RawFrame {
  /** login, subscribe, error, notice, channel-conn-count, channel-conn-count-error … */
  event?: unknown
  code?: unknown
  msg?: unknown
  /** Echo of our request's id. */
  id?: unknown
  channel?: unknown
  arg?: unknown
  data?: unknown
}

/** A row of the orders channel, or of the lists of orders. */
export interface RawOrder {
  instType?: unknown
  instId?: unknown
  ordId?: unknown
  clOrdId?: unknown
  side?: unknown
  posSide?: unknown
  ordType?: unknown
  px?: unknown
  sz?: unknown
  tgtCcy?: unknown
  state?: unknown
  accFillSz?: unknown
  avgPx?: unknown
  /** In a push, the fill that caused it; in a list, the last one. */
  fillPx?: unknown
  fillSz?: unknown
  tradeId?: unknown
  fillTime?: unknown
  fillFee?: unknown
  fillFeeCcy?: unknown
  fillPnl?: unknown
  execType?: unknown
  reduceOnly?: unknown
  cancelSource?: unknown
  cancelSourceReason?: unknown
  category?: unknown
  algoId?: unknown
  amendResult?: unknown
  reqId?: unknown
  code?: unknown
  msg?: unknown
  cTime?: unknown
  uTime?: unknown
}

/** A row of /trade/fills. */
export interface RawFill {
  instType?: unknown
  instId?: unknown
  tradeId?: unknown
  ordId?: unknown
  clOrdId?: unknown
  billId?: unknown
  fillPx?: unknown
  fillSz?: unknown
  fillPnl?: unknown
  fee?: unknown
  feeCcy?: unknown
  side?: unknown
  posSide?: unknown
  execType?: unknown
  fillTime?: unknown
  ts?: unknown
}

/** A row of the orders-algo or algo-advance channel, or of the lists of algo orders. */
export interface RawAlgo {
  instType?: unknown
  instId?: unknown
  algoId?: unknown
  algoClOrdId?: unknown
  ordType?: unknown
  side?: unknown
  posSide?: unknown
  sz?: unknown
  tgtCcy?: unknown
  reduceOnly?: unknown
  state?: unknown
  tpTriggerPx?: unknown
  tpOrdPx?: unknown
  slTriggerPx?: unknown
  slOrdPx?: unknown
  triggerPx?: unknown
  ordPx?: unknown
  activePx?: unknown
  triggerTime?: unknown
  failCode?: unknown
  ordIdList?: unknown
  cTime?: unknown
  uTime?: unknown
}

/** A row of the positions channel or of /account/positions, or of `posData`. */
export interface RawPosition {
  instType?: unknown
  instId?: unknown
  mgnMode?: unknown
  posId?: unknown
  posSide?: unknown
  pos?: unknown
  posCcy?: unknown
  avgPx?: unknown
  upl?: unknown
  markPx?: unknown
  liqPx?: unknown
  lever?: unknown
  realizedPnl?: unknown
  uTime?: unknown
}

/** `data[0]` of the account channel or of /account/balance. */
export interface RawAccount {
  uTime?: unknown
  details?: unknown
}

export interface RawBalance {
  ccy?: unknown
  eq?: unknown
  cashBal?: unknown
  availBal?: unknown
  availEq?: unknown
  frozenBal?: unknown
  uTime?: unknown
}

/** `data[0]` of the balance_and_position channel. */
export interface RawBalanceAndPosition {
  balData?: unknown
  posData?: unknown
  /** The trades behind the change, by instId and tradeId. */
  trades?: unknown
}

/** A row of /public/instruments. */
export interface RawInstrument {
  instType?: unknown
  instId?: unknown
  instFamily?: unknown
  uly?: unknown
  baseCcy?: unknown
  quoteCcy?: unknown
  settleCcy?: unknown
  ctVal?: unknown
  ctMult?: unknown
  ctValCcy?: unknown
  ctType?: unknown
  tickSz?: unknown
  lotSz?: unknown
  minSz?: unknown
  maxLmtSz?: unknown
  maxMktSz?: unknown
  state?: unknown
}
