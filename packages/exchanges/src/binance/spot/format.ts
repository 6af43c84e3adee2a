import type { OrderType } from '@tradercoin/protocol'
import { Big } from 'big.js'
import { ExchangeError, type VenueErrorCode } from '../../errors.ts'
import type { AmendRequest, OrderRef, PlaceRequest } from '../../exchange.ts'
import { changesOf } from '../amend.ts'
import type { Params } from '../sign.ts'

/* Our orders as Binance Spot's parameters. https://developers.binance.com/docs/binance-spot-api-docs/rest-api/trading-endpoints */

function refuse(code: VenueErrorCode, message: string): never {
  throw new ExchangeError('refused', code, message)
}

const venueTypes: Partial<Record<OrderType, string>> = {
  LIMIT: 'LIMIT',
  MARKET: 'MARKET',
  STOP_MARKET: 'STOP_LOSS',
  STOP_LIMIT: 'STOP_LOSS_LIMIT',
  TAKE_PROFIT_MARKET: 'TAKE_PROFIT',
  TAKE_PROFIT_LIMIT: 'TAKE_PROFIT_LIMIT',
}

/** Parameters of POST /api/v3/order. Throws ExchangeError `refused` for what spot does not have. */
export function formatPlace(request: PlaceRequest): Params {
  if (request.close_position) refuse('close_position_not_supported', 'Spot has no positions to close.')
  if (request.reduce_only) refuse('reduce_only_not_supported', 'Spot has no positions to reduce.')
  if (request.position_side !== null && request.position_side !== 'NET') {
    refuse('position_side_not_supported', 'Spot has no position sides.')
  }
  if (request.margin_mode !== null) refuse('margin_mode_not_supported', 'Spot orders have no margin mode.')
  if (request.trigger_by !== null && request.trigger_by !== 'LAST') {
    refuse('trigger_not_supported', 'On spot only the last price triggers an order.')
  }
  if (request.time_in_force === 'GTD') refuse('time_in_force_not_supported', 'Spot offers GTC, IOC and FOK.')
  if (request.quote_quantity !== null && request.type !== 'MARKET') {
    refuse('quote_quantity_not_supported', 'Only a market order can be sized in quote.')
  }
  return {
    symbol: request.symbol,
    side: request.side,
    ...typeParams(request),
    quantity: request.quantity ?? undefined,
    quoteOrderQty: request.quote_quantity ?? undefined,
    newClientOrderId: request.client_order_id,
    newOrderRespType: 'ACK',
  }
}

function typeParams(request: PlaceRequest): Params {
  const { type, price, stop_price } = request
  if (request.post_only) return { type: postOnlyType(request), price: need(price, 'price') }
  const timeInForce = request.time_in_force ?? 'GTC'
  switch (type) {
    case 'LIMIT':
      return { type: 'LIMIT', timeInForce, price: need(price, 'price') }
    case 'MARKET':
      return { type: 'MARKET' }
    case 'STOP_MARKET':
    case 'TAKE_PROFIT_MARKET':
      return { type: venueTypes[type], stopPrice: need(stop_price, 'stop_price') }
    case 'STOP_LIMIT':
    case 'TAKE_PROFIT_LIMIT':
      return {
        type: venueTypes[type],
        timeInForce,
        price: need(price, 'price'),
        stopPrice: need(stop_price, 'stop_price'),
      }
    case 'TRAILING_STOP':
      return {
        type: price === null ? 'STOP_LOSS' : 'STOP_LOSS_LIMIT',
        ...(price === null ? {} : { timeInForce, price }),
        trailingDelta: bips(need(request.callback_rate, 'callback_rate')),
        stopPrice: stop_price ?? undefined,
      }
    default:
      return refuse('order_type_not_supported', `Spot has no ${type} orders.`)
  }
}

function postOnlyType(request: PlaceRequest): string {
  if (request.type !== 'LIMIT' || (request.time_in_force ?? 'GTC') !== 'GTC') {
    refuse('post_only_not_supported', 'Only a good-till-canceled limit order can be post-only.')
  }
  return 'LIMIT_MAKER'
}

function need(value: string | null, name: 'price' | 'stop_price' | 'callback_rate'): string {
  return value ?? refuse(`${name}_required`, `This order needs ${name.replace('_', ' ')}.`)
}

/** A callback rate is in percent, the venue's trailing delta in hundredths of a percent. */
function bips(percent: string): string {
  const value = new Big(percent).times(100)
  if (!value.eq(value.round())) refuse('callback_rate', 'The callback rate may have two decimals at most.')
  return value.toFixed()
}

/**
 * Parameters of PUT /api/v3/order/amend/keepPriority, which can only make the quantity smaller. Without a client order id the venue
 * gives the order a random one, so the one it has is sent again. Throws ExchangeError `refused`.
 */
export function formatAmend(request: AmendRequest): Params {
  const { price, quantity } = changesOf(request)
  const isUp = quantity !== null && request.known.quantity !== null && new Big(quantity).gt(request.known.quantity)
  if (price !== null || quantity === null || isUp) {
    refuse(
      'amend_not_supported',
      'Binance Spot can only make the quantity of a resting order smaller: cancel the order and place it anew.',
    )
  }
  return { ...formatRef(request), newQty: quantity, newClientOrderId: request.client_order_id ?? undefined }
}

/** Names one order: by the venue's id, which a cancel does not change; by client order id only while that is unknown. */
export function formatRef(ref: OrderRef): Params {
  if (ref.order_id !== null) return { symbol: ref.symbol, orderId: ref.order_id }
  if (ref.client_order_id !== null) return { symbol: ref.symbol, origClientOrderId: ref.client_order_id }
  return refuse('order_not_named', 'The order has neither an id nor a client order id.')
}
