import type { IncomingHttpHeaders } from 'node:http'
import { Agent } from 'undici'
import { ExchangeError } from '../errors.ts'
import type { Governor, Priority } from './governor.ts'
import { parseJson } from './json.ts'
import { secureContextFor } from './tls.ts'
import type { Transport } from './transport.ts'

const defaultTimeoutMs = 10_000
const connectTimeoutMs = 5_000
const maxResponseBytes = 32 * 1024 * 1024
const defaultPauseMs = 60_000

export interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Path and query, encoded; appended to the base URL. A function is asked when the request may leave, so that it signs the time it leaves at. */
  path: string | (() => string)
  /** A function is asked when the request may leave, after `path` was. */
  headers?: Record<string, string> | (() => Record<string, string>)
  body?: string
  /** A failed `read` says nothing; a failed `write` may have been executed. */
  effect: 'read' | 'write'
  weight: number
  priority: Priority
  /** For this one request, from the moment it may leave; 10 s unless told. */
  timeoutMs?: number
}

export interface HttpReply {
  status: number
  headers: IncomingHttpHeaders
  /** Parsed by parseJson; undefined when the body is not JSON. */
  body: unknown
  /** The body as it came. */
  text: string
}

/** The venue told us to stop: until when (our clock, ms), and whether it meant this IP or only the account that asked. */
export interface Pause {
  until: number
  scope: 'ip' | 'account'
}

export interface HttpOptions {
  /** May carry a path prefix. */
  baseUrl: string
  /** Name for messages, for example `Binance`. */
  venue: string
  governor: Governor
  /** Reads the used weight from the headers; null when they do not tell. */
  usedWeight(headers: IncomingHttpHeaders): number | null
  /** Looks at a 429 or 418; null leaves it to the Retry-After header, or a minute without one. */
  pause(reply: HttpReply, now: number): Pause | null
  /** What became of a write that was answered with 429: not executed, unless the venue leaves that open. */
  limitedWrite?: 'unknown_outcome'
}

export interface Http {
  /**
   * Sends one request within the venue's budget. Returns the venue's reply whatever its status, except that 429 and 418 are thrown as
   * `rate_limit` after everyone's requests were held. Throws ExchangeError: `not_sent` (it never left), `unknown_outcome` (a write that
   * may have been executed), `unavailable` (a failed read).
   */
  request(request: HttpRequest): Promise<HttpReply>
  close(): Promise<void>
}

/** Retry-After in seconds or as a date, as our clock's ms; null when absent or unreadable. */
export function retryAfter(headers: IncomingHttpHeaders, now: number): number | null {
  const text = headers['retry-after']
  if (text === undefined) return null
  if (/^\d+$/.test(text)) return now + Number(text) * 1000 // not money: seconds
  const date = Date.parse(text)
  return Number.isNaN(date) ? null : date
}

