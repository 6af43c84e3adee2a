import type { Environment } from '@tradercoin/protocol'
import { ExchangeError } from '../../errors.ts'
import type { Endpoints } from '../../venue.ts'

/*
 * Addresses of Binance Spot.
 * https://developers.binance.com/docs/binance-spot-api-docs/rest-api/general-api-information
 * https://developers.binance.com/docs/binance-spot-api-docs/websocket-api/general-api-information
 */

export interface SpotEndpoints {
  /** Base of /api/v3 and, where the environment has it, of /sapi. */
  rest: string
  /** Base of /ws-api/v3. */
  wsApi: string
  /** Base of the market streams, /stream. */
  stream: string
}

const own: Record<Exclude<Environment, 'paper'>, SpotEndpoints> = {
  live: {
    rest: 'https://api.binance.com',
    wsApi: 'wss://ws-api.binance.com:443',
    stream: 'wss://stream.binance.com:443',
  },
  testnet: {
    rest: 'https://testnet.binance.vision',
    wsApi: 'wss://ws-api.testnet.binance.vision',
    stream: 'wss://stream.testnet.binance.vision',
  },
  demo: {
    rest: 'https://demo-api.binance.com',
    wsApi: 'wss://demo-ws-api.binance.com',
    stream: 'wss://demo-stream.binance.com',
  },
}

/** Addresses for an environment; what is not replaced is the venue's own. Throws ExchangeError when `paper` names none. */
export function spotEndpoints(environment: Environment, override: Endpoints | null): SpotEndpoints {
  const base = environment === 'paper' ? null : own[environment]
  const rest = override?.rest ?? base?.rest
  const wsApi = override?.ws_api ?? base?.wsApi
  const stream = override?.stream ?? base?.stream
  if (rest === undefined || wsApi === undefined || stream === undefined) {
    throw new ExchangeError('refused', 'endpoint_missing', 'The paper exchange has no address.')
  }
  return { rest: rest.replace(/\/$/, ''), wsApi: wsApi.replace(/\/$/, ''), stream: stream.replace(/\/$/, '') }
}

/** The address of the WebSocket API; the rate limits of each answer are left out. */
export function wsApiUrl(endpoints: SpotEndpoints): string {
  return `${endpoints.wsApi}/ws-api/v3?returnRateLimits=false`
}

/** Whether the environment tells what a key may do. */
export function tellsKeyRights(environment: Environment): boolean {
  return environment === 'live' || environment === 'paper'
}

/** Weight of REST and WebSocket API together, per IP and minute. */
export const weightPerMinute = 6_000
/** Connection attempts per IP; a few are left to other programs. */
export const connectionLimit = { limit: 280, windowMs: 5 * 60_000 }

/** Paths; weights stand beside the calls in rest.ts. */
export const paths = {
  time: '/api/v3/time',
  exchangeInfo: '/api/v3/exchangeInfo',
  account: '/api/v3/account',
  order: '/api/v3/order',
  amendOrder: '/api/v3/order/amend/keepPriority',
  openOrders: '/api/v3/openOrders',
  allOrders: '/api/v3/allOrders',
  myTrades: '/api/v3/myTrades',
  myAllocations: '/api/v3/myAllocations',
  openOrderList: '/api/v3/openOrderList',
  allOrderList: '/api/v3/allOrderList',
} as const
