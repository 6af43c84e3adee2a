import { type Big, floorToStep, min, ZERO } from './decimal.ts'
import { type Order, remaining } from './order.ts'
import { Refusal } from './refusal.ts'

/** Gives a quote-sized order the quantity that the book has for its money. Throws Refusal('no_liquidity') when that is nothing. */
export function sizeByQuote(order: Order): void {
  const { step } = order.market.instrument
  let left = order.quoteQty
  let qty: Big = ZERO
  for (const level of order.market.book.opposite(order.side)) {
    for (const maker of level.orders) {
      const take = min(remaining(maker), floorToStep(left.div(level.price), step))
      qty = qty.plus(take)
      left = left.minus(take.times(level.price))
    }
    if (left.lt(level.price.times(step))) break
  }
  order.qty = qty.gt(ZERO) ? qty : floorToStep(order.quoteQty.div(order.market.last), step)
  if (order.qty.eq(ZERO)) throw new Refusal('no_liquidity')
}

/** Whether a quote-sized order has too little money left for the smallest trade. */
export function budgetSpent(order: Order): boolean {
  if (order.quoteQty.eq(ZERO)) return false
  const { minQty } = order.market.instrument
  const left = order.quoteQty.minus(order.quote)
  const best = order.market.book.opposite(order.side)[0]?.price ?? order.market.last
  return left.lt(best.times(minQty))
}

/** What a quote-sized order can still buy or sell at a price. */
export function withinBudget(order: Order, price: Big, qty: Big): Big {
  if (order.quoteQty.eq(ZERO)) return qty
  return min(qty, floorToStep(order.quoteQty.minus(order.quote).div(price), order.market.instrument.step))
}

/** Whether the book has all that an order wants at its price. */
export function isFillable(order: Order): boolean {
  const need = remaining(order)
  const limit = order.kind === 'LIMIT' ? order.price : null
  return order.market.book.available(order.side, limit, need).gte(need)
}
