/*
 * Bybit's own field names, so that the compiler knows a misspelt one. Values are `unknown` until `fields.ts` has read them: the venue
 * adds, drops and retypes fields without notice.
 */

type Raw<Name extends string> = { readonly [K in Name]?: unknown }

/** A push of a topic, or the answer to a request of ours. */
export type RawFrame = Raw<
  | 'topic'
  | 'creationTime'
  | 'data'
  | 'op'
  | 'success'
  | 'ret_msg'
  | 'retCode'
  | 'retMsg'
  | 'req_id'
  | 'reqId'
  | 'request'
  | 'args'
>

/** An entry of the `order` topic, or a row of /v5/order/realtime and /v5/order/history (those without `category`). */
export type RawOrder = Raw<
  | 'category'
  | 'symbol'
  | 'orderId'
  | 'orderLinkId'
  | 'side'
  | 'positionIdx'
  | 'orderType'
  | 'stopOrderType'
  | 'timeInForce'
  | 'price'
  | 'qty'
  | 'marketUnit'
  | 'orderStatus'
  | 'cancelType'
  | 'rejectReason'
  | 'avgPrice'
  | 'cumExecQty'
  | 'triggerPrice'
  | 'triggerDirection'
  | 'lastPriceOnCreated'
  | 'reduceOnly'
  | 'createdTime'
  | 'updatedTime'
>

/** An entry of the `execution` topic, or a row of /v5/execution/list (those without `category`). */
export type RawExecution = Raw<
  | 'category'
  | 'symbol'
  | 'orderId'
  | 'orderLinkId'
  | 'side'
  | 'execId'
  | 'execType'
  | 'createType'
  | 'execPrice'
  | 'execQty'
  | 'execFee'
  | 'feeCurrency'
  | 'execPnl'
  | 'isMaker'
  | 'execTime'
>

/** An entry of the `position` topic (`entryPrice`), or a row of /v5/position/list (`avgPrice`, without `category`). */
export type RawPosition = Raw<
  | 'category'
  | 'symbol'
  | 'side'
  | 'size'
  | 'positionIdx'
  | 'entryPrice'
  | 'avgPrice'
  | 'markPrice'
  | 'leverage'
  | 'liqPrice'
  | 'unrealisedPnl'
  | 'curRealisedPnl'
  | 'cumRealisedPnl'
  | 'updatedTime'
>

/** An entry of the `wallet` topic or of the list of /v5/account/wallet-balance, and its coins. */
export type RawWallet = Raw<'accountType' | 'accountIMRate' | 'coin'>
export type RawCoin = Raw<'coin' | 'walletBalance' | 'locked' | 'totalOrderIM' | 'totalPositionIM' | 'bonus'>

/** A row of /v5/market/instruments-info. */
export type RawInstrument = Raw<
  'symbol' | 'status' | 'baseCoin' | 'quoteCoin' | 'settleCoin' | 'priceFilter' | 'lotSizeFilter'
>
export type RawPriceFilter = Raw<'tickSize' | 'minPrice' | 'maxPrice'>
export type RawLotSizeFilter = Raw<
  | 'qtyStep'
  | 'basePrecision'
  | 'quotePrecision'
  | 'minOrderQty'
  | 'maxOrderQty'
  | 'maxMktOrderQty'
  | 'minNotionalValue'
  | 'minOrderAmt'
  | 'maxOrderAmt'
>
