import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { BinanceApi } from '../binance/api.ts'
import { ApiError, unknownOrder } from '../binance/errors.ts'
import { Heartbeat } from '../binance/heartbeat.ts'
import { MarketSockets } from '../binance/market-sockets.ts'
import { Params } from '../binance/params.ts'
import { RateLimits } from '../binance/rate-limits.ts'
import { refuseUpgrade, upgradeRefusal } from '../binance/upgrade.ts'
import { ApiSession, serveWsApi } from '../binance/ws-api.ts'
import type { Account, Position } from '../engine/account.ts'
import { type Big, dec, ZERO } from '../engine/decimal.ts'
import { Engine } from '../engine/engine.ts'
import type { AccountChange, OrderEvent } from '../engine/events.ts'
import { FuturesClearing } from '../engine/futures-clearing.ts'
import { House } from '../engine/house.ts'
import type { Market } from '../engine/market.ts'
import type { Fill, Order } from '../engine/order.ts'
import { Random } from '../engine/random.ts'
import type { Refusal } from '../engine/refusal.ts'
import { Delivery } from '../faults/delivery.ts'
import { type HttpReply, type HttpRequest, ipOf, splitUrl } from '../http/request.ts'
import type { AppOrder, StopOrders, Venue } from '../venue.ts'
import type { World } from '../world.ts'
import { accountEndpoints } from './account-api.ts'
import { AlgoBook } from './algo-book.ts'
import { algoEndpoints, placeAlgo } from './algo-orders.ts'
import { checkOrder } from './checks.ts'
import { accountUpdate, marginCall, orderTradeUpdate, tradeLite } from './events.ts'
import { Amendments } from './history.ts'
import { DEFAULT_STP, FUTURES_INSTRUMENTS } from './instruments.ts'
import { ListenKeys } from './listen-keys.ts'
import { marketEndpoints, nextFunding } from './market-data.ts'
import { orderEndpoints } from './orders.ts'
import { PrivateStreams, subscriptionsOfUrl } from './private-streams.ts'
import { queryEndpoints } from './queries.ts'
import { listenKeyEndpoints, settingsEndpoints } from './settings-api.ts'

const DAY = 86_400_000
const MINUTE = 60_000
const PUBLIC_STREAMS = new Set(['depth', 'partialDepth', 'bookTicker', 'trade'])
const MARKET_STREAMS = new Set(['aggTrade', 'markPrice', 'kline', 'ticker', 'miniTicker'])

/** Binance USDⓈ-M futures: REST under /fapi, private streams by listen key, market streams, basic WebSocket API. */
export class FuturesVenue implements Venue {
  readonly name = 'binance-futures'
  readonly exchange = 'binance'
  readonly mode = 'futures'
  readonly modes = ['futures'] as const
  readonly prefix = '/binance/futures'
  readonly world: World
  readonly engine: Engine
  readonly clearing: FuturesClearing
  readonly house: House
  readonly api: BinanceApi
  readonly delivery: Delivery
  readonly listenKeys: ListenKeys
  readonly streams: PrivateStreams
  readonly algos: AlgoBook
  readonly amendments = new Amendments()
  readonly stops: StopOrders = {
    place: (account, market, { side, quantity, trigger, clientId }) => {
      const params = Params.fromObject({
        algoType: 'CONDITIONAL',
        symbol: market.symbol,
        side,
        type: 'STOP_MARKET',
        quantity,
        triggerPrice: trigger,
        reduceOnly: true,
        clientAlgoId: clientId,
      })
      placeAlgo(this, { account, params })
    },
    open: (account) =>
      this.algos.open(account).map((algo) => ({
        clientId: algo.clientId,
        createdAt: algo.createdAt,
        cancel: () => this.algos.end(algo, 'CANCELED'),
      })),
    trim: (account, keep) => this.algos.trim(account, keep),
  }
  readonly countdowns = new Map<string, () => void>()
  readonly #ids: Random
  readonly #sockets = new WebSocketServer({ noServer: true, maxPayload: 256 * 1024, autoPong: false })
  readonly #heartbeat: Heartbeat
  /** The sockets under /public, which the decommissioned bare paths share. */
  readonly public: MarketSockets
  readonly market: MarketSockets
  #incomes = 0

