import type { Account } from '../engine/account.ts'
import type { TradingMode } from '../engine/instrument.ts'
import { Refusal } from '../engine/refusal.ts'
import type { Fault } from '../faults/fault-book.ts'
import { inMicroseconds, toJson } from '../http/json.ts'
import type { HttpReply, HttpRequest } from '../http/request.ts'
import type { World } from '../world.ts'
import { ApiError, badKey, badKeyFormat, badSignature, illegal, missing, tooEarly, tooLate } from './errors.ts'
import { Params } from './params.ts'
import { ipBanned, type RateLimits } from './rate-limits.ts'
import { restPayload, signatureMatches, wsPayload } from './sign.ts'
import type { ApiSession } from './ws-api.ts'

/** NONE: open to all. KEY: the API key alone. USER_STREAM and USER_DATA: signed. TRADE: signed, key may trade. */
export type Security = 'NONE' | 'KEY' | 'USER_STREAM' | 'USER_DATA' | 'TRADE'

/** One call of a venue, reachable over REST ("GET /api/v3/order"), the WebSocket API ("order.status") or both. */
export interface Endpoint {
  rest?: string
  ws?: string
  security: Security
  weight: number | ((params: Params) => number)
  /** How many orders the call counts as. */
  orders?: number
  /** Spot order calls cost no weight when they succeed (since 2026-04-02). */
  freeOnSuccess?: boolean
  /** A call that creates an order: the ambiguous_place fault loses its answer. */
  places?: boolean
  /** Names of the parameters besides timestamp, recvWindow, signature and apiKey. */
  params: string
  run: (call: Call) => unknown
}

export class Call {
  readonly params: Params
  readonly ip: string
  readonly session: ApiSession | undefined
  readonly #account: Account | undefined

  constructor(params: Params, ip: string, account: Account | undefined, session?: ApiSession) {
    this.params = params
    this.ip = ip
    this.#account = account
    this.session = session
  }

  /** Who calls. Throws when the endpoint is public and no key was given. */
  get account(): Account {
    if (!this.#account) throw badKeyFormat()
    return this.#account
  }
}

export interface ApiOptions {
  world: World
  exchange: string
  mode: TradingMode
  limits: RateLimits
  /** Maps a refusal of the matching engine to the venue's code and text. */
  refusal: (refusal: Refusal) => ApiError
  /** Whether a key may use this venue at all. */
  allows: (account: Account, security: Security) => boolean
  /** What a lost answer of an order placement looks like. */
  lostAnswer: () => ApiError
  microseconds: boolean
}

interface Prepared {
  endpoint: Endpoint
  allowed: ReadonlySet<string>
}

/** Checks, limits, faults and dispatch that Spot and Futures have in common. */
export class BinanceApi {
  readonly world: World
  readonly limits: RateLimits
  readonly exchange: string
  readonly mode: TradingMode
  readonly #options: ApiOptions
  readonly #rest = new Map<string, Prepared>()
  readonly #paths = new Set<string>()
  readonly #ws = new Map<string, Prepared>()

  constructor(options: ApiOptions) {
    this.#options = options
    this.world = options.world
    this.limits = options.limits
    this.exchange = options.exchange
    this.mode = options.mode
  }

  add(endpoints: Endpoint[]): void {
    for (const endpoint of endpoints) {
      const prepared = { endpoint, allowed: new Set(endpoint.params.split(' ').filter((name) => name !== '')) }
      if (endpoint.rest) {
        this.#rest.set(endpoint.rest, prepared)
        this.#paths.add(endpoint.rest.slice(endpoint.rest.indexOf(' ') + 1))
      }
      if (endpoint.ws) this.#ws.set(endpoint.ws, prepared)
    }
  }

  /** The venue's clock: real time plus what the clock_skew fault adds. */
  now(): number {
    const skew = this.world.faults.active('clock_skew', { exchange: this.exchange, mode: this.mode })
    const ms = skew?.settings.skew_ms
    return this.world.clock.now() + (typeof ms === 'number' ? ms : 0)
  }

