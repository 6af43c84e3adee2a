import { z } from 'zod'
import { ExchangeError } from '../errors.ts'
import type { Credentials } from '../exchange.ts'
import { createVenueClock, type VenueClock } from '../transport/clock-offset.ts'
import type { Governor, Priority } from '../transport/governor.ts'
import { createHttp, type HttpReply, type Pause, retryAfter } from '../transport/http.ts'
import type { Transport } from '../transport/transport.ts'
import { type Endpoint, endpoints } from './endpoints.ts'
import { readFailure, shortPauseMs, toExchangeError } from './errors.ts'
import { createPacer } from './pacer.ts'
import { signedHeaders } from './sign.ts'

/** How often a read starts again after the venue asked to pause. */
const limitedRetries = 3
const longestPauseMs = 30_000
/** An order that reaches the venue later than this is refused there: what got lost on the way cannot be executed long after. */
const deadlineMs = 5_000

export interface Call {
  method: 'GET' | 'POST'
  endpoint: Endpoint
  /** Query of a GET; undefined ones are left out. */
  query?: Readonly<Record<string, string | undefined>>
  /** Body of a POST. */
  body?: unknown
  /** The instrument, where the limit counts by it. */
  instrument?: string
  /** Whether the venue is to refuse it when it arrives late. */
  hasDeadline?: boolean
  priority: Priority
}

/** OKX's REST interface. Every call resolves with the rows of `data` and throws ExchangeError and nothing else. */
export interface OkxClient {
  readonly clock: VenueClock
  /** Without a key. */
  open(call: Call): Promise<unknown[]>
  /** Signed. A refused time is measured anew and the call repeated once: nothing was executed. */
  signed(who: Credentials, call: Call): Promise<unknown[]>
  close(): Promise<void>
}

const envelope = z.object({ data: z.array(z.unknown()) })
const timeRow = z.object({ ts: z.string().regex(/^\d{13}$/) })

/** A limit of one account is told by its code, and counts two seconds; anything else is about this address: see Retry-After. */
function pause(reply: HttpReply, now: number): Pause | null {
  const code = readFailure(reply.status, reply.body)?.code
  const isAccount = code === '50011' || code === '50061' || code === '50013'
  const hasEnd = retryAfter(reply.headers, now) !== null
  return isAccount && !hasEnd ? { until: now + shortPauseMs, scope: 'account' } : null
}

function encode(query: Call['query']): string {
  const parts = Object.entries(query ?? {}).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
  )
  return parts.length === 0 ? '' : `?${parts.join('&')}`
}

/** `isDemo` marks every request as one of demo trading. */
export function createOkxClient(
  transport: Transport,
  options: { baseUrl: string; governor: Governor; isDemo: boolean },
): OkxClient {
  const { governor, isDemo } = options
  const http = createHttp(transport, {
    baseUrl: options.baseUrl,
    venue: 'OKX',
    governor,
    usedWeight: () => null,
    pause,
  })
  const pacer = createPacer(transport)
  const common: Record<string, string> = {
    'Content-Type': 'application/json',
    ...(isDemo ? { 'x-simulated-trading': '1' } : {}),
  }

  async function attempt(call: Call, who: Credentials | null): Promise<unknown[]> {
    const { method, endpoint, priority } = call
    const effect = method === 'GET' ? 'read' : 'write'
    const path = endpoint.path + encode(call.query)
    const body = call.body === undefined ? '' : JSON.stringify(call.body)
    await pacer.turn(pacerKey(call, who), endpoint.limit, priority)
    const headers = () => {
      const time = clock.estimate()
      return {
        ...common,
        ...(call.hasDeadline ? { expTime: String(time + deadlineMs) } : {}),
        ...(who === null ? {} : signedHeaders(who, method, path, body, time)),
      }
    }
    const sent = { method, path, headers, effect, weight: 1, priority } as const
    const reply = await http.request(body === '' ? sent : { ...sent, body }).catch((error: unknown) => {
      throw withoutFalseComfort(error, effect, transport.clock.now())
    })
    const failure = readFailure(reply.status, reply.body)
    if (failure !== null) throw toExchangeError(failure, effect, transport.clock.now())
    const answer = envelope.safeParse(reply.body)
    if (answer.success) return answer.data.data
    throw unexpected(effect, answer.error)
  }

  /** Reads wait out a short pause and start again, so that a long snapshot is not lost to it. */
  async function patient(call: Call, who: Credentials | null): Promise<unknown[]> {
    for (let retries = 0; ; retries += 1) {
      try {
        return await attempt(call, who)
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

  const clock = createVenueClock(transport, 'okx', async () => {
    const [row] = await attempt({ method: 'GET', endpoint: endpoints.time, priority: 'trade' }, null)
    const answer = timeRow.safeParse(row)
    if (!answer.success) throw unexpected('read', answer.error)
    return Number(answer.data.ts) // not money: a time
  })

  return {
    clock,
    open: (call) => patient(call, null),
    async signed(who, call) {
      await clock.now()
      try {
        return await patient(call, who)
      } catch (error) {
        if (!(error instanceof ExchangeError) || error.kind !== 'clock') throw error
        await clock.refresh()
        return await patient(call, who)
      }
    },
    close: () => http.close(),
  }
}

/** "System busy" comes with 429 too, but unlike a limit it does not say that nothing was executed. */
function withoutFalseComfort(error: unknown, effect: 'read' | 'write', now: number): unknown {
  const isBusy = error instanceof ExchangeError && error.kind === 'rate_limit' && error.venue_code === '50013'
  if (!isBusy || effect === 'read') return error
  return toExchangeError({ status: 429, code: '50013', sub_code: null, msg: error.venue_message }, effect, now)
}

function pacerKey({ method, endpoint, instrument }: Call, who: Credentials | null): string {
  const name = `${method} ${endpoint.path}`
  if (endpoint.per === 'ip' || who === null) return `${name} ${instrument ?? ''}`
  return `${name} ${who.api_key} ${endpoint.per === 'instrument' ? (instrument ?? '') : ''}`
}

function unexpected(effect: 'read' | 'write', cause: unknown): ExchangeError {
  const kind = effect === 'write' ? 'unknown_outcome' : 'unavailable'
  return new ExchangeError(kind, 'unexpected_answer', 'OKX answered in a form we do not know.', { cause })
}
