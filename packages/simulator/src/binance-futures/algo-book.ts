import type { Account } from '../engine/account.ts'
import { type Big, dec, ZERO } from '../engine/decimal.ts'
import type { Market } from '../engine/market.ts'
import type { Order, PositionSide, Side, StpMode } from '../engine/order.ts'
import { algoUpdate } from './algo-shapes.ts'
import type { FuturesVenue } from './venue.ts'

export type AlgoStatus = 'NEW' | 'TRIGGERING' | 'TRIGGERED' | 'FINISHED' | 'CANCELED' | 'REJECTED' | 'EXPIRED'

/** A conditional order: an object of its own that becomes an engine order when its price is reached. */
export interface Algo {
  id: number
  clientId: string
  accountId: string
  symbol: string
  type: string
  side: Side
  positionSide: PositionSide
  tif: string
  qty: string
  price: string
  trigger: string
  workingType: string
  priceMatch: string
  closePosition: boolean
  priceProtect: boolean
  reduceOnly: boolean
  activatePrice: string
  callbackRate: string
  stp: StpMode
  goodTill: number
  status: AlgoStatus
  createdAt: number
  updatedAt: number
  triggeredAt: number
  orderId: string
  actualType: string
  actualPrice: string
  actualQty: string
  reason: string
  /** Trailing only: whether it follows the price yet, and the best price since it does. */
  activated: boolean
  extreme: string
}

const OVER: ReadonlySet<AlgoStatus> = new Set(['FINISHED', 'CANCELED', 'REJECTED', 'EXPIRED'])

/** All conditional orders of the venue, and the moments at which they change (fact sheet: binance.md section 7.3). */
export class AlgoBook {
  readonly #venue: FuturesVenue
  readonly #byId = new Map<number, Algo>()
  readonly #byAccount = new Map<string, Algo[]>()
  readonly #waiting = new Map<string, Set<Algo>>()
  #nextId = 2_148_719

  constructor(venue: FuturesVenue) {
    this.#venue = venue
    venue.world.journal.kind('algo', {
      restore: (value) => this.#keep(value as Algo),
      dump: () => this.#byId.values(),
    })
  }

  nextId(): number {
    return this.#nextId++
  }

