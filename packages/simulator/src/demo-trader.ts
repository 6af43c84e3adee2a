import type { Account } from './engine/account.ts'
import { type Big, dec, floorToStep, max, min, ZERO } from './engine/decimal.ts'
import { modeOf, money, quantityFor } from './engine/instrument.ts'
import type { Market } from './engine/market.ts'
import { type Fill, type Order, remaining, type Side } from './engine/order.ts'
import { Random } from './engine/random.ts'
import { trimHistory } from './engine/trim-history.ts'
import type { AppOrder, Venue } from './venue.ts'
import type { World } from './world.ts'

/** Client ids of the demo trader's orders begin so (without the underscore where ids are plain); it never touches others. */
const MARK = 'demo_'
const PLAIN_MARK = 'demo'
/** It trades the first symbols of the venue, as many of each kind. */
const SYMBOLS = 4
const OPEN_AT_MOST = 6
/** An order still open after this is cancelled at the next turn. */
const PATIENCE_MS = 60_000
/** Orders are worth about this, in the quote asset, and what is held of a symbol hardly more than the second number. */
const ORDER_WORTH = [20, 80] as const
const HELD_WORTH = { spot: 250, futures: 800 } as const
/** Of each symbol, and of conditional orders; older ones are forgotten. */
const KEPT_CLOSED = 500

/** Gives the accounts that were made with `activity` somebody who trades on them now and then, as their owner would elsewhere. */
export class DemoTraders {
  readonly #world: World

  constructor(world: World) {
    this.#world = world
    for (const venue of world.venues) venue.engine.onFill.push(noteHeld)
    world.startActivity = (account) => new DemoTrader(world, account).start()
  }

  startAll(): void {
    for (const account of this.#world.accounts.byId.values()) {
      if (account.activity && !account.key.revoked) this.#world.startActivity(account)
    }
  }
}

/** Keeps count of what the demo trader has, apart from what the account's owner does. */
function noteHeld(order: Order, fill: Fill): void {
  if (!order.account.activity || !isOwn(order)) return
  const { symbol, base } = order.market.instrument
  const got = fill.feeAsset === base ? dec(fill.qty).minus(fill.fee) : dec(fill.qty)
  const held = order.account.held.get(symbol) ?? ZERO
  order.account.held.set(symbol, order.side === 'BUY' ? held.plus(got) : held.minus(fill.qty))
}

const isOwn = (order: { clientId: string }) => order.clientId.startsWith(PLAIN_MARK)

class DemoTrader {
  readonly #world: World
  readonly #venue: Venue
  readonly #account: Account
  readonly #random: Random
  readonly #markets: Market[]

