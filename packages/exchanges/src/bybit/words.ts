import {
  compareDecimal,
  type Decimal,
  type ExecutionKind,
  isZeroDecimal,
  type MarginMode,
  type OrderType,
  type PositionSide,
  type Side,
  type TimeInForce,
  type VenueStatus,
} from '@tradercoin/protocol'
import { ShapeError, textOrNull } from '../fields.ts'

/*
 * The venue's words and ours.
 * https://bybit-exchange.github.io/docs/v5/enum
 */

/** Throws ShapeError. */
export function side(word: unknown): Side {
  if (word === 'Buy') return 'BUY'
  if (word === 'Sell') return 'SELL'
  throw new ShapeError('unknown side')
}

/** 0 one-way, 1 the buy side and 2 the sell side of hedge mode. */
export function positionSide(index: unknown): PositionSide | null {
  switch (
    typeof index === 'string' && index !== '' ? Number(index) : index // not money: an index
  ) {
    case 0:
      return 'NET'
    case 1:
      return 'LONG'
    case 2:
      return 'SHORT'
    default:
      return null
  }
}

/** Of the whole account; in portfolio margin positions share one margin, too. */
export function marginMode(word: unknown): MarginMode | null {
  if (word === 'ISOLATED_MARGIN') return 'ISOLATED'
  return word === 'REGULAR_MARGIN' || word === 'PORTFOLIO_MARGIN' ? 'CROSS' : null
}

export function timeInForce(word: unknown): TimeInForce | null {
  switch (word) {
    case 'GTC':
    case 'IOC':
    case 'FOK':
      return word
    case 'PostOnly':
    case 'RPI':
      return 'GTC'
    default:
      return null
  }
}

/** RPI orders rest for retail takers only: they never take either. */
export function isPostOnly(word: unknown): boolean {
  return word === 'PostOnly' || word === 'RPI'
}

const stopTypes = new Map<unknown, 'stop' | 'take-profit' | 'trailing' | 'by-price' | 'other'>([
  ['StopLoss', 'stop'],
  ['PartialStopLoss', 'stop'],
  ['TakeProfit', 'take-profit'],
  ['PartialTakeProfit', 'take-profit'],
  ['TrailingStop', 'trailing'],
  ['Stop', 'by-price'],
  ['tpslOrder', 'by-price'],
  ['OcoOrder', 'other'],
  ['BidirectionalTpslOrder', 'other'],
  ['MmRateClose', 'other'],
])

/** What an order says of its own kind. */
export interface OrderWords {
  orderType?: unknown
  stopOrderType?: unknown
  triggerDirection?: unknown
  triggerPrice: Decimal | null
  lastPriceOnCreated: Decimal | null
  side: Side
}

/** Conditional orders by what triggers them; order types that come next are OTHER. */
export function orderType(words: OrderWords): OrderType {
  const { orderType: word, stopOrderType } = words
  if (word !== 'Limit' && word !== 'Market') return 'OTHER'
  const isLimit = word === 'Limit'
  const stop = isNoStop(stopOrderType) ? null : (stopTypes.get(stopOrderType) ?? 'other')
  switch (stop) {
    case null:
      return isLimit ? 'LIMIT' : 'MARKET'
    case 'stop':
      return isLimit ? 'STOP_LIMIT' : 'STOP_MARKET'
    case 'take-profit':
      return isLimit ? 'TAKE_PROFIT_LIMIT' : 'TAKE_PROFIT_MARKET'
    case 'by-price':
      if (takesProfit(words)) return isLimit ? 'TAKE_PROFIT_LIMIT' : 'TAKE_PROFIT_MARKET'
      return isLimit ? 'STOP_LIMIT' : 'STOP_MARKET'
    case 'trailing':
      return 'TRAILING_STOP'
    case 'other':
      return 'OTHER'
  }
}

/** The venue's own word: a conditional order's, else the plain type. */
export function venueType({
  orderType: word,
  stopOrderType,
}: Pick<OrderWords, 'orderType' | 'stopOrderType'>): string | null {
  return (isNoStop(stopOrderType) ? null : textOrNull(stopOrderType)) ?? textOrNull(word)
}

const isNoStop = (word: unknown) => word === undefined || word === null || word === '' || word === 'UNKNOWN'

/** A buy below or a sell above the market takes profit. Spot orders do not tell the direction; the price they were created at does. */
function takesProfit({ triggerDirection, triggerPrice, lastPriceOnCreated, side, stopOrderType }: OrderWords): boolean {
  const told =
    triggerDirection === '1' || triggerDirection === 1 ? 1 : triggerDirection === '2' || triggerDirection === 2 ? 2 : 0
  if (told !== 0) return (told === 1) === (side === 'SELL')
  if (triggerPrice !== null && lastPriceOnCreated !== null) {
    return compareDecimal(triggerPrice, lastPriceOnCreated) > 0 === (side === 'SELL')
  }
  return stopOrderType === 'tpslOrder'
}

