import type { AccountEvent } from '@tradercoin/protocol'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { ExchangeError } from '../errors.ts'
import { createGovernor } from '../transport/governor.ts'
import { FakeClock, testTransport } from '../transport/test-transport.ts'
import { InstrumentBook } from './instrument-book.ts'
import { OkxStream } from './stream.ts'
import { fixture } from './test-fixtures.ts'
import { type PrivateSockets, startPrivateSockets } from './test-private-sockets.ts'

const hour = 3_600_000
const who = { api_key: 'hub-key-1', api_secret: 'TESTSECRET0123456789ABCDEF', passphrase: 'hub-pass' }
const channelsOf = {
  private: ['login', 'orders', 'account', 'positions', 'balance_and_position'],
  business: ['login', 'orders-algo', 'algo-advance'],
}

let server: PrivateSockets
let clock: FakeClock
let stream: OkxStream
/** What the account was told, in order. */
let told: string[]
let received: AccountEvent[]
let logs: { event: string; fields: object }[]
/** How often the key was proven by REST, and how that ends. */
let verified: number
let verify: () => Promise<void>
let resyncs: number
let listed: unknown[]
let isListAway: boolean

beforeEach(async () => {
  server = await startPrivateSockets()
  clock = new FakeClock()
  told = []
  received = []
  verified = 0
  resyncs = 0
  isListAway = false
  verify = async () => {}
  listed = fixture('rest-instruments').frame as unknown[]
})

afterEach(async () => {
  stream.close()
  await server.close()
})

function open() {
  const transport = testTransport({ clock })
  logs = transport.logs
  stream = new OkxStream({
    transport,
    governor: createGovernor(transport, {
      venue: 'okx',
      product: 'account',
      weightPerMinute: 6000,
      connections: { limit: 3, windowMs: 1_000 },
    }),
    baseUrl: server.url,
    credentials: who,
    venueClock: {
      now: async () => clock.now(),
      estimate: () => clock.now(),
      refresh: async () => {
        resyncs += 1
      },
    },
    instruments: new InstrumentBook(clock, async () => {
      if (isListAway) throw new ExchangeError('unavailable', 'unavailable', 'OKX does not answer.')
      return listed
    }),
    handlers: {
      onUp: () => told.push('up'),
      onDown: (cause, detail, retrying) => told.push(`down ${cause} ${retrying}: ${detail}`),
      onEvents: (events) => received.push(...events),
    },
    verify: async () => {
      verified += 1
      await verify()
    },
    onEnd: () => told.push('end'),
  })
}

/** Lets timers fire, a little at a time, until the condition holds. */
async function soon(check: () => void) {
  await vi.waitFor(
    async () => {
      await clock.advance(50)
      check()
    },
    { timeout: 5_000, interval: 5 },
  )
}

const up = (times = 1) => soon(() => expect(told.filter((word) => word === 'up')).toHaveLength(times))
const refused = (code: string, msg: string) => () => JSON.stringify({ event: 'error', code, msg, connId: 'c1' })

