import type { Environment } from '@tradercoin/protocol'
import { ExchangeError } from '../errors.ts'
import type { Endpoints } from '../venue.ts'

/*
 * Addresses of OKX. Each regional site keeps its own accounts: a key of one does not exist on the others. Sockets are on the ordinary
 * port: 8443 is shut.
 * https://www.okx.com/docs-v5/en/#overview-production-trading-services
 */

export interface OkxEndpoints {
  /** Base of `/api/v5/…`. */
  rest: string
  /** Base of `/ws/v5/{public,private,business}`. */
  stream: string
}

interface Site {
  rest: string
  live: string
  demo: string
}

const main: Site = { rest: 'https://openapi.okx.com', live: 'wss://ws.okx.com', demo: 'wss://wspap.okx.com' }

const sites = new Map<string, Site>([
  ['eea', { rest: 'https://eea.okx.com', live: 'wss://wseea.okx.com', demo: 'wss://wseeapap.okx.com' }],
  ['us', { rest: 'https://us.okx.com', live: 'wss://wsus.okx.com', demo: 'wss://wsuspap.okx.com' }],
])

export const regions = [
  { region: 'eea', name: 'OKX Europe (my.okx.com)' },
  { region: 'us', name: 'OKX US and Australia (app.okx.com)' },
]

/**
 * Addresses for an environment and site; what is not replaced is the venue's own. Throws ExchangeError for an unknown site, or when
 * `paper` names no addresses.
 */
export function okxEndpoints(
  environment: Environment,
  region: string | null,
  override: Endpoints | null,
): OkxEndpoints {
  const site = region === null ? main : sites.get(region)
  if (site === undefined) throw new ExchangeError('refused', 'endpoint_missing', `OKX has no site "${region}".`)
  const own =
    environment === 'paper' ? null : { rest: site.rest, stream: environment === 'demo' ? site.demo : site.live }
  const rest = override?.rest ?? own?.rest
  const stream = override?.stream ?? own?.stream
  if (rest === undefined || stream === undefined) {
    throw new ExchangeError('refused', 'endpoint_missing', 'The paper exchange has no address.')
  }
  return { rest: rest.replace(/\/+$/, ''), stream: stream.replace(/\/+$/, '') }
}

/** The two private sockets: one carries orders, account and positions, the other the conditional orders. */
export type SocketPath = 'private' | 'business'

export function privateSocketUrl(base: string, path: SocketPath): string {
  return `${base}/ws/v5/${path}`
}

/** A call's path and how often it may be made in two seconds, by each account (`instrument`: and instrument). */
export interface Endpoint {
  path: string
  limit: number
  per: 'ip' | 'account' | 'instrument'
}

const account = (path: string, limit: number): Endpoint => ({ path: `/api/v5${path}`, limit, per: 'account' })
const instrument = (path: string, limit: number): Endpoint => ({ path: `/api/v5${path}`, limit, per: 'instrument' })
const open = (path: string, limit: number): Endpoint => ({ path: `/api/v5${path}`, limit, per: 'ip' })

export const endpoints = {
  time: open('/public/time', 10),
  instruments: open('/public/instruments', 20),
  config: account('/account/config', 5),
  balance: account('/account/balance', 10),
  positions: account('/account/positions', 10),
  ordersPending: account('/trade/orders-pending', 60),
  order: instrument('/trade/order', 60),
  ordersHistory: account('/trade/orders-history', 40),
  ordersArchive: account('/trade/orders-history-archive', 20),
  fills: account('/trade/fills', 60),
  fillsHistory: account('/trade/fills-history', 10),
  algosPending: account('/trade/orders-algo-pending', 20),
  algosHistory: account('/trade/orders-algo-history', 20),
  cancelOrder: instrument('/trade/cancel-order', 60),
  amendOrder: instrument('/trade/amend-order', 60),
  placeAlgo: account('/trade/order-algo', 20),
  cancelAlgos: account('/trade/cancel-algos', 20),
  amendAlgo: account('/trade/amend-algos', 20),
} as const
