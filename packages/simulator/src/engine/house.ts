import { Account } from './account.ts'
import { type Big, dec, floorToStep, max, ZERO } from './decimal.ts'
import type { Engine } from './engine.ts'
import { quantityFor, type TradingMode } from './instrument.ts'
import type { Market } from './market.ts'
import { type Order, remaining, type Side } from './order.ts'
import type { Random } from './random.ts'

const LEVELS = 50
/** How much of its distance from the start price a lively market goes back at each step, so that it stays near for months. */
const PULL = '0.00003'

/**
 * The market maker behind every symbol. It keeps quotes around a price, takes resting user orders when the price is
 * moved, and (with the bot on) walks the price and trades with itself. It has no wallet and no history.
 */
export class House {
  readonly account: Account
  readonly #engine: Engine
  readonly #random: Random
  readonly #quotes = new Map<Market, Map<string, Order>>()
  readonly #anchors = new Map<Market, Big>()

  constructor(engine: Engine, random: Random, exchange: string, mode: TradingMode) {
    this.#engine = engine
    this.#random = random
    this.account = new Account({
      id: `house-${exchange}-${mode}`,
      exchange,
      mode,
      uid: 1,
      createdAt: 0,
      permissions: [],
      key: { apiKey: '', secret: '', passphrase: '', publicKey: '', revoked: false },
      house: true,
    })
  }

  /** Puts quotes around a price, leaving alone those that are already right; passive quotes never trade on arrival. */
  quote(market: Market, around: Big, passive = false): void {
    this.#anchors.set(market, around)
    this.#engine.act(() => {
      const wanted = this.#wanted(market, around)
      let quotes = this.#quotes.get(market)
      if (!quotes) {
        quotes = new Map()
        this.#quotes.set(market, quotes)
      }
      for (const [key, order] of quotes) {
        const alive = order.status === 'NEW' || order.status === 'PARTIALLY_FILLED'
        if (alive && wanted.has(key) && order.status === 'NEW') continue
        if (alive) this.#engine.cancel(order)
        quotes.delete(key)
      }
      for (const [key, { side, price, qty }] of wanted) {
        if (quotes.has(key) || (passive && market.book.crosses(side, price))) continue
        const order = this.#place(market, side, price, qty, 'GTC')
        if (order.status === 'NEW' || order.status === 'PARTIALLY_FILLED') quotes.set(key, order)
      }
    })
  }

  /** Puts back what was taken, around the price the ladder was built for. */
  refill(market: Market): void {
    this.quote(market, this.#anchors.get(market) ?? market.last, true)
  }

  /** Whether some quote was hit since the ladder was built. */
  depleted(market: Market): boolean {
    for (const order of this.#quotes.get(market)?.values() ?? []) if (order.status !== 'NEW') return true
    return false
  }

  withdraw(market: Market): void {
    this.#engine.act(() => {
      for (const order of this.#quotes.get(market)?.values() ?? []) {
        if (order.status === 'NEW' || order.status === 'PARTIALLY_FILLED') this.#engine.cancel(order)
      }
      this.#quotes.delete(market)
    })
  }

  /**
   * Moves the market to a price: resting user orders that the move passes are filled at their own price, best first,
   * up to `limit` base units when given; the last trade is at the new price; quotes follow.
   */
  move(market: Market, price: Big, limit?: Big): void {
    this.#engine.act(() => {
      this.withdraw(market)
      const up = price.gte(market.last)
      let left = limit
      for (const side of up ? (['BUY', 'SELL'] as const) : (['SELL', 'BUY'] as const)) {
        const all = this.#crossing(market, side, price)
        const qty = left?.lt(all) ? left : all
        if (qty.gt(ZERO)) {
          this.#place(market, side, price, qty, 'IOC')
          if (left) left = left.minus(qty)
        }
      }
      const step = max(market.instrument.minQty, market.instrument.step)
      this.#engine.print(market, price, step, !up)
      // Quotes are back before the stops that the move fires look for somebody to trade with.
      this.quote(market, price, limit !== undefined)
    })
  }

  /** Trades against whatever rests, as a stranger would. */
  take(market: Market, side: Side, price: Big, qty: Big): Order {
    return this.#engine.act(() => this.#place(market, side, price, qty, 'IOC'))
  }

  /** Rests a quote that is not part of the ladder, for somebody else to take. */
  offer(market: Market, side: Side, price: Big, qty: Big): Order {
    return this.#engine.act(() => this.#place(market, side, price, qty, 'GTC'))
  }

  #crossing(market: Market, taker: Side, price: Big): Big {
    let sum: Big = ZERO
    for (const level of market.book.opposite(taker)) {
      if (taker === 'BUY' ? level.price.gt(price) : level.price.lt(price)) break
      for (const order of level.orders) sum = sum.plus(remaining(order))
    }
    return sum
  }

  #wanted(market: Market, around: Big): Map<string, { side: Side; price: Big; qty: Big }> {
    const { tick, step, minQty, levelNotional, startPrice } = market.instrument
    const wanted = new Map<string, { side: Side; price: Big; qty: Big }>()
    // Levels sit on a grid that does not depend on the price, so that a small move leaves most of them standing.
    const gap = max(tick.times(2), floorToStep(startPrice.times('0.00005'), tick))
    const sizes = Array.from({ length: 7 }, (_, i) =>
      max(floorToStep(quantityFor(market.instrument, around, levelNotional.times(4 + i).div(4)), step), minQty),
    )
    let bid = floorToStep(around, gap)
    let ask = bid.plus(gap)
    for (let i = 0; i < LEVELS; i++) {
      bid = bid.minus(gap)
      ask = ask.plus(gap)
      const qty = sizes[i % sizes.length] as Big
      if (bid.gt(ZERO)) wanted.set(`B${bid.toFixed()}`, { side: 'BUY', price: bid, qty })
      wanted.set(`S${ask.toFixed()}`, { side: 'SELL', price: ask, qty })
    }
    return wanted
  }

  #place(market: Market, side: Side, price: Big, qty: Big, tif: string): Order {
    return this.#engine.place(this.account, market, {
      clientId: '',
      side,
      type: 'LIMIT',
      kind: 'LIMIT',
      tif,
      price,
      qty,
      stp: 'NONE',
    })
  }

  /** One heartbeat of a living market: a small step of the price and a few strangers trading. */
  beat(market: Market): void {
    const { tick, step, minQty, startPrice } = market.instrument
    const bips = this.#random.int(-20, 20)
    const mid = market.mid()
    const walked = mid.times(100_000 + bips * 2).div(100_000)
    const next = floorToStep(walked.plus(startPrice.minus(mid).times(PULL)), tick)
    const price = next.gt(ZERO) ? next : tick
    this.#engine.act(() => {
      for (let i = this.#random.int(1, 2); i > 0; i--) {
        const side: Side = this.#random.next() < 0.5 ? 'BUY' : 'SELL'
        const best = market.book.opposite(side)[0]
        if (!best) continue
        const size = max(
          floorToStep(dec(this.#random.int(1, 60)).times(remainingOf(best.orders)).div(200), step),
          minQty,
        )
        this.#place(market, side, best.price, size, 'IOC')
      }
      this.quote(market, price)
    })
  }
}

function remainingOf(orders: Order[]): Big {
  let sum: Big = ZERO
  for (const order of orders) sum = sum.plus(remaining(order))
  return sum
}
