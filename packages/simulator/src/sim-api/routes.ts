import { publicKey } from '../binance/sign.ts'
import type { Account } from '../engine/account.ts'
import { dec } from '../engine/decimal.ts'
import { modeOf, type TradingMode } from '../engine/instrument.ts'
import type { Market } from '../engine/market.ts'
import { parseJsonWithLongIntegers, toJson } from '../http/json.ts'
import { type HttpReply, type HttpRequest, splitUrl } from '../http/request.ts'
import type { Venue } from '../venue.ts'
import type { World } from '../world.ts'
import { addFault, clearFaults, describeFault } from './faults.ts'
import { decimalText, Fields } from './fields.ts'
import { ledger } from './ledger.ts'
import { SimError } from './sim-error.ts'
import { runStorm } from './storm.ts'

const DEFAULT_BALANCES = { USDT: '100000', BTC: '1' }
const DEFAULT_PERMISSIONS = ['read', 'trade']
const PERMISSIONS = [
  'read',
  'trade',
  'spot',
  'futures',
  'withdraw',
  'internal_transfer',
  'universal_transfer',
  'margin',
  'portfolio_margin',
  'ip_restrict',
]
const MAX_ACCOUNTS = 50_000

/** Answers /sim/*: accounts, the ledger, orders from elsewhere, prices, clock, faults and storms. */
export async function handleSim(world: World, request: HttpRequest): Promise<HttpReply> {
  try {
    const result = await route(world, request)
    return { status: result.status ?? 200, body: toJson(result.body) }
  } catch (error) {
    if (error instanceof SimError) return { status: error.status, body: toJson({ error: error.message }) }
    const refusal = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    // A venue refusing an order placed "elsewhere" is the caller's problem, anything else is ours.
    if (error instanceof Error && (error.name === 'Refusal' || error.name === 'ApiError')) {
      return { status: 400, body: toJson({ error: error.message }) }
    }
    world.log(`sim: ${error instanceof Error ? error.stack : refusal}`)
    return { status: 500, body: toJson({ error: 'something went wrong; see the log' }) }
  }
}

interface SimAnswer {
  status?: number
  body: unknown
}

async function route(world: World, request: HttpRequest): Promise<SimAnswer> {
  const { method, path } = request
  const query = new URLSearchParams(request.query)
  switch (`${method} ${path}`) {
    case 'GET /sim/health':
      return { body: health(world) }
    case 'POST /sim/accounts':
      return { status: 201, body: createAccounts(world, body(request)) }
    case 'GET /sim/accounts':
      return { body: { accounts: [...world.accounts.byId.values()].map(describeAccount) } }
    case 'GET /sim/ledger':
      return { body: ledgerOf(world, accountOf(world, query.get('account_id') ?? undefined)) }
    case 'POST /sim/orders':
      return { status: 201, body: placeOrder(world, body(request)) }
    case 'POST /sim/price':
      return { body: movePrice(world, body(request)) }
    case 'GET /sim/price':
      return { body: prices(world) }
    case 'POST /sim/transfer':
      return { body: transfer(world, body(request)) }
    case 'POST /sim/funding':
      return { body: fund(world, body(request)) }
    case 'POST /sim/clock':
      return { body: advanceClock(world, body(request)) }
    case 'GET /sim/faults':
      return { body: { faults: world.faults.list().map(describeFault) } }
    case 'POST /sim/faults':
      return { status: 201, body: addFault(world, body(request)) }
    case 'DELETE /sim/faults':
      return { body: clearFaults(world, query.get('account_id') ?? undefined) }
    case 'POST /sim/storm':
      return { body: await runStorm(world, body(request)) }
  }
  const deleted = /^\/sim\/accounts\/([^/]+)$/.exec(path)
  if (method === 'DELETE' && deleted) return { body: revoke(world, decodeURIComponent(deleted[1] as string)) }
  throw new SimError(`there is no ${method} ${path}`, 404)
}

function body(request: HttpRequest): Fields {
  const type = request.headers['content-type'] ?? ''
  if (!type.startsWith('application/json')) throw new SimError('send JSON with Content-Type: application/json', 415)
  try {
    return new Fields(parseJsonWithLongIntegers(request.body))
  } catch (error) {
    if (error instanceof SimError) throw error
    throw new SimError('the body is not valid JSON')
  }
}

export function accountOf(world: World, id: string | undefined): Account {
  if (id === undefined) throw new SimError('account_id is missing')
  const account = world.accounts.byId.get(id)
  if (!account) throw new SimError(`there is no account ${id}`, 404)
  return account
}

