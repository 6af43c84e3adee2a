import type { Account } from '../engine/account.ts'
import { type Big, dec, isMultiple, min, ZERO } from '../engine/decimal.ts'
import { modeOf } from '../engine/instrument.ts'
import type { Market } from '../engine/market.ts'
import type { Order, PositionSide, Side, StpMode, Ticket } from '../engine/order.ts'
import { ApiError, badParameter, emptyParameter, noInstrument } from './errors.ts'
import { leastQty, maxMarketQty } from './instruments.ts'
import type { Params } from './params.ts'
import type { OkxVenue } from './venue.ts'

/** What OKX looks at before it takes an order (fact sheet: okx.md sections 4.1 and 4.3). */

export const ORDER_TYPES = ['market', 'limit', 'post_only', 'fok', 'ioc', 'optimal_limit_ioc'] as const
const STP_MODES = ['cancel_maker', 'cancel_taker', 'cancel_both'] as const
const STP: Record<(typeof STP_MODES)[number], StpMode> = {
  cancel_maker: 'EXPIRE_MAKER',
  cancel_taker: 'EXPIRE_TAKER',
  cancel_both: 'EXPIRE_BOTH',
}
const CLIENT_ID = /^[A-Za-z0-9]{1,32}$/
const MAX_OPEN_PER_INSTRUMENT = 500
/** A buy may cost twice the last price at most, a sale half of it at least. */
const PRICE_BAND = 2

export function marketOf(venue: OkxVenue, instId: string): Market {
  const market = venue.engine.markets.get(instId)
  if (!market) throw noInstrument()
  return market
}

export function clientIdOf(params: Params, name: string): string | undefined {
  const id = params.text(name)
  if (id !== undefined && !CLIENT_ID.test(id)) throw badParameter(name)
  return id
}

/** The parts of a placement that plain and algo orders share. */
export interface Terms {
  side: Side
  positionSide: PositionSide
  isolated: boolean
  tdMode: string
  reduceOnly: boolean
}

export function readTerms(account: Account, market: Market, params: Params): Terms {
  const isSpot = market.instrument.kind === 'spot'
  const tdMode = params.needOneOf('tdMode', ['cash', 'cross', 'isolated', 'spot_isolated'] as const)
  if (isSpot !== (tdMode === 'cash')) {
    if (isSpot) throw new ApiError('51010', "You can't complete this request under your current account mode.")
    throw badParameter('tdMode')
  }
  const side: Side = params.needOneOf('side', ['buy', 'sell'] as const) === 'buy' ? 'BUY' : 'SELL'
  const posSide = params.oneOf('posSide', ['long', 'short', 'net'] as const)
  let positionSide: PositionSide = 'BOTH'
  if (!isSpot && account.hedge) {
    if (posSide !== 'long' && posSide !== 'short') throw badParameter('posSide')
    positionSide = posSide === 'long' ? 'LONG' : 'SHORT'
  } else if (!isSpot && posSide !== undefined && posSide !== 'net') throw badParameter('posSide')
  const reduceOnly = params.flag('reduceOnly') && !isSpot && !account.hedge
  return { side, positionSide, isolated: tdMode === 'isolated', tdMode, reduceOnly }
}

/** Reads and checks a new order. Throws ApiError with the code OKX has for what is wrong. */
export function readTicket(venue: OkxVenue, account: Account, market: Market, params: Params): Ticket {
  const { instrument } = market
  const terms = readTerms(account, market, params)
  const type = params.needOneOf('ordType', ORDER_TYPES)
  const isMarket = type === 'market' || type === 'optimal_limit_ioc'
  const isSpotMarket = isMarket && instrument.kind === 'spot'
  const tgtCcy = params.oneOf('tgtCcy', ['base_ccy', 'quote_ccy'] as const)
  const inQuote = isSpotMarket && (tgtCcy ?? (terms.side === 'BUY' ? 'quote_ccy' : 'base_ccy')) === 'quote_ccy'
  let qty = dec(params.needDecimal('sz'))
  const px = isMarket ? undefined : params.needDecimal('px')
  const extra: Record<string, string> = { tdMode: terms.tdMode }
  if (terms.reduceOnly) {
    const held = checkReduces(venue, account, market, terms)
    if (qty.gt(held)) {
      qty = held
      extra.amendSource = '3'
    }
  } else if (closesHedge(terms)) checkReduces(venue, account, market, terms)
  if (inQuote) checkQuoteSize(market, qty)
  else checkSize(market, qty, isMarket)
  if (px !== undefined) checkPrice(market, dec(px), terms.side)
  checkOpenOrders(account, market)
  const clientId = clientIdOf(params, 'clOrdId') ?? ''
  if (clientId !== '' && hasOpen(account, clientId)) throw new ApiError('51016', 'Client order ID already exists.')
  const stpMode = params.oneOf('stpMode', STP_MODES) ?? 'cancel_maker'
  const tag = params.text('tag')
  if (tag !== undefined && !/^[A-Za-z0-9]{1,16}$/.test(tag)) throw badParameter('tag')
  if (isSpotMarket) extra.tgtCcy = inQuote ? 'quote_ccy' : 'base_ccy'
  if (tag !== undefined) extra.tag = tag
  const ccy = params.text('ccy')
  if (ccy !== undefined) extra.ccy = ccy
  extra.stpMode = stpMode
  return {
    clientId,
    side: terms.side,
    type,
    kind: isMarket ? 'MARKET' : 'LIMIT',
    tif: type === 'fok' ? 'FOK' : type === 'ioc' || isMarket ? 'IOC' : 'GTC',
    postOnly: type === 'post_only',
    price: px === undefined ? ZERO : dec(px),
    qty: inQuote ? ZERO : qty,
    ...(inQuote ? { quoteQty: qty } : {}),
    stp: STP[stpMode],
    reduceOnly: terms.reduceOnly,
    positionSide: terms.positionSide,
    isolated: terms.isolated,
    extra,
  }
}

