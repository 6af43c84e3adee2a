import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Account, Position } from '../engine/account.ts'
import { type Big, dec, ZERO } from '../engine/decimal.ts'
import { Engine } from '../engine/engine.ts'
import { House } from '../engine/house.ts'
import { modeOf, settleAsset } from '../engine/instrument.ts'
import type { Market } from '../engine/market.ts'
import type { Fill, Order } from '../engine/order.ts'
import { Random } from '../engine/random.ts'
import { UnifiedClearing } from '../engine/unified-clearing.ts'
import { Delivery } from '../faults/delivery.ts'
import { refuseUpgrade } from '../http/refuse-upgrade.ts'
import { type HttpReply, type HttpRequest, ipOf, splitUrl } from '../http/request.ts'
import type { AppOrder, Venue } from '../venue.ts'
import type { World } from '../world.ts'
import { accountEndpoints } from './account-api.ts'
import { positionRow } from './account-shapes.ts'
import { BybitApi } from './api.ts'
import { CATEGORIES, type Category } from './categories.ts'
import { refusalAnswer } from './checks.ts'
import { badParameter } from './errors.ts'
import { Feed } from './feed.ts'
import { handshakeRefusal } from './handshake.ts'
import { Ids } from './ids.ts'
import { BYBIT_INSTRUMENTS, DEFAULT_LEVERAGE, engineSymbol } from './instruments.ts'
import { marketEndpoints } from './market-api.ts'
import { fund, liquidate, transfer } from './money.ts'
import { orderQueryEndpoints } from './order-queries.ts'
import { orderRow } from './order-shapes.ts'
import { orderEndpoints } from './orders.ts'
import { positionEndpoints } from './position-api.ts'
import { PrivateSockets } from './private-sockets.ts'
import { Protection } from './protection.ts'
import { PublicSockets } from './public-sockets.ts'
import { RateLimits } from './rate-limits.ts'
import { SocketSet } from './socket-set.ts'
import { SystemStatus } from './system-status.ts'
import { checkTicket, protectionPrice } from './tickets.ts'
import { TradeSockets } from './trade-sockets.ts'
import { isIsolated, sideWord } from './words.ts'

/** Bybit v5 with unified accounts: spot, linear and inverse contracts over one wallet and one key. */
export class BybitVenue implements Venue {
  readonly name = 'bybit'
  readonly exchange = 'bybit'
  readonly modes = ['spot', 'futures'] as const
  readonly prefix = '/bybit'
  readonly losesCancels = true
  readonly world: World
  readonly engine: Engine
  readonly clearing: UnifiedClearing
  readonly house: House
  readonly api: BybitApi
  readonly delivery: Delivery
  readonly feed: Feed
  readonly protection: Protection
  readonly private: PrivateSockets
  readonly trade: TradeSockets
  readonly public: Record<Category, PublicSockets>
  readonly status: SystemStatus
  readonly ids: Ids
  /** Closed orders from before are not in order/realtime any more. */
  readonly startedAt: number
  readonly words = {
    order: (order: Order) => this.#orderWords(order),
    fill: (fill: Fill) => ({
      trade_id: this.ids.execution(fill),
      order_id: this.ids.order(fill.symbol, fill.orderId),
      side: sideWord(fill.side),
    }),
  }
  readonly #markets: Market[]
  readonly #sockets = new WebSocketServer({ noServer: true, maxPayload: 256 * 1024, autoPong: false })

