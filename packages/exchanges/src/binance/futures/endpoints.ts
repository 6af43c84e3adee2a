import type { Environment } from '@tradercoin/protocol'
import type { Endpoints } from '../../venue.ts'

/*
 * Addresses of Binance USDⓈ-M futures.
 * Demo and testnet share one backend. For its streams the documents name demo-fstream.binance.com while the SDKs use
 * fstream.binancefuture.com: each environment takes one of them, and `endpoints` replaces either.
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/general-info
 */

export interface FuturesEndpoints {
  /** Base of /fapi paths. */
  rest: string
  /** Base of /private/ws. */
  stream: string
  /** Base of the /sapi path that tells a key's rights; null where the environment has none. */
  wallet: string | null
}

const own: Record<Exclude<Environment, 'paper'>, FuturesEndpoints> = {
  live: {
    rest: 'https://fapi.binance.com',
    stream: 'wss://fstream.binance.com',
    wallet: 'https://api.binance.com',
  },
  testnet: {
    rest: 'https://testnet.binancefuture.com',
    stream: 'wss://fstream.binancefuture.com',
    wallet: null,
  },
  demo: {
    rest: 'https://demo-fapi.binance.com',
    stream: 'wss://demo-fstream.binance.com',
    wallet: null,
  },
}

/** Addresses for an environment; what is not replaced is the venue's own. Throws TypeError when `paper` names none. */
export function futuresEndpoints(environment: Environment, override: Endpoints | null): FuturesEndpoints {
  const base = environment === 'paper' ? null : own[environment]
  const rest = override?.rest ?? base?.rest
  const stream = override?.stream ?? base?.stream
  if (rest === undefined || stream === undefined) throw new TypeError('the paper environment needs its own addresses')
  const tellsRights = environment === 'paper' || environment === 'live'
  const wallet = tellsRights ? (override?.wallet ?? walletBeside(rest)) : null
  return { rest: withoutSlash(rest), stream: withoutSlash(stream), wallet: wallet && withoutSlash(wallet) }
}

/** The paper exchange keeps the wallet calls with Spot; any other replacement of the futures address leaves the wallet where it is. */
function walletBeside(rest: string): string {
  const paper = /^(.*\/binance)\/futures\/?$/.exec(rest)
  return paper ? `${paper[1]}/spot` : (own.live.wallet ?? rest)
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '')
}

/**
 * What the private stream is asked for. It is an allow-list: `listenKeyExpired` is not delivered unless it is named.
 */
export const streamEvents = [
  'ORDER_TRADE_UPDATE',
  'ACCOUNT_UPDATE',
  'ACCOUNT_CONFIG_UPDATE',
  'MARGIN_CALL',
  'ALGO_UPDATE',
  'TRADE_LITE',
  'STRATEGY_UPDATE',
  'GRID_UPDATE',
  'CONDITIONAL_ORDER_TRIGGER_REJECT',
  'listenKeyExpired',
] as const

/** The stream's address. It holds the listen key, a secret: for the socket only, never for a log or an error. */
export function privateStreamUrl(base: string, listenKey: string): string {
  return `${base}/private/ws?listenKey=${encodeURIComponent(listenKey)}&events=${streamEvents.join('/')}`
}

/** Paths with their weight on the IP's budget of 2,400 a minute; without a symbol the open orders cost 40. */
export const paths = {
  time: '/fapi/v1/time',
  exchangeInfo: '/fapi/v1/exchangeInfo',
  listenKey: '/fapi/v1/listenKey',
  order: '/fapi/v1/order',
  openOrders: '/fapi/v1/openOrders',
  allOrders: '/fapi/v1/allOrders',
  algoOrder: '/fapi/v1/algoOrder',
  openAlgoOrders: '/fapi/v1/openAlgoOrders',
  allAlgoOrders: '/fapi/v1/allAlgoOrders',
  userTrades: '/fapi/v1/userTrades',
  income: '/fapi/v1/income',
  positionRisk: '/fapi/v3/positionRisk',
  symbolConfig: '/fapi/v1/symbolConfig',
  balance: '/fapi/v3/balance',
  accountConfig: '/fapi/v1/accountConfig',
} as const