  /** Answers a REST request; `path` is without the venue's prefix. */
  rest(request: HttpRequest, path: string): HttpReply {
    const apiKey = headerText(request.headers['x-mbx-apikey'])
    const known = apiKey === undefined ? undefined : this.world.accounts.byKey.get(apiKey)
    const scope = { accountId: known?.id, exchange: this.exchange, mode: this.mode }
    const prepared = this.#rest.get(`${request.method} ${path}`)
    const headers: Record<string, string> = {}
    try {
      this.#banFault(scope)
      const fault = this.world.faults.take('http_error', scope, (each) => fitsRequest(each, request.method, path))
      if (fault) return this.#httpError(fault)
      if (!prepared) return notFound(this.#paths.has(path))
      const { endpoint } = prepared
      const params = Params.fromRequest(request.query, request.method === 'GET' ? '' : request.body)
      const weight = typeof endpoint.weight === 'number' ? endpoint.weight : endpoint.weight(params)
      this.limits.charge(request.ip, weight)
      const account = this.#caller(endpoint.security, apiKey, request.ip)
      if (account && endpoint.security !== 'KEY') {
        const payload = restPayload(request.query, request.method === 'GET' ? '' : request.body)
        this.#checkSigned(params, account, payload)
      }
      const body = this.#run(prepared, params, request.ip, account, weight, scope)
      if (body === HANG_UP) return { status: 0, body: '', hangUp: true }
      Object.assign(headers, this.limits.headers(request.ip, endpoint.orders ? account?.id : undefined))
      const micros = this.#options.microseconds && request.headers['x-mbx-time-unit'] === 'MICROSECOND'
      return { status: 200, headers, body: toJson(micros ? inMicroseconds(body) : body) }
    } catch (error) {
      const failure = this.failure(error)
      Object.assign(headers, this.limits.headers(request.ip), failure.headers)
      const body = { code: failure.code, msg: failure.message, data: errorData(failure) }
      return { status: failure.status, headers, body: toJson(body) }
    }
  }

  /** Answers a WebSocket API request, or undefined when the answer is lost on purpose. Throws ApiError. */
  ws(method: string, object: Record<string, unknown>, session: ApiSession): unknown {
    const prepared = this.#ws.get(method.replace(/^v3\//, ''))
    if (!prepared) throw new ApiError(-1020, 'This operation is not supported.')
    const { endpoint } = prepared
    const params = Params.fromObject(object)
    const apiKey = params.text('apiKey')
    const given = apiKey === undefined ? undefined : this.world.accounts.byKey.get(apiKey)
    const scope = { accountId: given?.id ?? session.account?.id, exchange: this.exchange, mode: this.mode }
    this.#banFault(scope)
    const weight = typeof endpoint.weight === 'number' ? endpoint.weight : endpoint.weight(params)
    this.limits.charge(session.ip, weight)
    let account: Account | undefined
    if (endpoint.security !== 'NONE') {
      if (apiKey === undefined && session.account) {
        if (session.account.key.revoked) throw session.revoked()
        account = session.account
        this.#checkPermission(endpoint.security, account)
        this.#checkTime(params)
      } else {
        if (apiKey === undefined) throw missing('apiKey')
        account = this.#caller(endpoint.security, apiKey, session.ip)
        if (account && endpoint.security !== 'KEY') this.#checkSigned(params, account, wsPayload(params.entries()))
      }
    }
    session.caller = account
    return this.#run(prepared, params, session.ip, account, weight, scope, session)
  }

  /** Turns whatever was thrown into an answer; the cause of a surprise is logged, not shown. */
  failure(error: unknown): ApiError {
    if (error instanceof ApiError) return error
    if (error instanceof Refusal) return this.#options.refusal(error)
    this.world.log(`unexpected: ${error instanceof Error ? error.stack : String(error)}`)
    return new ApiError(-1000, 'An unknown error occurred while processing the request.', { status: 500 })
  }

  #run(
    prepared: Prepared,
    params: Params,
    ip: string,
    account: Account | undefined,
    weight: number,
    scope: { accountId: string | undefined; exchange: string; mode: TradingMode },
    session?: ApiSession,
  ): unknown {
    const { endpoint } = prepared
    params.allowOnly(prepared.allowed)
    if (endpoint.orders && account) this.limits.chargeOrders(account.id, endpoint.orders)
    const lost = endpoint.places ? this.world.faults.take('ambiguous_place', scope) : undefined
    if (lost && lost.settings.accepted === false) return this.#lose(lost)
    const result = endpoint.run(new Call(params, ip, account, session))
    if (endpoint.freeOnSuccess) this.limits.refund(ip, weight)
    return lost ? this.#lose(lost) : result
  }

  #lose(fault: Fault): typeof HANG_UP {
    if (fault.settings.reply === 'hang_up') return HANG_UP
    throw this.#options.lostAnswer()
  }

