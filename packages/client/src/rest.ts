import type {
  AddKeyBody,
  AddPaperKeyBody,
  AmendOrderAnswer,
  AmendOrderBody,
  Balance,
  CancelOrderAnswer,
  CandleInterval,
  Candles,
  ExchangeKey,
  Execution,
  Gap,
  ListenKeyAnswer,
  Order,
  OrderBook,
  OrderDetails,
  OrderStats,
  OrderStatus,
  Page,
  PatchKeyBody,
  PlaceOrderAnswer,
  PlaceOrderBody,
  Position,
  Ticker,
  User,
  UserEvent,
  Venue,
} from '@tradercoin/protocol'
import { ApiError } from './errors.ts'
import { type Fetch, type Query, type RequestOptions, request } from './http.ts'
import type { GetToken } from './realtime.ts'

export interface ListQuery {
  exchange_key_id?: number | undefined
  trading_mode?: Order['trading_mode'] | undefined
  symbol?: string | undefined
  /** Milliseconds since 1970, both inclusive. */
  from?: number | undefined
  to?: number | undefined
}
export interface PageQuery {
  /** 1 to 500; 100 when left out. */
  limit?: number | undefined
  cursor?: string | undefined
}
export interface OrderQuery extends ListQuery {
  exchange?: Order['exchange'] | undefined
  side?: Order['side'] | undefined
  status?: readonly OrderStatus[] | undefined
  origin?: Order['origin'] | undefined
  q?: string | undefined
}
/** What can be traded at a venue, and its steps; null where the venue gives no such rule. */
export interface Instrument {
  exchange: Order['exchange']
  environment: ExchangeKey['environment']
  trading_mode: Order['trading_mode']
  symbol: string
  base_asset: string
  quote_asset: string
  /** What profit and loss are counted in. */
  settle_asset: string
  quantity_unit: Order['quantity_unit']
  /** Of an inverse contract: what one is worth in quote coin. */
  contract_value: string | null
  tick_size: string | null
  step_size: string | null
  min_quantity: string | null
  max_quantity: string | null
  min_notional: string | null
  is_trading: boolean
}
export interface InstrumentQuery extends Pick<ListQuery, 'exchange_key_id' | 'symbol'> {
  exchange?: Order['exchange'] | undefined
  trading_mode?: Order['trading_mode'] | undefined
}
export interface MarketQuery {
  exchange: Order['exchange']
  trading_mode: Order['trading_mode']
  symbol: string
  /** Left out: whose prices the user's keys see. */
  environment?: ExchangeKey['environment'] | undefined
}
export interface LoginSession {
  id: number | string
  created_at: number
  last_used_at: number
  expires_at: number
  user_agent: string | null
  ip: string | null
  /** The session this call was made with. */
  is_current: boolean
}

/** Every REST route as a function. All throw ApiError for a refusal and NetworkError when there was no answer. */
export type Rest = ReturnType<typeof createRest>