  constructor(world: World, account: Account) {
    this.#world = world
    this.#venue = world.venueOf(account)
    this.#account = account
    this.#random = new Random(world.seed ^ Math.imul(account.uid, 0x9e3779b9))
    const { modes, engine } = this.#venue
    this.#markets = modes.flatMap((mode) =>
      [...engine.markets.values()]
        .filter((market) => modeOf(market.instrument) === mode)
        .slice(0, SYMBOLS / modes.length),
    )
  }

  start(): void {
    this.#after(this.#random.int(500, 2_000), () => this.#turn())
  }

  /** Does one thing, then waits for the next turn; ends when the key is revoked. */
  #turn(): void {
    this.#quietly(() => this.#do())
    trimHistory(this.#account, KEPT_CLOSED)
    this.#venue.stops?.trim(this.#account, KEPT_CLOSED)
    this.#after(this.#random.int(6_000, 10_000), () => this.#turn())
  }

  #after(ms: number, run: () => void): void {
    const { clock } = this.#world
    clock.at(clock.aged() + ms, () => {
      if (!this.#account.key.revoked) run()
    })
  }

  /** A refusal, such as no money left, is no trouble: the next turn tries something else. */
  #quietly(run: () => void): void {
    try {
      run()
    } catch (error) {
      const refused = error instanceof Error && (error.name === 'Refusal' || error.name === 'ApiError')
      if (!refused) this.#world.log(`demo trader: ${error instanceof Error ? error.stack : String(error)}`)
    }
  }

  #do(): void {
    const account = this.#account
    // Which side an order opens and which it closes is another thing in hedge mode.
    if (account.hedge) return
    const open = this.#open()
    const oldest = open[0]
    const stale = oldest && oldest.createdAt < this.#world.clock.now() - PATIENCE_MS
    if (oldest && (stale || open.length >= OPEN_AT_MOST)) {
      oldest.cancel()
      return
    }
    const market = this.#random.pick(this.#markets)
    const dice = this.#random.next()
    if (dice < 0.08 && this.#placeStop(market)) return
    const { side, qty } = this.#choose(market)
    if (dice < 0.3) this.#placeFar(market, side, qty)
    else if (dice < 0.4) this.#place(market, side, qty, this.#away(market, side, 10, 60), true)
    else if (this.#clearWay(market, side)) this.#trade(market, side, qty, dice)
  }

  /** Own open orders, oldest first. */
  #open(): { createdAt: number; cancel(): void }[] {
    const { engine, stops } = this.#venue
    const orders = [...this.#account.open].filter(isOwn).map((order) => ({
      createdAt: order.createdAt,
      cancel: () => engine.cancel(order),
    }))
    const waiting = stops?.open(this.#account).filter(isOwn) ?? []
    return [...orders, ...waiting].sort((a, b) => a.createdAt - b.createdAt)
  }

  /** Buys what it can sell later and sells what it bought, so that nothing drifts. */
  #choose(market: Market): { side: Side; qty: Big } {
    const { instrument, last } = market
    const { step, minNotional, minQty } = instrument
    const mode = modeOf(instrument)
    const least = max(minNotional.times('1.1'), money(instrument, last, minQty))
    const worth = max(dec(this.#random.int(...ORDER_WORTH)), least)
    const qty = floorToStep(quantityFor(instrument, last, worth), step).plus(step)
    const held = this.#held(market)
    const closing = held.gt(ZERO) ? 'SELL' : 'BUY'
    const closable = floorToStep(held.abs().minus(this.#resting(market, closing)), step)
    const closableWorth = money(instrument, last, closable)
    if (closableWorth.gte(least) && closableWorth.gt(this.#random.int(0, HELD_WORTH[mode]))) {
      const isLast = money(instrument, last, closable.minus(qty)).lt(least)
      return { side: closing, qty: isLast ? closable : qty }
    }
    if (mode === 'spot') return { side: 'BUY', qty }
    const opening = held.gt(ZERO) ? 'BUY' : 'SELL'
    return { side: held.eq(ZERO) ? this.#random.pick(['BUY', 'SELL'] as const) : opening, qty }
  }

  /** What it has of a symbol, and no more than the account has: its owner may have traded it away. */
  #held(market: Market): Big {
    const { held, wallet, positions } = this.#account
    const { symbol, base } = market.instrument
    const mode = modeOf(market.instrument)
    const noted = held.get(symbol) ?? ZERO
    const has = mode === 'spot' ? wallet.total(base) : (positions.get(`${symbol}:BOTH`)?.amount ?? ZERO)
    const left = noted.gt(ZERO) ? max(min(noted, has), ZERO) : min(max(noted, has), ZERO)
    if (!left.eq(noted)) held.set(symbol, left)
    return left
  }

  #resting(market: Market, side: Side): Big {
    let sum: Big = ZERO
    for (const order of this.#account.open) {
      if (order.market === market && order.side === side && isOwn(order)) sum = sum.plus(remaining(order))
    }
    return sum
  }

  /** Whether no order of the account stands on the other side; one of its own is taken away. */
  #clearWay(market: Market, side: Side): boolean {
    const opposite = [...this.#account.open].find((order) => order.market === market && order.side !== side)
    if (opposite && isOwn(opposite)) this.#venue.engine.cancel(opposite)
    return opposite === undefined
  }

  /** An order that trades: soon and in parts inside the spread, a little later beside it, or at once. */
  #trade(market: Market, side: Side, qty: Big, dice: number): void {
    if (dice < 0.7) this.#place(market, side, qty, this.#snap(market, market.mid(), side))
    else if (dice < 0.85) this.#place(market, side, qty, this.#away(market, side, 20, 100))
    else this.#place(market, side, qty)
  }

  /** An order that waits in vain. */
  #placeFar(market: Market, side: Side, qty: Big): void {
    const order = this.#place(market, side, qty, this.#away(market, side, 500, 2_000))
    this.#after(this.#random.int(10_000, 30_000), () => {
      this.#quietly(() => this.#venue.engine.cancel(order))
    })
  }

  #place(market: Market, side: Side, qty: Big, price?: Big, postOnly = false): Order {
    const order: AppOrder = {
      side,
      type: price ? 'LIMIT' : 'MARKET',
      quantity: qty.toFixed(),
      price: price?.toFixed(),
      clientId: this.#clientId(),
      postOnly,
    }
    return this.#venue.placeFromApp(this.#account, market, order)
  }

  /** A stop that closes what is held when the market turns against it. */
  #placeStop(market: Market): boolean {
    const held = this.#held(market)
    const { stops } = this.#venue
    if (!stops || held.eq(ZERO)) return false
    const side = held.gt(ZERO) ? 'SELL' : 'BUY'
    const trigger = this.#away(market, side === 'SELL' ? 'BUY' : 'SELL', 50, 200)
    const quantity = held.abs().toFixed()
    stops.place(this.#account, market, { side, quantity, trigger: trigger.toFixed(), clientId: this.#clientId() })
    return true
  }

  /** A price on the passive side, this many hundred-thousandths from the middle. */
  #away(market: Market, side: Side, least: number, most: number): Big {
    const part = this.#random.int(least, most)
    const factor = side === 'BUY' ? 100_000 - part : 100_000 + part
    return this.#snap(market, market.mid().times(factor).div(100_000), side)
  }

  /** Away from the other side, to a whole tick. */
  #snap(market: Market, price: Big, side: Side): Big {
    const { tick } = market.instrument
    const below = floorToStep(price, tick)
    return side === 'BUY' || below.eq(price) ? below : below.plus(tick)
  }

  /** Not from the seed: no id may come twice, whatever is restarted. */
  #clientId(): string {
    const mark = this.#venue.plainClientIds ? PLAIN_MARK : MARK
    return `${mark}${this.#world.clock.monotonic().toString(36)}${this.#random.text(4)}`
  }
}
