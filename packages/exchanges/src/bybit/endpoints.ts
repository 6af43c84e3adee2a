import type { Environment } from '@tradercoin/protocol'
import { ExchangeError } from '../errors.ts'
import type { Endpoints } from '../venue.ts'

/*
 * Addresses of Bybit. A key exists on one site and in one environment only, and the stream's host belongs to the same site.
 * Demo accounts are made on the main site; the demo trading of the testnet site is another thing and of no use.
 * https://bybit-exchange.github.io/docs/v5/guide · https://bybit-exchange.github.io/docs/v5/demo
 */

export interface BybitEndpoints {
  /** Base of /v5 paths. */
  rest: string
  /** Base of /v5/private and /v5/public. */
  stream: string
  /** What a site wants on each request and handshake. */
  headers: Record<string, string>
}

interface Host {
  rest: string
  stream: string
}

interface Site {
  region: string
  name: string
  live: Host
  /** Only some sites have their own. */
  testnet?: Host
  headers?: Record<string, string>
}

const own: Record<Exclude<Environment, 'paper'>, Host> = {
  live: { rest: 'https://api.bybit.com', stream: 'wss://stream.bybit.com' },
  testnet: { rest: 'https://api-testnet.bybit.com', stream: 'wss://stream-testnet.bybit.com' },
  demo: { rest: 'https://api-demo.bybit.com', stream: 'wss://stream-demo.bybit.com' },
}

/** The Emirates and the EEA name no stream of their own: the main site's serves them. */
const sites: readonly Site[] = [
  { region: 'tr', name: 'Türkiye', live: { rest: 'https://api.bybit.tr', stream: 'wss://stream.bybit.tr' } },
  { region: 'kz', name: 'Kazakhstan', live: { rest: 'https://api.bybit.kz', stream: 'wss://stream.bybit.kz' } },
  {
    region: 'ge',
    name: 'Georgia',
    live: { rest: 'https://api.bybitgeorgia.ge', stream: 'wss://stream.bybitgeorgia.ge' },
  },
  { region: 'id', name: 'Indonesia', live: { rest: 'https://api.bybit.id', stream: 'wss://stream.bybit.id' } },
  {
    region: 'jp',
    name: 'Japan',
    live: { rest: 'https://api.manepa.jp', stream: 'wss://stream.manepa.jp' },
    testnet: { rest: 'https://api-testnet.manepa.jp', stream: 'wss://stream-testnet.manepa.jp' },
  },
  {
    region: 'hk',
    name: 'Hong Kong',
    live: { rest: 'https://api.spark-fintech.com', stream: 'wss://stream.spark-fintech.com' },
    testnet: { rest: 'https://api-testnet.spark-fintech.com', stream: 'wss://stream-testnet.spark-fintech.com' },
    headers: { 'x-refer-site-id': 'HKG' },
  },
  { region: 'ae', name: 'Emirates', live: { rest: 'https://api.bybit.ae', stream: own.live.stream } },
  { region: 'eu', name: 'European Economic Area', live: { rest: 'https://api.bybit.eu', stream: own.live.stream } },
]

export const regions = sites.map(({ region, name }) => ({ region, name }))

/** Addresses for an environment and site; what is not replaced is the venue's own. Throws ExchangeError for a site that is not known. */
export function bybitEndpoints(
  environment: Environment,
  region: string | null,
  override: Endpoints | null,
): BybitEndpoints {
  const site = region === null ? null : sites.find((candidate) => candidate.region === region)
  if (site === undefined) throw new ExchangeError('refused', 'not_offered', 'Bybit has no site of this name.')
  const base = hostOf(environment, site)
  const rest = override?.rest ?? base?.rest
  const stream = override?.stream ?? base?.stream
  if (rest === undefined || stream === undefined) {
    throw new ExchangeError('refused', 'endpoint_missing', 'The paper exchange has no address.')
  }
  return { rest: withoutSlash(rest), stream: withoutSlash(stream), headers: site?.headers ?? {} }
}

/** A site without a host of its own in an environment shares the main site's. */
function hostOf(environment: Environment, site: Site | null): Host | null {
  switch (environment) {
    case 'paper':
      return null
    case 'live':
      return site?.live ?? own.live
    case 'testnet':
      return site?.testnet ?? own.testnet
    case 'demo':
      return own.demo
  }
}

const withoutSlash = (url: string) => url.replace(/\/+$/, '')

export function privateStreamUrl({ stream }: BybitEndpoints): string {
  return `${stream}/v5/private`
}

/** Base of the public streams: demo trading has none of its own, its prices are the live ones. */
export function publicStreamBase({ stream }: BybitEndpoints): string {
  return stream === own.demo.stream ? own.live.stream : stream
}

export const paths = {
  time: '/v5/market/time',
  instruments: '/v5/market/instruments-info',
  book: '/v5/market/orderbook',
  openOrders: '/v5/order/realtime',
  orderHistory: '/v5/order/history',
  executions: '/v5/execution/list',
  positions: '/v5/position/list',
  wallet: '/v5/account/wallet-balance',
  account: '/v5/account/info',
  key: '/v5/user/query-api',
  place: '/v5/order/create',
  amend: '/v5/order/amend',
  cancel: '/v5/order/cancel',
} as const
