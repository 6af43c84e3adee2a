import { compareDecimal, type Decimal, isZeroDecimal, multiplyDecimal } from '@tradercoin/protocol'
import { checkMissing, checkOffered, isLimit, type OrderProblem, problem, spoken } from './check-order-offer.ts'
import {
  type Allowed,
  greater,
  isMultiple,
  leastWorth,
  lesser,
  mostWorth,
  nearestAllowed,
} from './check-order-values.ts'
import type { VenueErrorCode } from './errors.ts'
import type { AmendRequest, Instrument, PlaceRequest } from './exchange.ts'
import type { Capabilities } from './venue.ts'

/**
 * What of an order the venue would refuse for certain, by its published rules: nothing is asked, nothing is sent. What depends on the
 * market or the account (price bands, funds, positions) is the venue's to judge.
 *
 * @param referencePrice a recent price, by which a market order is valued; null: its value is not checked
 */
export function checkOrder(
  request: PlaceRequest,
  instrument: Instrument,
  capabilities: Capabilities,
  referencePrice: Decimal | null = null,
): OrderProblem[] {
  const problems = [
    ...checkTrading(instrument),
    ...checkOffered(request, capabilities),
    ...checkMissing(request),
    ...checkPrice('price', isLimit(request) ? request.price : null, instrument),
    ...checkPrice('stop_price', request.stop_price, instrument),
  ]
  const priceStands = !problems.some(({ field }) => field === 'price')
  const valuedAt = isLimit(request) ? request.price : request.type === 'MARKET' ? referencePrice : null
  const market = request.type === 'MARKET'
  if (request.quote_quantity !== null) problems.push(...checkQuoteQuantity(request.quote_quantity, instrument))
  if (request.quantity !== null && !request.close_position) {
    const worth = priceStands ? unitValue(instrument, valuedAt) : null
    const value = { worth, market, closes: closesPosition(request) }
    problems.push(...checkQuantity(request.quantity, instrument, quantityRules(instrument, value)))
  }
  return problems
}

/** The same for a change of a resting order. `known` is what the ledger knows of it. */
export function checkAmendment(
  request: AmendRequest,
  instrument: Instrument,
  capabilities: Capabilities,
): OrderProblem[] {
  const { known } = request
  const price = isChange(request.price, known.price) ? request.price : null
  const quantity = isChange(request.quantity, known.quantity) ? request.quantity : null
  const changed = quantity === null ? 'price' : 'quantity'
  if (price === null && quantity === null) {
    const field = request.price !== null && request.quantity === null ? 'price' : 'quantity'
    return [problem(field, 'nothing_to_amend', 'This changes neither the price nor the quantity of the order.')]
  }
  const { amend } = capabilities
  if (amend === null) {
    const message = 'This venue cannot change a resting order: cancel it and place a new one.'
    return [problem(changed, 'amend_not_supported', message)]
  }
  const problems = [...checkTrading(instrument), ...checkPrice('price', price, instrument)]
  const priceStands = problems.every(({ field }) => field !== 'price')
  if (price !== null && !amend.price) {
    const message = 'This venue cannot change the price of a resting order: cancel it and place a new one.'
    problems.push(problem('price', 'amend_not_supported', message))
  }
  if (quantity === null) return problems
  if (amend.quantity === 'down' && known.quantity !== null && compareDecimal(quantity, known.quantity) > 0) {
    const message = `This venue can only make the quantity of a resting order smaller than ${known.quantity}: cancel it and place a new one.`
    return [...problems, problem('quantity', 'amend_not_supported', message, known.quantity)]
  }
  const worth = priceStands ? unitValue(instrument, price ?? known.price) : null
  // Whether the order only closes a position is not known here: it may be smaller then.
  const rules = quantityRules(instrument, { worth, market: false, closes: request.trading_mode === 'futures' })
  const bounds = { above: known.executed_qty, below: amend.quantity === 'down' ? known.quantity : null }
  return [...problems, ...checkQuantity(quantity, instrument, { ...rules, ...bounds })]
}

function checkTrading({ is_trading, symbol }: Instrument): OrderProblem[] {
  return is_trading ? [] : [problem('symbol', 'market_closed', `${symbol} is not open for trading now.`)]
}

/** Both directions are given for a price between two ticks: which one is meant depends on what the trader wants. */
function checkPrice(field: 'price' | 'stop_price', price: Decimal | null, instrument: Instrument): OrderProblem[] {
  if (price === null) return []
  const { tick_size: tick, min_price: min, max_price: max, symbol } = instrument
  const name = `The ${spoken(field)} ${price}`
  const found = broken(field, price, { step: tick, min, max }, [
    [
      tick !== null && !isMultiple(price, tick),
      'price_tick',
      `${name} is not a multiple of the tick size ${tick}`,
      tick,
    ],
    [isBelow(price, min), 'min_price', `${name} is below ${min}, the lowest of ${symbol}`, min],
    [isAbove(price, max), 'max_price', `${name} is above ${max}, the highest of ${symbol}`, max],
    [isNothing(price) && min === null, 'min_price', `${name} is not above zero`, null],
  ])
  return found
}

interface QuantityRules extends Allowed {
  /** What one unit of the quantity is worth in quote coin; null: not known. */
  worth: Decimal | null
  /** The bounds of the quantity alone, and those of its value. */
  minQuantity: Decimal | null
  maxQuantity: Decimal | null
  minNotional: Decimal | null
  maxNotional: Decimal | null
}