  #caller(security: Security, apiKey: string | undefined, ip: string): Account | undefined {
    if (security === 'NONE') return undefined
    if (apiKey === undefined || !/^[A-Za-z0-9]{64}$/.test(apiKey)) throw badKeyFormat()
    const account = this.world.accounts.byKey.get(apiKey)
    if (!account || account.exchange !== this.exchange) throw badKey()
    if (account.ips.length > 0 && !account.ips.includes(ip)) throw badKey()
    this.#checkPermission(security, account)
    return account
  }

  #checkPermission(security: Security, account: Account): void {
    if (!this.#options.allows(account, security)) throw badKey()
  }

  #checkSigned(params: Params, account: Account, payload: string): void {
    this.#checkTime(params)
    const signature = params.need('signature')
    if (!signatureMatches(account.key, payload, signature)) throw badSignature()
  }

  /** timestamp < server + 1000 ms, and server - timestamp <= recvWindow. */
  #checkTime(params: Params): void {
    const text = params.need('timestamp')
    if (!/^[0-9]{1,20}$/.test(text)) throw illegal('timestamp', '^[0-9]{1,20}$')
    const raw = Number(text)
    const timestamp = this.#options.microseconds && text.length >= 16 ? raw / 1000 : raw
    const windowText = params.text('recvWindow') ?? '5000'
    const pattern = this.#options.microseconds ? /^[0-9]{1,5}(\.[0-9]{1,3})?$/ : /^[0-9]{1,20}$/
    if (!pattern.test(windowText)) throw illegal('recvWindow', '^[0-9]{1,20}$')
    const recvWindow = Number(windowText)
    if (recvWindow > 60_000) throw new ApiError(-1131, 'recvWindow must be less than 60000.')
    const now = this.now()
    if (timestamp >= now + 1000) throw tooEarly()
    if (now - timestamp > recvWindow) throw tooLate()
  }

  #banFault(scope: { accountId: string | undefined; exchange: string; mode: TradingMode }): void {
    const fault = this.world.faults.take('ban_ip', scope)
    if (fault) throw ipBanned(this.world.clock.now(), fault.until === null ? 120_000 : fault.until - Date.now())
  }

  #httpError(fault: Fault): HttpReply {
    const status = typeof fault.settings.status === 'number' ? fault.settings.status : 500
    const headers: Record<string, string> = {}
    const retryAfter = fault.settings.retry_after
    if (typeof retryAfter === 'number') headers['Retry-After'] = String(retryAfter)
    const standard = STANDARD_BODIES[status] ?? {
      code: -1000,
      msg: 'An unknown error occurred while processing the request.',
    }
    const code = typeof fault.settings.code === 'number' ? fault.settings.code : standard.code
    const msg = typeof fault.settings.msg === 'string' ? fault.settings.msg : standard.msg
    if (status === 403 || status === 502) {
      return { status, headers, type: 'text/html', body: '<html><body><h1>Request blocked</h1></body></html>' }
    }
    return { status, headers, body: toJson({ code, msg }) }
  }
}

/** The connection is cut instead of answering. */
export const HANG_UP: unique symbol = Symbol('hang up')

const STANDARD_BODIES: Record<number, { code: number; msg: string }> = {
  401: { code: -2015, msg: 'Invalid API-key, IP, or permissions for action.' },
  408: {
    code: -1007,
    msg: 'Timeout waiting for response from backend server. Send status unknown; execution status unknown.',
  },
  418: { code: -1003, msg: 'Way too many requests; IP banned.' },
  429: { code: -1003, msg: 'Too many requests; please use WebSocket Streams for live updates.' },
  503: { code: -1000, msg: 'Unknown error, please check your request or try again later.' },
  504: {
    code: -1007,
    msg: 'Timeout waiting for response from backend server. Send status unknown; execution status unknown.',
  },
}

/** Rate-limit errors carry their data over the WebSocket API only; REST says the same in headers. */
function errorData(failure: ApiError): unknown {
  return failure.code === -1003 ? undefined : failure.data
}

function fitsRequest(fault: Fault, method: string, path: string): boolean {
  const { path: part, method: only } = fault.settings
  if (typeof part === 'string' && !path.includes(part)) return false
  return typeof only !== 'string' || only.toUpperCase() === method
}

function notFound(pathExists: boolean): HttpReply {
  if (pathExists) {
    return { status: 405, body: toJson({ code: -1020, msg: 'This operation is not supported.' }) }
  }
  return { status: 404, type: 'text/html', body: '<html><body><h2>404 Not found</h2></body></html>' }
}

function headerText(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value
}
