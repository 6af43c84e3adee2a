import type { Account } from './account.ts'
import { Changes } from './changes.ts'
import type { Clearing } from './clearing.ts'
import type { Clock } from './clock.ts'
import { type Big, min, ZERO } from './decimal.ts'
import type { Dirty, EngineSink, OrderEvent } from './events.ts'
import { worth } from './instrument.ts'
import type { Market } from './market.ts'
import { type ExpiryReason, type Fill, isOpen, type Order, remaining, type Ticket } from './order.ts'
import { clientKey, type Deal, newFill, newOrder } from './records.ts'
import { Refusal } from './refusal.ts'
import { budgetSpent, isFillable, sizeByQuote, withinBudget } from './sizing.ts'

export interface EngineOptions {
  markets: ReadonlyMap<string, Market>
  clearing: Clearing
  clock: Clock
  sink: EngineSink
  /** Called once after each action, before anything is sent: the place to write it down. */
  commit: (dirty: Dirty) => void
  /** Venues that answer an unfillable fill-or-kill with an error instead of an expired order. */
  refuseUnfillableFok?: boolean
  /** Whether a post-only order that would take is refused, or accepted and at once expired for POST_ONLY. */
  postOnly?: 'refuse' | 'accept'
  /** Venues that report a triggered order that rests as NEW once more. */
  reportsTriggered?: boolean
}

/** Price-time matching over any number of markets. One action runs at a time and is committed as a whole. */
export class Engine {
  readonly markets: ReadonlyMap<string, Market>
  readonly clearing: Clearing
  readonly clock: Clock
  /** Told after the built-in steps when an order leaves the open state or fills: order lists hang on here. */
  readonly onFill: ((order: Order, fill: Fill) => void)[] = []
  readonly onDone: ((order: Order) => void)[] = []
  readonly onTrigger: ((order: Order) => void)[] = []
  readonly onPrice: ((market: Market) => void)[] = []
  readonly #sink: EngineSink
  readonly #commit: (dirty: Dirty) => void
  readonly #refuseFok: boolean
  readonly #acceptPostOnly: boolean
  readonly #reportsTriggered: boolean
  #depth = 0
  #time = 0
  #priority = 1
  #fills = 1
  readonly #changes = new Changes()

  constructor(options: EngineOptions) {
    this.markets = options.markets
    this.clearing = options.clearing
    this.clock = options.clock
    this.#sink = options.sink
    this.#commit = options.commit
    this.#refuseFok = options.refuseUnfillableFok ?? false
    this.#acceptPostOnly = options.postOnly === 'accept'
    this.#reportsTriggered = options.reportsTriggered ?? false
  }

  /** The time of the running action: everything it does happens at one instant. */
  get time(): number {
    return this.#depth > 0 ? this.#time : this.clock.monotonic()
  }

