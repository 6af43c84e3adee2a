import { createHmac } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Account } from '../src/engine/account.ts'
import { dec } from '../src/engine/decimal.ts'
import { Engine } from '../src/engine/engine.ts'
import { House } from '../src/engine/house.ts'
import type { Market } from '../src/engine/market.ts'
import { isOpen, type Order } from '../src/engine/order.ts'
import { Random } from '../src/engine/random.ts'
import { SpotClearing } from '../src/engine/spot-clearing.ts'
import { Delivery, type Link } from '../src/faults/delivery.ts'
import { rejectedHandshake } from '../src/faults/handshake.ts'
import { refuseUpgrade } from '../src/http/refuse-upgrade.ts'
import type { HttpReply, HttpRequest } from '../src/http/request.ts'
import type { AppOrder, Venue } from '../src/venue.ts'
import type { World } from '../src/world.ts'
import { failureOf, readTicket, SampleError } from './sample-rules.ts'
import { coinRows, fillRow, instrumentRow, orderRow, page, SAMPLE_INSTRUMENTS } from './sample-shapes.ts'

const DAY = 86_400_000

/** An exchange that does not exist: spot only, limit and market orders, a wire format of its own. docs/adding-an-exchange.md adds it. */
export class SampleVenue implements Venue {
  readonly name = 'sample'
  readonly exchange = 'sample'
  readonly modes = ['spot'] as const
  readonly prefix = '/sample'
  readonly engine: Engine
  readonly house: House
  readonly #world: World
  readonly #delivery: Delivery
  readonly #links = new Map<WebSocket, Link>()
  readonly #sockets = new WebSocketServer({ noServer: true, autoPong: false })

  constructor(world: World) {
    this.#world = world
    this.#delivery = new Delivery(world.faults, new Random(world.seed ^ 0x5a))
    this.engine = new Engine({
      markets: new Map(SAMPLE_INSTRUMENTS.map((each) => [each.symbol, world.market(each, 5)])),
      clearing: new SpotClearing(),
      clock: world.clock,
      sink: {
        order: (event) => {
          const fill = event.exec === 'TRADE' ? fillRow(event.fill) : null
          this.#tell(event.order.account, { kind: 'order', order: orderRow(event.order), fill })
        },
        account: ({ account, assets }) =>
          this.#tell(account, { kind: 'coins', at: world.clock.now(), coins: coinRows(account, assets) }),
        trade: () => {},
      },
      commit: (dirty) => world.commit(this, dirty),
    })
    this.house = new House(this.engine, new Random(world.seed ^ 0x5b), this.exchange, 'spot')
  }