function venueOf(world: World, fields: Fields): Venue {
  const exchange = fields.needText('exchange')
  const mode = fields.mode()
  const venue = world.venue(exchange, mode)
  if (!venue) {
    const known = world.venues.map((each) => `${each.exchange} ${each.modes.join(' and ')}`).join(', ')
    throw new SimError(`the paper exchange has no ${exchange} ${mode}; it has ${known}`)
  }
  return venue
}

/** The market of the venue's own symbol; `mode` decides where both kinds of market have it. */
export function marketOf(venue: Venue, symbol: string, mode: TradingMode): Market {
  const markets = [...venue.engine.markets.values()]
  const named = markets.filter(({ instrument }) => instrument.name === symbol)
  const market = named.find(({ instrument }) => modeOf(instrument) === mode) ?? named[0]
  if (!market) throw new SimError(`${venue.name} has no symbol ${symbol}; it has ${names(venue).join(', ')}`)
  return market
}

function names(venue: Venue): string[] {
  return [...new Set([...venue.engine.markets.values()].map(({ instrument }) => instrument.name))]
}

function ledgerOf(world: World, account: Account): Record<string, unknown> {
  return ledger(account, world.venueOf(account))
}

function modeField(fields: Fields): TradingMode | undefined {
  return fields.oneOf('trading_mode', ['spot', 'futures'] as const)
}

function createAccounts(world: World, fields: Fields): unknown {
  fields.only(
    'exchange',
    'trading_mode',
    'balances',
    'permissions',
    'public_key',
    'count',
    'activity',
    'environment',
    'ips',
  )
  const venue = venueOf(world, fields)
  const count = fields.integer('count', 1, MAX_ACCOUNTS)
  const activity = fields.flag('activity') ?? false
  const { balances: given, permissions: wanted, public_key: pem, ips } = fields.raw()
  if (ips !== undefined && (!Array.isArray(ips) || ips.some((each) => typeof each !== 'string'))) {
    throw new SimError('ips must be a list of addresses')
  }
  const balances: Record<string, string> = {}
  if (given !== undefined && (given === null || typeof given !== 'object' || Array.isArray(given))) {
    throw new SimError('balances must be an object of asset and decimal')
  }
  for (const [asset, amount] of Object.entries(given ?? DEFAULT_BALANCES)) {
    if (asset === '') throw new SimError('balances holds an empty asset name')
    balances[asset] = decimalText(`balances.${asset}`, amount)
  }
  if (
    wanted !== undefined &&
    (!Array.isArray(wanted) || wanted.some((each) => !PERMISSIONS.includes(each as string)))
  ) {
    throw new SimError(`permissions must be a list of ${PERMISSIONS.join(', ')}`)
  }
  if (pem !== undefined) {
    if (venue.passphrases) throw new SimError(`keys of ${venue.exchange} have a secret, not a public key`)
    try {
      publicKey(pem as string)
    } catch {
      throw new SimError('public_key must be an RSA or Ed25519 public key in PEM form')
    }
  }
  // "withdraw" and the like are additions to what a trading key can do.
  const permissions = new Set((wanted as string[] | undefined) ?? DEFAULT_PERMISSIONS)
  permissions.add('read')
  if (permissions.has('spot') || permissions.has('futures')) permissions.add('trade')
  if (wanted !== undefined && !(wanted as string[]).includes('read')) permissions.add('trade')
  const made: Account[] = []
  for (let i = 0; i < (count ?? 1); i++) {
    const request = {
      exchange: venue.exchange,
      mode: fields.mode(),
      balances,
      permissions: [...permissions],
      publicKey: pem as string | undefined,
      passphrase: venue.passphrases ?? false,
      environment: fields.oneOf('environment', ['live', 'demo'] as const),
      ips: ips as string[] | undefined,
      activity,
    }
    const account = world.accounts.create(request, world.clock.now())
    world.saveAccount(account)
    made.push(account)
  }
  world.settle()
  if (activity) for (const account of made) world.startActivity(account)
  const shown = made.map((account) => ({
    account_id: account.id,
    api_key: account.key.apiKey,
    ...(account.key.secret === '' ? {} : { api_secret: account.key.secret }),
    ...(account.key.passphrase === '' ? {} : { passphrase: account.key.passphrase }),
    uid: String(account.uid),
  }))
  return count === undefined ? shown[0] : { accounts: shown }
}

function describeAccount(account: Account): unknown {
  return {
    account_id: account.id,
    exchange: account.exchange,
    trading_mode: account.mode,
    uid: String(account.uid),
    permissions: account.permissions,
    revoked: account.key.revoked,
    activity: account.activity,
    open_orders: account.open.size,
  }
}

function revoke(world: World, id: string): unknown {
  const account = accountOf(world, id)
  world.revoke(account)
  return { account_id: account.id, revoked: true }
}

