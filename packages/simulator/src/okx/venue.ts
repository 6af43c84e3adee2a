import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Account } from '../engine/account.ts'
import { type Big, ZERO } from '../engine/decimal.ts'
import { Engine } from '../engine/engine.ts'
import type { OrderEvent } from '../engine/events.ts'
import { House } from '../engine/house.ts'
import type { Market } from '../engine/market.ts'
import type { Fill, Order } from '../engine/order.ts'
import { Random } from '../engine/random.ts'
import { UnifiedClearing } from '../engine/unified-clearing.ts'
import { Delivery } from '../faults/delivery.ts'
import { rejectedHandshake } from '../faults/handshake.ts'
import { refuseUpgrade, type UpgradeAnswer } from '../http/refuse-upgrade.ts'
import { type HttpReply, type HttpRequest, ipOf, splitUrl } from '../http/request.ts'
import type { AppOrder, Venue } from '../venue.ts'
import type { World } from '../world.ts'
import { accountEndpoints } from './account-api.ts'
import type { Algo } from './algo.ts'
import { AlgoBook } from './algo-book.ts'
import { algoEndpoints } from './algo-orders.ts'
import { algoRow } from './algo-shapes.ts'
import { BANNED, EXCHANGE, OkxApi, retryAfter } from './api.ts'
import { placeFromApp, stopOrders } from './app.ts'
import { startAttached } from './attached.ts'
import { PrivateChannels } from './channels.ts'
import type { SocketPath } from './connection.ts'
import { PublicFeed } from './feed.ts'
import { OKX_INSTRUMENTS } from './instruments.ts'
import { KeyLife } from './key-life.ts'
import { marketEndpoints } from './market-data.ts'
import { type Amendment, averageOf, cancelSourceOf, noteFill, stateOf } from './order-shapes.ts'
import { orderEndpoints } from './orders.ts'
import { fund, liquidate, transfer } from './outside.ts'
import { DeadMan, positionEndpoints } from './positions-api.ts'
import { queryEndpoints } from './queries.ts'
import { RateLimits } from './rate-limits.ts'
import { OkxSockets } from './sockets.ts'

/** OKX v5: one key for spot, swaps and futures; REST under /api/v5, sockets under /ws/v5. */
export class OkxVenue implements Venue {
  readonly name = 'okx'
  readonly exchange = EXCHANGE
  readonly modes = ['spot', 'futures'] as const
  readonly prefix = '/okx'
  readonly passphrases = true
  readonly plainClientIds = true
  readonly world: World
  readonly engine: Engine
  readonly clearing: UnifiedClearing
  readonly house: House
  readonly api: OkxApi
  readonly delivery: Delivery
  readonly channels: PrivateChannels
  readonly feed: PublicFeed
  readonly sockets: OkxSockets
  readonly algos: AlgoBook
  readonly deadMan: DeadMan
  readonly keyLife: KeyLife
  readonly words = {
    order: (order: Order) => ({
      side: order.side.toLowerCase(),
      status: stateOf(order),
      cancel_source: cancelSourceOf(order),
    }),
    fill: (fill: Fill) => ({ side: fill.side.toLowerCase() }),
  }
  readonly stops = stopOrders(this)
  #amending: Amendment | undefined

  constructor(world: World) {
    this.world = world
    this.delivery = new Delivery(world.faults, new Random(world.seed ^ 0xde13))
    const orderIds = { next: 2_900_000_000_000_000_001n }
    const markets = new Map(OKX_INSTRUMENTS.map((each) => [each.symbol, world.market(each, 3, orderIds)]))
    this.clearing = new UnifiedClearing(markets, { defaultLeverage: 10 })
    this.engine = new Engine({
      markets,
      clearing: this.clearing,
      clock: world.clock,
      sink: {
        order: (event) => this.#tellOrder(event),
        account: (change) => this.channels.accountMoved(change),
        trade: (market, trade) => this.feed.trade(market, trade),
      },
      commit: (dirty) => world.commit(this, dirty),
      postOnly: 'accept',
    })
    this.house = new House(this.engine, new Random(world.seed ^ 0x40060), this.exchange, 'spot')
    this.api = new OkxApi(world, new RateLimits(world.clock, world.limits === 'real'), (account) =>
      this.keyLife.used(account),
    )
    this.algos = new AlgoBook(this)
    this.deadMan = new DeadMan(this)
    this.keyLife = new KeyLife(world, (account) => world.revoke(account))
    this.channels = new PrivateChannels(this)
    this.feed = new PublicFeed(this)
    this.sockets = new OkxSockets(this)
    this.engine.onPrice.push((market) => this.algos.priceMoved(market))
    this.engine.onDone.push((order) => {
      this.algos.filled(order)
      startAttached(this, order)
    })
    this.api.add(marketEndpoints(this))
    this.api.add(orderEndpoints(this))
    this.api.add(algoEndpoints(this))
    this.api.add(positionEndpoints(this))
    this.api.add(queryEndpoints(this))
    this.api.add(accountEndpoints(this))
  }