export function createHttp(transport: Transport, options: HttpOptions): Http {
  const base = new URL(options.baseUrl)
  const prefix = base.pathname.replace(/\/$/, '')
  const agent = new Agent({
    connections: 64,
    pipelining: 1,
    keepAliveTimeout: 20_000,
    maxResponseSize: maxResponseBytes,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: connectTimeoutMs, secureContext: secureContextFor(transport.ca) },
  })

  /** One exchange over the wire: resolves with status, headers and text, rejects with a classified ExchangeError. */
  function send(request: HttpRequest): Promise<{ status: number; headers: IncomingHttpHeaders; text: string }> {
    return new Promise((resolve, reject) => {
      let sent = false
      let settled = false
      let abort: ((error: Error) => void) | null = null
      let status = 0
      let headers: IncomingHttpHeaders = {}
      const chunks: Buffer[] = []

      const fail = (error: Error) => {
        if (settled) return
        settled = true
        cancelDeadline()
        reject(failure(request, sent, error))
      }
      const cancelDeadline = transport.clock.after(request.timeoutMs ?? defaultTimeoutMs, () => {
        const error = new Error('no answer in time')
        fail(error)
        abort?.(error)
      })

      agent.dispatch(
        {
          origin: base.origin,
          method: request.method,
          path: prefix + (typeof request.path === 'string' ? request.path : request.path()),
          headers: (typeof request.headers === 'function' ? request.headers() : request.headers) ?? {},
          body: request.body ?? null,
        },
        {
          // Called just before the first byte is written: without it the request is known never to have left.
          onRequestStart(controller) {
            if (settled) return controller.abort(new Error('given up before it was sent'))
            sent = true
            abort = (error) => controller.abort(error)
          },
          onResponseStart(_controller, statusCode, responseHeaders) {
            status = statusCode
            headers = responseHeaders
          },
          onResponseData(_controller, chunk) {
            chunks.push(chunk)
          },
          onResponseEnd() {
            if (settled) return
            settled = true
            cancelDeadline()
            resolve({ status, headers, text: Buffer.concat(chunks).toString('utf8') })
          },
          onResponseError(_controller, error) {
            fail(error)
          },
        },
      )
    })
  }

  function failure(request: HttpRequest, sent: boolean, cause: Error): ExchangeError {
    // Headers carry nothing but credentials; undici refuses what no header may hold, and its words would quote it.
    if (!sent && 'code' in cause && cause.code === 'UND_ERR_INVALID_ARG') {
      const message = `The ${options.venue} API key holds characters that no key has.`
      return new ExchangeError('auth', 'invalid_credentials', message)
    }
    if (!sent && request.effect === 'write') {
      return new ExchangeError('not_sent', 'not_sent', `${options.venue} could not be reached; nothing was sent.`, {
        cause,
      })
    }
    if (request.effect === 'write') {
      return new ExchangeError(
        'unknown_outcome',
        'unknown_outcome',
        `${options.venue} did not answer; the outcome is not known.`,
        {
          cause,
        },
      )
    }
    return new ExchangeError('unavailable', 'unavailable', `${options.venue} does not answer.`, { cause })
  }

  function limited(request: HttpRequest, pause: Pause, reply: HttpReply): ExchangeError {
    if (request.effect === 'write' && options.limitedWrite !== undefined) {
      const message = `${options.venue} limits requests; whether it executed this one is not known.`
      return new ExchangeError(options.limitedWrite, options.limitedWrite, message, venueWords(reply.body))
    }
    const details = { retry_at: pause.until, ...venueWords(reply.body) }
    return pause.scope === 'ip'
      ? new ExchangeError('rate_limit', 'rate_limit', `${options.venue} limits requests; try again later.`, details)
      : new ExchangeError(
          'rate_limit',
          'order_rate_limit',
          'This account has sent too many orders; try again shortly.',
          details,
        )
  }

  return {
    async request(request) {
      const ticket = await options.governor.admit(request.weight, request.priority)
      let used: number | null = null
      try {
        const { status, headers, text } = await send(request)
        used = options.usedWeight(headers)
        const reply: HttpReply = { status, headers, body: readBody(text), text }
        if (status !== 429 && status !== 418) return reply
        const now = transport.clock.now()
        const until = retryAfter(headers, now) ?? now + defaultPauseMs
        const pause = options.pause(reply, now) ?? { until, scope: 'ip' }
        if (pause.scope === 'ip') options.governor.block(pause.until)
        throw limited(request, pause, reply)
      } finally {
        options.governor.settle(ticket, used)
      }
    },
    close: () => agent.destroy(),
  }
}

function readBody(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

/** The venue's own code and message, where the body has the usual names. */
function venueWords(body: unknown): { venue_code?: string; venue_message?: string } {
  if (typeof body !== 'object' || body === null) return {}
  const { code, msg } = body as { code?: unknown; msg?: unknown }
  return {
    ...(typeof code === 'number' || typeof code === 'string' ? { venue_code: String(code) } : {}),
    ...(typeof msg === 'string' ? { venue_message: msg } : {}),
  }
}
