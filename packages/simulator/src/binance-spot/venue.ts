import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { BinanceApi } from '../binance/api.ts'
import { ApiError, rejected, unknownOrder } from '../binance/errors.ts'
import { Heartbeat } from '../binance/heartbeat.ts'
import { MarketSockets } from '../binance/market-sockets.ts'
import { RateLimits } from '../binance/rate-limits.ts'
import { refuseUpgrade, upgradeRefusal } from '../binance/upgrade.ts'
import { ApiSession, serveWsApi } from '../binance/ws-api.ts'
import type { Account } from '../engine/account.ts'
import { type Big, dec, ZERO } from '../engine/decimal.ts'
import { Engine } from '../engine/engine.ts'
import type { OrderEvent } from '../engine/events.ts'
import { House } from '../engine/house.ts'
import type { Market } from '../engine/market.ts'
import type { Order } from '../engine/order.ts'
import { Random } from '../engine/random.ts'
import type { Refusal } from '../engine/refusal.ts'
import { SpotClearing } from '../engine/spot-clearing.ts'
import { Wallet } from '../engine/wallet.ts'
import { Delivery } from '../faults/delivery.ts'
import { type HttpReply, type HttpRequest, ipOf, splitUrl } from '../http/request.ts'
import type { AppOrder, Venue } from '../venue.ts'
import type { World } from '../world.ts'
import { balanceUpdate, executionReport, outboundAccountPosition } from './events.ts'
import { checkFilters } from './filters.ts'
import { Amendments, PreventedMatches } from './history.ts'
import { DEFAULT_STP, SPOT_INSTRUMENTS } from './instruments.ts'
import { listEndpoints } from './list-orders.ts'
import { OrderLists } from './lists.ts'
import { marketEndpoints } from './market-data.ts'
import { orderEndpoints } from './orders.ts'
import { queryEndpoints } from './queries.ts'
import { trail } from './trailing.ts'
import { streamEndpoints, UserStreams } from './user-streams.ts'
import { walletEndpoints } from './wallet-api.ts'

const DAY = 86_400_000
const MARKET_STREAMS = new Set([
  'depth',
  'partialDepth',
  'bookTicker',
  'ticker',
  'miniTicker',
  'kline',
  'trade',
  'aggTrade',
  'avgPrice',
])
const EMPTY_WALLET = new Wallet()

/** Binance Spot: REST under /api and /sapi, the WebSocket API with user data, and market streams. */
export class SpotVenue implements Venue {
  readonly name = 'binance-spot'
  readonly exchange = 'binance'
  readonly mode = 'spot'
  readonly modes = ['spot'] as const
  readonly prefix = '/binance/spot'
  readonly world: World
  readonly engine: Engine
  readonly house: House
  readonly api: BinanceApi
  readonly streams: UserStreams
  readonly delivery: Delivery
  readonly amendments = new Amendments()
  readonly prevented = new PreventedMatches()
  readonly lists: OrderLists
  readonly assets: string[]
  readonly #ids: Random
  readonly #sockets = new WebSocketServer({ noServer: true, maxPayload: 256 * 1024, autoPong: false })
  readonly #heartbeat: Heartbeat
  readonly market: MarketSockets

