import type { AccountEvent } from '@tradercoin/protocol'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { ExchangeError } from '../errors.ts'
import { createGovernor } from '../transport/governor.ts'
import { FakeClock, testTransport } from '../transport/test-transport.ts'
import { InstrumentBook } from './category.ts'
import { BybitStream } from './stream.ts'
import { fixture } from './test-fixtures.ts'
import { type StreamServer, startStreamServer } from './test-stream-server.ts'

const minute = 60_000
const hour = 60 * minute
const who = { api_key: 'TESTKEY', api_secret: 'TESTSECRET0123456789ABCDEF', passphrase: null }

let server: StreamServer
let clock: FakeClock
let stream: BybitStream
/** What the account was told, in order. */
let told: string[]
let received: AccountEvent[]
let logs: { event: string; fields: object }[]
let clockRefreshes: number
let probe: () => Promise<void>
let instruments: () => Promise<InstrumentBook>

beforeEach(async () => {
  server = await startStreamServer(who.api_secret)
  clock = new FakeClock()
  told = []
  received = []
  clockRefreshes = 0
  probe = async () => {}
  instruments = async () => new InstrumentBook([])
})

afterEach(async () => {
  stream.close()
  await server.close()
})

function open(credentials = who) {
  const transport = testTransport({ clock })
  logs = transport.logs
  stream = new BybitStream({
    transport,
    governor: createGovernor(transport, {
      venue: 'bybit',
      product: 'requests',
      weightPerMinute: 80,
      windowMs: 1_000,
      connections: { limit: 450, windowMs: 300_000 },
    }),
    url: server.url,
    headers: { 'x-refer-site-id': 'HKG' },
    venueClock: {
      now: async () => clock.now() + 5_000,
      estimate: () => clock.now() + 5_000,
      refresh: async () => {
        clockRefreshes += 1
      },
    },
    credentials,
    instruments: () => instruments(),
    marginMode: () => 'ISOLATED',
    handlers: {
      onUp: () => told.push('up'),
      onDown: (cause, detail, retrying) => told.push(`down ${cause} ${retrying}: ${detail}`),
      onEvents: (events) => received.push(...events.filter((event) => !isChatter(event))),
    },
    probe: () => probe(),
    onEnd: () => told.push('end'),
  })
}

async function up(times = 1) {
  await vi.waitFor(() => expect(told.filter((word) => word === 'up')).toHaveLength(times))
}

/** Lets timers of up to a second fire until the condition holds. */
async function soon(check: () => void) {
  await vi.waitFor(
    async () => {
      await clock.advance(50)
      check()
    },
    { timeout: 5_000, interval: 10 },
  )
}

const chatter = '{"topic":"greeks","data":[]}'
const isChatter = (event: AccountEvent) => event.kind === 'raw' && event.event_type === 'greeks'

