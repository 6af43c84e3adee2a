import { filterFailure } from '../binance/errors.ts'
import type { Params } from '../binance/params.ts'
import { type Big, dec, floorToStep, max, min, ONE } from '../engine/decimal.ts'
import type { Market } from '../engine/market.ts'
import type { Order, Trigger } from '../engine/order.ts'

/*
 * Trailing stop orders: a stop order with a distance in hundredths of a percent. Its trigger follows the best price since tracking
 * began, which is at once, or when the market first reaches the stop price, where one is given.
 */

const BIPS = 10_000

export interface Trailing {
  trigger: Trigger
  extra: Record<string, string | number>
}

/** Reads `trailingDelta` of a new stop order; undefined when there is none. */
export function readTrailing(
  params: Params,
  market: Market,
  direction: Trigger['direction'],
  activation: Big | undefined,
  now: number,
): Trailing | undefined {
  const delta = params.integer('trailingDelta')
  if (delta === undefined) return undefined
  if (delta < 10 || delta > 2000) throw filterFailure('TRAILING_DELTA')
  const extra: Trailing['extra'] = { trailingDelta: delta, trailingTime: activation ? -1 : now }
  if (activation) {
    extra.activation = activation.toFixed()
    extra.activates = activation.gt(market.last) ? 'UP' : 'DOWN'
  } else extra.best = market.last.toFixed()
  const price = activation ? farAway(market, direction) : distance(market, market.last, delta, direction)
  return { trigger: { price, direction, triggered: false }, extra }
}

/** Lets the triggers of waiting trailing orders follow the market. */
export function trail(market: Market, now: number): void {
  for (const order of market.waiting) {
    const { trigger, extra } = order
    if (trigger === null || typeof extra.trailingDelta !== 'number') continue
    if (extra.best === undefined && !activated(order, market)) continue
    if (extra.best === undefined) extra.trailingTime = now
    const best = extra.best === undefined ? market.last : dec(String(extra.best))
    const next = trigger.direction === 'DOWN' ? max(best, market.last) : min(best, market.last)
    extra.best = next.toFixed()
    trigger.price = distance(market, next, extra.trailingDelta, trigger.direction)
  }
}

/** What orders and reports call the stop price: for a trailing order its activation price, not the moving trigger. */
export function stopPrice(order: Order): Big | null {
  if (order.extra.trailingDelta === undefined) return order.trigger?.price ?? null
  return order.extra.activation === undefined ? null : dec(String(order.extra.activation))
}

function activated({ extra }: Order, market: Market): boolean {
  const at = dec(String(extra.activation))
  return extra.activates === 'UP' ? market.last.gte(at) : market.last.lte(at)
}

function distance(market: Market, best: Big, delta: number, direction: Trigger['direction']): Big {
  const { tick } = market.instrument
  const share = dec(delta).div(BIPS)
  if (direction === 'DOWN') return floorToStep(best.times(ONE.minus(share)), tick)
  return floorToStep(best.times(ONE.plus(share)), tick).plus(tick)
}

/** A price the market does not reach: the order does not follow yet. */
function farAway(market: Market, direction: Trigger['direction']): Big {
  return direction === 'DOWN' ? market.instrument.minPrice : market.instrument.maxPrice
}
