import type { Account } from '../engine/account.ts'
import { type Big, dec, ZERO } from '../engine/decimal.ts'
import type { Market } from '../engine/market.ts'
import type { Order } from '../engine/order.ts'
import type { Algo } from './algo.ts'
import { submit } from './orders.ts'
import type { OkxVenue } from './venue.ts'

/** Which part of an algo fires, at what order price ("-1": market), and the `source` of the order it makes. */
interface Shot {
  actualSide: string
  ordPx: string
  source: string
}

/** All conditional orders, and the moments at which they change (fact sheet: okx.md section 2.7). */
export class AlgoBook {
  readonly #venue: OkxVenue
  readonly #byId = new Map<string, Algo>()
  readonly #byAccount = new Map<string, Algo[]>()
  readonly #waiting = new Map<string, Set<Algo>>()
  #next = 1_700_000_000_000_000_001n

  constructor(venue: OkxVenue) {
    this.#venue = venue
    venue.world.journal.kind('okx-algo', {
      restore: (value) => this.#keep(value as Algo),
      dump: () => this.#byId.values(),
    })
  }

  nextId(): string {
    return (this.#next++).toString()
  }

  of(account: Account): Algo[] {
    return this.#byAccount.get(account.id) ?? []
  }

  find(account: Account, algoId: string | undefined, clientId: string | undefined): Algo | undefined {
    const own = this.of(account)
    return algoId !== undefined
      ? own.find((algo) => algo.algoId === algoId)
      : own.findLast((algo) => clientId !== undefined && algo.algoClOrdId === clientId)
  }

  open(account: Account): Algo[] {
    return this.of(account).filter((algo) => algo.state === 'live')
  }

  /** Takes a checked algo in and tells its owner. */
  add(algo: Algo): void {
    this.#keep(algo)
    this.#tell(algo)
    this.#venue.world.settle()
  }

  cancel(algo: Algo): void {
    this.#waiting.get(algo.symbol)?.delete(algo)
    this.#turn(algo, { state: 'canceled' })
    this.#venue.world.settle()
  }

  amend(algo: Algo, changes: Partial<Algo>, reqId: string): void {
    Object.assign(algo, changes, { uTime: this.#venue.engine.time })
    this.#save(algo)
    this.#venue.channels.algo(algo, { reqId, amendResult: '0' })
    this.#venue.world.settle()
  }

  /** Forgets all but the newest that are over. */
  trim(account: Account, keep: number): void {
    const own = this.of(account)
    const over = own.filter(({ state }) => state !== 'live')
    const old = new Set(over.slice(0, Math.max(0, over.length - keep)))
    if (old.size === 0) return
    for (const { algoId } of old) this.#byId.delete(algoId)
    this.#byAccount.set(
      account.id,
      own.filter((algo) => !old.has(algo)),
    )
  }

  /** Looks at every waiting algo of a market whose price moved. */
  priceMoved(market: Market): void {
    for (const algo of [...(this.#waiting.get(market.symbol) ?? [])]) {
      const shot = algo.state === 'live' ? this.#reached(algo, market.last) : undefined
      if (shot) this.#fire(algo, market, shot)
    }
  }

  /** The order of a triggered algo was filled: its price is known. */
  filled(order: Order): void {
    const algo = this.#byId.get(String(order.extra.algoId ?? ''))
    if (algo?.state !== 'effective') return
    algo.actualPx = order.quote.eq(ZERO) ? '' : (this.#venue.averageOf(order)?.toFixed() ?? '')
    algo.actualSz = order.filled.toFixed()
    this.#save(algo)
  }

  #reached(algo: Algo, last: Big): Shot | undefined {
    const sells = algo.side === 'SELL'
    const above = (price: string) => price !== '' && last.gte(price)
    const below = (price: string) => price !== '' && last.lte(price)
    switch (algo.ordType) {
      case 'trigger': {
        const hit = algo.upwards ? above(algo.triggerPx) : below(algo.triggerPx)
        return hit ? { actualSide: '', ordPx: algo.ordPx, source: '6' } : undefined
      }
      case 'move_order_stop':
        return this.#trail(algo, last) ? { actualSide: '', ordPx: '-1', source: '25' } : undefined
      default:
        if (sells ? below(algo.slTriggerPx) : above(algo.slTriggerPx)) {
          return { actualSide: 'sl', ordPx: algo.slOrdPx, source: '7' }
        }
        if (sells ? above(algo.tpTriggerPx) : below(algo.tpTriggerPx)) {
          return { actualSide: 'tp', ordPx: algo.tpOrdPx, source: '7' }
        }
        return undefined
    }
  }

  /** Follows the price once activated and fires when it comes back by the ratio or spread. */
  #trail(algo: Algo, last: Big): boolean {
    const buys = algo.side === 'BUY'
    if (algo.extreme === '') {
      if (algo.activePx !== '' && (buys ? last.gt(algo.activePx) : last.lt(algo.activePx))) return false
      algo.extreme = last.toFixed()
      this.#save(algo)
    }
    const best = dec(algo.extreme)
    if (buys ? last.lt(best) : last.gt(best)) {
      algo.extreme = last.toFixed()
      this.#save(algo)
      return false
    }
    const distance = algo.callbackSpread === '' ? best.times(algo.callbackRatio) : dec(algo.callbackSpread)
    return buys ? last.gte(best.plus(distance)) : last.lte(best.minus(distance))
  }

  #fire(algo: Algo, market: Market, { actualSide, ordPx, source }: Shot): void {
    const account = this.#venue.world.accounts.byId.get(algo.accountId)
    if (!account) return
    this.#waiting.get(algo.symbol)?.delete(algo)
    const triggerTime = String(this.#venue.engine.time)
    try {
      const order = this.#order(algo, account, market, ordPx, source)
      const average = this.#venue.averageOf(order)
      this.#turn(algo, {
        state: 'effective',
        actualSide,
        actualSz: order.qty.toFixed(),
        actualPx: average?.toFixed() ?? (ordPx === '-1' ? '' : ordPx),
        triggerTime,
        ordId: order.id.toString(),
      })
    } catch (error) {
      this.#turn(algo, {
        state: 'order_failed',
        actualSide,
        triggerTime,
        failCode: this.#venue.api.failure(error).code,
      })
    }
  }

  #order(algo: Algo, account: Account, market: Market, ordPx: string, source: string): Order {
    const isMarket = ordPx === '-1'
    const { futures } = this.#venue.clearing
    const held = futures.position(account, algo.symbol, algo.positionSide, algo.isolated).amount
    const size = algo.closeFraction === '' ? dec(algo.sz) : held.abs()
    const inQuote = isMarket && algo.tgtCcy === 'quote_ccy'
    return submit(this.#venue, account, market, {
      clientId: '',
      side: algo.side,
      type: isMarket ? 'market' : 'limit',
      kind: isMarket ? 'MARKET' : 'LIMIT',
      tif: isMarket ? 'IOC' : 'GTC',
      price: isMarket ? ZERO : dec(ordPx),
      qty: inQuote ? ZERO : size,
      ...(inQuote ? { quoteQty: size } : {}),
      stp: 'EXPIRE_MAKER',
      reduceOnly: algo.reduceOnly || algo.closeFraction !== '',
      positionSide: algo.positionSide,
      isolated: algo.isolated,
      extra: {
        tdMode: algo.tdMode,
        source,
        algoId: algo.algoId,
        algoClOrdId: algo.algoClOrdId,
        ...(algo.tgtCcy === '' ? {} : { tgtCcy: algo.tgtCcy }),
      },
    })
  }

  #turn(algo: Algo, changes: Partial<Algo>): void {
    Object.assign(algo, changes, { uTime: this.#venue.engine.time })
    this.#save(algo)
    this.#tell(algo)
  }

  #tell(algo: Algo): void {
    this.#venue.channels.algo(algo)
  }

  #save(algo: Algo): void {
    this.#venue.world.journal.add('okx-algo', { ...algo })
  }

  #keep(algo: Algo): void {
    const known = this.#byId.get(algo.algoId)
    if (known) {
      Object.assign(known, algo)
      if (algo.state !== 'live') this.#waiting.get(algo.symbol)?.delete(known)
      return
    }
    this.#byId.set(algo.algoId, algo)
    const next = BigInt(algo.algoId) + 1n
    if (next > this.#next) this.#next = next
    const own = this.#byAccount.get(algo.accountId)
    if (own) own.push(algo)
    else this.#byAccount.set(algo.accountId, [algo])
    if (algo.state === 'live') {
      const waiting = this.#waiting.get(algo.symbol)
      if (waiting) waiting.add(algo)
      else this.#waiting.set(algo.symbol, new Set([algo]))
    }
    this.#save(algo)
  }
}
