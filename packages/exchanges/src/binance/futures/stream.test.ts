import type { AccountEvent } from '@tradercoin/protocol'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { ExchangeError } from '../../errors.ts'
import type { OrderRef } from '../../exchange.ts'
import { createGovernor } from '../../transport/governor.ts'
import { FakeClock, testTransport } from '../../transport/test-transport.ts'
import { streamEvents } from './endpoints.ts'
import { FuturesStream } from './stream.ts'
import { fixture } from './test-fixtures.ts'
import { type StreamServer, startStreamServer } from './test-stream-server.ts'

const minute = 60_000
const hour = 60 * minute
const gone = () => new ExchangeError('not_found', 'listen_key_gone', 'The listen key has ended.')
const failed = () => new ExchangeError('unavailable', 'unavailable', 'Binance does not answer.')

let server: StreamServer
let clock: FakeClock
let stream: FuturesStream
/** What the account was told, in order. */
let told: string[]
let received: AccountEvent[]
/** Listen-key calls, in order. */
let calls: string[]
let account: { key: string; create: () => string; renew: () => string | null }
let recovered: OrderRef[]
let logs: { event: string; fields: object }[]

beforeEach(async () => {
  server = await startStreamServer()
  clock = new FakeClock()
  told = []
  received = []
  calls = []
  recovered = []
  account = { key: 'secretKeyOne', create: () => account.key, renew: () => account.key }
  server.known.add('secretKeyOne').add('secretKeyTwo')
})

afterEach(async () => {
  stream.close()
  await server.close()
})

function open() {
  const transport = testTransport({ clock })
  logs = transport.logs
  stream = new FuturesStream({
    transport,
    governor: createGovernor(transport, {
      venue: 'binance',
      product: 'futures',
      weightPerMinute: 2400,
      connections: { limit: 300, windowMs: 300_000 },
    }),
    baseUrl: server.url,
    calls: {
      async create() {
        calls.push('POST')
        return account.create()
      },
      async renew() {
        calls.push('PUT')
        return account.renew()
      },
    },
    handlers: {
      onUp: () => told.push('up'),
      onDown: (cause, detail, retrying) => told.push(`down ${cause} ${retrying}: ${detail}`),
      onEvents: (events) => received.push(...events.filter((event) => !isChatter(event))),
    },
    recover: async (ref) => {
      recovered.push(ref)
      return [{ kind: 'raw', event_type: 'recovered', payload: '', problem: null }]
    },
    onEnd: () => told.push('end'),
  })
}

async function up(times = 1) {
  await vi.waitFor(() => expect(told.filter((word) => word === 'up')).toHaveLength(times))
}

/** Lets timers of up to a second fire until the condition holds. */
async function soon(check: () => void) {
  await vi.waitFor(async () => {
    await clock.advance(50)
    check()
  })
}

const chatter = '{"e":"STRATEGY_UPDATE"}'
const isChatter = (event: AccountEvent) => event.kind === 'raw' && event.event_type === 'STRATEGY_UPDATE'

