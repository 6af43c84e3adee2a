import type { Account } from '../engine/account.ts'
import { Refusal } from '../engine/refusal.ts'
import type { Fault } from '../faults/fault-book.ts'
import { toJson } from '../http/json.ts'
import type { HttpReply, HttpRequest } from '../http/request.ts'
import type { World } from '../world.ts'
import { ApiError, lostAnswer, refusalError } from './errors.ts'
import { Params } from './params.ts'
import type { RateLimits } from './rate-limits.ts'
import { restPayload, signatureMatches } from './sign.ts'

export const EXCHANGE = 'okx'
const WINDOW_MS = 30_000
/** What the firewall in front of the venue says; it is no answer of the venue. */
export const BANNED = 'error code: 1015'
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/

/** Whom a limit counts: an address or an account, alone or for one instrument or type. */
export type LimitBy = 'ip' | 'ip+instType' | 'user' | 'user+instId' | 'user+instType'

export interface Limit {
  calls: number
  seconds: number
  by: LimitBy
}

/** One REST call, such as "GET /api/v5/account/config". */
export interface Endpoint {
  rest: string
  /** NONE: open to all; READ: any key; TRADE: a key that may trade. */
  security: 'NONE' | 'READ' | 'TRADE'
  limit: Limit
  /** A call that creates orders: the ambiguous_place fault loses its answer. */
  places?: boolean
  /** Takes a list; each item counts. */
  batch?: boolean
  run: (call: Call) => unknown[] | Results
}

/** Answers with a code of their own, one an order: `code` of the whole is 0, 1 (all failed) or 2 (some failed). */
export class Results {
  readonly rows: ({ sCode: string } & Record<string, unknown>)[]

  constructor(rows: ({ sCode: string } & Record<string, unknown>)[]) {
    this.rows = rows
  }

  get code(): '0' | '1' | '2' {
    const failed = this.rows.filter((row) => row.sCode !== '0').length
    if (failed === 0) return '0'
    return failed === this.rows.length ? '1' : '2'
  }

  get msg(): string {
    return { '0': '', '1': 'All operations failed', '2': 'Bulk operation partially succeeded.' }[this.code]
  }
}

export interface Call {
  params: Params
  /** The items of a body that is a list. */
  many: Params[]
  account: Account
  expTime: number | undefined
}

/** Signing, limits, faults and dispatch of the REST API (fact sheet: okx.md sections 3.1 and 6.1). */
export class OkxApi {
  readonly world: World
  readonly limits: RateLimits
  readonly #used: (account: Account) => void
  readonly #endpoints = new Map<string, Endpoint>()
  readonly #paths = new Set<string>()

  /** `used` is told of every request that a key signed. */
  constructor(world: World, limits: RateLimits, used: (account: Account) => void) {
    this.world = world
    this.limits = limits
    this.#used = used
  }

  add(endpoints: Endpoint[]): void {
    for (const endpoint of endpoints) {
      this.#endpoints.set(endpoint.rest, endpoint)
      this.#paths.add(endpoint.rest.slice(endpoint.rest.indexOf(' ') + 1))
    }
  }

  /** The venue's clock: real time plus what the clock_skew fault adds. */
  now(): number {
    const ms = this.world.faults.active('clock_skew', { exchange: EXCHANGE })?.settings.skew_ms
    return this.world.clock.now() + (typeof ms === 'number' ? ms : 0)
  }

