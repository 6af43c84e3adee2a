import type { IncomingHttpHeaders } from 'node:http'
import { z } from 'zod'
import { ExchangeError } from '../errors.ts'
import type { Credentials } from '../exchange.ts'
import { signerOf } from '../signer.ts'
import { createVenueClock, type VenueClock } from '../transport/clock-offset.ts'
import type { Governor, Priority } from '../transport/governor.ts'
import { createHttp, type HttpReply, type Pause } from '../transport/http.ts'
import type { Transport } from '../transport/transport.ts'
import { type Product, readFailure, toExchangeError } from './errors.ts'
import { encodeQuery, type Params, signQuery } from './sign.ts'

export const recvWindow = 5_000

/** How often a read starts again after the venue asked everyone to pause. */
const limitedRetries = 2
const longestPauseMs = 60_000

export interface Call<T> {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  path: string
  params?: Params
  weight: number
  priority: Priority
  /** What a good answer looks like; extra fields are ignored. */
  answer: z.ZodType<T>
  /** GET is a `read`, everything else a `write`, unless told: renewing a listen key can be repeated and is a `read`. */
  effect?: 'read' | 'write'
  timeoutMs?: number
}

/** Binance's REST interface of one product. Every call throws ExchangeError and nothing else. */
export interface BinanceClient {
  readonly clock: VenueClock
  /** Without a key. */
  open<T>(call: Call<T>): Promise<T>
  /** With the API key in the header, unsigned (listen keys). */
  keyed<T>(credentials: Credentials, call: Call<T>): Promise<T>
  /** Signed. A refused time is measured anew and the call repeated once: nothing was executed. */
  signed<T>(credentials: Credentials, call: Call<T>): Promise<T>
  close(): Promise<void>
}

export interface ClientOptions {
  product: Product
  baseUrl: string
  /** Of the product's server clock. */
  timePath: string
  governor: Governor
}

const timeAnswer = z.object({ serverTime: z.int() })

/** The weight this IP has used in the running minute, as the venue counts it. */
function usedWeight(headers: IncomingHttpHeaders): number | null {
  const text = headers['x-mbx-used-weight-1m']
  return typeof text === 'string' && /^\d+$/.test(text) ? Number(text) : null // not money: a weight
}

/** -1015 is about one account's orders; a ban may tell its end in the text only (futures sends no Retry-After). */
function pause(reply: HttpReply, now: number): Pause | null {
  const { code, msg } = readFailure(reply.status, reply.body)
  if (code === -1015) return { until: now + 10_000, scope: 'account' }
  const until = /banned until (\d{13})/.exec(msg ?? '')?.[1]
  return until === undefined || reply.headers['retry-after'] !== undefined
    ? null
    : { until: Number(until), scope: 'ip' } // not money: a time
}

export function createBinanceClient(transport: Transport, options: ClientOptions): BinanceClient {
  const { product, governor } = options
  const http = createHttp(transport, { baseUrl: options.baseUrl, venue: 'Binance', governor, usedWeight, pause })

  async function attempt<T>(call: Call<T>, path: string | (() => string), headers: Record<string, string>): Promise<T> {
    const effect = call.effect ?? (call.method === 'GET' ? 'read' : 'write')
    const reply = await http.request({
      method: call.method,
      path,
      headers,
      effect,
      weight: call.weight,
      priority: call.priority,
      ...(call.timeoutMs === undefined ? {} : { timeoutMs: call.timeoutMs }),
    })
    if (reply.status < 200 || reply.status >= 300) {
      throw toExchangeError(product, readFailure(reply.status, reply.body), effect, transport.clock.now())
    }
    const answer = call.answer.safeParse(reply.body)
    if (answer.success) return answer.data
    const message = 'Binance answered in a form we do not know.'
    throw new ExchangeError(effect === 'write' ? 'unknown_outcome' : 'unavailable', 'unexpected_answer', message, {
      cause: answer.error,
    })
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
          (call.effect ?? (call.method === 'GET' ? 'read' : 'write')) === 'read' &&
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

  const withQuery = (path: string, query: string) => (query === '' ? path : `${path}?${query}`)
  const query = (call: Call<unknown>) => withQuery(call.path, encodeQuery(call.params ?? {}))

  const clock = createVenueClock(transport, 'binance', async () => {
    const time = {
      method: 'GET',
      path: options.timePath,
      weight: 1,
      priority: 'trade',
      answer: timeAnswer,
      timeoutMs: 5_000,
    } as const
    return (await attempt(time, options.timePath, {})).serverTime
  })

  return {
    clock,
    open: (call) => patient(call, () => attempt(call, query(call), {})),
    keyed: (credentials, call) =>
      patient(call, () => attempt(call, query(call), { 'X-MBX-APIKEY': credentials.api_key })),
    async signed(credentials, call) {
      const signer = signerOf(credentials)
      const headers = { 'X-MBX-APIKEY': credentials.api_key }
      // The time is taken when the request may leave, which can be long after it was queued.
      const path = () => {
        const params = { ...call.params, recvWindow, timestamp: clock.estimate() }
        return withQuery(call.path, signQuery(encodeQuery(params), signer))
      }
      await clock.now()
      try {
        return await patient(call, () => attempt(call, path, headers))
      } catch (error) {
        if (!(error instanceof ExchangeError) || error.kind !== 'clock') throw error
        await clock.refresh()
        return await patient(call, () => attempt(call, path, headers))
      }
    },
    close: () => http.close(),
  }
}
