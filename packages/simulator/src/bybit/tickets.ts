import type { Account } from '../engine/account.ts'
import { type Big, floorToStep, ONE, ZERO } from '../engine/decimal.ts'
import type { Market } from '../engine/market.ts'
import type { PositionSide, Side, StpMode, Ticket, Trigger } from '../engine/order.ts'
import type { Category } from './categories.ts'
import { checkAmount, checkBand, checkPrice, checkQty, checkRoom, checkValue, duplicateLinkId } from './checks.ts'
import { ApiError, badParameter, invalid, missing } from './errors.ts'
import type { Params } from './params.ts'
import { readProtection } from './protection.ts'
import type { BybitVenue } from './venue.ts'
import { isIsolated } from './words.ts'

const LINK_ID = /^[A-Za-z0-9_-]{1,36}$/
const SMP: Record<string, StpMode> = {
  None: 'NONE',
  CancelMaker: 'EXPIRE_MAKER',
  CancelTaker: 'EXPIRE_TAKER',
  CancelBoth: 'EXPIRE_BOTH',
}
const TRIGGERS = ['LastPrice', 'IndexPrice', 'MarkPrice'] as const
/** How far from the market a market order of a contract may trade. */
const PROTECTION = '0.05'

/** Reads and checks a new order as order/create takes it. */
export function readTicket(venue: BybitVenue, account: Account, category: Category, params: Params) {
  const market = venue.market(category, params.need('symbol'))
  const side: Side = params.needOneOf('side', ['Buy', 'Sell'] as const) === 'Buy' ? 'BUY' : 'SELL'
  const type = params.needOneOf('orderType', ['Limit', 'Market'] as const)
  const kind = type === 'Limit' ? 'LIMIT' : 'MARKET'
  const given = params.oneOf('timeInForce', ['GTC', 'IOC', 'FOK', 'PostOnly', 'RPI'] as const) ?? 'GTC'
  if (given === 'RPI') throw badParameter('RPI orders are for market makers only')
  const tif = kind === 'MARKET' ? 'IOC' : given
  const contract = category !== 'spot'
  const smpType = params.oneOf('smpType', Object.keys(SMP)) ?? 'None'
  const trigger = readTrigger(market, contract, params)
  const positionSide = contract ? readPositionSide(account, params) : 'BOTH'
  const reduceOnly = contract && (params.flag('reduceOnly') ?? false)
  const closeOnTrigger = contract && (params.flag('closeOnTrigger') ?? false)
  const price = kind === 'LIMIT' ? params.needDecimal('price') : ZERO
  const sizes = readSize(venue, account, market, { kind, side, positionSide, reduceOnly, closeOnTrigger }, params)
  const ticket: Ticket = {
    clientId: readLinkId(venue, account, category, params),
    side,
    type,
    kind,
    tif,
    postOnly: tif === 'PostOnly',
    price,
    qty: sizes.qty,
    ...(sizes.quoteQty && { quoteQty: sizes.quoteQty }),
    stp: SMP[smpType] as StpMode,
    reduceOnly: reduceOnly || closeOnTrigger,
    closePosition: closeOnTrigger,
    positionSide,
    isolated: contract && isIsolated(account),
    ...(trigger && { trigger: trigger.trigger }),
    unfunded: trigger?.unfunded ?? false,
    extra: {
      smpType,
      lastPriceOnCreated: market.last.toFixed(),
      ...trigger?.extra,
      ...(sizes.marketUnit && { marketUnit: sizes.marketUnit }),
      ...(sizes.wholePosition && { wholePosition: true }),
      ...(contract && kind === 'MARKET' && { protectionPrice: protectionPrice(market, side).toFixed() }),
      ...readProtection(market, side, params, { kind, price, spot: !contract }),
    },
  }
  checkTicket(account, market, ticket)
  return { market, ticket }
}

/** Steps, bounds, value and room; margin is the engine's matter. */
export function checkTicket(account: Account, market: Market, ticket: Ticket): void {
  const { kind, side, price, qty, quoteQty, trigger, reduceOnly } = ticket
  if (quoteQty) checkAmount(market, quoteQty)
  else checkQty(market, qty, kind)
  if (kind === 'LIMIT') {
    checkPrice(market, price)
    if (!trigger) checkBand(market, side, price)
  }
  if (!reduceOnly && !quoteQty) checkValue(market, kind === 'LIMIT' ? price : (trigger?.price ?? market.last), qty)
  checkRoom(account, market, trigger !== undefined)
}