  /** Answers a REST request; `path` is without the venue's prefix. */
  rest(request: HttpRequest, path: string): HttpReply {
    const inTime = this.micros()
    const known = this.world.accounts.byKey.get(header(request, 'ok-access-key') ?? '')
    const scope = { accountId: known?.id, exchange: EXCHANGE }
    try {
      const ban = this.world.faults.take('ban_ip', scope)
      if (ban) return { status: 429, headers: retryAfter(ban), type: 'text/plain', body: BANNED }
      const fault = this.world.faults.take('http_error', scope, (each) => fits(each, request.method, path))
      if (fault) return httpError(fault)
      const endpoint = this.#endpoints.get(`${request.method} ${path}`)
      if (!endpoint) {
        if (this.#paths.has(path)) throw new ApiError('50115', 'Invalid request method.', 405)
        throw new ApiError('404', 'Not Found', 404)
      }
      const account = endpoint.security === 'NONE' ? undefined : this.#caller(request, path, endpoint)
      const { one, many } = readParams(request)
      this.#charge(endpoint, request.ip, account, one, many.length)
      const lost = endpoint.places ? this.world.faults.take('ambiguous_place', scope) : undefined
      if (lost?.settings.accepted === false) return lose(lost)
      const expTime = header(request, 'exptime')
      const result = endpoint.run({
        params: one,
        many,
        account: account as Account,
        expTime: expTime === undefined ? undefined : Number(expTime),
      })
      return lost ? lose(lost) : { status: 200, body: toJson(this.envelope(result, inTime)) }
    } catch (error) {
      return failed(this.failure(error))
    }
  }

  /** The body of an answer; operations on orders also tell when they came in and left, in microseconds. */
  envelope(result: unknown[] | Results, inTime: string): Record<string, unknown> {
    if (!(result instanceof Results)) return { code: '0', msg: '', data: result }
    return { code: result.code, msg: result.msg, data: result.rows, inTime, outTime: this.micros() }
  }

  micros(): string {
    return `${this.now()}${String(Math.floor(performance.now() * 1000) % 1000).padStart(3, '0')}`
  }

  /** Turns whatever was thrown into an answer; the cause of a surprise is logged, not shown. */
  failure(error: unknown): ApiError {
    if (error instanceof ApiError) return error
    if (error instanceof Refusal) return refusalError(error.reason, '', true)
    this.world.log(`unexpected: ${error instanceof Error ? error.stack : String(error)}`)
    return new ApiError('50026', 'System error. Try again later.', 500)
  }

  /** A key used from an address it is not bound to. Throws 50110. */
  checkAddress(account: Account, ip: string): void {
    if (account.ips.length === 0 || account.ips.includes(ip)) return
    throw new ApiError('50110', `Your IP ${ip} is not included in your API key's IP whitelist.`, 401)
  }

  #caller(request: HttpRequest, path: string, endpoint: Endpoint): Account {
    const need = (name: string, code: string) => {
      const value = header(request, name)
      if (value === undefined) {
        throw new ApiError(code, `Request header ${name.toUpperCase()} cannot be empty.`, 400)
      }
      return value
    }
    const key = need('ok-access-key', '50103')
    const passphrase = need('ok-access-passphrase', '50104')
    const signature = need('ok-access-sign', '50106')
    const timestamp = need('ok-access-timestamp', '50107')
    if (!/^[A-Za-z0-9-]{1,128}$/.test(key)) throw new ApiError('50111', 'Invalid OK-ACCESS-KEY', 401)
    const time = Date.parse(timestamp)
    if (!ISO_TIME.test(timestamp) || Number.isNaN(time)) {
      throw new ApiError('50112', 'Invalid OK-ACCESS-TIMESTAMP', 401)
    }
    if (Math.abs(this.now() - time) > WINDOW_MS) throw new ApiError('50102', 'Timestamp request expired', 401)
    const account = this.world.accounts.byKey.get(key)
    if (account?.exchange !== EXCHANGE) throw new ApiError('50119', "API key doesn't exist")
    this.checkAddress(account, request.ip)
    const simulated = header(request, 'x-simulated-trading') === '1'
    if (account.environment !== undefined && simulated !== (account.environment === 'demo')) {
      throw new ApiError('50101', 'APIKey does not match current environment.', 401)
    }
    if (passphrase !== account.key.passphrase) {
      throw new ApiError('50105', 'Request header OK-ACCESS-PASSPHRASE incorrect.', 401)
    }
    const query = request.query === '' ? '' : `?${request.query}`
    const text = restPayload(timestamp, request.method, path + query, request.method === 'GET' ? '' : request.body)
    if (!signatureMatches(account.key.secret, text, signature)) throw new ApiError('50113', 'Invalid Sign', 401)
    if (!account.can(endpoint.security === 'TRADE' ? 'trade' : 'read')) {
      throw new ApiError('50120', "This API key doesn't have permission to use this function")
    }
    this.#used(account)
    return account
  }

  #charge(endpoint: Endpoint, ip: string, account: Account | undefined, params: Params, items: number): void {
    const { calls, seconds, by } = endpoint.limit
    const caller = by.startsWith('ip') || !account ? ip : account.id
    const part = by.endsWith('instId') ? params.text('instId') : by.endsWith('instType') ? params.text('instType') : ''
    this.limits.charge(
      `${endpoint.rest}|${caller}|${part ?? ''}`,
      calls,
      seconds * 1000,
      endpoint.batch ? Math.max(1, items) : 1,
    )
  }
}

function readParams(request: HttpRequest): { one: Params; many: Params[] } {
  if (request.method === 'GET') return { one: Params.ofQuery(request.query), many: [] }
  if (request.body !== '' && !/^application\/json\b/i.test(header(request, 'content-type') ?? '')) {
    throw new ApiError('50006', 'Invalid Content-Type, please use "application/json" format', 400)
  }
  return Params.ofBody(request.body)
}

function failed({ code, message, status, headers }: ApiError): HttpReply {
  return { status, headers, body: toJson({ code, msg: message, data: [] }) }
}

/** When a ban ends, where time ends it. */
export function retryAfter({ until }: Fault): Record<string, string> {
  return until === null ? {} : { 'Retry-After': String(Math.max(1, Math.ceil((until - Date.now()) / 1000))) }
}

function lose(fault: Fault): HttpReply {
  if (fault.settings.reply === 'hang_up') return { status: 0, body: '', hangUp: true }
  return failed(lostAnswer())
}

const STANDARD: Record<number, [code: string, msg: string]> = {
  400: ['50000', 'Body for POST request cannot be empty.'],
  401: ['50114', 'Invalid authorization'],
  403: ['50035', 'This endpoint requires that APIKey must be bound to IP'],
  410: ['50005', 'API is offline or unavailable.'],
  429: ['50011', 'Too Many Requests'],
  503: ['50001', 'Service temporarily unavailable. Try again later.'],
}

function httpError({ settings }: Fault): HttpReply {
  const { status, retry_after: wait, code, msg } = settings
  const number = typeof status === 'number' ? status : 500
  const headers: Record<string, string> = typeof wait === 'number' ? { 'Retry-After': String(wait) } : {}
  const [standardCode, standardMsg] = STANDARD[number] ?? ['50026', 'System error. Try again later.']
  const shown = typeof code === 'number' ? String(code) : standardCode
  return failed(new ApiError(shown, typeof msg === 'string' ? msg : standardMsg, number, headers))
}

function fits(fault: Fault, method: string, path: string): boolean {
  const { path: part, method: only } = fault.settings
  if (typeof part === 'string' && !path.includes(part)) return false
  return typeof only !== 'string' || only.toUpperCase() === method
}

function header({ headers }: HttpRequest, name: string): string | undefined {
  const value = headers[name]
  const text = Array.isArray(value) ? value[0] : value
  return text === '' ? undefined : text
}
