import { compareDecimal, type Decimal, multiplyDecimal, type OrderType } from '@tradercoin/protocol'
import { isMultiple, nearestAllowed } from '../check-order-values.ts'
import { ExchangeError, type VenueErrorCode } from '../errors.ts'
import type { AmendRequest, PlaceRequest } from '../exchange.ts'
import { inVenueUnits } from './contracts.ts'
import type { OkxInstrument } from './instruments.ts'

/** What goes to /trade/order, or for conditional types to /trade/order-algo. Undefined fields are left out of the JSON. */
export type FormattedOrder = { call: 'order' | 'algo'; body: Record<string, string | boolean | undefined> }

/** The one-way conditional orders and which of its prices they wait for: a stop loss beyond the market, a take profit on its near side. */
const conditionalTypes = new Map<OrderType, { leg: 'sl' | 'tp'; limit: boolean }>([
  ['STOP_MARKET', { leg: 'sl', limit: false }],
  ['STOP_LIMIT', { leg: 'sl', limit: true }],
  ['TAKE_PROFIT_MARKET', { leg: 'tp', limit: false }],
  ['TAKE_PROFIT_LIMIT', { leg: 'tp', limit: true }],
])

/**
 * Our order in the venue's parameters. Throws ExchangeError `refused` for what OKX cannot do, for what is missing and for a quantity
 * that is not a whole number of lots; nothing was sent then.
 * https://www.okx.com/docs-v5/en/#order-book-trading-trade-post-place-order
 */
export function formatOrder(request: PlaceRequest, instrument: OkxInstrument): FormattedOrder {
  const { type, client_order_id } = request
  if (!/^[A-Za-z0-9]{1,32}$/.test(client_order_id)) {
    throw refused('client_order_id', 'OKX takes client order ids of 1 to 32 letters and digits.')
  }
  if (type === 'LIMIT' || type === 'MARKET') return { call: 'order', body: plainOrder(request, instrument) }
  const conditional = conditionalTypes.get(type)
  if (conditional !== undefined) return { call: 'algo', body: conditionalOrder(request, instrument, conditional) }
  if (type === 'TRAILING_STOP') return { call: 'algo', body: trailingStop(request, instrument) }
  throw refused('order_type_not_supported', `OKX has no order type ${type}.`)
}

function plainOrder(request: PlaceRequest, instrument: OkxInstrument) {
  const { type, quote_quantity: quote } = request
  const isMarket = type === 'MARKET'
  const isSpot = instrument.inst_type === 'SPOT'
  if (request.close_position) {
    throw refused('close_position_not_supported', 'Only a stop or take-profit at market can close a position.')
  }
  if (isMarket && request.post_only) throw refused('post_only_not_supported', 'A market order cannot be post-only.')
  if (quote !== null && !(isMarket && isSpot)) {
    throw refused('quote_quantity_not_supported', 'Only a spot market order can be sized in quote coin.')
  }
  return {
    ...common(request, instrument),
    clOrdId: request.client_order_id,
    ordType: isMarket ? 'market' : limitKind(request),
    sz: quote ?? size(request, instrument),
    px: isMarket ? undefined : need(request.price, 'price_required', 'price'),
    // A market buy is sized in quote coin unless told otherwise.
    tgtCcy: isMarket && isSpot ? (quote === null ? 'base_ccy' : 'quote_ccy') : undefined,
  }
}

function conditionalOrder(
  request: PlaceRequest,
  instrument: OkxInstrument,
  { leg, limit }: { leg: 'sl' | 'tp'; limit: boolean },
) {
  const closes = request.close_position
  if (closes && limit) {
    throw refused('close_position_not_supported', 'Only a stop or take-profit at market can close a position.')
  }
  return {
    ...algo(request, instrument),
    ordType: 'conditional',
    sz: closes ? undefined : size(request, instrument),
    closeFraction: closes ? '1' : undefined,
    [`${leg}TriggerPx`]: need(request.stop_price, 'stop_price_required', 'stop price'),
    [`${leg}TriggerPxType`]: request.trigger_by?.toLowerCase(),
    [`${leg}OrdPx`]: limit ? need(request.price, 'price_required', 'price') : '-1',
    tgtCcy: instrument.inst_type === 'SPOT' && !limit ? 'base_ccy' : undefined,
  }
}

/** Trails by a ratio: our rate is in percent. The activation price is optional. */
function trailingStop(request: PlaceRequest, instrument: OkxInstrument) {
  if (instrument.inst_type === 'SPOT') {
    throw refused('order_type_not_supported', 'Trailing stops are offered on futures only.')
  }
  if (request.close_position) {
    throw refused('close_position_not_supported', 'Only a stop or take-profit at market can close a position.')
  }
  if (request.trigger_by !== null && request.trigger_by !== 'LAST') {
    throw refused('trigger_not_supported', 'A trailing stop follows the last price.')
  }
  return {
    ...algo(request, instrument),
    ordType: 'move_order_stop',
    sz: size(request, instrument),
    callbackRatio: multiplyDecimal(need(request.callback_rate, 'callback_rate_required', 'callback rate'), '0.01'),
    activePx: request.stop_price ?? undefined,
  }
}

