import type { IncomingHttpHeaders } from 'node:http'
import { z } from 'zod'
import { ExchangeError } from '../errors.ts'
import type { Credentials } from '../exchange.ts'
import { createVenueClock, type VenueClock } from '../transport/clock-offset.ts'
import type { Governor, Priority } from '../transport/governor.ts'
import { createHttp, type HttpReply } from '../transport/http.ts'
import type { Transport } from '../transport/transport.ts'
import { createAccountLimits, type Limit } from './account-limits.ts'
import { type BybitEndpoints, paths } from './endpoints.ts'
import { isBanned, readFailure, toExchangeError } from './errors.ts'
import { encodeQuery, type Params, signedHeaders } from './sign.ts'

/** A time a second ahead is refused, one five seconds behind is not. */
const safelyBehindMs = 250
/** A block of this IP is lifted when nothing was sent for ten minutes. */
const banMs = 10 * 60_000
/** How often a read starts again after the venue asked for a pause, and the longest pause it waits out. */
const limitedRetries = 2
const longestPauseMs = 60_000
/** How long an order or cancel waits for its account's turn; a read waits much longer before it gives up. */
const tradePatienceMs = 5_000
const readPatienceMs = 60_000

export interface Call<T> {
  method: 'GET' | 'POST'
  path: string
  params?: Params
  priority: Priority
  /** What `result` looks like; extra fields are ignored. */
  answer: z.ZodType<T>
  /** The limit of the account this counts against; none for public calls. */
  limit?: Limit
  timeoutMs?: number
}

/** Bybit's v5 REST interface. Every call throws ExchangeError and nothing else. */
export interface BybitClient {
  readonly clock: VenueClock
  /** Without a key. */
  open<T>(call: Call<T>): Promise<T>
  /** Signed. A refused time is measured anew and the call repeated once: nothing was executed. */
  signed<T>(credentials: Credentials, call: Call<T>): Promise<T>
  close(): Promise<void>
}

const envelope = z.object({
  retCode: z.int(),
  retMsg: z.string().nullish(),
  result: z.unknown(),
  time: z.int().optional(),
})
const timeAnswer = z.object({ timeNano: z.string().regex(/^\d{16,}$/) })

interface Outgoing {
  path: string
  headers: Record<string, string> | (() => Record<string, string>)
  body?: string
}

