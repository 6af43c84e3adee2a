import { createHmac } from 'node:crypto'
import { ExchangeError, type ExchangeErrorKind, type VenueErrorCode } from '../../errors.ts'
import type { Credentials } from '../../exchange.ts'
import { createVenueClock, type VenueClock } from '../../transport/clock-offset.ts'
import type { Governor } from '../../transport/governor.ts'
import { createHttp } from '../../transport/http.ts'
import type { Transport } from '../../transport/transport.ts'

type Meaning = readonly [kind: ExchangeErrorKind, code: VenueErrorCode, sentence: string]

/** The venue's words in ours. */
const meanings: Readonly<Record<string, Meaning>> = {
  bad_key: ['auth', 'invalid_credentials', 'Sample does not know this API key.'],
  bad_sign: ['auth', 'invalid_credentials', 'The API secret does not belong to the key.'],
  no_right: ['auth', 'permission_missing', 'The key may not do this.'],
  bad_address: ['auth', 'ip_not_allowed', 'The address of this server is not on the key’s list.'],
  bad_time: ['clock', 'clock_skew', 'Our time does not agree with Sample’s.'],
  no_funds: ['refused', 'insufficient_funds', 'The account has not enough funds for this order.'],
  name_taken: ['refused', 'duplicate_client_order_id', 'An open order already has this client order id.'],
  would_take: ['refused', 'post_only_would_take', 'The post-only order would match at once.'],
  no_such_symbol: ['refused', 'unknown_symbol', 'Sample does not know this symbol.'],
  bad_tick: ['refused', 'price_tick', 'The price is not a multiple of the tick size.'],
  bad_step: ['refused', 'quantity_step', 'The quantity is not a multiple of the step size.'],
  too_small: ['refused', 'min_quantity', 'The quantity is below the smallest allowed.'],
  too_cheap: ['refused', 'min_notional', 'The value of the order is below the smallest allowed.'],
  no_such_order: ['not_found', 'order_not_found', 'Sample does not know this order.'],
}

export interface SampleClient {
  readonly clock: VenueClock
  open(path: string): Promise<unknown>
  /** Signed. A refused time is measured anew and the call repeated once: nothing was executed. Throws ExchangeError. */
  signed(who: Credentials, method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<unknown>
  close(): Promise<void>
}

export function sign({ api_secret }: Credentials, text: string): string {
  return createHmac('sha256', api_secret).update(text).digest('hex')
}

/** What an answer that is no success means. Nobody knows what became of a write that was answered with a server error. */
export function toExchangeError(status: number, body: unknown, effect: 'read' | 'write'): ExchangeError {
  const word = typeof body === 'object' && body !== null && 'error' in body ? String(body.error) : ''
  const known = Object.hasOwn(meanings, word) ? meanings[word] : undefined
  if (known) return new ExchangeError(known[0], known[1], known[2], { venue_code: word })
  if (status === 403) return new ExchangeError('refused', 'request_blocked', 'Sample’s firewall refused the request.')
  return effect === 'write'
    ? new ExchangeError('unknown_outcome', 'unknown_outcome', 'Sample could not say whether it executed the request.')
    : new ExchangeError('unavailable', 'unavailable', 'Sample does not answer.')
}

export function createClient(transport: Transport, baseUrl: string, governor: Governor): SampleClient {
  const http = createHttp(transport, { baseUrl, venue: 'Sample', governor, usedWeight: () => null, pause: () => null })

  async function ask(method: 'GET' | 'POST' | 'DELETE', path: string, body: string, who: Credentials | null) {
    const effect = method === 'GET' ? 'read' : 'write'
    const headers = (): Record<string, string> => {
      if (who === null) return {}
      const time = String(clock.estimate())
      return { 'x-key': who.api_key, 'x-time': time, 'x-sign': sign(who, time + method + path + body) }
    }
    const priority = method === 'GET' ? 'normal' : 'trade'
    const reply = await http.request({ method, path, headers, ...(body && { body }), effect, weight: 1, priority })
    if (reply.status === 200) return reply.body
    throw toExchangeError(reply.status, reply.body, effect)
  }

  const clock = createVenueClock(transport, 'sample', async () => {
    const { time } = (await ask('GET', '/v1/time', '', null)) as { time: number }
    return time
  })

  /** Reads wait out a short pause of the venue and start again. */
  async function patient(method: 'GET' | 'POST' | 'DELETE', path: string, body: string, who: Credentials) {
    try {
      return await ask(method, path, body, who)
    } catch (error) {
      if (!(error instanceof ExchangeError)) throw error
      const wait = (error.retry_at ?? 0) - transport.clock.now()
      const pauses = error.kind === 'rate_limit' && method === 'GET' && wait < 5_000
      if (error.kind === 'clock') await clock.refresh()
      else if (pauses) await new Promise<void>((resolve) => transport.clock.after(Math.max(0, wait), resolve))
      else throw error
      return ask(method, path, body, who)
    }
  }

  return {
    clock,
    open: (path) => ask('GET', path, '', null),
    async signed(who, method, path, body) {
      await clock.now()
      return patient(method, path, body === undefined ? '' : JSON.stringify(body), who)
    },
    close: () => http.close(),
  }
}
