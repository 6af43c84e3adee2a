import type { OrderType } from '@tradercoin/protocol'
import { ExchangeError, type VenueErrorCode } from '../errors.ts'
import type { AmendRequest, OrderRef, PlaceRequest } from '../exchange.ts'
import type { Category } from './category.ts'
import type { OrderKey } from './rest.ts'
import type { Params } from './sign.ts'

/** 1: the price rises to the trigger; 2: it falls to it. */
type Direction = 1 | 2

const stops: ReadonlySet<OrderType> = new Set(['STOP_MARKET', 'STOP_LIMIT'])
const takeProfits: ReadonlySet<OrderType> = new Set(['TAKE_PROFIT_MARKET', 'TAKE_PROFIT_LIMIT'])
const limitTypes: ReadonlySet<OrderType> = new Set(['LIMIT', 'STOP_LIMIT', 'TAKE_PROFIT_LIMIT'])

/**
 * Our order in the parameters of POST /v5/order/create. Throws ExchangeError `refused` for what Bybit cannot do or what is missing;
 * nothing was sent then. Steps and ranges are left to the venue.
 * https://bybit-exchange.github.io/docs/v5/order/create-order
 */
export function formatOrder(request: PlaceRequest, category: Category): Params {
  const { type } = request
  const isConditional = stops.has(type) || takeProfits.has(type)
  if (!isConditional && type !== 'LIMIT' && type !== 'MARKET') {
    throw refused('order_type_not_supported', `Bybit has no order of type ${type}.`)
  }
  if (request.margin_mode !== null) {
    throw refused('margin_mode_not_supported', 'On Bybit the margin mode belongs to the account, not to one order.')
  }
  if (request.callback_rate !== null) {
    throw refused('order_type_not_supported', 'On Bybit a trailing stop belongs to the position; it is not an order.')
  }
  const isLimit = limitTypes.has(type)
  return {
    category,
    symbol: request.symbol,
    side: request.side === 'BUY' ? 'Buy' : 'Sell',
    orderType: isLimit ? 'Limit' : 'Market',
    ...size(request, category, isLimit),
    price: isLimit ? need(request.price, 'price_required', 'a price') : undefined,
    timeInForce: timeInForce(request, isLimit),
    orderLinkId: request.client_order_id,
    ...positionTerms(request, category),
    ...(isConditional ? trigger(request, category) : {}),
  }
}

function size(request: PlaceRequest, category: Category, isLimit: boolean): Params {
  const { quantity, quote_quantity: quote } = request
  if (request.close_position) {
    if (category === 'spot') throw refused('close_position_not_supported', 'There are no positions on spot.')
    if (isLimit) throw refused('close_position_not_supported', 'Only an order at market can close a position.')
    return { qty: '0' }
  }
  if (quote !== null) {
    if (category !== 'spot' || isLimit) {
      throw refused('quote_quantity_not_supported', 'Only a spot order at market can be sized in quote coin.')
    }
    return { qty: quote, marketUnit: 'quoteCoin' }
  }
  const qty = need(quantity, 'quantity_required', 'a quantity')
  // Without a word on it, a market buy would be sized in quote coin.
  return category === 'spot' && !isLimit ? { qty, marketUnit: 'baseCoin' } : { qty }
}

function timeInForce(request: PlaceRequest, isLimit: boolean): string | undefined {
  const { post_only: postOnly, time_in_force: wanted } = request
  if (wanted === 'GTD') throw refused('time_in_force_not_supported', 'Good-till-date orders are not offered here.')
  if (!isLimit) {
    if (postOnly) throw refused('post_only_not_supported', 'Only a limit order can be post-only.')
    return undefined
  }
  if (!postOnly) return wanted ?? 'GTC'
  if (wanted !== null && wanted !== 'GTC') {
    throw refused('time_in_force_not_supported', 'A post-only order is good till canceled.')
  }
  return 'PostOnly'
}

function positionTerms(request: PlaceRequest, category: Category): Params {
  const { position_side: side } = request
  if (category === 'spot') {
    if (request.reduce_only) throw refused('reduce_only_not_supported', 'There are no positions on spot.')
    if (side !== null && side !== 'NET') throw refused('position_side_not_supported', 'There are no positions on spot.')
    return {}
  }
  return {
    positionIdx: side === null ? undefined : { NET: 0, LONG: 1, SHORT: 2 }[side],
    reduceOnly: request.reduce_only || request.close_position ? true : undefined,
    closeOnTrigger: request.close_position ? true : undefined,
  }
}

/** A buy stop waits for the price to rise, a buy that takes profit for it to fall; sells the other way round. Null: no condition. */
export function directionOf({ type, side }: PlaceRequest): Direction | null {
  if (stops.has(type)) return side === 'BUY' ? 1 : 2
  return takeProfits.has(type) ? (side === 'BUY' ? 2 : 1) : null
}

function trigger(request: PlaceRequest, category: Category): Params {
  const triggerPrice = need(request.stop_price, 'stop_price_required', 'a stop price')
  if (category === 'spot') {
    if (request.trigger_by !== null && request.trigger_by !== 'LAST') {
      throw refused('trigger_not_supported', 'Spot orders are triggered by the last price only.')
    }
    return { triggerPrice, orderFilter: takeProfits.has(request.type) ? 'tpslOrder' : 'StopOrder' }
  }
  const triggerBy = { LAST: 'LastPrice', MARK: 'MarkPrice', INDEX: 'IndexPrice' } as const
  return {
    triggerPrice,
    triggerDirection: directionOf(request) ?? undefined,
    triggerBy: request.trigger_by === null ? undefined : triggerBy[request.trigger_by],
  }
}

/** Parameters of POST /v5/order/amend; the order keeps its id. Throws ExchangeError `refused` when nothing is to be changed. */
export function formatAmend(request: AmendRequest, category: Category): Params {
  const { price, quantity } = request
  if (price === null && quantity === null) throw refused('nothing_to_amend', 'The amendment changes nothing.')
  return {
    category,
    symbol: request.symbol,
    ...orderKey(request),
    qty: quantity ?? undefined,
    price: price ?? undefined,
  }
}

/** Throws ExchangeError `refused` for an order that is not named. */
export function orderKey({ order_id, client_order_id }: OrderRef): OrderKey {
  if (order_id !== null) return { orderId: order_id }
  if (client_order_id !== null) return { orderLinkId: client_order_id }
  throw refused('order_not_named', 'The order has neither an id nor a client order id.')
}

function need(value: string | null, code: VenueErrorCode, what: string): string {
  if (value === null) throw refused(code, `This order needs ${what}.`)
  return value
}

function refused(code: VenueErrorCode, message: string): ExchangeError {
  return new ExchangeError('refused', code, message)
}