  handle(request: HttpRequest): HttpReply {
    const account = this.#world.accounts.byKey.get(String(request.headers['x-key']))
    const scope = { accountId: account?.id, exchange: this.exchange, mode: 'spot' } as const
    const { faults, clock } = this.#world
    const ban = faults.take('ban_ip', scope)
    if (ban) {
      const seconds = Math.ceil(((ban.until ?? clock.now() + 120_000) - clock.now()) / 1000)
      return { status: 418, headers: { 'Retry-After': String(seconds) }, body: '{"error":"banned"}' }
    }
    const fault = faults.take('http_error', scope)
    if (fault) {
      const wait = fault.settings.retry_after
      const headers = typeof wait === 'number' ? { 'Retry-After': String(wait) } : {}
      return { status: Number(fault.settings.status), headers, type: 'text/html', body: '<h1>Error</h1>' }
    }
    try {
      const lost = request.method === 'POST' ? faults.take('ambiguous_place', scope) : undefined
      if (lost?.settings.accepted === false) return { status: 0, body: '', hangUp: true }
      const body = JSON.stringify(this.#answer(request, account))
      return lost ? { status: 504, body: '{"error":"late"}' } : { status: 200, body }
    } catch (error) {
      const failure = failureOf(error)
      return { status: failure.status, body: JSON.stringify({ error: failure.word }) }
    }
  }

  #answer(request: HttpRequest, known: Account | undefined): unknown {
    const path = request.path.slice(this.prefix.length)
    const query = new URLSearchParams(request.query)
    if (path === '/v1/time') return { time: this.#now() }
    if (path === '/v1/instruments') return SAMPLE_INSTRUMENTS.map(instrumentRow)
    const account = this.#caller(request, known)
    switch (`${request.method} ${path}`) {
      case 'GET /v1/key': {
        const rights = ['read', 'trade', 'withdraw', 'universal_transfer'].filter((right) => account.can(right))
        return { account: String(account.uid), rights, bound: account.can('ip_restrict') }
      }
      case 'GET /v1/coins':
        return { at: this.#now(), coins: coinRows(account) }
      case 'GET /v1/orders':
        return this.#orders(account, query)
      case 'GET /v1/fills':
        return this.#fills(account, query)
      case 'POST /v1/orders':
        return { id: this.engine.place(account, ...readTicket(this.engine, JSON.parse(request.body))).id.toString() }
      case 'DELETE /v1/orders': {
        const order = this.#find(account, query)
        if (!order || !isOpen(order)) throw new SampleError(404, 'no_such_order')
        this.engine.cancel(order)
        return { id: order.id.toString() }
      }
    }
    throw new SampleError(404, 'no_such_path')
  }

  #caller({ headers, method, path, query, body, ip }: HttpRequest, account: Account | undefined): Account {
    if (!account || account.exchange !== this.exchange) throw new SampleError(401, 'bad_key')
    if (account.ips.length > 0 && !account.ips.includes(ip)) throw new SampleError(403, 'bad_address')
    const target = path.slice(this.prefix.length) + (query === '' ? '' : `?${query}`)
    this.#check(account, String(headers['x-time']), method + target + body, String(headers['x-sign']))
    if (!account.can(method === 'GET' ? 'read' : 'trade')) throw new SampleError(403, 'no_right')
    return account
  }

  #check({ key }: Account, time: string, text: string, sign: string): void {
    if (Math.abs(Number(time) - this.#now()) > 5_000) throw new SampleError(400, 'bad_time')
    const wanted = createHmac('sha256', key.secret)
      .update(time + text)
      .digest('hex')
    if (sign !== wanted) throw new SampleError(401, 'bad_sign')
  }

  #find(account: Account, query: URLSearchParams): Order | undefined {
    const [id, name] = [query.get('id'), query.get('name')]
    return account.allOrders().findLast((order) => order.id.toString() === id || order.clientId === name)
  }

  #orders(account: Account, query: URLSearchParams): unknown {
    if (query.has('id') || query.has('name')) {
      const found = this.#find(account, query)
      return { rows: found ? [orderRow(found)] : [], more: false }
    }
    const since = Number(query.get('since') ?? '0')
    const all = account.allOrders().filter((order) => (query.has('open') ? isOpen(order) : order.updatedAt >= since))
    return page(
      all.sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1)),
      query,
      orderRow,
    )
  }

  #fills(account: Account, query: URLSearchParams): unknown {
    const [since, id] = [Number(query.get('since') ?? '0'), query.get('order')]
    const all = account
      .allFills()
      .filter((fill) => fill.time >= since && (id === null || fill.orderId.toString() === id))
    return page(
      all.sort((a, b) => a.seq - b.seq),
      query,
      fillRow,
    )
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const refused = rejectedHandshake(this.#world, { exchange: this.exchange, mode: 'spot' })
    if (refused) {
      refuseUpgrade(socket, refused)
      return
    }
    this.#sockets.handleUpgrade(request, socket, head, (ws) => {
      const { clock } = this.#world
      const since = Date.now()
      const uncut = clock.at(clock.aged() + DAY, () => ws.close(1001, 'a day is over'))
      ws.on('close', () => {
        uncut()
        this.#links.delete(ws)
      })
      ws.on('error', () => ws.terminate())
      ws.on('message', (data) => {
        const accountIds = [this.#links.get(ws)?.accountId ?? '']
        const silent = this.#delivery.socketIsSilent({ since, exchange: this.exchange, mode: 'spot', accountIds })
        if (!silent) ws.send(JSON.stringify(this.#message(ws, data.toString(), since)))
      })
    })
  }

  #message(socket: WebSocket, text: string, since: number): unknown {
    const { ping, login } = JSON.parse(text) as { ping?: number; login?: { key: string; time: string; sign: string } }
    if (ping !== undefined) return { pong: ping }
    try {
      const account = this.#world.accounts.byKey.get(login?.key ?? '')
      if (!login || account?.exchange !== this.exchange) throw new SampleError(401, 'bad_key')
      this.#check(account, login.time, 'stream', login.sign)
      this.#links.set(socket, { socket, accountId: account.id, exchange: this.exchange, mode: 'spot', since })
      return { login: 'ok' }
    } catch (error) {
      return { login: error instanceof SampleError ? error.word : 'broken' }
    }
  }

  #tell(account: Account, frame: Record<string, unknown>): void {
    const text = JSON.stringify(frame)
    for (const link of this.#links.values()) {
      if (link.accountId === account.id) this.#world.outbox.push(() => this.#delivery.send(link, text))
    }
  }

  #now(): number {
    const skew = this.#world.faults.active('clock_skew', { exchange: this.exchange, mode: 'spot' })
    return this.#world.clock.now() + Number(skew?.settings.skew_ms ?? 0)
  }

  placeFromApp(account: Account, market: Market, order: AppOrder): Order {
    const [, ticket] = readTicket(this.engine, {
      symbol: market.symbol,
      name: order.clientId ?? `app${account.allOrders().length}`,
      side: order.side.toLowerCase(),
      type: order.type.toLowerCase(),
      quantity: order.quantity,
      price: order.price,
      maker_only: order.postOnly,
    })
    return this.engine.place(account, market, ticket)
  }

  transfer(account: Account, asset: string, amount: string): void {
    this.engine.act(() => {
      account.wallet.credit(asset, dec(amount))
      this.engine.touchAssets(account, [asset])
    })
  }

  revoked(account: Account): void {
    this.dropConnections(account.id)
  }

  dropConnections(accountId?: string): number {
    const cut = [...this.#links.values()].filter((link) => accountId === undefined || link.accountId === accountId)
    for (const { socket } of cut) socket.terminate()
    return cut.length
  }

  announceShutdown(): number {
    return 0
  }

  connections(): { private: number; market: number } {
    return { private: this.#sockets.clients.size, market: 0 }
  }

  close(): void {
    for (const socket of this.#sockets.clients) socket.terminate()
    this.#delivery.close()
  }
}
