import type { Account } from '../engine/account.ts'
import { type Big, dec, isMultiple, ONE } from '../engine/decimal.ts'
import { money } from '../engine/instrument.ts'
import type { Market } from '../engine/market.ts'
import type { Refusal } from '../engine/refusal.ts'
import { type Category, modeOf } from './categories.ts'
import { ApiError, badParameter, forbidden } from './errors.ts'
import {
  MAX_CONDITIONAL_CONTRACT_ORDERS,
  MAX_CONDITIONAL_SPOT_ORDERS,
  MAX_OPEN_ORDERS,
  PRICE_BAND,
} from './instruments.ts'
import { isWaiting } from './words.ts'

const isSpot = (market: Market) => market.instrument.kind === 'spot'

/** A quantity in the instrument's own unit. */
export function checkQty(market: Market, qty: Big, kind: 'LIMIT' | 'MARKET'): void {
  const { minQty, maxQty, marketMaxQty, step } = market.instrument
  const spot = isSpot(market)
  const highest = kind === 'MARKET' ? marketMaxQty : maxQty
  if (!isMultiple(qty, step)) {
    throw spot
      ? new ApiError(kind === 'MARKET' ? 170148 : 170137, 'Order volume decimal too long.')
      : badParameter('Qty invalid')
  }
  if (qty.lt(minQty)) {
    if (spot) throw new ApiError(170136, 'Order quantity lower than minimum value.')
    throw new ApiError(110017, 'Reduce-only rule not satisfied: orderQty will be truncated to zero.')
  }
  if (qty.gt(highest)) {
    throw spot
      ? new ApiError(170124, 'Order amount too large.')
      : badParameter(`The number of contracts exceeds maximum limit allowed: too large, order_qty:${qty.toFixed()}`)
  }
}

/** Money that a spot market order is sized in. */
export function checkAmount(market: Market, amount: Big): void {
  if (!isMultiple(amount, dec('0.00000001'))) throw new ApiError(170148, 'Market order amount decimal too long.')
  if (amount.lt(market.instrument.minNotional)) throw new ApiError(170140, 'Order value exceeded lower limit.')
}

export function checkPrice(market: Market, price: Big): void {
  const { tick, minPrice, maxPrice } = market.instrument
  const spot = isSpot(market)
  if (price.lt(minPrice) || price.gt(maxPrice)) {
    throw spot
      ? new ApiError(170132, 'Order price too high.')
      : new ApiError(110003, 'Order price exceeds the allowable range.')
  }
  if (!isMultiple(price, tick)) {
    throw spot ? new ApiError(170134, 'Order price decimal too long.') : badParameter('Price invalid')
  }
}

/** A buy far above the market and a sell far below it are refused. */
export function checkBand(market: Market, side: 'BUY' | 'SELL', price: Big): void {
  const spot = isSpot(market)
  const { priceDecimals } = market.instrument
  const highest = market.last.times(ONE.plus(PRICE_BAND)).round(priceDecimals, 0)
  const lowest = market.last.times(ONE.minus(PRICE_BAND)).round(priceDecimals, 3)
  if (side === 'BUY' && price.gt(highest)) {
    throw spot
      ? new ApiError(170193, `Buy order price cannot be higher than ${highest.toFixed()}.`)
      : new ApiError(30208, 'The order price is higher than the maximum buying price.')
  }
  if (side === 'SELL' && price.lt(lowest)) {
    throw spot
      ? new ApiError(170194, `Sell order price cannot be lower than ${lowest.toFixed()}.`)
      : new ApiError(30209, 'The order price is lower than the minimum selling price.')
  }
}

export function checkValue(market: Market, price: Big, qty: Big): void {
  const { minNotional } = market.instrument
  if (money(market.instrument, price, qty).gte(minNotional)) return
  throw isSpot(market)
    ? new ApiError(170140, 'Order value exceeded lower limit.')
    : new ApiError(110094, `Order does not meet minimum order value ${minNotional.toFixed()}USDT`)
}

/** How many orders may be open: 500 in all on spot, 500 of a symbol on contracts, and fewer that wait for a price. */
export function checkRoom(account: Account, market: Market, conditional: boolean): void {
  const spot = isSpot(market)
  let open = 0
  let waiting = 0
  for (const order of account.open) {
    if (isSpot(order.market) !== spot) continue
    const own = order.market === market
    if (spot || own) open += 1
    if (own && isWaiting(order)) waiting += 1
  }
  if (spot) {
    if (open >= MAX_OPEN_ORDERS || (conditional && waiting >= MAX_CONDITIONAL_SPOT_ORDERS)) {
      throw new ApiError(170810, 'Cannot exceed maximum of 500 conditional, TP/SL and active orders.')
    }
    return
  }
  if (conditional && waiting >= MAX_CONDITIONAL_CONTRACT_ORDERS) {
    throw new ApiError(110009, 'The number of stop orders exceeds the maximum allowable limit.')
  }
  if (open >= MAX_OPEN_ORDERS) throw new ApiError(110020, 'Not allowed to have more than 500 active orders.')
}

/** A key may be for one kind of market only. */
export function checkScope(account: Account, category: Category): void {
  const scoped = account.can('spot') || account.can('futures')
  if (scoped && !account.can(modeOf(category))) throw forbidden()
}

/** What the matching engine refused, in Bybit's codes. */
export function refusalAnswer(refusal: Refusal, category: Category | undefined): ApiError {
  const spot = category === 'spot'
  switch (refusal.reason) {
    case 'insufficient_funds':
      return spot
        ? new ApiError(170131, 'Insufficient balance.')
        : new ApiError(110007, 'CheckMarginRatio fail! InsufficientAB')
    case 'duplicate_client_id':
      return duplicateLinkId(spot)
    case 'unknown_order':
      return noSuchOrder(spot)
    case 'reduce_only':
      return new ApiError(110017, 'current position is zero, cannot fix reduce-only order qty')
    case 'no_change':
      return badParameter('The order remains unchanged as the parameters entered match the existing ones.')
    case 'no_liquidity':
      return spot ? new ApiError(170140, 'Order value exceeded lower limit.') : badParameter('Qty invalid')
    default:
      return badParameter(`params error: ${refusal.message}`)
  }
}

export const noSuchOrder = (spot: boolean) =>
  spot ? new ApiError(170213, 'Order does not exist.') : new ApiError(110001, 'order not exists or too late to cancel')

export const duplicateLinkId = (spot: boolean) =>
  spot ? new ApiError(170141, 'Duplicate clientOrderId') : new ApiError(110072, 'OrderLinkedID is duplicate')