function placeOrder(world: World, fields: Fields): unknown {
  fields.only('account_id', 'trading_mode', 'symbol', 'side', 'type', 'quantity', 'price', 'client_order_id')
  const account = accountOf(world, fields.needText('account_id'))
  const venue = world.venueOf(account)
  const market = marketOf(venue, fields.needText('symbol'), modeField(fields) ?? account.mode)
  const type = fields.needOneOf('type', ['LIMIT', 'MARKET'] as const)
  if (type === 'LIMIT' && fields.decimal('price') === undefined) throw new SimError('a LIMIT order needs a price')
  const order = venue.placeFromApp(account, market, {
    side: fields.needOneOf('side', ['BUY', 'SELL'] as const),
    type,
    quantity: fields.needDecimal('quantity'),
    price: fields.decimal('price'),
    clientId: fields.text('client_order_id'),
  })
  const told: Record<string, unknown> = venue.words?.order(order) ?? {}
  return {
    account_id: account.id,
    order_id: told.order_id ?? order.id.toString(),
    client_order_id: order.clientId,
    status: told.status ?? order.status,
    executed_qty: order.filled.toFixed(),
  }
}

function movePrice(world: World, fields: Fields): unknown {
  fields.only('exchange', 'trading_mode', 'symbol', 'price', 'quantity')
  const venue = venueOf(world, fields)
  const market = marketOf(venue, fields.needText('symbol'), fields.mode())
  const asked = dec(fields.needDecimal('price'))
  const { tick, minPrice, maxPrice } = market.instrument
  const price = asked.div(tick).round(0, 1).times(tick)
  if (price.lt(minPrice) || price.gt(maxPrice)) {
    throw new SimError(`price must lie between ${minPrice.toFixed()} and ${maxPrice.toFixed()}`)
  }
  const limit = fields.decimal('quantity')
  const before = market.nextTradeId
  venue.house.move(market, price, limit === undefined ? undefined : dec(limit))
  venue.moved?.(market)
  return {
    symbol: market.instrument.name,
    price: price.toFixed(),
    last_price: market.last.toFixed(),
    trades: Number(market.nextTradeId - before),
  }
}

function prices(world: World): unknown {
  return {
    prices: world.venues.flatMap((venue) =>
      [...venue.engine.markets.values()].map((market) => ({
        exchange: venue.exchange,
        trading_mode: modeOf(market.instrument),
        symbol: market.instrument.name,
        price: market.last.toFixed(),
        bid: market.bestPrice('BUY').toFixed(),
        ask: market.bestPrice('SELL').toFixed(),
      })),
    ),
  }
}

function transfer(world: World, fields: Fields): unknown {
  fields.only('account_id', 'asset', 'amount')
  const account = accountOf(world, fields.needText('account_id'))
  const asset = fields.needText('asset')
  const amount = fields.needDecimal('amount', true)
  if (account.wallet.of(asset).free.plus(amount).lt(0)) throw new SimError(`the account has less ${asset} than that`)
  world.venueOf(account).transfer(account, asset, amount)
  return { account_id: account.id, asset, free: account.wallet.of(asset).free.toFixed() }
}

function fund(world: World, fields: Fields): unknown {
  fields.only('account_id', 'symbol', 'rate')
  const account = accountOf(world, fields.needText('account_id'))
  const venue = world.venueOf(account)
  if (!venue.fund) throw new SimError(`${venue.name} has no funding`)
  venue.fund(account, marketOf(venue, fields.needText('symbol'), 'futures'), dec(fields.needDecimal('rate', true)))
  return { account_id: account.id, balances: ledgerOf(world, account).balances }
}

function advanceClock(world: World, fields: Fields): unknown {
  fields.only('advance_ms')
  world.clock.advance(fields.needInteger('advance_ms', 0, 10 * 365 * 86_400_000))
  return { now: world.clock.now(), aged: world.clock.aged() }
}

function health(world: World): unknown {
  return {
    ok: true,
    seed: world.seed,
    limits: world.limits,
    accounts: world.accounts.byId.size,
    venues: world.venues.map((venue) => ({
      exchange: venue.exchange,
      trading_mode: venue.modes[0],
      trading_modes: venue.modes,
      base_url: venue.prefix,
      symbols: names(venue),
      connections: venue.connections(),
    })),
  }
}

/** Only people and programs on this machine may use the controls. */
export function isLoopbackHost(host: string | undefined): boolean {
  if (host === undefined) return false
  const name = host.startsWith('[')
    ? host.slice(0, host.indexOf(']') + 1)
    : (splitUrl(host).path.split(':')[0] as string)
  return name === 'localhost' || name === '[::1]' || /^127(\.\d{1,3}){3}$/.test(name)
}
