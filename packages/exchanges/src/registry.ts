import type { Environment, ExchangeId, TradingMode } from '@tradercoin/protocol'
import { createBinanceFutures } from './binance/futures/index.ts'
import { createBinanceSpot } from './binance/spot/index.ts'
import { ExchangeError } from './errors.ts'
import type { Exchange } from './exchange.ts'
import type { Transport } from './transport/transport.ts'

/** Base URLs that replace the venue's own, each for itself (null or absent: the venue's); the adapter appends the venue's path. */
export interface Endpoints {
  rest?: string | null
  /** Request/response WebSocket API, where the venue has one. */
  ws_api?: string | null
  /** Calls on the account as a whole, where they live on another host (Binance futures asks Spot's for a key's rights). */
  wallet?: string | null
  stream?: string | null
}

export interface ExchangeOptions {
  environment: Environment
  region: string | null
  /** Null: the venue's own addresses for this environment. `paper` always names its own. */
  endpoints: Endpoints | null
  transport: Transport
}

type Create = (options: ExchangeOptions) => Exchange

const creators: Record<ExchangeId, Partial<Record<TradingMode, Create>>> = {
  binance: { spot: createBinanceSpot, futures: createBinanceFutures },
  okx: {},
  bybit: {},
}

/** The adapter of one venue and mode. Throws ExchangeError `refused` for a venue that is not built yet. */
export function createExchange(exchange: ExchangeId, tradingMode: TradingMode, options: ExchangeOptions): Exchange {
  const create = creators[exchange][tradingMode]
  if (create === undefined) {
    throw new ExchangeError('refused', 'exchange_not_supported', `${exchange} ${tradingMode} is not supported yet.`)
  }
  return create(options)
}

/** Addresses on a paper exchange: `http://127.0.0.1:9100` with the venue's prefix; the adapter appends the venue's own paths. */
export function paperEndpoints(
  paperUrl: string,
  exchange: ExchangeId,
  tradingMode: TradingMode,
): { rest: string; ws_api: string; stream: string } {
  const prefix = exchange === 'binance' ? `/binance/${tradingMode}` : `/${exchange}`
  const rest = `${paperUrl.replace(/\/$/, '')}${prefix}`
  const socket = rest.replace(/^http/, 'ws')
  return { rest, ws_api: socket, stream: socket }
}
