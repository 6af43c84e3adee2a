import { type Big, ZERO } from './decimal.ts'
import { type Order, remaining, type Side } from './order.ts'

export interface Level {
  price: Big
  orders: Order[]
}

/** A limit order book with price-time priority. Both sides are kept best price first, oldest order first. */
export class Book {
  readonly bids: Level[] = []
  readonly asks: Level[] = []

  side(side: Side): Level[] {
    return side === 'BUY' ? this.bids : this.asks
  }

  opposite(side: Side): Level[] {
    return side === 'BUY' ? this.asks : this.bids
  }

  add(order: Order): void {
    const levels = this.side(order.side)
    const at = this.#find(order.side, order.price)
    const level = levels[at]
    if (level?.price.eq(order.price)) level.orders.push(order)
    else levels.splice(at, 0, { price: order.price, orders: [order] })
  }

  remove(order: Order): boolean {
    const levels = this.side(order.side)
    const at = this.#find(order.side, order.price)
    const level = levels[at]
    if (!level?.price.eq(order.price)) return false
    const index = level.orders.indexOf(order)
    if (index < 0) return false
    level.orders.splice(index, 1)
    if (level.orders.length === 0) levels.splice(at, 1)
    return true
  }

  /** Whether a limit at this price would trade at once. */
  crosses(side: Side, price: Big): boolean {
    const best = this.opposite(side)[0]
    if (!best) return false
    return side === 'BUY' ? best.price.lte(price) : best.price.gte(price)
  }

  /** How much can be traded up to a limit price (null: at any price). */
  available(side: Side, limit: Big | null, enough: Big): Big {
    let sum: Big = ZERO
    for (const level of this.opposite(side)) {
      if (limit && (side === 'BUY' ? level.price.gt(limit) : level.price.lt(limit))) break
      for (const order of level.orders) sum = sum.plus(remaining(order))
      if (sum.gte(enough)) break
    }
    return sum
  }

  /** What buying or selling a quantity at market would be worth; null when the book is too thin. */
  worth(side: Side, qty: Big): { quote: Big; qty: Big } {
    let left = qty
    let quote: Big = ZERO
    for (const level of this.opposite(side)) {
      for (const order of level.orders) {
        const take = remaining(order).lt(left) ? remaining(order) : left
        quote = quote.plus(take.times(level.price))
        left = left.minus(take)
        if (left.eq(ZERO)) return { quote, qty }
      }
    }
    return { quote, qty: qty.minus(left) }
  }

  /** Price and total quantity per level, best first. */
  depth(side: Side, limit: number): { price: Big; qty: Big }[] {
    return this.side(side)
      .slice(0, limit)
      .map((level) => ({ price: level.price, qty: levelQty(level) }))
  }

  qtyAt(side: Side, price: Big): Big {
    const level = this.side(side)[this.#find(side, price)]
    return level?.price.eq(price) ? levelQty(level) : ZERO
  }

  #find(side: Side, price: Big): number {
    const levels = this.side(side)
    const better = side === 'BUY' ? 1 : -1
    let low = 0
    let high = levels.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const level = levels[middle] as Level
      if (level.price.cmp(price) === better) low = middle + 1
      else high = middle
    }
    return low
  }
}

function levelQty(level: Level): Big {
  let sum: Big = ZERO
  for (const order of level.orders) sum = sum.plus(remaining(order))
  return sum
}