  /** Runs a change as one action: triggers fire, the store is told, then listeners are. */
  act<T>(change: () => T): T {
    if (this.#depth === 0) this.#time = this.clock.monotonic()
    this.#depth += 1
    try {
      const result = change()
      if (this.#depth === 1) this.#runTriggers()
      return result
    } finally {
      try {
        if (this.#depth === 1) this.#finish()
      } finally {
        this.#depth -= 1
      }
    }
  }

  /** Places an order. Throws Refusal when it may not exist; the order returned may already be filled or expired. */
  place(account: Account, market: Market, ticket: Ticket): Order {
    return this.act(() => {
      const order = newOrder(account, market, ticket, this.time)
      this.admit(order)
      this.register(order)
      if (!this.#wouldTake(order)) this.emit({ exec: 'NEW', order })
      if (order.trigger) market.waiting.add(order)
      else this.work(order)
      return order
    })
  }

  /** Builds an order that waits for another one (a pending list leg): known, not working, nothing reserved. */
  placePending(account: Account, market: Market, ticket: Ticket): Order {
    return this.act(() => {
      const order = newOrder(account, market, ticket, this.time)
      order.status = 'PENDING_NEW'
      this.register(order)
      this.emit({ exec: 'NEW', order })
      return order
    })
  }

  /** Lets a pending order start; one that may not is expired. */
  activate(order: Order): void {
    this.act(() => {
      if (order.status !== 'PENDING_NEW') return
      try {
        this.#fund(order)
      } catch {
        this.expire(order, 'REJECTED')
        return
      }
      order.status = 'NEW'
      order.updatedAt = this.time
      this.#changes.order(order)
      this.emit({ exec: 'NEW', order })
      if (order.trigger) order.market.waiting.add(order)
      else this.work(order)
    })
  }

  /** Checks and reserves; throws Refusal and changes nothing when the order may not exist. */
  admit(order: Order): void {
    const { openClientIds, house } = order.account
    if (!house && order.clientId !== '' && openClientIds.has(clientKey(order))) throw new Refusal('duplicate_client_id')
    this.#fund(order)
  }

  #fund(order: Order): void {
    const { book } = order.market
    if (order.trigger) {
      const { price, direction } = order.trigger
      const reached = direction === 'UP' ? order.market.last.gte(price) : order.market.last.lte(price)
      if (reached) throw new Refusal('would_trigger')
    } else {
      const crosses = order.kind === 'LIMIT' && book.crosses(order.side, order.price)
      if (order.postOnly && crosses && !this.#acceptPostOnly) throw new Refusal('would_take')
      if (this.#refuseFok && order.tif === 'FOK' && !isFillable(order)) throw new Refusal('fok_unfillable')
    }
    const reducible = this.clearing.reducible(order)
    if (reducible?.eq(ZERO)) throw new Refusal('reduce_only')
    if (order.kind === 'MARKET' && order.quoteQty.gt(ZERO)) sizeByQuote(order)
    if (!order.unfunded) this.touchAssets(order.account, this.clearing.reserve(order))
  }

  /** Puts an order on record and among the open ones. */
  register(order: Order): void {
    order.market.orders.set(order.id, order)
    const { account } = order
    if (account.house) return
    account.open.add(order)
    if (order.clientId !== '') {
      const key = clientKey(order)
      account.openClientIds.set(key, order)
      account.lastByClientId.set(key, order)
    }
    const list = account.orders.get(order.market.symbol)
    if (list) list.push(order)
    else account.orders.set(order.market.symbol, [order])
    this.#changes.order(order)
    if (order.goodTill > 0) this.watchGoodTill(order)
  }

  watchGoodTill(order: Order): void {
    this.clock.at(order.goodTill, () => {
      if (isOpen(order)) this.act(() => this.expire(order, 'GTD'))
    })
  }

  /** Lets an admitted order trade and rest. */
  work(order: Order): void {
    order.workingAt = this.time
    order.updatedAt = order.workingAt
    if (this.#wouldTake(order)) {
      this.expire(order, 'POST_ONLY')
      return
    }
    if (order.tif === 'FOK' && !isFillable(order)) {
      this.expire(order, 'FOK')
      return
    }
    this.#match(order)
    if (!isOpen(order)) return
    if (order.kind === 'MARKET') this.expire(order, order.filled.eq(ZERO) ? 'NO_LIQUIDITY' : 'IOC')
    else if (order.tif === 'IOC' || order.tif === 'FOK') this.expire(order, 'IOC')
    else {
      order.priority = this.#priority++
      order.market.book.add(order)
      order.market.noteChange(order.side, order.price)
    }
  }

  /** Cancels an open order; a client id given with the cancel becomes the order's own, as on Binance Spot. */
  cancel(order: Order, renameTo?: string): void {
    this.act(() => {
      if (!isOpen(order)) throw new Refusal('unknown_order')
      this.#leaveMarket(order)
      if (renameTo !== undefined) this.rename(order, renameTo)
      this.#end(order, 'CANCELED')
      this.emit({ exec: 'CANCELED', order })
      this.#done(order)
    })
  }

  expire(order: Order, reason: ExpiryReason): void {
    this.act(() => {
      this.#leaveMarket(order)
      order.expiry = reason
      this.#end(order, reason === 'STP' ? 'EXPIRED_IN_MATCH' : 'EXPIRED')
      if (reason !== 'STP') this.emit({ exec: 'EXPIRED', order })
      this.#done(order)
    })
  }

  /** Cuts the quantity of a resting order and keeps its place in the queue. */
  reduce(order: Order, newQty: Big, clientId: string): void {
    this.act(() => {
      if (!isOpen(order)) throw new Refusal('unknown_order')
      if (newQty.gte(order.qty)) throw new Refusal(newQty.eq(order.qty) ? 'no_change' : 'quantity_increase')
      if (newQty.lte(order.filled)) throw new Refusal('no_change')
      this.rename(order, clientId)
      order.qty = newQty
      this.touchAssets(order.account, this.clearing.release(order))
      if (order.status !== 'PENDING_NEW') this.touchAssets(order.account, this.clearing.reserve(order))
      order.updatedAt = this.time
      order.amendments += 1
      if (order.workingAt > 0) order.market.noteChange(order.side, order.price)
      this.#changes.order(order)
      this.emit({ exec: 'REPLACED', order })
    })
  }

  /** Changes price and quantity of a resting limit order; it goes to the back of the queue and may trade at once. */
  modify(order: Order, price: Big, qty: Big): void {
    this.act(() => {
      if (!isOpen(order)) throw new Refusal('unknown_order')
      if (price.eq(order.price) && qty.eq(order.qty)) throw new Refusal('no_change')
      if (
        qty.lte(order.filled) ||
        (!this.#acceptPostOnly && order.postOnly && order.market.book.crosses(order.side, price))
      ) {
        this.cancel(order)
        return
      }
      const before = { price: order.price, qty: order.qty }
      const became = (next: { price: Big; qty: Big }) => {
        order.price = next.price
        order.qty = next.qty
      }
      // Margin is looked at as if the order were new; a refusal leaves it where it is in the queue.
      this.touchAssets(order.account, this.clearing.release(order))
      order.account.open.delete(order)
      became({ price, qty })
      try {
        this.touchAssets(order.account, this.clearing.reserve(order))
      } catch (error) {
        became(before)
        order.account.open.add(order)
        this.touchAssets(order.account, this.clearing.reserve(order))
        throw error
      }
      became(before)
      this.#leaveMarket(order)
      became({ price, qty })
      order.account.open.add(order)
      order.amendments += 1
      order.updatedAt = this.time
      this.#changes.order(order)
      this.emit({ exec: 'AMENDMENT', order })
      if (order.trigger && !order.trigger.triggered) order.market.waiting.add(order)
      else this.work(order)
    })
  }

  /** Cuts an order that is filled in part to what is filled: it is done. */
  complete(order: Order): void {
    this.act(() => {
      if (!isOpen(order)) throw new Refusal('unknown_order')
      this.#leaveMarket(order)
      order.qty = order.filled
      order.amendments += 1
      this.#end(order, 'FILLED')
      this.emit({ exec: 'AMENDMENT', order })
      this.#done(order)
    })
  }

  rename(order: Order, clientId: string): void {
    const { account } = order
    if (clientId !== order.clientId && account.openClientIds.has(clientKey(order, clientId))) {
      throw new Refusal('duplicate_client_id')
    }
    account.openClientIds.delete(clientKey(order))
    order.origClientId = order.clientId
    order.clientId = clientId
    if (isOpen(order)) account.openClientIds.set(clientKey(order), order)
    account.lastByClientId.set(clientKey(order), order)
  }

  /** Marks assets or a position of an account as moved in this action. */
  touchAssets(account: Account, assets: Iterable<string>): void {
    if (account.house) return
    const change = this.#changes.of(account)
    for (const asset of assets) change.assets.add(asset)
    if (change.assets.size > 0) {
      account.wallet.updatedAt = this.time
      this.#changes.account(account)
    }
  }

  touchPosition(account: Account, key: string): void {
    if (account.house) return
    this.#changes.of(account).positions.add(key)
    this.#changes.account(account)
  }

  emit(event: OrderEvent): void {
    if (event.order.account.house) return
    this.#changes.order(event.order)
    this.#sink.order(event)
  }

  /** Prints a trade between the market maker's own accounts, so that the last price moves. */
  print(market: Market, price: Big, qty: Big, buyerIsMaker: boolean): void {
    this.act(() => {
      const trade = {
        id: market.nextTradeId++,
        price,
        qty,
        quote: worth(market.instrument, price, qty),
        time: this.time,
        buyerIsMaker,
      }
      market.print(trade)
      this.#changes.market(market)
      this.#sink.trade(market, trade)
    })
  }

  #match(order: Order): void {
    const { book } = order.market
    while (isOpen(order)) {
      const left = remaining(order)
      if (left.lte(ZERO)) break
      const level = book.opposite(order.side)[0]
      if (!level) break
      if (order.kind === 'LIMIT' && !book.crosses(order.side, order.price)) break
      const maker = level.orders[0] as Order
      if (maker.account === order.account && !order.account.house && order.stp !== 'NONE') {
        this.#preventSelfTrade(order, maker)
        continue
      }
      const makerMay = this.clearing.reducible(maker)
      if (makerMay?.eq(ZERO)) {
        this.expire(maker, 'REDUCE_ONLY')
        continue
      }
      let qty = min(left, remaining(maker))
      if (makerMay) qty = min(qty, makerMay)
      const takerMay = this.clearing.reducible(order)
      if (takerMay) qty = min(qty, takerMay)
      if (order.kind === 'MARKET') qty = this.clearing.affordable(order.account, order, level.price, qty)
      qty = withinBudget(order, level.price, qty)
      if (qty.lte(ZERO)) {
        if (takerMay?.eq(ZERO)) this.expire(order, 'REDUCE_ONLY')
        break
      }
      this.#trade(order, maker, level.price, qty)
    }
  }

  #trade(taker: Order, maker: Order, price: Big, qty: Big): void {
    const { market } = taker
    const quote = worth(market.instrument, price, qty)
    const deal: Deal = { tradeId: market.nextTradeId++, price, qty, quote, time: this.time }
    const trade = { id: deal.tradeId, price, qty, quote, time: deal.time, buyerIsMaker: maker.side === 'BUY' }
    market.print(trade)
    this.#changes.market(market)
    market.noteChange(maker.side, price)
    const takerFill = this.#fill(taker, deal, false)
    const makerFill = this.#fill(maker, deal, true)
    if (maker.status === 'FILLED') market.book.remove(maker)
    this.#sink.trade(market, trade)
    this.#tellFill(taker, takerFill)
    this.#tellFill(maker, makerFill)
  }

  #fill(order: Order, deal: Deal, maker: boolean): Fill | null {
    const { price, qty, time } = deal
    const { account } = order
    order.filled = order.filled.plus(qty)
    order.quote = order.quote.plus(deal.quote)
    order.updatedAt = time
    const settlement = this.clearing.settle(order, price, qty, maker, time, deal.tradeId)
    const spent = budgetSpent(order)
    if (remaining(order).lte(ZERO) || spent) {
      if (spent) order.qty = order.filled
      order.status = 'FILLED'
    } else order.status = 'PARTIALLY_FILLED'
    if (account.house) {
      if (order.status === 'FILLED') order.market.orders.delete(order.id)
      return null
    }
    this.touchAssets(account, settlement.assets)
    if (settlement.position) this.touchPosition(account, settlement.position)
    const fill = newFill(order, deal, settlement, maker, this.#fills++)
    const list = account.fills.get(fill.symbol)
    if (list) list.push(fill)
    else account.fills.set(fill.symbol, [fill])
    this.#changes.fill(fill)
    if (order.status === 'FILLED') {
      this.touchAssets(account, this.clearing.release(order))
      this.#close(order)
    }
    return fill
  }

  #tellFill(order: Order, fill: Fill | null): void {
    if (!fill) return
    this.emit({ exec: 'TRADE', order, fill })
    for (const listener of this.onFill) listener(order, fill)
    if (order.status === 'FILLED') this.#done(order)
  }

  #preventSelfTrade(taker: Order, maker: Order): void {
    const qty = min(remaining(taker), remaining(maker))
    const matchId = taker.market.nextPreventedId++
    const expireMaker = taker.stp !== 'EXPIRE_TAKER'
    const expireTaker = taker.stp !== 'EXPIRE_MAKER'
    const hit = (order: Order, counter: Order) => {
      const left = remaining(order)
      this.#leaveMarket(order)
      order.preventedMatchId = matchId
      order.prevented = order.prevented.plus(left)
      order.expiry = 'STP'
      this.#end(order, 'EXPIRED_IN_MATCH')
      this.emit({ exec: 'TRADE_PREVENTION', order, counterId: counter.id, qty, price: maker.price })
      this.#done(order)
    }
    if (expireMaker) hit(maker, taker)
    if (expireTaker) hit(taker, maker)
  }

  /** A post-only order that may not trade, at a venue that accepts it first. */
  #wouldTake(order: Order): boolean {
    if (!this.#acceptPostOnly || !order.postOnly || (order.trigger && !order.trigger.triggered)) return false
    return order.kind === 'LIMIT' && order.market.book.crosses(order.side, order.price)
  }

  #leaveMarket(order: Order): void {
    if (order.market.waiting.delete(order)) return
    if (order.market.book.remove(order)) order.market.noteChange(order.side, order.price)
  }

  #end(order: Order, status: Order['status']): void {
    order.status = status
    order.updatedAt = this.time
    this.touchAssets(order.account, this.clearing.release(order))
    if (order.account.house) order.market.orders.delete(order.id)
    this.#close(order)
  }