/** Time passes while the server keeps talking, so that no line falls silent; ends early once `done`. */
async function age(ms: number, done = () => false) {
  const end = clock.now() + ms
  while (clock.now() < end && !done()) {
    await clock.advance(Math.min(12_000, end - clock.now()))
    server.send(chatter)
    for (let turn = 0; turn < 500 && (stream.lastAliveAt() ?? 0) < clock.now(); turn += 1) {
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
}

const frameOf = (name: string) => fixture(name).text

it('is up only once the venue names our key, and asks for every event by name', async () => {
  open()
  await up()
  expect(calls).toEqual(['POST'])
  expect(server.lines[0]).toMatchObject({ key: 'secretKeyOne', path: '/private/ws', events: [...streamEvents] })
  expect(stream.listenKey()).toBe('secretKeyOne')
  expect(stream.expiresAt()).toBe(1_795_300_000_000 + hour)
  expect(stream.lastAliveAt()).toBe(clock.now())
})

it('holds what comes before the proof and delivers it after', async () => {
  server.settings.answers = false
  open()
  await vi.waitFor(() => expect(server.open()).toBe(1))
  server.send(frameOf('order-new'))
  server.settings.answers = true
  server.send('{"result":["secretKeyOne@ORDER_TRADE_UPDATE"],"id":1}')
  await vi.waitFor(() => expect(received).toHaveLength(1))
  expect(told).toEqual(['up'])
})

it('sees through a handshake with a key the venue does not know', async () => {
  server.known.clear()
  open()
  await soon(() => expect(server.lines.length).toBeGreaterThan(1))
  expect(told).toEqual(['down connect_failed true: the venue does not know the listen key'])
  server.known.add('secretKeyOne')
  await soon(() => expect(told).toContain('up'))
  // Each attempt asked for the key anew.
  expect(calls.length).toBe(server.lines.length)
})

it('gives up on a line whose subscription is never confirmed', async () => {
  server.settings.answers = false
  open()
  await vi.waitFor(() => expect(server.open()).toBe(1))
  await clock.advance(5_000)
  await vi.waitFor(() => expect(told).toEqual(['down connect_failed true: the subscription was not confirmed']))
})

it('delivers events, wrapped ones too, and keeps what it cannot read', async () => {
  open()
  await up()
  server.send(frameOf('order-filled-partly'))
  server.send(`{"stream":"secretKeyOne@ORDER_TRADE_UPDATE","data":${frameOf('order-new')}}`)
  server.send('{"e":"ORDER_TRADE')
  server.send('{"e":"NOVELTY","key":"secretKeyOne"}')
  server.send('{"e":"listenKeyExpired","listenKey":"secretKey')
  await vi.waitFor(() => expect(received).toHaveLength(5))
  expect(received[0]).toMatchObject({ kind: 'order', execution: { trade_id: '5566778899' } })
  expect(received[1]).toMatchObject({ kind: 'order', order: { status: 'NEW' }, execution: null })
  expect(received[2]).toEqual({
    kind: 'raw',
    event_type: 'unknown',
    payload: '{"e":"ORDER_TRADE',
    problem: 'the frame is not JSON',
  })
  expect(received[3]).toMatchObject({ kind: 'raw', payload: '{"e":"NOVELTY","key":"[redacted]"}' })
  expect(JSON.stringify(received)).not.toContain('secretKey')
  // Each frame that could not be read may have been a fill: the account is told to repair the span.
  const broken = 'down connection_lost true: the frame is not JSON'
  expect(told).toEqual(['up', broken, 'up', broken, 'up'])
  expect(server.lines).toHaveLength(1)
})

it('renews about every 30 minutes, and after a failure a minute later', async () => {
  open()
  await up()
  const start = clock.now()
  await age(26 * minute)
  expect(calls).toEqual(['POST'])
  await age(8 * minute)
  expect(calls).toEqual(['POST', 'PUT'])
  expect(stream.expiresAt()).toBeGreaterThan(start + 86 * minute)

  let failures = 3
  account.renew = () => {
    failures -= 1
    if (failures >= 0) throw failed()
    return null
  }
  await age(36 * minute)
  expect(calls.slice(2)).toEqual(['PUT', 'PUT', 'PUT', 'PUT'])
  expect(stream.expiresAt()).toBeGreaterThan(start + 120 * minute)
  expect(told).toEqual(['up'])
})

it('takes a new key on a new socket when a renewal says the key has ended (-1125)', async () => {
  open()
  await up()
  account.key = 'secretKeyTwo'
  account.renew = () => {
    throw gone()
  }
  await age(34 * minute, () => told.length > 1)
  await soon(() => expect(told).toEqual(['up', 'down listen_key_expired true: the listen key has ended', 'up']))
  expect(server.lines.map(({ key }) => key)).toEqual(['secretKeyOne', 'secretKeyTwo'])
  expect(stream.listenKey()).toBe('secretKeyTwo')
  await vi.waitFor(() => expect(server.open()).toBe(1))
})

it('reconnects when a renewal returns another key', async () => {
  open()
  await up()
  account.key = 'secretKeyTwo'
  await stream.keepAlive()
  await soon(() => expect(told).toEqual(['up', 'down listen_key_expired true: the listen key was replaced', 'up']))
  expect(server.lines[1]?.key).toBe('secretKeyTwo')
})

it('answers a failed keepAlive with its error and stays up', async () => {
  open()
  await up()
  account.renew = () => {
    throw failed()
  }
  await expect(stream.keepAlive()).rejects.toMatchObject({ kind: 'unavailable' })
  expect(told).toEqual(['up'])
})

it('stops for its owner when a renewal is refused', async () => {
  open()
  await up()
  account.renew = () => {
    throw new ExchangeError('auth', 'invalid_credentials', 'Binance refused the API key.')
  }
  await expect(stream.keepAlive()).rejects.toMatchObject({ kind: 'auth' })
  expect(told).toEqual(['up', 'end', 'down auth false: Binance refused the API key.'])
})

it('shares one request among concurrent renewals', async () => {
  open()
  await up()
  await Promise.all([stream.keepAlive(), stream.keepAlive(), stream.keepAlive()])
  expect(calls).toEqual(['POST', 'PUT'])
})

it('reconnects once when listenKeyExpired comes twice', async () => {
  open()
  await up()
  account.key = 'secretKeyTwo'
  const expired = '{"e":"listenKeyExpired","E":"1795303600012","listenKey":"secretKeyOne"}'
  server.send(expired)
  server.send(expired)
  await soon(() => expect(told).toEqual(['up', 'down listen_key_expired true: the listen key has expired', 'up']))
  expect(calls).toEqual(['POST', 'POST'])
  server.send(expired, 'secretKeyTwo')
  await vi.waitFor(() => expect(received).toHaveLength(2))
  expect(told.filter((word) => word === 'up')).toHaveLength(2)
})

it('asks a quiet line for its subscriptions and believes the answer', async () => {
  open()
  await up()
  const before = clock.now()
  await clock.advance(15_000)
  await vi.waitFor(() => expect(stream.lastAliveAt()).toBeGreaterThan(before))
  server.known.delete('secretKeyOne')
  await clock.advance(15_000)
  await vi.waitFor(() => expect(told[1]).toBe('down listen_key_expired true: the venue no longer knows the listen key'))
  server.known.add('secretKeyOne')
  await soon(() => expect(told[2]).toBe('up'))
})

it('notices a line that has gone silent', async () => {
  open()
  await up()
  server.settings.answers = false
  await clock.advance(15_000)
  await clock.advance(5_000)
  await vi.waitFor(() => expect(told[1]).toBe('down silent true: no answer to a heartbeat'))
  server.settings.answers = true
  await soon(() => expect(told[2]).toBe('up'))
})

it('comes back after a dropped connection', async () => {
  open()
  await up()
  server.lines[0]?.ws.terminate()
  await vi.waitFor(() => expect(told[1]).toMatch(/^down connection_lost true/))
  await soon(() => expect(told[2]).toBe('up'))
})

it('hands over to a new socket before the 24 hours end, without a gap', async () => {
  open()
  await up()
  const start = clock.now()
  await age(24 * hour, () => server.lines.length > 1)
  expect(clock.now() - start).toBeGreaterThan(22.4 * hour)
  expect(clock.now() - start).toBeLessThan(23.6 * hour)
  await vi.waitFor(() => expect(server.open()).toBe(2))
  // Both carry events, and whatever arrives on either is delivered.
  server.send(frameOf('order-new'))
  await vi.waitFor(() => expect(received).toHaveLength(2))
  await clock.advance(3_000)
  await vi.waitFor(() => expect(server.open()).toBe(1))
  server.send(frameOf('order-canceled'))
  await vi.waitFor(() => expect(received).toHaveLength(3))
  expect(told).toEqual(['up'])
  expect(calls.filter((call) => call === 'PUT').length).toBeGreaterThan(40)
})

it('keeps the old socket when its successor cannot be opened', async () => {
  open()
  await up()
  account.create = () => {
    throw failed()
  }
  const start = clock.now()
  await age(23.6 * hour)
  expect(clock.now() - start).toBe(23.6 * hour)
  expect(told).toEqual(['up'])
  account.create = () => account.key
  await age(8 * minute, () => server.lines.length > 1)
  expect(server.lines).toHaveLength(2)
  expect(told).toEqual(['up'])
})

it('reads a fill that was announced but not reported', async () => {
  open()
  await up()
  server.send(frameOf('trade-lite'))
  server.send(frameOf('order-filled-partly'))
  server.send(frameOf('trade-lite').replace('5566778899', '5566778900'))
  server.send(frameOf('order-new'))
  await vi.waitFor(() => expect(received).toHaveLength(2))
  await clock.advance(5_000)
  await vi.waitFor(() => expect(received).toHaveLength(3))
  expect(recovered).toEqual([
    { trading_mode: 'futures', symbol: 'BTCUSDT', order_id: '612345678901', client_order_id: null },
  ])
})

it('stops for its owner when the key is refused', async () => {
  account.create = () => {
    throw new ExchangeError('auth', 'invalid_credentials', 'Binance refused the API key.')
  }
  open()
  await vi.waitFor(() => expect(told).toEqual(['end', 'down auth false: Binance refused the API key.']))
  await clock.advance(hour)
  expect(calls).toEqual(['POST'])
})

it('waits as long as the venue asks', async () => {
  account.create = () => {
    throw new ExchangeError('rate_limit', 'rate_limit', 'Binance limits requests.', { retry_at: clock.now() + minute })
  }
  open()
  await vi.waitFor(() => expect(told).toEqual(['down rate_limited true: Binance limits requests.']))
  await clock.advance(59_000)
  expect(calls).toEqual(['POST'])
  await clock.advance(2_000)
  expect(calls).toEqual(['POST', 'POST'])
})

it('leaves nothing running after close, and never tells the key', async () => {
  open()
  await up()
  stream.close()
  stream.close()
  await vi.waitFor(() => expect(server.open()).toBe(0))
  server.lines[0]?.ws.terminate()
  await clock.advance(48 * hour)
  expect(calls).toEqual(['POST'])
  expect(told).toEqual(['up', 'end'])
  expect(server.lines).toHaveLength(1)
  expect(JSON.stringify([told, logs])).not.toContain('secretKey')
})

it('does not open a socket when it is closed while the key is on its way', async () => {
  open()
  stream.close()
  await clock.advance(minute)
  expect(told).toEqual(['end'])
  expect(server.lines).toHaveLength(0)
})