  constructor(world: World) {
    this.world = world
    this.#ids = new Random(world.seed ^ 0xf0705)
    this.delivery = new Delivery(world.faults, new Random(world.seed ^ 0xde12))
    this.listenKeys = new ListenKeys(world, new Random(world.seed ^ 0x115ce4))
    this.streams = new PrivateStreams(this)
    this.listenKeys.onExpired = (key) => this.streams.expired(key)
    const markets = new Map(FUTURES_INSTRUMENTS.map((each) => [each.symbol, world.market(each, 2)]))
    this.clearing = new FuturesClearing(markets)
    this.engine = new Engine({
      markets,
      clearing: this.clearing,
      clock: world.clock,
      sink: {
        order: (event) => this.#tellOrder(event),
        account: (change) => this.#tellAccount(change),
        trade: (market, trade) => {
          this.public.trade(market, trade)
          this.market.trade(market, trade)
        },
      },
      commit: (dirty) => world.commit(this, dirty),
      refuseUnfillableFok: true,
    })
    this.house = new House(this.engine, new Random(world.seed ^ 0x4005f), this.exchange, this.mode)
    this.algos = new AlgoBook(this)
    this.engine.onPrice.push((market) => this.algos.priceMoved(market))
    this.engine.onDone.push((order) => this.algos.done(order))
    this.api = new BinanceApi({
      world,
      exchange: this.exchange,
      mode: this.mode,
      limits: new RateLimits(
        [
          { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 2400 },
          { rateLimitType: 'ORDERS', interval: 'MINUTE', intervalNum: 1, limit: 1200 },
          { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: 300 },
        ],
        world.clock,
        world.limits === 'real',
      ),
      refusal: futuresRefusal,
      allows: (account, security) => account.mode === 'futures' && account.can(security === 'TRADE' ? 'trade' : 'read'),
      lostAnswer: () =>
        new ApiError(-1000, 'Unknown error, please check your request or try again later.', { status: 503 }),
      microseconds: false,
    })
    this.api.add(marketEndpoints(this))
    this.api.add(orderEndpoints(this))
    this.api.add(queryEndpoints(this))
    this.api.add(algoEndpoints(this))
    this.api.add(accountEndpoints(this))
    this.api.add(settingsEndpoints(this))
    this.api.add(listenKeyEndpoints(this))
    this.#heartbeat = new Heartbeat({
      pingEveryMs: 3 * MINUTE,
      pongWithinMs: 10 * MINUTE,
      lifetimeMs: DAY,
      clock: world.clock,
    })
    const style = {
      futures: true,
      price: (market: Market, value: Big) => value.toFixed(Math.max(market.instrument.priceDecimals, 2)),
      qty: (market: Market, value: Big) => value.toFixed(market.instrument.qtyDecimals),
      now: () => this.api.now(),
      nextFunding,
    }
    this.public = new MarketSockets(markets, { ...style, kinds: PUBLIC_STREAMS }, this.#heartbeat, 15)
    this.market = new MarketSockets(markets, { ...style, kinds: MARKET_STREAMS }, this.#heartbeat, 15)
  }

  newClientId(): string {
    return this.#ids.text(22)
  }

  /** The short name that stands for an account in balance answers. */
  aliasOf(account: Account): string {
    return `Sg${account.key.apiKey.slice(0, 8)}`
  }

  openInterest(symbol: string): Big {
    let sum: Big = ZERO
    for (const account of this.world.accounts.byId.values()) {
      for (const position of account.positions.values()) {
        if (position.symbol === symbol && position.amount.gt(ZERO)) sum = sum.plus(position.amount)
      }
    }
    return sum
  }

  handle(request: HttpRequest): HttpReply {
    return this.api.rest(request, request.path.slice(this.prefix.length))
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { path: full, query } = splitUrl(request.url ?? '')
    const path = full.slice(this.prefix.length)
    const ip = ipOf(request)
    const inner = path.replace(/^\/private/, '')
    const isPrivate = path.startsWith('/private/') && /^\/(ws|stream)(\/|$)/.test(inner)
    const refusal = upgradeRefusal(this.api, isPrivate ? this.#accountOfUrl(inner, query) : undefined)
    if (refusal) {
      refuseUpgrade(socket, refusal)
      return
    }
    if (isPrivate) {
      this.#sockets.handleUpgrade(request, socket, head, (ws) => {
        const opened = this.streams.open(ws, inner, query)
        this.#heartbeat.add({ ws, silent: opened.silent })
      })
      return
    }
    // The paths from before the split still connect and carry public data only.
    const open = /^(?:\/(public|market))?(\/(?:ws|stream)(?:\/.*)?)$/.exec(path)
    if (open) {
      const sockets = open[1] === 'market' ? this.market : this.public
      this.#sockets.handleUpgrade(request, socket, head, (ws) => sockets.open(ws, open[2] as string, query))
      return
    }
    if (path === '/ws-fapi/v1') {
      try {
        this.api.limits.charge(ip, 5)
      } catch (error) {
        refuseUpgrade(socket, this.api.failure(error))
        return
      }
      this.#sockets.handleUpgrade(request, socket, head, (ws) => {
        const returnRates = new URLSearchParams(query).get('returnRateLimits') !== 'false'
        const session = new ApiSession(ws, ip, this.api.now(), { returnRateLimits: returnRates, microseconds: false })
        this.#heartbeat.add({ ws, silent: session.silent })
        serveWsApi(this.api, session)
      })
      return
    }
    refuseUpgrade(socket, new ApiError(-1000, 'Not found', { status: 404 }))
  }

  placeFromApp(account: Account, market: Market, order: AppOrder): Order {
    const limit = order.type === 'LIMIT'
    const ticket = {
      clientId: order.clientId ?? `web_${this.newClientId()}`,
      side: order.side,
      type: order.type,
      kind: order.type,
      tif: order.postOnly ? 'GTX' : 'GTC',
      postOnly: order.postOnly ?? false,
      price: limit ? dec(order.price ?? '0') : ZERO,
      qty: dec(order.quantity),
      stp: DEFAULT_STP,
      reduceOnly: false,
      positionSide: account.hedge ? (order.side === 'BUY' ? 'LONG' : 'SHORT') : 'BOTH',
    } as const
    checkOrder(account, market, ticket)
    return this.engine.place(account, market, ticket)
  }

  transfer(account: Account, asset: string, amount: string): void {
    const { clock } = this.world
    this.engine.act(() => {
      account.wallet.credit(asset, dec(amount))
      account.wallet.updatedAt = this.engine.time
      this.#income(account, '', 'TRANSFER', amount, asset, '')
      const reason = amount.startsWith('-') ? 'WITHDRAW' : 'DEPOSIT'
      const change = { reason, assets: [asset], positions: [], balanceChange: amount }
      this.#publish(account.id, () => accountUpdate(account, this.clearing, change, clock.now(), this.engine.time))
      this.engine.touchAccount(account)
    })
  }

  /** Pays or charges funding on a position's notional at the mark price. */
  fund(account: Account, market: Market, rate: Big): void {
    this.engine.act(() => {
      for (const position of account.positions.values()) {
        if (position.symbol !== market.symbol || position.amount.eq(ZERO)) continue
        const payment = ZERO.minus(this.clearing.notional(position).times(rate)).round(8, 0)
        const asset = market.instrument.quote
        account.wallet.credit(asset, payment)
        this.#income(account, market.symbol, 'FUNDING_FEE', payment.toFixed(), asset, '')
        const change = {
          reason: 'FUNDING_FEE',
          assets: [asset],
          positions: [],
          balanceChange: payment.toFixed(),
          symbol: market.symbol,
        }
        this.#publish(account.id, () =>
          accountUpdate(account, this.clearing, change, this.world.clock.now(), this.engine.time),
        )
        this.engine.touchAccount(account)
      }
    })
  }

  /** Closes every position of accounts whose margin no longer covers the maintenance margin. */
  moved(market: Market): void {
    for (const account of this.world.accounts.byId.values()) {
      const held = [...account.positions.values()].filter((position) => !position.amount.eq(ZERO))
      if (!held.some((position) => position.symbol === market.symbol)) continue
      const { wallet, unrealized, maintenance } = this.clearing.totals(account)
      if (wallet.plus(unrealized).gte(maintenance)) continue
      this.engine.act(() => {
        for (const order of [...account.open]) this.engine.cancel(order)
        for (const position of held) this.#liquidate(account, position)
      })
    }
  }

  revoked(account: Account): void {
    this.listenKeys.expire(account.id)
  }

  dropConnections(accountId?: string): number {
    const sockets = this.streams.socketsOf(accountId)
    for (const socket of sockets) socket.ws.terminate()
    return sockets.length
  }

  dropSoonIfFaulty(accountId: string, ws: WebSocket): void {
    if (!this.world.faults.take('drop_connection', { accountId, exchange: this.exchange, mode: this.mode })) return
    setImmediate(() => ws.terminate())
  }

  expireCredential(accountId?: string): number {
    return this.listenKeys.expire(accountId)
  }

  /** Futures document no notice: the socket closes as for an upgrade. */
  announceShutdown(accountId: string | undefined, closeAfterMs: number): number {
    const sockets = this.streams.socketsOf(accountId)
    for (const { ws } of sockets) {
      const timer = setTimeout(() => ws.close(1001, 'service upgrade'), closeAfterMs)
      ws.on('close', () => clearTimeout(timer))
    }
    return sockets.length
  }

  marginCall(accountId?: string): number {
    let told = 0
    for (const account of this.world.accounts.byId.values()) {
      if (account.mode !== 'futures' || (accountId !== undefined && account.id !== accountId)) continue
      if (!this.streams.listened(account.id)) continue
      this.#publish(account.id, () => marginCall(account, this.clearing, this.world.clock.now()))
      told += 1
    }
    this.world.settle()
    return told
  }

  tellConfig(account: Account, body: Record<string, unknown>): void {
    const now = this.world.clock.now()
    this.#publish(account.id, () => ({ e: 'ACCOUNT_CONFIG_UPDATE', E: now, T: now, ...body }))
    this.world.settle()
  }

  /** Writes a changed setting down. */
  save(account: Account): void {
    this.engine.act(() => this.engine.touchAccount(account))
  }

  connections(): { private: number; market: number } {
    return { private: this.streams.size, market: this.public.size + this.market.size }
  }

  close(): void {
    this.public.close()
    this.market.close()
    this.#heartbeat.close()
    this.delivery.close()
    this.#sockets.close()
  }

  #accountOfUrl(path: string, query: string): string | undefined {
    for (const stream of subscriptionsOfUrl(path, query)) {
      const key = this.listenKeys.find(stream.split('@')[0] as string)
      if (key) return key.accountId
    }
    return undefined
  }

  #liquidate(account: Account, position: Position): void {
    const market = this.engine.markets.get(position.symbol)
    if (!market) return
    this.engine.place(account, market, {
      clientId: `autoclose-${this.engine.time}${this.#ids.int(100_000, 999_999)}`,
      side: position.amount.gt(ZERO) ? 'SELL' : 'BUY',
      type: 'LIQUIDATION',
      kind: 'MARKET',
      tif: 'IOC',
      price: ZERO,
      qty: position.amount.abs(),
      stp: 'NONE',
      positionSide: position.side,
      extra: { liquidation: true },
    })
  }

  #publish(accountId: string, make: () => Record<string, unknown>): void {
    if (this.streams.listened(accountId)) this.streams.publish(accountId, make() as { e: string })
  }

  #tellOrder(event: OrderEvent): void {
    const { order } = event
    const { account } = order
    if (event.exec === 'TRADE') this.#book(account, event.fill)
    if (event.exec === 'NEW') this.algos.placed(order)
    if (!this.streams.listened(account.id)) return
    const now = this.world.clock.now()
    if (event.exec === 'TRADE') this.streams.publish(account.id, tradeLite(order, event.fill, now) as { e: string })
    this.streams.publish(account.id, orderTradeUpdate(event, this.clearing, now) as { e: string })
  }

  /** Placing and cancelling change no balance: only trades reach here. */
  #tellAccount({ account, assets, positions }: AccountChange): void {
    const change = { reason: 'ORDER', assets, positions }
    this.#publish(account.id, () =>
      accountUpdate(account, this.clearing, change, this.world.clock.now(), this.engine.time),
    )
  }

  #book(account: Account, fill: Fill): void {
    if (fill.fee !== '0')
      this.#income(account, fill.symbol, 'COMMISSION', `-${fill.fee}`, fill.feeAsset, fill.tradeId.toString())
    if (fill.realized !== '0') {
      this.#income(account, fill.symbol, 'REALIZED_PNL', fill.realized, fill.feeAsset, fill.tradeId.toString())
    }
  }

  #income(account: Account, symbol: string, type: string, amount: string, asset: string, tradeId: string): void {
    const time = this.engine.time
    this.#incomes = (this.#incomes + 1) % 10_000
    const id = BigInt(time) * 10_000n + BigInt(this.#incomes)
    this.world.saveIncome(account, { symbol, type, amount: dec(amount).toFixed(8), asset, time, id, tradeId })
  }
}

function futuresRefusal(refusal: Refusal): ApiError {
  switch (refusal.reason) {
    case 'insufficient_funds':
      return new ApiError(-2019, 'Margin is insufficient.')
    case 'duplicate_client_id':
      return new ApiError(-4116, 'ClientOrderId is duplicated.')
    case 'would_take':
      return new ApiError(
        -5022,
        'Due to the order could not be executed as maker, the Post Only order will be rejected.',
      )
    case 'would_trigger':
      return new ApiError(-2021, 'Order would immediately trigger.')
    case 'fok_unfillable':
      return new ApiError(-5021, 'Due to the order could not be filled immediately, the FOK order has been rejected.')
    case 'reduce_only':
      return new ApiError(-2022, 'ReduceOnly Order is rejected.')
    case 'no_change':
      return new ApiError(-5027, 'No need to modify the order.')
    case 'unknown_order':
      return unknownOrder()
    default:
      return new ApiError(-2010, 'NEW_ORDER_REJECTED')
  }
}