  #close(order: Order): void {
    order.account.open.delete(order)
    const key = clientKey(order)
    if (order.account.openClientIds.get(key) === order) order.account.openClientIds.delete(key)
    this.#changes.order(order)
  }

  #done(order: Order): void {
    if (order.account.house) return
    for (const listener of this.onDone) listener(order)
  }

  /** Fires waiting orders whose price was reached, until a round fires none: one trigger can cause the next. */
  #runTriggers(): void {
    for (let round = 0; round < 100; round++) {
      let fired = false
      for (const market of this.#changes.markets) {
        for (const listener of this.onPrice) listener(market)
        for (const order of [...market.waiting]) {
          const trigger = order.trigger
          if (!trigger || !market.waiting.has(order)) continue
          const reached = trigger.direction === 'UP' ? market.last.gte(trigger.price) : market.last.lte(trigger.price)
          if (!reached) continue
          fired = true
          this.#fire(order)
        }
      }
      if (!fired) return
    }
  }

  #fire(order: Order): void {
    order.market.waiting.delete(order)
    const trigger = order.trigger
    for (const listener of this.onTrigger) listener(order)
    if (!isOpen(order)) return
    if (trigger) trigger.triggered = true
    if (order.kind === 'MARKET' || order.unfunded) {
      order.unfunded = false
      this.touchAssets(order.account, this.clearing.release(order))
      try {
        if (order.quoteQty.gt(ZERO)) sizeByQuote(order)
        this.touchAssets(order.account, this.clearing.reserve(order))
      } catch {
        this.expire(order, 'REJECTED')
        return
      }
    }
    this.work(order)
    // It is on the book from now on, which is news even where nothing traded.
    const rests = order.kind === 'LIMIT' && order.status === 'NEW'
    if (this.#reportsTriggered && rests) this.emit({ exec: 'NEW', order })
  }

  #finish(): void {
    const changed = this.#changes.take()
    if (!changed) return
    for (const change of changed.moved) this.#sink.account(change)
    this.#commit(changed.dirty)
  }

  /** After a restart: fills up to this one were told before. */
  skipFills(seq: number): void {
    this.#fills = Math.max(this.#fills, seq + 1)
  }

  /** After a restart: puts a stored order back where it was. */
  restore(order: Order): void {
    order.market.orders.set(order.id, order)
    const { account } = order
    const list = account.orders.get(order.market.symbol)
    if (list) list.push(order)
    else account.orders.set(order.market.symbol, [order])
    if (order.clientId !== '') account.lastByClientId.set(clientKey(order), order)
    this.#priority = Math.max(this.#priority, order.priority + 1)
    if (!isOpen(order)) return
    account.open.add(order)
    if (order.clientId !== '') account.openClientIds.set(clientKey(order), order)
    if (order.goodTill > 0) this.watchGoodTill(order)
    if (order.status === 'PENDING_NEW') return
    if (order.trigger && !order.trigger.triggered) order.market.waiting.add(order)
    else order.market.book.add(order)
  }

  /** Lets the store and the listeners know of a change made outside matching (a deposit, a setting). */
  touchAccount(account: Account): void {
    this.#changes.account(account)
  }
}