export function createRest(options: { apiUrl: () => string; fetch: Fetch; getToken: GetToken }) {
  /** One call with the access token; refused for its token, it is sent once more with a new one. */
  async function call<T>(method: string, path: string, more: RequestOptions = {}): Promise<T> {
    const send = async (refresh: boolean) => {
      const token = await options.getToken(refresh ? { refresh } : {})
      const headers = token === null ? more.headers : { ...more.headers, authorization: `Bearer ${token}` }
      return request(options.fetch, method, options.apiUrl() + path, { ...more, ...(headers ? { headers } : {}) })
    }
    try {
      return (await send(false)).body as T
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error
      return (await send(true)).body as T
    }
  }
  const list = <T>(path: string, query: object = {}, signal?: AbortSignal) =>
    call<Page<T>>('GET', path, { query: flat(query), signal })

  return {
    auth: {
      me: async () => (await call<{ user: User }>('GET', '/auth/me')).user,
      sessions: () => call<{ items: LoginSession[] }>('GET', '/auth/sessions'),
      revokeSession: (id: number | string) => call<void>('DELETE', `/auth/sessions/${encodeURIComponent(id)}`),
      /** Every session but this one. */
      revokeSessions: () => call<void>('DELETE', '/auth/sessions'),
      /** A wrong current password is ApiError 403 `wrong_password`; every other session ends. */
      changePassword: (body: { current_password: string; new_password: string }) =>
        call<void>('POST', '/auth/password', { body }),
    },
    exchangeKeys: {
      list: () => call<{ items: ExchangeKey[] }>('GET', '/trading/exchange-keys'),
      add: (body: AddKeyBody) => call<ExchangeKey>('POST', '/trading/exchange-keys', { body }),
      addPaper: (body: AddPaperKeyBody) => call<ExchangeKey>('POST', '/trading/exchange-keys/paper', { body }),
      update: (id: number, body: PatchKeyBody) => call<ExchangeKey>('PATCH', `/trading/exchange-keys/${id}`, { body }),
      remove: (id: number) => call<void>('DELETE', `/trading/exchange-keys/${id}`),
    },
    listenKey: {
      /** Opens the key's private stream, or says that it is open. */
      open: (exchangeKeyId: number) => call<ListenKeyAnswer>('POST', `/trading/listen-key/${exchangeKeyId}`),
      keepAlive: (exchangeKeyId: number) => call<ListenKeyAnswer>('PUT', `/trading/listen-key/${exchangeKeyId}`),
    },
    orders: {
      list: (query?: OrderQuery & PageQuery, signal?: AbortSignal) => list<Order>('/trading/orders', query, signal),
      /** One order with its timeline and executions. */
      get: (id: number, signal?: AbortSignal) => call<OrderDetails>('GET', `/trading/orders/${id}`, { signal }),
      /** Over all matching rows, exact. */
      stats: (query: OrderQuery = {}, signal?: AbortSignal) =>
        call<OrderStats>('GET', '/trading/orders/stats', { query: flat(query), signal }),
      /** Pass the same `idempotencyKey` again to repeat a call whose answer was lost: the order is placed once. */
      place: (body: PlaceOrderBody, { idempotencyKey = randomKey() }: { idempotencyKey?: string } = {}) =>
        call<PlaceOrderAnswer>('POST', '/trading/orders', { body, headers: { 'idempotency-key': idempotencyKey } }),
      /** `quantity` is the new total; the change shows once the venue confirms it. */
      amend: (id: number, body: AmendOrderBody) => call<AmendOrderAnswer>('PATCH', `/trading/orders/${id}`, { body }),
      cancel: (id: number) => call<CancelOrderAnswer>('DELETE', `/trading/orders/${id}`),
      /** Cancels every open order of one key, or of one symbol or trading mode on it; answers per order. */
      cancelAll: (exchangeKeyId: number, symbol?: string, tradingMode?: Order['trading_mode']) =>
        call<{ items: (CancelOrderAnswer & { problem: string | null })[] }>('DELETE', '/trading/orders', {
          query: { exchange_key_id: exchangeKeyId, symbol, trading_mode: tradingMode },
        }),
    },
    executions: (query?: ListQuery & PageQuery, signal?: AbortSignal) =>
      list<Execution>('/trading/executions', query, signal),
    balances: (query?: ListQuery & PageQuery, signal?: AbortSignal) =>
      list<Balance>('/trading/balances', query, signal),
    positions: (query?: ListQuery & PageQuery, signal?: AbortSignal) =>
      list<Position>('/trading/positions', query, signal),
    /** Of the venues of the user's keys, by symbol. */
    instruments: (query?: InstrumentQuery & PageQuery, signal?: AbortSignal) =>
      list<Instrument>('/trading/instruments', query, signal),
    /** The exchanges this hub speaks with, and what each offers. */
    venues: async () => (await call<{ items: Venue[] }>('GET', '/trading/venues')).items,
    gaps: (query?: ListQuery & PageQuery, signal?: AbortSignal) => list<Gap>('/trading/gaps', query, signal),
    /** Read once; `watchMarket` keeps it up to date. An unknown symbol is ApiError 422 `unknown_symbol`. */
    market: {
      orderBook: (query: MarketQuery, signal?: AbortSignal) =>
        call<OrderBook>('GET', '/market/order-book', { query: flat(query), signal }),
      ticker: (query: MarketQuery, signal?: AbortSignal) =>
        call<Ticker>('GET', '/market/ticker', { query: flat(query), signal }),
      /** Oldest first, the running one last; `limit` 1 to 500, 200 when left out. */
      candles: (
        query: MarketQuery & { interval?: CandleInterval | undefined; limit?: number | undefined },
        signal?: AbortSignal,
      ) => call<Candles>('GET', '/market/candles', { query: flat(query), signal }),
    },
    /** The log itself, oldest first: the events after `after`. Another epoch is ApiError 409, pruned ones 410. */
    events: (query: { epoch?: string | undefined; after?: number | undefined; limit?: number | undefined } = {}) =>
      call<{ epoch: string; items: UserEvent[]; next: number }>('GET', '/events', { query }),
  }
}

function flat(query: object): Query {
  return Object.fromEntries(
    Object.entries(query as Query).map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : value]),
  )
}

/** Not `randomUUID`: browsers offer that on secure pages only. */
export function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