  constructor(world: World) {
    this.world = world
    this.#ids = new Random(world.seed ^ 0x51d5)
    this.delivery = new Delivery(world.faults, new Random(world.seed ^ 0xde11))
    this.streams = new UserStreams(this)
    const markets = new Map(SPOT_INSTRUMENTS.map((each) => [each.symbol, world.market(each, 1)]))
    this.assets = [...new Set(SPOT_INSTRUMENTS.flatMap((each) => [each.base, each.quote]))]
    this.engine = new Engine({
      markets,
      clearing: new SpotClearing(),
      clock: world.clock,
      sink: {
        order: (event) => this.#tellOrder(event),
        account: ({ account, assets }) => {
          if (assets.size > 0 && this.streams.listened(account.id)) {
            this.streams.publish(account.id, outboundAccountPosition(account, assets, world.clock.now()))
          }
        },
        trade: (market, trade) => this.market.trade(market, trade),
      },
      commit: (dirty) => world.commit(this, dirty),
      reportsTriggered: true,
    })
    this.engine.onPrice.push((market) => trail(market, world.clock.now()))
    this.lists = new OrderLists(this)
    this.house = new House(this.engine, new Random(world.seed ^ 0x4005e), this.exchange, this.mode)
    this.api = new BinanceApi({
      world,
      exchange: this.exchange,
      mode: this.mode,
      limits: new RateLimits(
        [
          { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 6000 },
          { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: 50 },
          { rateLimitType: 'ORDERS', interval: 'DAY', intervalNum: 1, limit: 160_000 },
          { rateLimitType: 'RAW_REQUESTS', interval: 'MINUTE', intervalNum: 5, limit: 300_000 },
        ],
        world.clock,
        world.limits === 'real',
      ),
      refusal: spotRefusal,
      allows: (account, security) =>
        security === 'TRADE'
          ? account.mode === 'spot' && account.can('trade')
          : security === 'USER_STREAM' || account.can('read'),
      lostAnswer: () =>
        new ApiError(
          -1007,
          'Timeout waiting for response from backend server. Send status unknown; execution status unknown.',
          { status: 504 },
        ),
      microseconds: true,
    })
    this.engine.onFill.push((order) => this.api.limits.refundOrders(order.account.id, 1))
    this.api.add(marketEndpoints(this))
    this.api.add(orderEndpoints(this))
    this.api.add(listEndpoints(this))
    this.api.add(queryEndpoints(this))
    this.api.add(walletEndpoints(this))
    this.api.add(streamEndpoints(this))
    this.#heartbeat = new Heartbeat({ pingEveryMs: 20_000, pongWithinMs: 60_000, lifetimeMs: DAY, clock: world.clock })
    const style = {
      futures: false,
      price: (_market: Market, value: Big) => value.toFixed(8),
      qty: (_market: Market, value: Big) => value.toFixed(8),
      now: () => this.api.now(),
      kinds: MARKET_STREAMS,
    }
    this.market = new MarketSockets(markets, style, this.#heartbeat, 5)
  }

  newClientId(): string {
    return this.#ids.text(22)
  }

  /** A futures-only customer has an empty spot wallet. */
  walletOf(account: Account): Wallet {
    return account.mode === this.mode ? account.wallet : EMPTY_WALLET
  }

  handle(request: HttpRequest): HttpReply {
    const path = request.path.slice(this.prefix.length)
    if (path.startsWith('/api/v3/userDataStream') || path.startsWith('/api/v1/')) {
      return { status: 410, type: 'text/html', body: '<html><body><h1>410 Gone</h1></body></html>' }
    }
    return this.api.rest(request, path)
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { path, query } = splitUrl(request.url ?? '')
    const ip = ipOf(request)
    const refusal = upgradeRefusal(this.api, undefined)
    if (refusal) {
      refuseUpgrade(socket, refusal)
      return
    }
    if (path === `${this.prefix}/ws-api/v3`) {
      try {
        this.api.limits.charge(ip, 2)
      } catch (error) {
        refuseUpgrade(socket, this.api.failure(error))
        return
      }
      this.#sockets.handleUpgrade(request, socket, head, (ws) => this.#openApi(ws, ip, query))
      return
    }
    const inner = path.slice(this.prefix.length)
    if (/^\/(ws|stream)(\/|$)/.test(inner)) {
      this.#sockets.handleUpgrade(request, socket, head, (ws) => this.market.open(ws, inner, query))
      return
    }
    refuseUpgrade(socket, new ApiError(-1000, 'Not found', { status: 404 }))
  }

  placeFromApp(account: Account, market: Market, order: AppOrder): Order {
    const limit = order.type === 'LIMIT'
    const ticket = {
      clientId: order.clientId ?? `web_${this.newClientId()}`,
      side: order.side,
      type: order.postOnly ? 'LIMIT_MAKER' : order.type,
      kind: order.type,
      tif: 'GTC',
      postOnly: order.postOnly ?? false,
      price: limit ? dec(order.price ?? '0') : ZERO,
      qty: dec(order.quantity),
      stp: DEFAULT_STP,
    } as const
    checkFilters(account, market, ticket)
    return this.engine.place(account, market, ticket)
  }

  transfer(account: Account, asset: string, amount: string): void {
    const { clock } = this.world
    this.engine.act(() => {
      account.wallet.credit(asset, dec(amount))
      account.wallet.updatedAt = clock.monotonic()
      if (this.streams.listened(account.id)) {
        this.streams.publish(account.id, balanceUpdate(asset, amount, clock.now(), account.wallet.updatedAt))
      }
      this.engine.touchAssets(account, [asset])
    })
  }

  /** A live subscription of a deleted key ends; what Binance does is documented nowhere. */
  revoked(account: Account): void {
    this.streams.end(account.id)
  }

  dropConnections(accountId?: string): number {
    const sessions = this.streams.sockets(accountId)
    for (const session of sessions) session.ws.terminate()
    return sessions.size
  }

  /** Under drop_connection with a count or a duration, new subscriptions are cut too. */
  dropSoonIfFaulty(accountId: string, ws: WebSocket): void {
    if (!this.world.faults.take('drop_connection', { accountId, exchange: this.exchange, mode: this.mode })) return
    setImmediate(() => ws.terminate())
  }

  expireCredential(accountId?: string): number {
    return this.streams.end(accountId)
  }

  announceShutdown(accountId: string | undefined, closeAfterMs: number): number {
    const sessions = this.streams.sockets(accountId)
    if (accountId === undefined) this.market.announceShutdown(this.world.clock.now())
    for (const session of sessions) {
      session.send(`{"event":{"e":"serverShutdown","E":${this.world.clock.now()}}}`)
      const timer = setTimeout(() => session.ws.close(1001, 'server shutdown'), closeAfterMs)
      session.ws.on('close', () => clearTimeout(timer))
    }
    return sessions.size
  }

  marginCall(): number {
    return 0
  }

  connections(): { private: number; market: number } {
    return { private: this.streams.size, market: this.market.size }
  }

  close(): void {
    this.market.close()
    this.#heartbeat.close()
    this.delivery.close()
    this.#sockets.close()
  }

  #openApi(ws: WebSocket, ip: string, query: string): void {
    const options = new URLSearchParams(query)
    const session = new ApiSession(ws, ip, this.api.now(), {
      returnRateLimits: options.get('returnRateLimits') !== 'false',
      microseconds: options.get('timeUnit')?.toUpperCase() === 'MICROSECOND',
    })
    const since = Date.now()
    this.streams.open(session)
    session.silent = () =>
      this.delivery.socketIsSilent({
        since,
        exchange: this.exchange,
        mode: this.mode,
        accountIds: this.world.faults.empty ? [] : this.streams.accountIds(session),
      })
    this.#heartbeat.add({ ws, silent: session.silent })
    serveWsApi(this.api, session)
  }