/** `closes`: the order can only make a position smaller, which a least value does not apply to. */
function quantityRules(
  instrument: Instrument,
  { worth, market, closes }: { worth: Decimal | null; market: boolean; closes: boolean },
): QuantityRules {
  const own = <T>(rule: T | null, general: T | null) => (market ? (rule ?? general) : general)
  const step = own(instrument.market_step_size, instrument.step_size)
  const minQuantity = own(instrument.market_min_quantity, instrument.min_quantity)
  const maxQuantity = own(instrument.market_max_quantity, instrument.max_quantity)
  const least = own(instrument.min_quote_quantity, instrument.min_notional)
  const minNotional = closes || worth === null ? null : least
  // What a market order will be worth is known too roughly to call it too large.
  const maxNotional = market || worth === null ? null : instrument.max_notional
  const atLeast = minNotional === null || worth === null ? null : leastWorth(minNotional, worth, step)
  const atMost = maxNotional === null || worth === null ? null : mostWorth(maxNotional, worth, step)
  return {
    worth,
    minQuantity,
    maxQuantity,
    minNotional,
    maxNotional,
    step,
    min: greater(minQuantity, atLeast),
    max: lesser(maxQuantity, atMost),
  }
}

function checkQuantity(quantity: Decimal, instrument: Instrument, rules: QuantityRules): OrderProblem[] {
  const { step, minQuantity: min, maxQuantity: max, minNotional, maxNotional, above = null } = rules
  const { symbol, quote_asset: quote, base_asset: base } = instrument
  const unit = instrument.quantity_unit === 'CONTRACT' ? 'contracts' : base
  const value = rules.worth === null ? '0' : multiplyDecimal(quantity, rules.worth)
  const name = `The quantity ${quantity}`
  const worth = `The order is worth ${value} ${quote}`
  const tooFew = isNothing(quantity)
  return broken('quantity', quantity, rules, [
    [
      step !== null && !isMultiple(quantity, step),
      'quantity_step',
      `${name} is not a multiple of ${step} ${unit}`,
      step,
    ],
    [isBelow(quantity, min), 'min_quantity', `${name} is below ${min} ${unit}, the smallest of ${symbol}`, min],
    [isAbove(quantity, max), 'max_quantity', `${name} is above ${max} ${unit}, the largest of ${symbol}`, max],
    [tooFew && min === null, 'min_quantity', `${name} is not above zero`, null],
    [
      !tooFew && above !== null && compareDecimal(quantity, above) <= 0,
      'min_quantity',
      `${name} is not above ${above}, which has been executed already`,
      above,
    ],
    [
      !tooFew && isBelow(value, minNotional),
      'min_notional',
      `${worth}, less than the ${minNotional} of ${symbol}`,
      minNotional,
    ],
    [isAbove(value, maxNotional), 'max_notional', `${worth}, more than the ${maxNotional} of ${symbol}`, maxNotional],
  ])
}

function checkQuoteQuantity(amount: Decimal, instrument: Instrument): OrderProblem[] {
  const { quote_step_size: step, quote_asset: quote, symbol } = instrument
  const min = instrument.min_quote_quantity ?? instrument.min_notional
  const name = `The amount of ${amount} ${quote}`
  return broken('quote_quantity', amount, { step, min, max: null }, [
    [step !== null && !isMultiple(amount, step), 'quote_quantity_step', `${name} is not a multiple of ${step}`, step],
    [isBelow(amount, min), 'min_notional', `${name} is below ${min}, the smallest of ${symbol}`, min],
    [isNothing(amount) && (min === null || isZeroDecimal(min)), 'min_notional', `${name} is not above zero`, null],
  ])
}

type Finding = readonly [isBroken: boolean, rule: VenueErrorCode, message: string, limit: Decimal | null]

function broken(
  field: OrderProblem['field'],
  value: Decimal,
  allowed: Allowed,
  findings: readonly Finding[],
): OrderProblem[] {
  const found = findings.filter(([isBroken]) => isBroken)
  if (found.length === 0) return []
  const nearest = nearestAllowed(value, allowed)
  const advice = nearest.length === 0 ? '.' : `: take ${nearest.join(' or ')}.`
  return found.map(([, rule, message, limit]) => ({ field, rule, message: message + advice, limit, nearest }))
}

/** Whether an order can only make a position smaller. */
export function closesPosition({ reduce_only, position_side, side }: PlaceRequest): boolean {
  if (reduce_only) return true
  return (position_side === 'LONG' && side === 'SELL') || (position_side === 'SHORT' && side === 'BUY')
}

function unitValue({ quantity_unit, contract_value }: Instrument, price: Decimal | null): Decimal | null {
  const value = quantity_unit === 'CONTRACT' ? contract_value : price
  return value === null || isNothing(value) ? null : value
}

function isChange(value: Decimal | null, known: Decimal | null): boolean {
  return value !== null && (known === null || compareDecimal(value, known) !== 0)
}

const isNothing = (value: Decimal) => compareDecimal(value, '0') <= 0
const isBelow = (value: Decimal, min: Decimal | null) => min !== null && compareDecimal(value, min) < 0
const isAbove = (value: Decimal, max: Decimal | null) => max !== null && compareDecimal(value, max) > 0