export function createBybitClient(transport: Transport, endpoints: BybitEndpoints, governor: Governor): BybitClient {
  const http = createHttp(transport, {
    baseUrl: endpoints.rest,
    venue: 'Bybit',
    governor,
    usedWeight: () => null,
    pause: () => null,
    limitedWrite: 'unknown_outcome',
  })
  const limits = createAccountLimits(transport)

  async function attempt<T>(call: Call<T>, outgoing: Outgoing, account: string | null): Promise<T> {
    const effect = call.method === 'GET' ? 'read' : 'write'
    if (account !== null && call.limit !== undefined) {
      await limits.admit(account, call.limit, call.priority === 'trade' ? tradePatienceMs : readPatienceMs)
    }
    const reply = await http.request({
      method: call.method,
      ...outgoing,
      effect,
      weight: 1,
      priority: call.priority,
      ...(call.timeoutMs === undefined ? {} : { timeoutMs: call.timeoutMs }),
    })
    if (isBanned(reply.status, reply.text)) throw banned(reply)
    const answer = envelope.safeParse(reply.body)
    const isSuccess = reply.status >= 200 && reply.status < 300
    if (!isSuccess || (answer.success && answer.data.retCode !== 0)) throw refusal(call, reply, effect, account)
    if (answer.success) {
      const result = call.answer.safeParse(answer.data.result)
      if (result.success) return result.data
    }
    const message = 'Bybit answered in a form we do not know.'
    throw new ExchangeError(effect === 'write' ? 'unknown_outcome' : 'unavailable', 'unexpected_answer', message)
  }

  function banned(reply: HttpReply): ExchangeError {
    const until = transport.clock.now() + banMs
    governor.block(until)
    const { msg } = readFailure(reply.status, reply.body)
    const message = 'Bybit blocks this server for sending too much; nothing is sent for ten minutes.'
    return new ExchangeError('rate_limit', 'rate_limit', message, {
      retry_at: until,
      venue_code: '403',
      ...(msg === null ? {} : { venue_message: msg }),
    })
  }

  function refusal(call: Call<unknown>, reply: HttpReply, effect: 'read' | 'write', account: string | null) {
    const failure = readFailure(reply.status, reply.body)
    const resetAt = limitReset(reply.headers)
    // The venue's time in our clock's.
    const retryAt = resetAt === null ? null : resetAt - (clock.estimate() - transport.clock.now())
    const words = { ...failure, msg: withoutSecrets(failure.msg, account) }
    const error = toExchangeError(words, effect, transport.clock.now(), retryAt)
    if (error.kind === 'rate_limit' && error.retry_at !== null && account !== null && call.limit !== undefined) {
      limits.hold(account, call.limit, error.retry_at)
    }
    return error
  }

  /** Reads wait out a short pause of the venue and start again, so that a long snapshot is not lost to it. */
  async function patient<T>(call: Call<T>, run: () => Promise<T>): Promise<T> {
    for (let retries = 0; ; retries += 1) {
      try {
        return await run()
      } catch (error) {
        const mayRetry =
          error instanceof ExchangeError &&
          error.kind === 'rate_limit' &&
          call.method === 'GET' &&
          call.priority !== 'trade' &&
          call.priority !== 'market' &&
          retries < limitedRetries
        if (!mayRetry) throw error
        const wait = (error.retry_at ?? 0) - transport.clock.now()
        if (wait > longestPauseMs) throw error
        await new Promise<void>((resolve) => transport.clock.after(Math.max(0, wait), resolve))
      }
    }
  }

  const clock = createVenueClock(transport, 'bybit', async () => {
    const call = { method: 'GET', path: paths.time, priority: 'trade', answer: timeAnswer, timeoutMs: 5_000 } as const
    const { timeNano } = await attempt(call, { path: paths.time, headers: endpoints.headers }, null)
    return Number(timeNano.slice(0, -6)) // not money: a time in ms
  })

  /** What is signed is exactly the text that is sent; the time is taken when the request may leave. */
  function signedRequest(credentials: Credentials, call: Call<unknown>): Outgoing {
    const isGet = call.method === 'GET'
    const text = isGet ? encodeQuery(call.params ?? {}) : JSON.stringify(call.params ?? {})
    return {
      path: isGet ? withQuery(call.path, text) : call.path,
      headers: () => ({
        ...endpoints.headers,
        ...(isGet ? {} : { 'Content-Type': 'application/json' }),
        ...signedHeaders(credentials, text, clock.estimate() - safelyBehindMs),
      }),
      // A GET with a body is refused with 403.
      ...(isGet ? {} : { body: text }),
    }
  }

  return {
    clock,
    open(call) {
      const path = withQuery(call.path, encodeQuery(call.params ?? {}))
      return patient(call, () => attempt(call, { path, headers: endpoints.headers }, null))
    },
    async signed(credentials, call) {
      const outgoing = signedRequest(credentials, call)
      // An unreadable private key is told before anything is queued.
      signedHeaders(credentials, '', 0)
      await clock.now()
      const run = () => patient(call, () => attempt(call, outgoing, credentials.api_key))
      try {
        return await run()
      } catch (error) {
        if (!(error instanceof ExchangeError) || error.kind !== 'clock') throw error
        await clock.refresh()
        return await run()
      }
    },
    async close() {
      limits.close()
      await http.close()
    },
  }
}

const withQuery = (path: string, query: string) => (query === '' ? path : `${path}?${query}`)

/** When the account's limit allows more (venue's ms); null where the headers do not tell. */
function limitReset(headers: IncomingHttpHeaders): number | null {
  const text = headers['x-bapi-limit-reset-timestamp']
  return typeof text === 'string' && /^\d{13}$/.test(text) ? Number(text) : null // not money: a time
}

/** A refused signature is answered with the text that was signed, the key included. */
function withoutSecrets(msg: string | null, account: string | null): string | null {
  if (msg === null) return null
  const cut = msg.replace(/origin_string\s*\[.*/is, 'origin_string[…]')
  return account === null ? cut : cut.replaceAll(account, '[key]')
}