/** Time passes while the server keeps talking, so that no line falls silent; ends early once `done`. */
async function age(ms: number, done = () => false) {
  const end = clock.now() + ms
  while (clock.now() < end && !done()) {
    await clock.advance(Math.min(10_000, end - clock.now()))
    server.send(chatter)
    for (let turn = 0; turn < 500 && (stream.lastAliveAt() ?? 0) < clock.now(); turn += 1) {
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
}

const frameOf = (name: string) => fixture(name).text

it('logs in first, with the time of that moment, and is up once all topics are confirmed', async () => {
  open()
  await up()
  const [line] = server.lines
  expect(line).toMatchObject({ path: '/v5/private', headers: { 'x-refer-site-id': 'HKG' } })
  expect(line?.sent).toMatchObject([
    { op: 'auth', args: ['TESTKEY', clock.now() + 5_000 + 10_000, expect.stringMatching(/^[0-9a-f]{64}$/)] },
    { op: 'subscribe', args: ['order', 'execution', 'position', 'wallet'] },
  ])
  expect(stream.lastAliveAt()).toBe(clock.now())
  expect([stream.expiresAt(), stream.listenKey()]).toEqual([null, null])
})

it.each(['reply-auth-named', 'reply-auth-camel'])('%s is a success, too', async (name) => {
  server.answers.auth = () => [frameOf(name)]
  open()
  await up()
})

it('subscribes only after the login was answered', async () => {
  server.answers.auth = () => []
  open()
  await vi.waitFor(() => expect(server.ops(0)).toEqual(['auth']))
  server.send(frameOf('reply-subscribed'))
  server.send(frameOf('reply-auth'))
  await up()
  expect(server.ops(0)).toEqual(['auth', 'subscribe'])
})

it('holds what comes before the last topic is confirmed and delivers it after', async () => {
  server.answers.subscribe = ({ req_id }) => [
    frameOf('order-new'),
    { success: true, ret_msg: '', op: 'subscribe', conn_id: 'c1', req_id },
    frameOf('execution'),
  ]
  open()
  await up()
  await vi.waitFor(() => expect(received.map(({ kind }) => kind)).toEqual(['order', 'execution']))
  // An execution does not say which side of a hedge it belongs to: its order did.
  expect(received[1]).toMatchObject({ execution: { position_side: 'NET', fee_asset: 'USDT' } })
})

it('one topic that fails the request is left out, and each other asked for by itself', async () => {
  server.answers.subscribe = ({ req_id, args = [] }) => [
    args.includes('position')
      ? { success: false, ret_msg: 'Invalid topic: position', op: 'subscribe', conn_id: 'c1', req_id }
      : { success: true, ret_msg: '', op: 'subscribe', conn_id: 'c1', req_id },
  ]
  open()
  await up()
  expect(server.lines[0]?.sent.slice(1).map(({ args }) => args)).toEqual([
    ['order', 'execution', 'position', 'wallet'],
    ['order'],
    ['execution'],
    ['position'],
    ['wallet'],
  ])
  expect(logs).toContainEqual({ event: 'topic_refused', fields: { exchange: 'bybit', topic: 'position' } })
})

it('refusals that name no request are taken in the order of the requests; without executions there is no stream', async () => {
  server.answers.subscribe = ({ args = [] }) => [
    args.includes('execution')
      ? { success: false, ret_msg: 'error:topic:execution needs auth first', op: 'subscribe', conn_id: 'c1' }
      : { success: true, ret_msg: '', op: 'subscribe', conn_id: 'c1' },
  ]
  open()
  await soon(() => expect(server.lines.length).toBeGreaterThan(1))
  expect(told).toEqual(['down connect_failed true: topic execution refused: error:topic:execution needs auth first'])
})

it('an unknown key is asked for a second time, the clock measured anew, and then its owner is called', async () => {
  server.answers.auth = () => [frameOf('reply-auth-refused')]
  open()
  await soon(() => expect(told).toHaveLength(2))
  expect(told[0]).toBe('end')
  expect(told[1]).toMatch(/^down auth false: Bybit does not know this API key/)
  expect([server.lines.length, clockRefreshes]).toEqual([2, 1])
  await clock.advance(hour)
  expect(server.lines).toHaveLength(2)
})

it('a key refused once, while the clock was off, is not lost', async () => {
  const { auth } = server.answers
  server.answers.auth = () => {
    if (auth) server.answers.auth = auth
    return [frameOf('reply-auth-refused')]
  }
  open()
  await soon(() => expect(told).toEqual(['up']))
})

it.each([
  ['reply-auth-refused-camel', 'secret does not belong'],
  ['reply-auth-invalid-key', 'does not know this API key'],
])('%s ends the stream', async (name, words) => {
  server.answers.auth = () => [frameOf(name)]
  open()
  await soon(() => expect(told.at(-1)).toContain(words))
  expect(told.at(-1)).toMatch(/^down auth false/)
})

it('a login that came late or met a failing service is tried again; its echo is nowhere told', async () => {
  const refusals = ['reply-auth-expired', 'reply-auth-service', 'reply-auth-echo']
  const { auth } = server.answers
  server.answers.auth = (sent) => {
    const refusal = refusals.shift()
    return refusal === undefined ? (auth?.(sent) ?? []) : [frameOf(refusal)]
  }
  open()
  await soon(() => expect(told).toContain('up'))
  expect(server.lines).toHaveLength(4)
  expect(clockRefreshes).toBe(1)
  expect(told).toHaveLength(2)
  const all = JSON.stringify([told, logs, received])
  for (const secret of ['TESTKEY', 'f15bc4e4', who.api_secret]) expect(all).not.toContain(secret)
})

it('topics that nobody confirms', async () => {
  server.answers.subscribe = () => []
  open()
  await vi.waitFor(() => expect(server.ops(0)).toContain('subscribe'))
  await clock.advance(10_000)
  await soon(() => expect(told).toEqual(['down connect_failed true: the topics were not confirmed']))
})

it.each(['reply-pong', 'reply-pong-public', 'reply-pong-option', 'reply-pong-trade'])(
  'asks a quiet line for a sign of life before 20 s are over; %s is one',
  async (name) => {
    server.answers.ping = () => [frameOf(name)]
    open()
    await up()
    for (let pings = 1; pings <= 3; pings += 1) {
      await clock.advance(13_000)
      await vi.waitFor(() => expect(server.ops(0).filter((op) => op === 'ping')).toHaveLength(pings))
      await vi.waitFor(() => expect(stream.lastAliveAt()).toBe(clock.now()))
    }
    expect(told).toEqual(['up'])
    expect(received).toEqual([])
    expect(server.lines[0]?.sent.at(-1)).toEqual({ op: 'ping', req_id: 'p3' })
  },
)

it('a line that does not answer within 10 s is dead', async () => {
  server.answers.ping = () => []
  open()
  await up()
  await clock.advance(12_000)
  await vi.waitFor(() => expect(server.ops(0)).toContain('ping'))
  await clock.advance(10_000)
  await soon(() => expect(told).toContain('down silent true: no answer to a heartbeat'))
  await soon(() => expect(told.filter((word) => word === 'up')).toHaveLength(2))
})

it('a dropped line comes back, and logs in anew with the time of then', async () => {
  open()
  await up()
  server.lines[0]?.ws.terminate()
  await soon(() => expect(told.filter((word) => word === 'up')).toHaveLength(2))
  expect(told[1]).toMatch(/^down connection_lost true/)
  const expires = server.lines.map(({ sent }) => sent[0]?.args?.[1] as number)
  expect(expires[1]).toBeGreaterThan(expires[0] ?? 0)
})

it('is replaced before it is a day old, by a line that is up before the old one goes; both may tell the same', async () => {
  open()
  await up()
  await age(22 * hour)
  expect(server.lines).toHaveLength(1)
  await age(2 * hour, () => server.lines.length === 2)
  await vi.waitFor(() => expect(server.ops(1)).toContain('subscribe'))
  server.send(frameOf('order-new'))
  await vi.waitFor(() => expect(received).toHaveLength(2))
  await clock.advance(3_000)
  await vi.waitFor(() => expect(server.open()).toBe(1))
  expect(told).toEqual(['up'])
})

it('a refusal that repeats the key does not tell it', async () => {
  server.answers.auth = () => [{ success: false, ret_msg: `error:USVC1111 origin [${who.api_key}]`, op: 'auth' }]
  open()
  await vi.waitFor(() =>
    expect(told).toEqual(['down connect_failed true: login refused: error:USVC1111 origin [[key]]']),
  )
})

it('a successor that is refused does not cost the line that works', async () => {
  open()
  await up()
  server.answers.auth = () => [frameOf('reply-auth-refused')]
  await age(24 * hour, () => logs.some(({ event }) => event === 'handover_failed'))
  expect(told).toEqual(['up'])
  expect(server.open()).toBe(1)
})

it('what cannot be read is kept without a secret, and the account repairs the span', async () => {
  open()
  await up()
  server.send('{"op":"auth","args":["TESTKEY",1795336010000,"f15bc4')
  await up(2)
  expect(told).toEqual(['up', 'down connection_lost true: the frame is not JSON', 'up'])
  expect(received).toEqual([
    { kind: 'raw', event_type: 'unknown', payload: '{"op":"auth","args":[redacted]', problem: 'the frame is not JSON' },
  ])
})

it('a key that has died is found by the probe', async () => {
  open()
  await up()
  await stream.keepAlive()
  probe = async () => {
    throw new ExchangeError('unavailable', 'unavailable', 'Bybit does not answer.')
  }
  await expect(stream.keepAlive()).rejects.toMatchObject({ kind: 'unavailable' })
  expect(told).toEqual(['up'])
  probe = async () => {
    throw new ExchangeError('auth', 'key_expired', 'The API key has expired.')
  }
  await expect(stream.keepAlive()).rejects.toMatchObject({ kind: 'auth' })
  expect(told).toEqual(['up', 'end', 'down auth false: The API key has expired.'])
})

it('a secret that cannot sign is told at once', async () => {
  open({ ...who, api_secret: '-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----' })
  await vi.waitFor(() => expect(told.at(-1)).toMatch(/^down auth false: The API secret is not a readable private key/))
})

it('does not wait long for the list of instruments', async () => {
  instruments = () => new Promise(() => {})
  open()
  await clock.advance(5_000)
  await soon(() => expect(told).toEqual(['up']))
  instruments = () => Promise.reject(new ExchangeError('unavailable', 'unavailable', 'Bybit does not answer.'))
  server.lines[0]?.ws.terminate()
  await soon(() => expect(told.filter((word) => word === 'up')).toHaveLength(2))
})

it('closes for good', async () => {
  open()
  await up()
  stream.close()
  await vi.waitFor(() => expect(server.open()).toBe(0))
  await clock.advance(hour)
  expect(told).toEqual(['up', 'end'])
  expect(server.lines).toHaveLength(1)
})
