import { randomUUID } from 'node:crypto'
import type { Account } from '../engine/account.ts'
import type { TradingMode } from '../engine/instrument.ts'
import { Refusal } from '../engine/refusal.ts'
import type { Fault, FaultScope } from '../faults/fault-book.ts'
import { toJson } from '../http/json.ts'
import type { HttpReply, HttpRequest } from '../http/request.ts'
import type { World } from '../world.ts'
import { type Category, isCategory, modeOf } from './categories.ts'
import {
  ApiError,
  accessTooFrequent,
  badAddress,
  badKey,
  badParameter,
  badSignature,
  badTime,
  forbidden,
  keyExpired,
  lostAnswer,
  notFound,
  tooMany,
} from './errors.ts'
import { Params } from './params.ts'
import { type LimitState, limitHeaders, type RateLimits } from './rate-limits.ts'
import { restPayload, signedBy } from './sign.ts'

const EXCHANGE = 'bybit'
export const KEY_LIFE_MS = 90 * 86_400_000
const WINDOW = /^[0-9]{1,6}$/
const TIME = /^[0-9]{1,15}$/

/** NONE: open to all. READ: signed. TRADE: signed with a key that is not read-only. */
export type Security = 'NONE' | 'READ' | 'TRADE'

/** One call: reached over REST ("POST /v5/order/create") and, for orders, over order entry ("order.create"). */
export interface Endpoint {
  rest: string
  ws?: string
  security: Security
  /** Calls (or, with `cost`, orders) an account may make in a second; public calls are counted by address only. */
  perSecond?: (category: Category | undefined) => number
  cost?: (params: Params) => number
  /** A call that creates orders: the ambiguous_place fault loses its answer. */
  places?: boolean
  run: (call: Call) => unknown
}

export class Call {
  readonly params: Params
  readonly #account: Account | undefined

  constructor(params: Params, account: Account | undefined) {
    this.params = params
    this.#account = account
  }

  get account(): Account {
    if (!this.#account) throw badKey()
    return this.#account
  }
}

/** A result whose envelope carries more than `result`: batches put each order's code into `retExtInfo`. */
export class Detailed {
  readonly result: unknown
  readonly extInfo: unknown

  constructor(result: unknown, extInfo: unknown) {
    this.result = result
    this.extInfo = extInfo
  }
}

/** The connection is cut instead of answering. */
export const HANG_UP: unique symbol = Symbol('hang up')

/** Filled in while a call runs, so that a refused one tells what is left of its limit too. */
export interface Meter {
  state?: LimitState
}

export interface ApiOptions {
  world: World
  limits: RateLimits
  /** Maps a refusal of the matching engine to a code and text. */
  refusal: (refusal: Refusal, category: Category | undefined) => ApiError
}

/** Signatures, limits, faults and dispatch of Bybit v5. */
export class BybitApi {
  readonly world: World
  readonly limits: RateLimits
  readonly #refusal: ApiOptions['refusal']
  readonly #rest = new Map<string, Endpoint>()
  readonly #ws = new Map<string, Endpoint>()

  constructor(options: ApiOptions) {
    this.world = options.world
    this.limits = options.limits
    this.#refusal = options.refusal
  }

  add(endpoints: Endpoint[]): void {
    for (const endpoint of endpoints) {
      this.#rest.set(endpoint.rest, endpoint)
      if (endpoint.ws) this.#ws.set(endpoint.ws, endpoint)
    }
  }

  /** The venue's clock: real time plus what the clock_skew fault adds. */
  now(): number {
    const skew = this.world.faults.active('clock_skew', { exchange: EXCHANGE })
    const ms = skew?.settings.skew_ms
    return this.world.clock.now() + (typeof ms === 'number' ? ms : 0)
  }

  /** Answers a REST request; `path` is without the prefix. */
  rest(request: HttpRequest, path: string): HttpReply {
    const apiKey = headerText(request.headers['x-bapi-api-key'])
    const known = apiKey === undefined ? undefined : this.world.accounts.byKey.get(apiKey)
    const meter: Meter = {}
    let category: Category | undefined
    try {
      this.#banFault(known?.id)
      this.limits.chargeAddress(request.ip)
      if (request.method === 'GET' && request.body !== '') throw new ApiError(403, 'Forbidden', 403)
      const params = request.method === 'GET' ? Params.fromQuery(request.query) : Params.fromBody(request.body)
      const given = params.raw('category')
      if (isCategory(given)) category = given
      const scope = this.#scope(known?.id, category)
      const fault = this.world.faults.take('http_error', scope, (each) => fitsRequest(each, request.method, path))
      if (fault) return httpError(fault, this.now())
      const endpoint = this.#rest.get(`${request.method} ${path}`)
      if (!endpoint) throw notFound()
      const account = endpoint.security === 'NONE' ? undefined : this.#caller(request)
      const value = this.#run(endpoint, params, account, category, meter)
      if (value === HANG_UP) return { status: 0, body: '', hangUp: true }
      return this.#reply(0, 'OK', value, meter)
    } catch (error) {
      const failure = this.failure(error, category)
      if (failure.status !== 200) return { status: failure.status, type: 'text/plain', body: failure.message }
      return this.#reply(failure.code, failure.message, {}, meter)
    }
  }

  /** Runs an order entry request of a logged-on session. Throws what `failure` understands. */
  ws(op: string, params: Params, account: Account, meter: Meter): unknown {
    const endpoint = this.#ws.get(op)
    if (!endpoint) throw new ApiError(10404, 'op type is not found')
    const category = params.raw('category')
    if (!isCategory(category)) throw new ApiError(10404, 'category is not correct/supported')
    this.#banFault(account.id)
    return this.#run(endpoint, params, account, category, meter)
  }