/** Time passes while the server keeps talking, so that no line falls silent. */
async function age(ms: number) {
  const end = clock.now() + ms
  while (clock.now() < end) {
    await clock.advance(Math.min(10_000, end - clock.now()))
    const chatter = '{"event":"channel-conn-count","channel":"orders","connCount":"2","connId":"c1"}'
    for (const path of ['private', 'business']) server.send(path, chatter)
    for (let turn = 0; turn < 500 && (stream.lastAliveAt() ?? 0) < clock.now(); turn += 1) {
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
}

it('is up once both sockets are logged in and subscribed to everything, in that order', async () => {
  open()
  await up()
  expect(server.lines.map(({ path }) => path).sort()).toEqual(['business', 'private'])
  for (const { path, heard } of server.lines) expect(heard).toEqual(channelsOf[path as 'private' | 'business'])
  expect(stream.lastAliveAt()).not.toBeNull()
  expect(told).toEqual(['up'])
})

it('asks for nothing before the login is confirmed, and is not up while one channel is not', async () => {
  server.settings.login = () => null
  open()
  await soon(() => expect(server.lines.every(({ heard }) => heard.length === 1)).toBe(true))
  await soon(() => expect(server.lines).toHaveLength(2))
  server.settings.subscribe = (channel) => (channel === 'algo-advance' ? 'ignore' : 'confirm')
  for (const path of ['private', 'business']) server.send(path, fixture('login-ok').text)
  await soon(() => expect(server.open('business')[0]?.heard).toContain('algo-advance'))
  expect(told).toEqual([])
  server.send('business', '{"event":"subscribe","arg":{"channel":"algo-advance","instType":"ANY"},"connId":"c1"}')
  await up()
})

it('a channel that stays unconfirmed fails the attempt, and it is tried again', async () => {
  server.settings.subscribe = (channel) => (channel === 'positions' ? 'ignore' : 'confirm')
  open()
  await soon(() => expect(server.lines).toHaveLength(2))
  await clock.advance(10_000)
  server.settings.subscribe = () => 'confirm'
  await up()
  expect(told[0]).toBe('down connect_failed true: the subscription was not confirmed')
})

it('a refused subscription fails the attempt with the venue’s words', async () => {
  server.settings.subscribe = (channel) =>
    channel === 'orders' ? fixture('subscribe-error').text.replace('"s1"', '"$id"') : 'confirm'
  open()
  await soon(() => expect(told[0]).toMatch(/^down connect_failed true: 60018 channel:orders/))
  server.settings.subscribe = () => 'confirm'
  await up()
})

it.each([
  ['60005', 'auth', 'refused the API key'],
  ['60007', 'auth', 'secret does not belong'],
  ['60024', 'auth', 'passphrase'],
  ['60032', 'auth', 'does not know this API key'],
  ['50101', 'auth', 'other environment'],
])('a login refused with %s ends the stream: the owner must act', async (code, cause, words) => {
  server.settings.login = refused(code, 'no')
  open()
  await soon(() => expect(told).toEqual(['end', expect.stringMatching(`^down ${cause} false: .*${words}`)]))
  const attempts = server.lines.length
  await clock.advance(hour)
  expect(server.lines).toHaveLength(attempts)
})

it('a login refused for its time is repeated at once with the time measured anew', async () => {
  let late = 2
  server.settings.login = () => {
    late -= 1
    return late >= 0 ? refused('60006', 'Timestamp request expired')() : fixture('login-ok').text
  }
  open()
  await up()
  expect(resyncs).toBe(2)
  expect(told).toEqual(['up'])
})

it('a login that fails for a reason of the venue’s is tried again', async () => {
  let failures = 3
  server.settings.login = () => {
    failures -= 1
    return failures >= 0 ? refused('63999', 'Login failed due to internal error')() : fixture('login-ok').text
  }
  open()
  await up()
  expect(told[0]).toMatch(/^down connect_failed true/)
})

it('delivers what either socket tells, also while the other is away', async () => {
  open()
  await up()
  server.send('private', fixture('order-live').text)
  server.send('business', fixture('algo-live').text)
  await soon(() => expect(received).toHaveLength(2))
  server.settings.login = () => null
  server.hangUp('business', 1006 + 5, 'oops')
  await soon(() => expect(told).toEqual(['up', 'down connection_lost true: 1011 oops']))
  server.send('private', fixture('order-filled').text)
  await soon(() => expect(received).toHaveLength(3))
  expect(server.open('private')).toHaveLength(1)
  expect(told).toHaveLength(2)
})

it('either socket lost is an outage, told once; both back is its end', async () => {
  open()
  await up()
  server.hangUp('private', 4004, 'no data')
  server.hangUp('business', 4004, 'no data')
  await up(2)
  expect(told).toEqual(['up', 'down connection_lost true: 4004 no data', 'up'])
})

it('a quiet line is asked with the text ping; the text pong is no frame', async () => {
  open()
  await up()
  for (let quiet = 0; quiet < 4; quiet += 1) {
    await clock.advance(16_000)
    await soon(() => expect(stream.lastAliveAt()).toBeGreaterThan(clock.now() - 5_000))
  }
  expect(server.lines.every(({ heard }) => heard.includes('ping'))).toBe(true)
  expect(told).toEqual(['up'])
  expect(received).toEqual([])
})

it('a line that does not answer is dead', async () => {
  open()
  await up()
  server.settings.pongs = false
  await clock.advance(15_100)
  await clock.advance(5_000)
  await soon(() => expect(told[1]).toBe('down silent true: no answer to a heartbeat'))
  server.settings.pongs = true
  await up(2)
})

it('answers to requests, and words nobody knows, are not taken for news of the account', async () => {
  open()
  await up()
  server.send('private', fixture('op-order').text)
  server.send('private', fixture('subscribe-ok').text)
  server.send('private', '{"event":"carnival"}')
  server.send('private', fixture('login-bad-sign').text)
  server.send('private', fixture('order-live').text)
  await soon(() => expect(received).toHaveLength(1))
  expect(told).toEqual(['up'])
})

it('a service notice: the successors of both sockets are subscribed before the old ones go, and no gap is told', async () => {
  open()
  await up()
  const [first] = server.open('private')
  server.send('private', fixture('notice').text)
  await soon(() => expect(server.lines).toHaveLength(4))
  await soon(() => expect(server.lines[3]?.heard.length).toBeGreaterThan(2))
  // Both deliver for a moment: nothing is lost, what comes twice does no harm.
  first?.ws.send(fixture('order-live').text)
  await soon(() => expect(received).toHaveLength(1))
  await soon(() => expect(server.open('private')).toHaveLength(1))
  expect(first?.ws.readyState).not.toBe(first?.ws.OPEN)
  await soon(() => expect(server.open('business')).toHaveLength(1))
  for (const { path, heard } of server.lines.slice(2)) expect(heard).toEqual(channelsOf[path as 'private' | 'business'])
  server.send('private', fixture('order-filled').text)
  await soon(() => expect(received).toHaveLength(2))
  expect(told).toEqual(['up'])
  expect(JSON.stringify(logs)).toContain('64008')
})

it('a successor that fails is tried again before the venue closes the old socket', async () => {
  open()
  await up()
  server.settings.login = refused('63999', 'internal')
  server.send('private', fixture('notice').text)
  await soon(() => expect(server.lines.length).toBeGreaterThan(3))
  server.settings.login = () => fixture('login-ok').text
  const [old] = server.open('private')
  await soon(() => expect(old?.ws.readyState).not.toBe(old?.ws.OPEN))
  expect(told).toEqual(['up'])
})

it('a socket is replaced before it is a day old', async () => {
  open()
  await up()
  const before = server.lines.length
  await age(22 * hour)
  expect(server.lines).toHaveLength(before)
  for (const end = clock.now() + 2 * hour; clock.now() < end && server.lines.length === before; ) await age(10_000)
  await soon(() => expect(server.lines.length).toBeGreaterThan(before))
  const { path, heard } = server.lines[before] ?? { path: '', heard: [] }
  await soon(() => expect(heard).toEqual(channelsOf[path as 'private' | 'business']))
  await soon(() => expect(server.open(path)).toHaveLength(1))
  expect(told).toEqual(['up'])
}, 30_000)

it('too many connections to a channel: the confirmed subscription is dead, and it does not come back at once', async () => {
  open()
  await up()
  server.send('private', fixture('conn-count').text)
  server.send('private', fixture('conn-count-error').text)
  await soon(() => expect(told[1]).toMatch(/^down connection_lost true: .*too many connections/))
  const before = server.lines.length
  await age(50_000)
  expect(server.lines).toHaveLength(before)
  await age(15_000)
  await up(2)
})

it('4007: the key is proven by REST first; a dead key ends the stream', async () => {
  open()
  await up()
  verify = () => Promise.reject(new ExchangeError('auth', 'unknown_key', 'OKX does not know this API key here.'))
  server.hangUp('private', 4007, 'API key has been updated or deleted')
  await soon(() => expect(told).toContain('down auth false: OKX does not know this API key here.'))
  expect(told[1]).toMatch(/^down terminated true/)
  expect(verified).toBe(1)
  expect(server.open('business')).toHaveLength(0)
})

it('4007 of a key that was only edited: it goes on', async () => {
  open()
  await up()
  server.hangUp('private', 4007, 'API key has been updated or deleted')
  await up(2)
  expect(verified).toBe(1)
})

it.each([
  [
    'not whole',
    '{"event":"error","code":"60012","msg":"Invalid request: {\\"op\\":\\"login\\",\\"args\\":[{\\"passphrase\\":\\"hub-pass',
  ],
  ['of no known form', '{"request":{"op":"login","args":[{"apiKey":"hub-key-1","passphrase":"hub-pass"}]}}'],
  ['a refusal', '{"event":"error","code":"60012","msg":"Invalid request: {passphrase: hub-pass, apiKey: hub-key-1}"}'],
])('an echo of the login is nowhere told: %s', async (_, text) => {
  const { login } = server.settings
  let refusals = 2
  server.settings.login = () => (refusals-- > 0 ? text : login())
  open()
  await soon(() => expect(told).toContain('up'))
  const all = JSON.stringify([told, logs, received])
  for (const secret of [who.passphrase, who.api_key]) expect(all).not.toContain(secret)
  expect(received).toEqual([])
})

it('a frame that is not JSON is kept, and its time counts as an interruption', async () => {
  open()
  await up()
  server.send('private', '{"arg":{"channel":"ord')
  await up(2)
  expect(told).toEqual(['up', 'down connection_lost true: the frame is not JSON', 'up'])
  expect(received).toEqual([
    { kind: 'raw', event_type: 'unknown', payload: '{"arg":{"channel":"ord', problem: 'the frame is not JSON' },
  ])
})

it('a fill that is announced and not reported: the account is told to look for it', async () => {
  open()
  await up()
  server.send('private', fixture('order-filled').text)
  server.send('private', fixture('balance-and-position').text)
  await soon(() => expect(received).toHaveLength(1))
  await clock.advance(10_000)
  expect(received).toHaveLength(1)
  server.send('private', fixture('balance-and-position').text.replace('81000044', '81000045'))
  server.send('private', fixture('order-live').text)
  await soon(() => expect(received).toHaveLength(2))
  await clock.advance(10_000)
  expect(received[2]).toEqual({
    kind: 'raw',
    event_type: 'balance_and_position',
    payload: 'BTC-USDT 81000045',
    problem: 'a fill was announced and not reported',
  })
  await clock.advance(10_000)
  expect(received).toHaveLength(3)
})

it('a contract listed later: its frame is kept at once and read when its size is known', async () => {
  open()
  await up()
  const late = fixture('order-swap-close').text.replaceAll('BTC-USDT-SWAP', 'NEW-USDT-SWAP')
  listed = [...listed, { ...(listed[2] as object), instId: 'NEW-USDT-SWAP' }]
  server.send('private', late)
  await soon(() => expect(received).toHaveLength(2))
  expect(received[0]).toMatchObject({ kind: 'raw', problem: 'the instrument is not known' })
  expect(received[1]).toMatchObject({ order: { symbol: 'NEW-USDT-SWAP', quantity: '0.03' }, execution: {} })
})

it('instruments that cannot be read keep it from connecting: contracts could not be counted', async () => {
  isListAway = true
  open()
  await soon(() => expect(told).toEqual(['down connect_failed true: OKX does not answer.']))
  expect(server.lines).toEqual([])
  isListAway = false
  await up()
})

it('a keep-alive proves the key by REST; a refused one ends the stream', async () => {
  open()
  await up()
  await stream.keepAlive()
  verify = () => Promise.reject(new ExchangeError('unavailable', 'unavailable', 'OKX does not answer.'))
  await expect(stream.keepAlive()).rejects.toMatchObject({ kind: 'unavailable' })
  expect(told).toEqual(['up'])
  verify = () => Promise.reject(new ExchangeError('auth', 'wrong_passphrase', 'OKX refused the passphrase.'))
  await expect(stream.keepAlive()).rejects.toMatchObject({ kind: 'auth' })
  expect(told).toEqual(['up', 'end', 'down auth false: OKX refused the passphrase.'])
})

it('a closed stream says nothing more and leaves no socket', async () => {
  open()
  await up()
  stream.close()
  await soon(() => expect([...server.open('private'), ...server.open('business')]).toEqual([]))
  expect(told).toEqual(['up', 'end'])
  expect(JSON.stringify(logs)).not.toContain(who.api_secret)
})