  #tellOrder(event: OrderEvent): void {
    if (event.exec === 'TRADE_PREVENTION') this.prevented.note(event)
    const { account } = event.order
    if (!this.streams.listened(account.id)) {
      // The execution id is used up whether or not somebody listens.
      event.order.market.nextExecutionId += 1
      return
    }
    this.streams.publish(account.id, executionReport(event, this.world.clock.now()))
  }
}

function spotRefusal(refusal: Refusal): ApiError {
  switch (refusal.reason) {
    case 'insufficient_funds':
      return rejected('Account has insufficient balance for requested action.')
    case 'duplicate_client_id':
      return rejected('Duplicate order sent.')
    case 'would_take':
      return rejected('Order would immediately match and take.')
    case 'would_trigger':
      return rejected('Order would trigger immediately.')
    case 'no_liquidity':
      return rejected('Market is closed.')
    case 'bad_list_prices':
      return rejected('The relationship of the prices for the orders is not correct.')
    case 'unknown_order':
      return unknownOrder()
    case 'quantity_increase':
      return new ApiError(-2038, 'Order amend (quantity increase) is not supported.')
    case 'no_change':
      return new ApiError(-2038, 'The requested action would change no state; rejecting.')
    default:
      return rejected('Order was rejected.')
  }
}