  /** Turns whatever was thrown into an answer; the cause of a surprise is logged, not shown. */
  failure(error: unknown, category?: Category): ApiError {
    if (error instanceof ApiError) return error
    if (error instanceof Refusal) return this.#refusal(error, category)
    this.world.log(`unexpected: ${error instanceof Error ? error.stack : String(error)}`)
    return new ApiError(10016, 'Internal System Error.')
  }

  /** -recv_window to +1000 ms around the venue's clock. Throws 10002. */
  checkTime(timestampText: string | undefined, windowText: string | undefined): void {
    const window = Number(WINDOW.test(windowText ?? '') ? windowText : 5000)
    if (timestampText === undefined || !TIME.test(timestampText)) throw badParameter('timestamp is invalid')
    const timestamp = Number(timestampText)
    const now = this.now()
    if (timestamp < now - window || timestamp >= now + 1000) throw badTime(timestamp, now, window)
  }

  #run(
    endpoint: Endpoint,
    params: Params,
    account: Account | undefined,
    category: Category | undefined,
    meter: Meter,
  ): unknown {
    if (account) this.#checkAllowed(endpoint, account)
    if (account && endpoint.perSecond) {
      const group = `${endpoint.rest}|${category === 'spot' ? 'spot' : 'contracts'}`
      meter.state = this.limits.charge(account.uid, group, endpoint.perSecond(category), endpoint.cost?.(params) ?? 1)
      if (meter.state.over) throw tooMany()
    }
    const scope = this.#scope(account?.id, category)
    const lost = endpoint.places ? this.world.faults.take('ambiguous_place', scope) : undefined
    if (lost?.settings.accepted === false) return lose(lost)
    const value = endpoint.run(new Call(params, account))
    return lost ? lose(lost) : value
  }

  #checkAllowed(endpoint: Endpoint, account: Account): void {
    if (account.key.revoked) throw badKey()
    if (this.isExpired(account)) throw keyExpired()
    if (!account.can(endpoint.security === 'TRADE' ? 'trade' : 'read')) throw forbidden()
  }

  /** A key that is not bound to addresses ends after 90 days. */
  isExpired(account: Account): boolean {
    return !isBound(account) && this.world.clock.aged() >= account.createdAt + KEY_LIFE_MS
  }

  #caller(request: HttpRequest): Account {
    const { headers } = request
    const apiKey = headerText(headers['x-bapi-api-key'])
    const signature = headerText(headers['x-bapi-sign'])
    const timestamp = headerText(headers['x-bapi-timestamp'])
    if (apiKey === undefined || signature === undefined || timestamp === undefined) {
      throw new ApiError(401, 'Unauthorized', 401)
    }
    const account = this.world.accounts.byKey.get(apiKey)
    if (account?.exchange !== EXCHANGE) throw badKey()
    if (!mayCallFrom(account, request.ip)) throw badAddress()
    const window = headerText(headers['x-bapi-recv-window'])
    this.checkTime(timestamp, window)
    const payload = request.method === 'GET' ? request.query : request.body
    if (!signedBy(account.key, restPayload(timestamp, apiKey, window ?? '', payload), signature)) throw badSignature()
    return account
  }

  #scope(accountId: string | undefined, category: Category | undefined): FaultScope {
    const mode: TradingMode | undefined = category === undefined ? undefined : modeOf(category)
    return { accountId, exchange: EXCHANGE, mode }
  }

  #banFault(accountId: string | undefined): void {
    if (this.world.faults.take('ban_ip', { accountId, exchange: EXCHANGE })) throw accessTooFrequent()
  }

  #reply(retCode: number, retMsg: string, value: unknown, { state }: Meter): HttpReply {
    const detailed = value instanceof Detailed ? value : new Detailed(value, {})
    const body = { retCode, retMsg, result: detailed.result, retExtInfo: detailed.extInfo, time: this.now() }
    return {
      status: 200,
      headers: { Traceid: randomUUID().replaceAll('-', ''), ...(state ? limitHeaders(state) : {}) },
      body: toJson(body),
    }
  }
}

/** Works from named addresses only, and lives longer for it. */
export function isBound(account: Account): boolean {
  return account.ips.length > 0 || account.can('ip_restrict')
}

export function mayCallFrom(account: Account, ip: string): boolean {
  return account.ips.length === 0 || account.ips.includes(ip)
}

function lose(fault: Fault): typeof HANG_UP {
  if (fault.settings.reply === 'hang_up') return HANG_UP
  throw lostAnswer()
}

function httpError(fault: Fault, time: number): HttpReply {
  const { status, retry_after: retryAfter, code, msg } = fault.settings
  const number = typeof status === 'number' ? status : 500
  const headers: Record<string, string> = typeof retryAfter === 'number' ? { 'Retry-After': String(retryAfter) } : {}
  if (number === 403) return { status: number, headers, type: 'text/plain', body: 'access too frequent' }
  const retCode = typeof code === 'number' ? code : number === 429 ? 10429 : 10016
  const retMsg =
    typeof msg === 'string' ? msg : number === 429 ? 'System level frequency protection' : 'Internal System Error.'
  return { status: number, headers, body: toJson({ retCode, retMsg, result: {}, retExtInfo: {}, time }) }
}

function fitsRequest(fault: Fault, method: string, path: string): boolean {
  const { path: part, method: only } = fault.settings
  if (typeof part === 'string' && !path.includes(part)) return false
  return typeof only !== 'string' || only.toUpperCase() === method
}

function headerText(value: string | string[] | undefined): string | undefined {
  const text = Array.isArray(value) ? value[0] : value
  return text === '' ? undefined : text
}