function algo(request: PlaceRequest, instrument: OkxInstrument) {
  if (request.quote_quantity !== null) {
    throw refused('quote_quantity_not_supported', 'Only a spot market order can be sized in quote coin.')
  }
  if (instrument.inst_type === 'SPOT' && request.trigger_by !== null) {
    throw refused('trigger_not_supported', 'On spot the last price triggers.')
  }
  if (request.post_only) throw refused('post_only_not_supported', 'A conditional order cannot be post-only.')
  if (request.time_in_force !== null && request.time_in_force !== 'GTC') {
    throw refused('time_in_force_not_supported', 'A conditional order is good till canceled.')
  }
  return { ...common(request, instrument), algoClOrdId: request.client_order_id }
}

function common(request: PlaceRequest, { inst_type, instrument }: OkxInstrument) {
  const isSpot = inst_type === 'SPOT'
  const { position_side: position, margin_mode: margin } = request
  const hedged = position === 'LONG' || position === 'SHORT'
  checkTick(request.type.endsWith('LIMIT') ? request.price : null, instrument)
  checkTick(request.stop_price, instrument)
  if (isSpot && request.close_position) {
    throw refused('close_position_not_supported', 'There are no positions on spot.')
  }
  if (isSpot && margin !== null) {
    throw refused('margin_mode_not_supported', 'Spot orders are paid in full: they have no margin mode.')
  }
  if (isSpot && hedged) throw refused('position_side_not_supported', 'There are no position sides on spot.')
  if (isSpot && request.reduce_only) throw refused('reduce_only_not_supported', 'There are no positions on spot.')
  return {
    instId: instrument.symbol,
    tdMode: isSpot ? 'cash' : margin === 'ISOLATED' ? 'isolated' : 'cross',
    side: request.side.toLowerCase(),
    posSide: hedged ? position.toLowerCase() : undefined,
    // With position sides the side says it; closing a whole position in one-way mode is reduce-only by its nature.
    reduceOnly: (request.reduce_only || request.close_position) && !hedged ? true : undefined,
  }
}

/** OKX has no code of its own for a price between two ticks. */
function checkTick(price: Decimal | null, { tick_size: tick, symbol }: OkxInstrument['instrument']) {
  if (price === null || tick === null || isMultiple(price, tick)) return
  const nearest = nearestAllowed(price, { step: tick, min: null, max: null })
  throw refused(
    'price_tick',
    `The price ${price} of ${symbol} is not a multiple of ${tick}: the nearest are ${nearest.join(' and ')}.`,
  )
}

function limitKind(request: PlaceRequest): string {
  const force = request.time_in_force ?? 'GTC'
  if (force === 'GTD') throw refused('time_in_force_not_supported', 'OKX has no good-till-date orders.')
  if (!request.post_only) return force === 'GTC' ? 'limit' : force.toLowerCase()
  if (force !== 'GTC') throw refused('time_in_force_not_supported', 'A post-only order is good till canceled.')
  return 'post_only'
}

function size(request: PlaceRequest, instrument: OkxInstrument): Decimal {
  return inVenueUnits(need(request.quantity, 'quantity_required', 'quantity'), instrument)
}

/**
 * A change in the venue's parameters: the new size is the total, what is filled included. `requestId` marks the push that answers it.
 * Throws ExchangeError `refused`.
 */
export function formatAmendment(
  request: AmendRequest,
  instrument: OkxInstrument,
  requestId: string,
): Record<string, string | undefined> {
  return {
    reqId: requestId,
    newSz: newSize(request, instrument),
    newPx: request.price ?? undefined,
  }
}

/** The same for a conditional order: the price is that of the order it will make. Throws ExchangeError `refused`. */
export function formatAlgoAmendment(
  request: AmendRequest,
  instrument: OkxInstrument,
  requestId: string,
): Record<string, string | undefined> {
  const conditional = conditionalTypes.get(request.known.type)
  if (conditional === undefined || (request.price !== null && !conditional.limit)) {
    throw refused('amend_not_supported', 'OKX cannot change this of such an order: cancel it and place another.')
  }
  return {
    reqId: requestId,
    newSz: newSize(request, instrument),
    [conditional.leg === 'sl' ? 'newSlOrdPx' : 'newTpOrdPx']: request.price ?? undefined,
  }
}

function newSize(request: AmendRequest, instrument: OkxInstrument): Decimal | undefined {
  checkTick(request.price, instrument.instrument)
  // The venue takes the request and tells later, on the stream, that it could not be done.
  if (request.quantity !== null && compareDecimal(request.quantity, request.known.executed_qty) < 0) {
    throw refused('min_quantity', `${request.known.executed_qty} of the order are filled: its quantity cannot be less.`)
  }
  return request.quantity === null ? undefined : inVenueUnits(request.quantity, instrument)
}

function need(value: string | null, code: VenueErrorCode, name: string): string {
  if (value === null) throw refused(code, `This order needs a ${name}.`)
  return value
}

function refused(code: VenueErrorCode, message: string): ExchangeError {
  return new ExchangeError('refused', code, message)
}
