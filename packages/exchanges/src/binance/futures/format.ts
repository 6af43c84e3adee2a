import type { OrderType } from '@tradercoin/protocol'
import { ExchangeError, type VenueErrorCode } from '../../errors.ts'
import type { AmendRequest, OrderRef, PlaceRequest } from '../../exchange.ts'
import { changesOf } from '../amend.ts'
import type { Params } from '../sign.ts'
import { algoIdOf } from './parse-algo.ts'
import type { OrderKey } from './rest.ts'

/** What goes to POST /fapi/v1/order, or for conditional types to POST /fapi/v1/algoOrder (the order call refuses them with -4120). */
export type FormattedOrder = { call: 'order' | 'algoOrder'; params: Params }

const conditionalTypes = new Map<OrderType, string>([
  ['STOP_LIMIT', 'STOP'],
  ['STOP_MARKET', 'STOP_MARKET'],
  ['TAKE_PROFIT_LIMIT', 'TAKE_PROFIT'],
  ['TAKE_PROFIT_MARKET', 'TAKE_PROFIT_MARKET'],
  ['TRAILING_STOP', 'TRAILING_STOP_MARKET'],
])

/**
 * Our order in the venue's parameters. Throws ExchangeError `refused` for what USDⓈ-M cannot do or what is missing; nothing was sent
 * then. Steps and ranges are left to the venue.
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/trade/rest-api/New-Order
 */
export function formatOrder(request: PlaceRequest): FormattedOrder {
  if (request.quote_quantity !== null)
    throw refused('quote_quantity_not_supported', 'Futures orders are sized in the base coin only.')
  if (request.margin_mode !== null) {
    throw refused('margin_mode_not_supported', 'On Binance the margin mode belongs to the symbol, not to one order.')
  }
  const conditional = conditionalTypes.get(request.type)
  return conditional === undefined
    ? { call: 'order', params: plainOrder(request) }
    : { call: 'algoOrder', params: conditionalOrder(request, conditional) }
}

function plainOrder(request: PlaceRequest): Params {
  const { type } = request
  if (type !== 'LIMIT' && type !== 'MARKET')
    throw refused('order_type_not_supported', `Binance futures has no order type ${type}.`)
  if (request.close_position)
    throw refused('close_position_not_supported', 'Only a stop or take-profit at market can close a position.')
  if (type === 'MARKET' && request.post_only)
    throw refused('post_only_not_supported', 'A market order cannot be post-only.')
  return {
    ...common(request),
    type,
    newClientOrderId: request.client_order_id,
    timeInForce: type === 'LIMIT' ? timeInForce(request) : undefined,
    quantity: need(request.quantity, 'quantity'),
    price: type === 'LIMIT' ? need(request.price, 'price') : undefined,
    // RESULT would wait for the end of a market order; the stream tells it anyway.
    newOrderRespType: 'ACK',
  }
}

function conditionalOrder(request: PlaceRequest, type: string): Params {
  const limit = type === 'STOP' || type === 'TAKE_PROFIT'
  const trailing = type === 'TRAILING_STOP_MARKET'
  if (request.close_position && (limit || trailing)) {
    throw refused('close_position_not_supported', 'Only a stop or take-profit at market can close a position.')
  }
  if (request.post_only && !limit) throw refused('post_only_not_supported', 'Only a limit order can be post-only.')
  return {
    algoType: 'CONDITIONAL',
    ...common(request),
    type,
    clientAlgoId: request.client_order_id,
    timeInForce: limit ? timeInForce(request) : undefined,
    quantity: request.close_position ? undefined : need(request.quantity, 'quantity'),
    price: limit ? need(request.price, 'price') : undefined,
    triggerPrice: trailing ? undefined : need(request.stop_price, 'stop_price'),
    activatePrice: trailing ? (request.stop_price ?? undefined) : undefined,
    callbackRate: trailing ? need(request.callback_rate, 'callback_rate') : undefined,
    workingType: workingType(request),
    closePosition: request.close_position ? 'true' : undefined,
    newOrderRespType: 'ACK',
  }
}

/**
 * Parameters of PUT /fapi/v1/order, which wants side, quantity and price whatever of them changes. Throws ExchangeError `refused` for
 * what cannot be changed: conditional orders, which are none of the engine's yet, and what has no price.
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/trade/rest-api/Modify-Order
 */
export function formatAmend(request: AmendRequest): Params {
  const { known } = request
  const { price, quantity } = changesOf(request)
  const isConditional = request.order_id === null ? known.type !== 'LIMIT' : algoIdOf(request.order_id) !== null
  if (isConditional) {
    throw refused(
      'amend_not_supported',
      'Binance cannot change a conditional order: cancel the order and place it anew.',
    )
  }
  if (known.price === null) {
    throw refused('amend_not_supported', 'Only a limit order can be changed: cancel the order and place it anew.')
  }
  return {
    symbol: request.symbol,
    ...formatKey(request),
    side: known.side,
    quantity: need(quantity ?? known.quantity, 'quantity'),
    price: price ?? known.price,
  }
}

/** Names one ordinary order. */
export function formatKey(ref: OrderRef): OrderKey {
  return ref.order_id === null ? { origClientOrderId: ref.client_order_id ?? '' } : { orderId: ref.order_id }
}

function common(request: PlaceRequest): Params {
  const { position_side: side } = request
  const hedged = side === 'LONG' || side === 'SHORT'
  return {
    symbol: request.symbol,
    side: request.side,
    positionSide: hedged ? side : undefined,
    // In hedge mode the side says it, and the parameter is refused; closePosition excludes it too.
    reduceOnly: request.reduce_only && !hedged && !request.close_position ? 'true' : undefined,
  }
}

function timeInForce(request: PlaceRequest): string {
  if (request.post_only) {
    if (request.time_in_force !== null && request.time_in_force !== 'GTC') {
      throw refused('time_in_force_not_supported', 'A post-only order is good till canceled.')
    }
    return 'GTX'
  }
  if (request.time_in_force === 'GTD')
    throw refused('time_in_force_not_supported', 'Good-till-date orders are not offered here.')
  return request.time_in_force ?? 'GTC'
}

function workingType(request: PlaceRequest): string | undefined {
  switch (request.trigger_by) {
    case null:
      return undefined
    case 'LAST':
      return 'CONTRACT_PRICE'
    case 'MARK':
      return 'MARK_PRICE'
    case 'INDEX':
      throw refused('trigger_not_supported', 'Binance triggers by the last or the mark price, not by the index.')
  }
}

function need(value: string | null, field: 'quantity' | 'price' | 'stop_price' | 'callback_rate'): string {
  if (value === null) throw refused(`${field}_required`, `This order needs a ${field.replace('_', ' ')}.`)
  return value
}

function refused(code: VenueErrorCode, message: string): ExchangeError {
  return new ExchangeError('refused', code, message)
}