  /** Takes a checked conditional order in and tells its owner. */
  add(algo: Algo): void {
    this.#keep(algo)
    this.#tell(algo)
    if (algo.goodTill > 0) {
      this.#venue.world.clock.at(algo.goodTill, () => {
        if (algo.status === 'NEW') this.end(algo, 'EXPIRED')
      })
    }
    this.#venue.world.settle()
  }

  find(account: Account, id: number | undefined, clientId: string | undefined): Algo | undefined {
    const own = this.of(account)
    if (id !== undefined) return own.find((algo) => algo.id === id)
    return own.findLast((algo) => algo.clientId === clientId)
  }

  of(account: Account): Algo[] {
    return this.#byAccount.get(account.id) ?? []
  }

  open(account: Account): Algo[] {
    return this.of(account).filter((algo) => algo.status === 'NEW')
  }

  /** Forgets all but the newest that are over. */
  trim(account: Account, keep: number): void {
    const own = this.of(account)
    const over = own.filter(({ status }) => OVER.has(status))
    const old = new Set(over.slice(0, Math.max(0, over.length - keep)))
    if (old.size === 0) return
    for (const { id } of old) this.#byId.delete(id)
    this.#byAccount.set(
      account.id,
      own.filter((algo) => !old.has(algo)),
    )
  }

  end(algo: Algo, status: 'CANCELED' | 'EXPIRED'): void {
    this.#waiting.get(algo.symbol)?.delete(algo)
    this.#turn(algo, status)
    this.#venue.world.settle()
  }

  /** Looks at every waiting order of a market whose price moved. */
  priceMoved(market: Market): void {
    const waiting = this.#waiting.get(market.symbol)
    if (!waiting || waiting.size === 0) return
    for (const algo of [...waiting]) {
      const price = algo.workingType === 'MARK_PRICE' ? market.mark : market.last
      if (algo.status === 'NEW' && this.#reached(algo, price)) this.#fire(algo, market)
    }
  }

  /** The engine took the order of a triggered algo. */
  placed(order: Order): void {
    const algo = this.#ofOrder(order)
    if (!algo) return
    algo.orderId = order.id.toString()
    algo.actualType = order.type
    this.#turn(algo, 'TRIGGERED')
  }

  /** The engine order of a triggered algo is done. */
  done(order: Order): void {
    const algo = this.#ofOrder(order)
    if (algo?.status !== 'TRIGGERED') return
    algo.actualPrice = order.filled.eq(ZERO) ? '0.00000' : order.quote.div(order.filled).toFixed(5)
    algo.actualQty = order.filled.toFixed()
    this.#turn(algo, 'FINISHED')
  }

  #ofOrder(order: Order): Algo | undefined {
    const id = order.extra.algoId
    return typeof id === 'number' ? this.#byId.get(id) : undefined
  }

  #reached(algo: Algo, price: Big): boolean {
    const buy = algo.side === 'BUY'
    if (algo.type === 'TRAILING_STOP_MARKET') return this.#trail(algo, price, buy)
    const stop = algo.type.startsWith('STOP')
    return buy === stop ? price.gte(algo.trigger) : price.lte(algo.trigger)
  }

  /** A trailing stop follows the price once activated and fires when it turns back by the callback rate. */
  #trail(algo: Algo, price: Big, buy: boolean): boolean {
    if (!algo.activated) {
      const activate = algo.activatePrice === '' ? price : dec(algo.activatePrice)
      if (buy ? price.gt(activate) : price.lt(activate)) return false
      algo.activated = true
      algo.extreme = price.toFixed()
      this.#save(algo)
      this.#tell(algo)
    }
    const best = dec(algo.extreme)
    if (buy ? price.lt(best) : price.gt(best)) {
      algo.extreme = price.toFixed()
      return false
    }
    const rate = dec(algo.callbackRate).div(100)
    return buy ? price.gte(best.times(rate.plus(1))) : price.lte(best.times(dec(1).minus(rate)))
  }

  #fire(algo: Algo, market: Market): void {
    const { engine, world, clearing } = this.#venue
    const account = world.accounts.byId.get(algo.accountId)
    if (!account) return
    this.#waiting.get(algo.symbol)?.delete(algo)
    algo.triggeredAt = engine.time
    this.#turn(algo, 'TRIGGERING')
    const limit = algo.type === 'STOP' || algo.type === 'TAKE_PROFIT'
    const held = clearing.position(account, algo.symbol, algo.positionSide).amount
    const qty = algo.closePosition ? held.abs() : dec(algo.qty)
    const closes = !algo.closePosition || (algo.side === 'SELL' ? held.gt(ZERO) : held.lt(ZERO))
    if (qty.eq(ZERO) || !closes) {
      algo.reason = 'There is no position to close.'
      this.#turn(algo, 'EXPIRED')
      return
    }
    try {
      engine.place(account, market, {
        clientId: account.openClientIds.has(`${algo.symbol}|${algo.clientId}`)
          ? this.#venue.newClientId()
          : algo.clientId,
        side: algo.side,
        type: limit ? 'LIMIT' : 'MARKET',
        origType: algo.type,
        kind: limit ? 'LIMIT' : 'MARKET',
        tif: limit ? algo.tif : 'GTC',
        postOnly: limit && algo.tif === 'GTX',
        price: limit ? dec(algo.price) : ZERO,
        qty,
        stp: algo.stp,
        reduceOnly: algo.reduceOnly || algo.closePosition,
        closePosition: algo.closePosition,
        positionSide: algo.positionSide,
        extra: {
          algoId: algo.id,
          stopPrice: algo.trigger,
          workingType: algo.workingType,
          priceProtect: algo.priceProtect,
          ...(algo.callbackRate === ''
            ? {}
            : { callbackRate: algo.callbackRate, activatePrice: algo.activatePrice || '0' }),
        },
      })
    } catch (error) {
      algo.reason = this.#venue.api.failure(error).message
      this.#turn(algo, 'REJECTED')
    }
  }

  #turn(algo: Algo, status: AlgoStatus): void {
    algo.status = status
    algo.updatedAt = this.#venue.engine.time
    this.#save(algo)
    this.#tell(algo)
  }

  #tell(algo: Algo): void {
    const { streams, world } = this.#venue
    if (streams.listened(algo.accountId)) streams.publish(algo.accountId, algoUpdate(algo, world.clock.now()))
  }

  #save(algo: Algo): void {
    this.#venue.world.journal.add('algo', { ...algo })
  }

  #keep(algo: Algo): void {
    const known = this.#byId.get(algo.id)
    if (known) {
      Object.assign(known, algo)
      if (algo.status !== 'NEW') this.#waiting.get(algo.symbol)?.delete(known)
      return
    }
    this.#byId.set(algo.id, algo)
    this.#nextId = Math.max(this.#nextId, algo.id + 1)
    const own = this.#byAccount.get(algo.accountId)
    if (own) own.push(algo)
    else this.#byAccount.set(algo.accountId, [algo])
    if (algo.status === 'NEW') {
      const waiting = this.#waiting.get(algo.symbol)
      if (waiting) waiting.add(algo)
      else this.#waiting.set(algo.symbol, new Set([algo]))
    }
    this.#save(algo)
  }
}