export function checkSize(market: Market, qty: Big, isMarket: boolean): void {
  const { instrument } = market
  if (qty.lt(leastQty(instrument))) {
    throw new ApiError('51020', 'Your order should meet or exceed the minimum order amount.')
  }
  if (!isMultiple(qty, instrument.step)) {
    throw new ApiError('51121', 'Order quantity must be a multiple of the lot size.')
  }
  if (isMarket && qty.gt(maxMarketQty(instrument))) {
    throw new ApiError('51202', 'Market order amount exceeds the maximum amount.')
  }
  if (!isMarket && qty.gt(instrument.maxQty)) {
    throw new ApiError('51203', 'Limit order quantity exceeds the maximum quantity.')
  }
}

export function checkPrice(market: Market, price: Big, side: Side): void {
  const { tick } = market.instrument
  if (!isMultiple(price, tick)) throw badParameter('px')
  const highest = market.last.times(PRICE_BAND)
  const lowest = market.last.div(PRICE_BAND)
  if (side === 'BUY' ? price.lte(highest) : price.gte(lowest)) return
  throw new ApiError(
    '51006',
    `Order price is not within the price limit (max buy price: ${highest.toFixed()} min sell price: ${lowest.toFixed(market.instrument.priceDecimals)})`,
  )
}

function checkQuoteSize(market: Market, quote: Big): void {
  if (quote.div(market.last).gte(leastQty(market.instrument))) return
  throw new ApiError('51020', 'Your order should meet or exceed the minimum order amount.')
}

function checkOpenOrders(account: Account, market: Market): void {
  let open = 0
  for (const order of account.open) if (order.market === market) open += 1
  if (open >= MAX_OPEN_PER_INSTRUMENT) {
    throw new ApiError('51174', `The number of pending orders reached the upper limit of ${MAX_OPEN_PER_INSTRUMENT}.`)
  }
}

function hasOpen(account: Account, clientId: string): boolean {
  for (const order of account.open) if (order.clientId === clientId) return true
  return false
}

const closesHedge = ({ side, positionSide }: Terms) =>
  (positionSide === 'LONG' && side === 'SELL') || (positionSide === 'SHORT' && side === 'BUY')

/** How much there is to reduce. Throws when there is no position that way. */
function checkReduces(venue: OkxVenue, account: Account, market: Market, terms: Terms): Big {
  const { amount } = venue.clearing.futures.position(account, market.symbol, terms.positionSide, terms.isolated)
  if (amount.eq(ZERO)) {
    throw new ApiError(
      '51169',
      "Order failed because you don't have any positions in this direction for this contract to reduce or close.",
    )
  }
  if (amount.gt(ZERO) === (terms.side === 'BUY')) {
    throw new ApiError(
      '51170',
      "Failed to place order. A reduce-only order can't be the same trading direction as your existing positions.",
    )
  }
  return amount.abs()
}

/** An order of the account by `ordId`, or else by `clOrdId` (the newest that had it). */
export function findOrder(account: Account, market: Market, params: Params): Order | undefined {
  const id = params.id('ordId')
  const clientId = params.text('clOrdId')
  if (id === undefined && clientId === undefined) throw emptyParameter('ordId')
  if (id !== undefined) {
    const order = market.orders.get(id)
    return order?.account === account ? order : undefined
  }
  return account.lastByClientId.get(`${market.symbol}|${clientId}`)
}

/** What can be closed of a position: what open closing orders have not taken yet. */
export function closable(account: Account, market: Market, side: PositionSide, isolated: boolean, amount: Big): Big {
  let taken = ZERO
  for (const order of account.open) {
    const same = order.market === market && order.positionSide === side && order.isolated === isolated
    const closes = order.reduceOnly || side !== 'BOTH'
    if (same && closes && order.side === (amount.gt(ZERO) ? 'SELL' : 'BUY')) {
      taken = taken.plus(order.qty.minus(order.filled))
    }
  }
  return amount.abs().minus(min(taken, amount.abs()))
}

export const isContract = (market: Market) => modeOf(market.instrument) === 'futures'