export function protectionPrice(market: Market, side: Side): Big {
  const factor = side === 'BUY' ? ONE.plus(PROTECTION) : ONE.minus(PROTECTION)
  return floorToStep(market.last.times(factor), market.instrument.tick)
}

/** Unique for ever among the orders of spot, and among those of contracts. */
function readLinkId(venue: BybitVenue, account: Account, category: Category, params: Params): string {
  const text = params.text('orderLinkId')
  if (text === undefined) return ''
  if (!LINK_ID.test(text)) throw invalid('orderLinkId')
  const spot = category === 'spot'
  for (const market of venue.engine.markets.values()) {
    if ((market.instrument.kind === 'spot') !== spot) continue
    if (account.lastByClientId.has(`${market.symbol}|${text}`)) throw duplicateLinkId(spot)
  }
  return text
}

/** 0 in one-way mode; 1 for the long and 2 for the short position in hedge mode. */
export function readPositionSide(account: Account, params: Params): PositionSide {
  const index = params.integer('positionIdx') ?? 0
  if (index > 2) throw invalid('positionIdx')
  if (account.hedge !== index > 0) throw badParameter('position idx not match position mode')
  return index === 0 ? 'BOTH' : index === 1 ? 'LONG' : 'SHORT'
}

interface Sized {
  kind: 'LIMIT' | 'MARKET'
  side: Side
  positionSide: PositionSide
  reduceOnly: boolean
  closeOnTrigger: boolean
}

function readSize(venue: BybitVenue, account: Account, market: Market, order: Sized, params: Params) {
  const qty = params.needDecimal('qty')
  if (market.instrument.kind === 'spot') {
    if (order.kind === 'LIMIT') return { qty }
    const standard = order.side === 'BUY' ? 'quoteCoin' : 'baseCoin'
    const marketUnit = params.oneOf('marketUnit', ['baseCoin', 'quoteCoin'] as const) ?? standard
    return marketUnit === 'quoteCoin' ? { qty: ZERO, quoteQty: qty, marketUnit } : { qty, marketUnit }
  }
  if (!qty.eq(ZERO)) return { qty }
  // Zero stands for all there is, and only together with both flags.
  if (!order.reduceOnly || !order.closeOnTrigger) throw badParameter('Qty invalid')
  const held = venue.clearing.futures.position(account, market.symbol, order.positionSide, isIsolated(account)).amount
  if (held.eq(ZERO)) throw new ApiError(110017, 'current position is zero, cannot fix reduce-only order qty')
  return { qty: held.abs(), wholePosition: true }
}

function readTrigger(market: Market, contract: boolean, params: Params) {
  const filter = params.oneOf('orderFilter', ['Order', 'tpslOrder', 'StopOrder'] as const)
  const price = params.decimal('triggerPrice')
  if (price === undefined) {
    if (!contract && filter !== undefined && filter !== 'Order') throw missing('triggerPrice')
    return undefined
  }
  checkPrice(market, price)
  const triggerBy = params.oneOf('triggerBy', TRIGGERS) ?? 'LastPrice'
  if (!contract) {
    const kind = filter === 'tpslOrder' ? 'tpslOrder' : 'StopOrder'
    const direction = price.gt(market.last) ? 'UP' : 'DOWN'
    if (price.eq(market.last)) throw invalid('triggerPrice')
    const trigger: Trigger = { price, direction, triggered: false }
    const stopOrderType = kind === 'tpslOrder' ? 'tpslOrder' : 'Stop'
    // A plain conditional order takes no money until it is triggered.
    return { trigger, unfunded: kind === 'StopOrder', extra: { orderFilter: kind, stopOrderType, triggerBy: '' } }
  }
  const number = params.integer('triggerDirection')
  if (number !== 1 && number !== 2) throw invalid('triggerDirection')
  const trigger: Trigger = { price, direction: number === 1 ? 'UP' : 'DOWN', triggered: false }
  checkTriggerSide(market, trigger)
  return { trigger, unfunded: false, extra: { orderFilter: 'StopOrder', stopOrderType: 'Stop', triggerBy } }
}

export function checkTriggerSide(market: Market, trigger: Trigger): void {
  const { price, direction } = trigger
  const now = market.last
  if (direction === 'UP' && now.gte(price)) {
    throw new ApiError(110092, `expect Rising, but trigger_price[${price.toFixed()}] <= current[${now.toFixed()}]`)
  }
  if (direction === 'DOWN' && now.lte(price)) {
    throw new ApiError(110093, `expect Falling, but trigger_price[${price.toFixed()}] >= current[${now.toFixed()}]`)
  }
}