  handle(request: HttpRequest): HttpReply {
    return this.api.rest(request, request.path.slice(this.prefix.length))
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { path } = splitUrl(request.url ?? '')
    const which = /^\/okx\/ws\/v5\/(public|private|business)$/.exec(path)?.[1] as SocketPath | undefined
    const refused = this.#refused(ipOf(request))
    if (refused) refuseUpgrade(socket, refused)
    else if (which) this.sockets.open(request, socket, head, which)
    else refuseUpgrade(socket, { status: 404 })
  }

  placeFromApp(account: Account, market: Market, order: AppOrder): Order {
    return placeFromApp(this, account, market, order)
  }

  transfer(account: Account, asset: string, amount: string): void {
    transfer(this, account, asset, amount)
  }

  fund(account: Account, market: Market, rate: Big): void {
    fund(this, account, market, rate)
  }

  moved(market: Market): void {
    liquidate(this, market)
  }

  /** The key was deleted: its sockets are closed. */
  revoked(account: Account): void {
    for (const { ws } of this.channels.of(account.id)) ws.close(4007, 'API key has been updated or deleted.')
  }

  dropConnections(accountId?: string): number {
    const connections = this.#private(accountId)
    for (const { ws } of connections) ws.terminate()
    return connections.length
  }

  /** The notice of an upgrade, then the end; /business is told nothing. */
  announceShutdown(accountId: string | undefined, closeAfterMs: number): number {
    const connections = accountId === undefined ? this.sockets.select(() => true) : this.#private(accountId)
    for (const connection of connections) {
      if (connection.path !== 'business') {
        connection.answer({
          event: 'notice',
          code: '64008',
          msg: 'The connection will soon be closed for a service upgrade. Please reconnect.',
          connId: connection.connId,
        })
      }
      const timer = setTimeout(() => connection.ws.close(1001, 'service upgrade'), closeAfterMs)
      connection.ws.on('close', () => clearTimeout(timer))
    }
    return connections.length
  }

  /** Runs a change of an order whose push tells what became of the request. */
  amending(amendment: Amendment, run: () => void): void {
    this.#amending = amendment
    try {
      run()
    } finally {
      this.#amending = undefined
    }
  }

  algoRow(algo: Algo): Record<string, unknown> {
    const market = this.engine.markets.get(algo.symbol) as Market
    const account = this.world.accounts.byId.get(algo.accountId) as Account
    return algoRow(algo, market, String(this.clearing.futures.leverage(account, algo.symbol, algo.isolated)))
  }

  averageOf(order: Order): Big | undefined {
    return averageOf(order)
  }

  /** Writes a changed setting down. */
  save(account: Account): void {
    this.engine.act(() => this.engine.touchAccount(account))
  }

  connections(): { private: number; market: number } {
    const all = this.sockets.count(() => true)
    const own = this.sockets.count(({ path, account }) => path === 'private' || account !== undefined)
    return { private: own, market: all - own }
  }

  close(): void {
    this.channels.close()
    this.feed.close()
    this.sockets.close()
    this.delivery.close()
  }

  #refused(ip: string): UpgradeAnswer | undefined {
    const ban = this.world.faults.active('ban_ip', { exchange: EXCHANGE })
    if (ban) return { status: 429, headers: retryAfter(ban), body: BANNED }
    const rejected = rejectedHandshake(this.world, { exchange: EXCHANGE })
    return rejected ?? (this.api.limits.allows(`connect|${ip}`, 3, 1000) ? undefined : { status: 429 })
  }

  #private(accountId: string | undefined) {
    if (accountId !== undefined) return this.channels.of(accountId)
    return this.sockets.select(({ account, path }) => account !== undefined || path === 'private')
  }

  #tellOrder(event: OrderEvent): void {
    const { order } = event
    if (event.exec === 'TRADE') {
      noteFill(order, event.fill)
      this.channels.noteTrade(order, event.fill)
      this.#tellFill(order, event.fill)
      return
    }
    const amendment = this.#amending
    if (event.exec === 'CANCELED' || event.exec === 'EXPIRED' || event.exec === 'TRADE_PREVENTION') {
      order.extra.endedAt = this.world.clock.aged()
    }
    this.channels.order(order, { amendment })
  }

  /** A quote-sized order says that it is filled by a push of its own, after the one of the last fill. */
  #tellFill(order: Order, fill: Fill): void {
    const split = order.quoteQty.gt(ZERO) && order.status === 'FILLED'
    this.channels.order(order, { fill, ...(split ? { state: 'partially_filled' } : {}) })
    if (split) this.channels.order(order, {})
  }
}
