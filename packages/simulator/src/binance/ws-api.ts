import type { WebSocket } from 'ws'
import type { Account } from '../engine/account.ts'
import { inMicroseconds, parseJsonWithLongIntegers, RawJson, toJson } from '../http/json.ts'
import { type BinanceApi, HANG_UP } from './api.ts'
import { ApiError, badKey } from './errors.ts'

/** What a WebSocket API connection remembers. */
export class ApiSession {
  readonly ws: WebSocket
  readonly ip: string
  readonly connectedAt: number
  readonly returnRateLimits: boolean
  /** Opened with `?timeUnit=MICROSECOND`: all times go out in microseconds. */
  readonly microseconds: boolean
  account: Account | undefined
  /** Whose request is being answered. */
  caller: Account | undefined
  authorizedAt: number | null = null
  /** The venue's own state for this connection, such as user data subscriptions. */
  silent: () => boolean = () => false

  constructor(
    ws: WebSocket,
    ip: string,
    connectedAt: number,
    options: { returnRateLimits: boolean; microseconds: boolean },
  ) {
    this.ws = ws
    this.ip = ip
    this.connectedAt = connectedAt
    this.returnRateLimits = options.returnRateLimits
    this.microseconds = options.microseconds
  }

  /** The logged-on key is gone: the session is de-authenticated, and the answer carries no id. */
  revoked(): ApiError {
    this.account = undefined
    this.authorizedAt = null
    return new SessionRevoked()
  }

  send(text: string): void {
    if (this.ws.readyState === this.ws.OPEN && !this.silent()) this.ws.send(text)
  }
}

class SessionRevoked extends ApiError {
  constructor() {
    const { code, message } = badKey()
    super(code, message, { status: 401 })
  }
}

const ID = /^[A-Za-z0-9_-]{1,36}$/

/** Answers the frames of one WebSocket API connection. */
export function serveWsApi(api: BinanceApi, session: ApiSession): void {
  session.ws.on('message', (data, isBinary) => {
    if (session.silent()) return
    const text = isBinary ? '' : data.toString()
    const reply = answer(api, session, text)
    if (reply !== undefined) session.send(reply)
  })
}

function answer(api: BinanceApi, session: ApiSession, text: string): string | undefined {
  let id: unknown = null
  let rates = session.returnRateLimits
  let orderCall = false
  session.caller = undefined
  try {
    let message: Record<string, unknown>
    try {
      message = parseJsonWithLongIntegers(text) as Record<string, unknown>
    } catch {
      throw new ApiError(-1135, 'Invalid JSON Request')
    }
    if (message === null || typeof message !== 'object') throw new ApiError(-1135, 'Invalid JSON Request')
    id = readId(message.id, text)
    const { method, params } = message
    if (typeof method !== 'string')
      throw new ApiError(-1102, "Mandatory parameter 'method' was not sent, was empty/null, or malformed.")
    if (params !== undefined && (params === null || typeof params !== 'object' || Array.isArray(params))) {
      throw new ApiError(-1100, "Illegal characters found in parameter 'params'.")
    }
    const given = { ...(params as Record<string, unknown> | undefined) }
    if (typeof given.returnRateLimits === 'boolean') {
      rates = given.returnRateLimits
      delete given.returnRateLimits
    }
    orderCall = /^(v3\/)?(order|algoOrder|orderList)\./.test(method)
    const result = api.ws(method, given, session)
    if (result === HANG_UP) return undefined
    return toJson({
      id,
      status: 200,
      result: session.microseconds ? inMicroseconds(result) : result,
      rateLimits: rates ? rateRows(api, session, orderCall) : undefined,
    })
  } catch (error) {
    const failure = api.failure(error)
    if (failure instanceof SessionRevoked) id = null
    return toJson({
      id,
      status: failure.status,
      error: { code: failure.code, msg: failure.message, data: failure.data },
      rateLimits: rates ? rateRows(api, session, orderCall) : undefined,
    })
  }
}

function rateRows(api: BinanceApi, session: ApiSession, orderCall: boolean): unknown {
  return api.limits.rows(session.ip, orderCall ? session.caller?.id : undefined)
}

/** Echoes the id as it came: integer, text or null. */
function readId(id: unknown, text: string): unknown {
  if (id === undefined || id === null) return null
  if (typeof id === 'number' && Number.isInteger(id)) return id
  if (typeof id === 'string') {
    // A long integer was quoted by the parser to keep its digits.
    if (/^-?\d{16,19}$/.test(id) && new RegExp(`"id"\\s*:\\s*${id}\\b`).test(text)) return new RawJson(id)
    if (ID.test(id)) return id
  }
  throw new ApiError(-1100, "Illegal characters found in parameter 'id'; legal range is '^[a-zA-Z0-9-_]{1,36}$'.")
}
