/*
 * Binance's own field names, so that the compiler knows a misspelt one. Values are `unknown` until `fields.ts` has read them: the venue
 * adds, drops and retypes fields without notice.
 */

type Raw<Name extends string> = { readonly [K in Name]?: unknown }

/** Every frame of the private stream that is an event. `E` event time, `T` transaction time. */
export type RawEvent = Raw<'e' | 'E' | 'T' | 'o' | 'a' | 'listenKey'>

/** Body `o` of ORDER_TRADE_UPDATE. */
export type RawOrderUpdate = Raw<
  | 's' // symbol
  | 'c' // client order id
  | 'S' // side
  | 'o' // type now
  | 'ot' // original type
  | 'f' // time in force
  | 'q' // quantity
  | 'p' // price
  | 'ap' // average price
  | 'sp' // stop price
  | 'AP' // activation price of a trailing stop
  | 'x' // what happened
  | 'X' // status
  | 'i' // order id
  | 'l' // quantity of this fill
  | 'z' // cumulative quantity
  | 'L' // price of this fill
  | 'n' // commission
  | 'N' // its asset
  | 'T' // trade time
  | 't' // trade id
  | 'm' // maker
  | 'R' // reduce only
  | 'ps' // position side
  | 'rp' // realized profit of this fill
  | 'er' // expiry reason
>

/** Body `o` of ALGO_UPDATE. */
export type RawAlgoUpdate = Raw<
  | 'caid' // client algo id
  | 'aid' // algo id
  | 'o' // type
  | 's'
  | 'S'
  | 'ps'
  | 'f'
  | 'q'
  | 'X' // status
  | 'ai' // id of the order it became
  | 'tp' // trigger price
  | 'p' // limit price
  | 'R'
  | 'tt' // trigger time
  | 'rm' // why it failed
>

/** Body `a` of ACCOUNT_UPDATE. */
export type RawAccountUpdate = Raw<'m' | 'B' | 'P'>
export type RawBalanceUpdate = Raw<'a' | 'wb'>
export type RawPositionUpdate = Raw<'s' | 'pa' | 'ep' | 'cr' | 'up' | 'mt' | 'ps'>

/** Rows of /order, /openOrders and /allOrders. */
export type RawOrder = Raw<
  | 'symbol'
  | 'orderId'
  | 'clientOrderId'
  | 'status'
  | 'type'
  | 'origType'
  | 'side'
  | 'positionSide'
  | 'timeInForce'
  | 'price'
  | 'avgPrice'
  | 'origQty'
  | 'executedQty'
  | 'stopPrice'
  | 'activatePrice'
  | 'reduceOnly'
  | 'time'
  | 'updateTime'
>

/** Rows of /algoOrder and /openAlgoOrders. `type` is what one recording calls `orderType`. */
export type RawAlgoOrder = Raw<
  | 'algoId'
  | 'clientAlgoId'
  | 'orderType'
  | 'type'
  | 'symbol'
  | 'side'
  | 'positionSide'
  | 'timeInForce'
  | 'quantity'
  | 'algoStatus'
  | 'actualOrderId'
  | 'triggerPrice'
  | 'price'
  | 'activatePrice'
  | 'reduceOnly'
  | 'createTime'
  | 'updateTime'
  | 'triggerTime'
>

/** Rows of /userTrades. */
export type RawTrade = Raw<
  | 'symbol'
  | 'id'
  | 'orderId'
  | 'side'
  | 'positionSide'
  | 'price'
  | 'qty'
  | 'quoteQty'
  | 'commission'
  | 'commissionAsset'
  | 'realizedPnl'
  | 'maker'
  | 'buyer'
  | 'time'
>

/** Rows of /fapi/v3/positionRisk. */
export type RawPosition = Raw<
  | 'symbol'
  | 'positionSide'
  | 'positionAmt'
  | 'entryPrice'
  | 'markPrice'
  | 'unRealizedProfit'
  | 'liquidationPrice'
  | 'updateTime'
>

/** Rows of /fapi/v1/symbolConfig. */
export type RawSymbolConfig = Raw<'symbol' | 'marginType' | 'leverage'>

/** Rows of /fapi/v3/balance. */
export type RawBalance = Raw<'accountAlias' | 'asset' | 'balance' | 'availableBalance' | 'updateTime'>

/** Rows of `symbols` in /exchangeInfo, and of a symbol's `filters`. */
export type RawSymbol = Raw<
  'symbol' | 'status' | 'contractType' | 'baseAsset' | 'quoteAsset' | 'marginAsset' | 'filters'
>
export type RawFilter = Raw<
  'filterType' | 'tickSize' | 'minPrice' | 'maxPrice' | 'minQty' | 'maxQty' | 'stepSize' | 'notional'
>
