import { z } from 'zod'

/*
 * Binance's own field names. What becomes an account event is typed `unknown` per field and read by parse.ts, which keeps what it cannot
 * read; what steers the adapter is checked here. Extra fields are always ignored: the venue adds them without notice.
 */

type Raw<Name extends string> = { readonly [K in Name]?: unknown }

/** `executionReport` of the user data stream. */
export type RawExecutionReport = Raw<
  | 'e' // event type
  | 's' // symbol
  | 'c' // client order id; on a cancel the cancel's own
  | 'C' // the order's client order id, on a cancel
  | 'S' // side
  | 'o' // type
  | 'f' // time in force
  | 'q' // quantity
  | 'p' // price
  | 'P' // stop price
  | 'd' // trailing delta (bips)
  | 'g' // order list id, -1 without
  | 'x' // what happened
  | 'X' // status
  | 'r' // why it was rejected
  | 'eR' // why it expired
  | 'i' // order id
  | 'l' // quantity of this execution
  | 'L' // its price
  | 'Y' // its quote quantity
  | 'n' // its commission
  | 'N' // asset of the commission
  | 't' // trade id, -1 when this is no trade
  | 'a' // allocation id, of an order filled by smart order routing
  | 'm' // maker
  | 'w' // on the book
  | 'z' // cumulative quantity
  | 'Z' // cumulative quote quantity
  | 'O' // creation time
  | 'T' // transaction time
>

export type RawAccountPosition = Raw<'e' | 'u' | 'B'>
export type RawPositionBalance = Raw<'a' | 'f' | 'l'>

/** Order object of GET /order, /openOrders and /allOrders. */
export type RawOrder = Raw<
  | 'symbol'
  | 'orderId'
  | 'orderListId'
  | 'clientOrderId'
  | 'price'
  | 'origQty'
  | 'executedQty'
  | 'cummulativeQuoteQty'
  | 'status'
  | 'timeInForce'
  | 'type'
  | 'side'
  | 'stopPrice'
  | 'trailingDelta'
  | 'time'
  | 'updateTime'
  | 'isWorking'
  | 'workingTime'
  | 'expiryReason'
  | 'usedSor'
>

/** Trade object of GET /myTrades, and allocation object of GET /myAllocations. */
export type RawTrade = Raw<
  | 'symbol'
  | 'id'
  | 'allocationId'
  | 'orderId'
  | 'price'
  | 'qty'
  | 'quoteQty'
  | 'commission'
  | 'commissionAsset'
  | 'time'
  | 'isBuyer'
  | 'isMaker'
>

const id = z.union([z.int(), z.string().min(1)]).transform(String)

export const rowsAnswer = z.array(z.record(z.string(), z.unknown()))
export const rowAnswer = z.record(z.string(), z.unknown())

export const accountAnswer = z.object({
  uid: id.optional(),
  canTrade: z.boolean().default(true),
  updateTime: z.int(),
  balances: z.array(z.object({ asset: z.string(), free: z.string(), locked: z.string() })),
})
export type RawAccount = z.infer<typeof accountAnswer>

export const placeAnswer = z.object({ orderId: id })
export const anyAnswer = z.unknown()

export const orderListsAnswer = z.array(
  z.object({ orders: z.array(z.object({ symbol: z.string(), orderId: id })).default([]) }),
)
export type RawOrderList = z.infer<typeof orderListsAnswer>[number]

const filter = z.looseObject({ filterType: z.string() })
export const exchangeInfoAnswer = z.object({
  symbols: z.array(
    z.object({
      symbol: z.string(),
      status: z.string(),
      baseAsset: z.string(),
      quoteAsset: z.string(),
      isSpotTradingAllowed: z.boolean().default(true),
      filters: z.array(filter).default([]),
    }),
  ),
})
export type RawExchangeInfo = z.infer<typeof exchangeInfoAnswer>

export const subscribeResult = z.object({ subscriptionId: z.int().nonnegative() })
