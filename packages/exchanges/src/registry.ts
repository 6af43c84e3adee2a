import type { Environment, ExchangeId, TradingMode } from '@tradercoin/protocol'
import type { Exchange } from './exchange.ts'
import type { Transport } from './transport/transport.ts'

/** Base URLs that replace the venue's own; the adapter appends the venue's path. */
export interface Endpoints {
  rest: string
  /** Request/response WebSocket API, where the venue has one. */
  ws_api?: string
  stream: string
}

export interface ExchangeOptions {
  environment: Environment
  region: string | null
  /** Null: the venue's own addresses for this environment. `paper` always names its own. */
  endpoints: Endpoints | null
  transport: Transport
}
