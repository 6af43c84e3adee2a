import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Account, Position } from '../engine/account.ts'
import { type Big, dec, ZERO } from '../engine/decimal.ts'
import { Engine } from '../engine/engine.ts'
import type { OrderEvent } from '../engine/events.ts'
import { House } from '../engine/house.ts'
import { settleAsset } from '../engine/instrument.ts'
import type { Market } from '../engine/market.ts'
import type { Fill, Order } from '../engine/order.ts'
import { positionKey } from '../engine/positions.ts'
import { Random } from '../engine/random.ts'
import { UnifiedClearing } from '../engine/unified-clearing.ts'
import { Delivery } from '../faults/delivery.ts'
import { type HttpReply, type HttpRequest, ipOf, splitUrl } from '../http/request.ts'
import type { AppOrder, StopOrders, Venue } from '../venue.ts'
import type { World } from '../world.ts'
import { accountEndpoints } from './account-api.ts'
import type { Algo } from './algo.ts'
import { AlgoBook } from './algo-book.ts'
import { algoEndpoints, placeAlgo } from './algo-orders.ts'
import { algoRow } from './algo-shapes.ts'
import { EXCHANGE, OkxApi } from './api.ts'
import { startAttached } from './attached.ts'
import { PrivateChannels } from './channels.ts'
import { checkPrice, checkSize, isContract } from './checks.ts'
import type { SocketPath } from './connection.ts'
import { PublicFeed } from './feed.ts'
import { OKX_INSTRUMENTS } from './instruments.ts'
import { marketEndpoints } from './market-data.ts'
import { type Amendment, averageOf, cancelSourceOf, noteFill, stateOf } from './order-shapes.ts'
import { orderEndpoints, submit } from './orders.ts'
import { Params } from './params.ts'
import { DeadMan, positionEndpoints } from './positions-api.ts'
import { queryEndpoints } from './queries.ts'
import { RateLimits } from './rate-limits.ts'
import { OkxSockets } from './sockets.ts'
import { refuseUpgrade, upgradeFault } from './upgrade.ts'

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
  readonly words = {
    order: (order: Order) => ({
      side: order.side.toLowerCase(),
      status: stateOf(order),
      cancel_source: cancelSourceOf(order),
    }),
    fill: (fill: Fill) => ({ side: fill.side.toLowerCase() }),
  }
  readonly stops: StopOrders = {
    place: (account, market, { side, quantity, trigger, clientId }) => {
      const params = new Params({
        instId: market.symbol,
        tdMode: isContract(market) ? 'cross' : 'cash',
        side: side.toLowerCase(),
        ordType: 'conditional',
        sz: quantity,
        slTriggerPx: trigger,
        slOrdPx: '-1',
        reduceOnly: isContract(market),
        algoClOrdId: clientId,
      })
      placeAlgo.run(this, account, params)
    },
    open: (account) =>
      this.algos.open(account).map((algo) => ({
        clientId: algo.algoClOrdId,
        createdAt: algo.cTime,
        cancel: () => this.algos.cancel(algo),
      })),
    trim: (account, keep) => this.algos.trim(account, keep),
  }
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
    this.api = new OkxApi(world, new RateLimits(world.clock, world.limits === 'real'))
    this.algos = new AlgoBook(this)
    this.deadMan = new DeadMan(this)
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
    const fault = upgradeFault(this.world, { exchange: EXCHANGE })
    if (fault) refuseUpgrade(socket, fault)
    else if (!which) refuseUpgrade(socket, { status: 404 })
    else if (!this.api.limits.allows(`connect|${ipOf(request)}`, 3, 1000)) refuseUpgrade(socket, { status: 429 })
    else this.sockets.open(request, socket, head, which)
  }

  placeFromApp(account: Account, market: Market, order: AppOrder): Order {
    const limit = order.type === 'LIMIT'
    const isSpot = !isContract(market)
    const qty = dec(order.quantity)
    checkSize(market, qty, !limit)
    if (limit) checkPrice(market, dec(order.price ?? '0'), order.side)
    const type = limit ? (order.postOnly ? 'post_only' : 'limit') : 'market'
    return submit(this, account, market, {
      clientId: order.clientId ?? '',
      side: order.side,
      type,
      kind: order.type,
      tif: limit ? 'GTC' : 'IOC',
      postOnly: order.postOnly ?? false,
      price: limit ? dec(order.price ?? '0') : ZERO,
      qty,
      stp: 'EXPIRE_MAKER',
      positionSide: !isSpot && account.hedge ? (order.side === 'BUY' ? 'LONG' : 'SHORT') : 'BOTH',
      extra: { tdMode: isSpot ? 'cash' : 'cross', ...(isSpot && !limit ? { tgtCcy: 'base_ccy' } : {}) },
    })
  }

  transfer(account: Account, asset: string, amount: string): void {
    this.engine.act(() => {
      account.wallet.credit(asset, dec(amount))
      account.wallet.updatedAt = this.engine.time
      this.channels.moved(account, 'transferred', [asset], [])
      this.engine.touchAccount(account)
    })
  }

  /** Pays or charges funding on a position's notional at the mark price. */
  fund(account: Account, market: Market, rate: Big): void {
    this.engine.act(() => {
      for (const position of account.positions.values()) {
        if (position.symbol !== market.symbol || position.amount.eq(ZERO)) continue
        const payment = ZERO.minus(this.clearing.futures.notional(position).times(rate)).round(8, 0)
        const asset = settleAsset(market.instrument)
        account.wallet.credit(asset, payment)
        account.wallet.updatedAt = this.engine.time
        position.openFunding = position.openFunding.plus(payment)
        position.updatedAt = this.engine.time
        const key = positionKey(position.symbol, position.side, position.isolated)
        this.channels.moved(account, 'funding_fee', [asset], [key])
        this.engine.touchAccount(account)
      }
    })
  }

  /** Closes positions whose margin no longer covers the maintenance margin. */
  moved(market: Market): void {
    for (const account of this.world.accounts.byId.values()) {
      if (account.exchange !== EXCHANGE) continue
      if (![...account.positions.values()].some(({ symbol, amount }) => symbol === market.symbol && !amount.eq(ZERO)))
        continue
      const doomed = this.clearing.futures.doomed(account)
      if (doomed.length === 0) continue
      this.engine.act(() => {
        const symbols = new Set(doomed.map(({ symbol }) => symbol))
        for (const order of [...account.open]) {
          if (!symbols.has(order.market.symbol)) continue
          order.extra.cancelSource = '3'
          this.engine.cancel(order)
        }
        for (const position of doomed) this.#liquidate(account, position)
      })
    }
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

  #private(accountId: string | undefined) {
    if (accountId !== undefined) return this.channels.of(accountId)
    return this.sockets.select(({ account, path }) => account !== undefined || path === 'private')
  }

  #liquidate(account: Account, position: Position): void {
    const market = this.engine.markets.get(position.symbol)
    if (!market) return
    this.engine.place(account, market, {
      clientId: '',
      side: position.amount.gt(ZERO) ? 'SELL' : 'BUY',
      type: 'market',
      kind: 'MARKET',
      tif: 'IOC',
      price: ZERO,
      qty: position.amount.abs(),
      stp: 'NONE',
      positionSide: position.side,
      isolated: position.isolated,
      extra: {
        tdMode: position.isolated ? 'isolated' : 'cross',
        liquidation: true,
        category: 'full_liquidation',
      },
    })
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