/** What decides how an order ended. */
export interface EndingWords {
  orderStatus?: unknown
  orderType?: unknown
  timeInForce?: unknown
  isQuoteSized: boolean
  cancelType?: unknown
  rejectReason?: unknown
  executedQty: Decimal
}

const statuses = new Map<unknown, VenueStatus | 'cancelled' | 'cut short' | 'rejected'>([
  ['New', 'NEW'],
  ['Created', 'NEW'],
  ['Active', 'NEW'],
  ['PartiallyFilled', 'PARTIALLY_FILLED'],
  ['Filled', 'FILLED'],
  ['Untriggered', 'UNTRIGGERED'],
  ['Triggered', 'TRIGGERED'],
  ['Deactivated', 'CANCELED'],
  ['Cancelled', 'cancelled'],
  ['PartiallyFilledCanceled', 'cut short'],
  ['Rejected', 'rejected'],
])

/** Throws ShapeError. */
export function orderStatus(words: EndingWords): VenueStatus {
  const status = statuses.get(words.orderStatus)
  switch (status) {
    case undefined:
      throw new ShapeError('unknown order status')
    case 'rejected':
      return isZeroDecimal(words.executedQty) ? 'REJECTED' : 'CANCELED'
    case 'cut short':
      return cutShort(words)
    case 'cancelled':
      return cancelled(words)
    default:
      return status
  }
}

/** Of a market order sized in quote coin only what is less than a lot was left over; of any other, a real remainder. */
function cutShort(words: EndingWords): VenueStatus {
  return words.orderType === 'Market' && words.isQuoteSized ? 'FILLED' : cancelled(words)
}

function cancelled(words: EndingWords): VenueStatus {
  const { rejectReason, executedQty } = words
  if (rejectReason === 'EC_PostOnlyWillTakeLiquidity') return isZeroDecimal(executedQty) ? 'REJECTED' : 'CANCELED'
  if (rejectReason === 'EC_NoImmediateQtyToFill' || rejectReason === 'EC_CancelForNoFullFill') return 'EXPIRED'
  return isImmediate(words) && !wasCalledOff(words) ? 'EXPIRED' : 'CANCELED'
}

function isImmediate({ orderType: word, timeInForce: force }: EndingWords): boolean {
  return word === 'Market' || force === 'IOC' || force === 'FOK'
}

const endsByItself = ['', 'UNKNOWN', 'CancelBySmp', 'CancelByReduceOnly']

/**
 * Someone or something ended it; the rest of an immediate order ends by itself, also when its owner stands on the other side, or when
 * nothing is left of the position that it may only reduce.
 */
function wasCalledOff({ cancelType, rejectReason }: EndingWords): boolean {
  if (rejectReason === 'EC_PerCancelRequest') return true
  return typeof cancelType === 'string' && !endsByItself.includes(cancelType)
}

/** Why an order ended, in the venue's words; null for what its owner did, and while it lives or when it was filled. */
export function endReason(status: VenueStatus, { cancelType, rejectReason }: EndingWords): string | null {
  if (status !== 'CANCELED' && status !== 'REJECTED' && status !== 'EXPIRED') return null
  if (cancelType === 'CancelByUser' || rejectReason === 'EC_PerCancelRequest') return null
  const reason = textOrNull(rejectReason)
  if (reason !== null && reason !== 'EC_NoError') return reason
  const type = textOrNull(cancelType)
  if (type !== null && type !== 'UNKNOWN') return type
  return status === 'EXPIRED' ? 'the rest of the order could not be filled at once' : null
}

const executionKinds = new Map<unknown, ExecutionKind>([
  ['Trade', 'TRADE'],
  ['BlockTrade', 'TRADE'],
  ['MovePosition', 'TRADE'],
  ['FutureSpread', 'TRADE'],
  ['CorporateAction', 'TRADE'],
  ['AdlTrade', 'ADL'],
  ['BustTrade', 'LIQUIDATION'],
  ['Settle', 'SETTLEMENT'],
  ['Delivery', 'SETTLEMENT'],
])

const forcedOrders = new Map<unknown, ExecutionKind>([
  ['CreateByLiq', 'LIQUIDATION'],
  ['CreateByTakeOver_PassThrough', 'LIQUIDATION'],
  ['CreateByAdl_PassThrough', 'ADL'],
  ['CreateBySettle', 'SETTLEMENT'],
])

/** Null for what is not an execution: funding is a fee of the position, and comes as a row of its own. Throws ShapeError. */
export function executionKind(execType: unknown, createType: unknown): ExecutionKind | null {
  if (execType === 'Funding') return null
  const kind = executionKinds.get(execType)
  if (kind === undefined) throw new ShapeError('unknown kind of execution')
  return kind === 'TRADE' ? (forcedOrders.get(createType) ?? kind) : kind
}