  constructor(world: World) {
    this.world = world
    this.startedAt = world.clock.now()
    this.#markets = BYBIT_INSTRUMENTS.map((each) => world.market(each, 0xb1b17))
    const markets = new Map(this.#markets.map((market) => [market.symbol, market]))
    this.ids = new Ids(world, [...markets.keys()])
    this.delivery = new Delivery(world.faults, new Random(world.seed ^ 0xb7de))
    this.feed = new Feed(this, new Random(world.seed ^ 0xb7fe))
    const sockets = (salt: number) =>
      new SocketSet({ clock: world.clock, delivery: this.delivery, random: new Random(world.seed ^ salt) })
    this.private = new PrivateSockets(this, sockets(0xb701))
    this.trade = new TradeSockets(this, sockets(0xb702))
    this.public = {
      spot: new PublicSockets(this, 'spot', sockets(0xb703)),
      linear: new PublicSockets(this, 'linear', sockets(0xb704)),
      inverse: new PublicSockets(this, 'inverse', sockets(0xb705)),
    }
    this.status = new SystemStatus(this, sockets(0xb706))
    this.clearing = new UnifiedClearing(markets, { defaultLeverage: DEFAULT_LEVERAGE })
    this.engine = new Engine({
      markets,
      clearing: this.clearing,
      clock: world.clock,
      postOnly: 'accept',
      reportsTriggered: true,
      sink: {
        order: (event) => this.feed.order(event),
        account: (change) => this.feed.account(change),
        trade: (market, trade) => this.public[market.instrument.kind].trade(market, trade),
      },
      commit: (dirty) => {
        this.feed.flush()
        world.commit(this, dirty)
      },
    })
    this.engine.onTrigger.push((order) => this.#triggered(order))
    this.engine.onDone.push((order) => {
      // How long ago it ended is measured on the clock that POST /sim/clock moves.
      if (order.filled.eq(ZERO)) order.extra.endedAt = world.clock.aged()
    })
    this.protection = new Protection(this)
    this.house = new House(this.engine, new Random(world.seed ^ 0xb70b), this.exchange, 'spot')
    this.api = new BybitApi({
      world,
      limits: new RateLimits(world.clock, world.limits === 'real'),
      refusal: refusalAnswer,
    })
    this.api.add(marketEndpoints(this))
    this.api.add(orderEndpoints(this))
    this.api.add(orderQueryEndpoints(this))
    this.api.add(positionEndpoints(this))
    this.api.add(accountEndpoints(this))
  }

  findMarket(category: Category, name: string): Market | undefined {
    return this.engine.markets.get(engineSymbol(category, name))
  }

  market(category: Category, name: string): Market {
    const market = this.findMarket(category, name)
    if (!market) throw badParameter('params error: symbol invalid')
    return market
  }

  marketsOf(category: Category): Market[] {
    return this.#markets.filter(({ instrument }) => instrument.kind === category)
  }

  /** The markets of a category that symbol (which must exist), base coin and settle coin leave. */
  pickMarkets(
    category: Category,
    wanted: { symbol?: string | undefined; base?: string | undefined; settle?: string | undefined },
  ): Market[] {
    if (wanted.symbol !== undefined) return [this.market(category, wanted.symbol)]
    return this.marketsOf(category).filter(
      ({ instrument }) =>
        (wanted.base === undefined || instrument.base === wanted.base) &&
        (wanted.settle === undefined || settleAsset(instrument) === wanted.settle),
    )
  }

  orderOf(uuid: string): Order | undefined {
    const found = this.ids.readOrder(uuid)
    return found && this.#markets[found.market]?.orders.get(found.id)
  }

  positionRow(account: Account, position: Position, market: Market): Record<string, unknown> {
    const row = positionRow(account, position, market, this.clearing.futures)
    const { takeProfit, stopLoss } = this.protection.of(account, position)
    return {
      ...row,
      takeProfit: takeProfit?.trigger?.price.toFixed() ?? '',
      stopLoss: stopLoss?.trigger?.price.toFixed() ?? '',
    }
  }

  decimal(text: string): Big {
    return dec(text)
  }

  handle(request: HttpRequest): HttpReply {
    return this.api.rest(request, request.path.slice(this.prefix.length))
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { path, query } = splitUrl(request.url ?? '')
    const ip = ipOf(request)
    const open = this.#opener(path.slice(this.prefix.length))
    const refused = handshakeRefusal(this, ip)
    if (refused || !open) {
      refuseUpgrade(socket, refused ?? { status: 404, body: 'Not Found' })
      return
    }
    this.#sockets.handleUpgrade(request, socket, head, (ws) => open(ws, ip, query))
  }

  placeFromApp(account: Account, market: Market, order: AppOrder): Order {
    const limit = order.type === 'LIMIT'
    const contract = modeOf(market.instrument) === 'futures'
    const ticket = {
      clientId: order.clientId ?? '',
      side: order.side,
      type: limit ? 'Limit' : 'Market',
      kind: order.type,
      tif: limit ? (order.postOnly ? 'PostOnly' : 'GTC') : 'IOC',
      postOnly: order.postOnly ?? false,
      price: limit ? dec(order.price ?? '0') : ZERO,
      qty: dec(order.quantity),
      stp: 'NONE',
      reduceOnly: false,
      positionSide: contract && account.hedge ? (order.side === 'BUY' ? 'LONG' : 'SHORT') : 'BOTH',
      isolated: contract && isIsolated(account),
      extra: {
        smpType: 'None',
        lastPriceOnCreated: market.last.toFixed(),
        ...(contract && !limit && { protectionPrice: protectionPrice(market, order.side).toFixed() }),
        ...(!contract && !limit && { marketUnit: 'baseCoin' }),
      },
    } as const
    checkTicket(account, market, ticket)
    return this.engine.place(account, market, ticket)
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

  /** The sockets of a deleted key are cut, and it can log on no more. */
  revoked(account: Account): void {
    this.dropConnections(account.id)
  }

  dropConnections(accountId?: string): number {
    const sockets = [...this.private.set.carrying(accountId), ...this.trade.set.carrying(accountId)]
    for (const { ws } of sockets) ws.terminate()
    return sockets.length
  }

  dropSoonIfFaulty(account: Account, ws: WebSocket): void {
    if (!this.world.faults.take('drop_connection', { accountId: account.id, exchange: this.exchange })) return
    setImmediate(() => ws.terminate())
  }

  /** Whether the next cancel of the account is to lose against a fill. */
  takeLostCancel(account: Account): boolean {
    return this.world.faults.take('lost_cancel', { accountId: account.id, exchange: this.exchange }) !== undefined
  }

  /** Told on the status socket only; order entry refuses new orders from then on, then all of them close. */
  announceShutdown(accountId: string | undefined, closeAfterMs: number): number {
    this.status.announce(this.api.now() + closeAfterMs)
    const trading = this.trade.set.carrying(accountId)
    for (const socket of trading) this.trade.announceEnd(socket)
    const sockets = [...this.private.set.carrying(accountId), ...trading]
    for (const { ws } of sockets) {
      const timer = setTimeout(() => ws.close(1001, 'maintenance'), closeAfterMs)
      ws.on('close', () => clearTimeout(timer))
    }
    return sockets.length
  }

  /** Writes a changed setting down. */
  save(account: Account): void {
    this.engine.act(() => this.engine.touchAccount(account))
  }

  connections(): { private: number; market: number } {
    const market = CATEGORIES.reduce((sum, category) => sum + this.public[category].set.sockets.size, 0)
    return { private: this.private.set.sockets.size + this.trade.set.sockets.size, market }
  }

  close(): void {
    for (const category of CATEGORIES) this.public[category].close()
    for (const { set } of [this.private, this.trade, this.status]) set.close()
    this.delivery.close()
    this.#sockets.close()
  }

  #opener(path: string): ((ws: WebSocket, ip: string, query: string) => void) | undefined {
    if (path === '/v5/private') return (...socket) => this.private.open(...socket)
    if (path === '/v5/trade') return (...socket) => this.trade.open(...socket)
    if (path === '/v5/public/misc/status') return (...socket) => this.status.open(...socket)
    const category = CATEGORIES.find((each) => path === `/v5/public/${each}`)
    return category && ((...socket) => this.public[category].open(...socket))
  }

  #triggered(order: Order): void {
    // Take profit, stop loss and orders for all of a position close what there is by now.
    if (order.extra.wholePosition === true) {
      const { futures } = this.clearing
      const { amount } = futures.position(order.account, order.market.symbol, order.positionSide, order.isolated)
      if (!amount.eq(ZERO)) order.qty = amount.abs()
    }
    this.feed.triggered(order)
  }

  #orderWords(order: Order): Record<string, unknown> {
    const row = orderRow(order, this.ids)
    return {
      order_id: row.orderId,
      side: row.side,
      status: row.orderStatus,
      quantity: row.qty,
      quote_qty: row.cumExecValue,
      price: row.price,
    }
  }
}
