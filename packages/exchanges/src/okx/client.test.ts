import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createGovernor } from '../transport/governor.ts'
import { FakeClock, testTransport } from '../transport/test-transport.ts'
import { createOkxClient, type OkxClient } from './client.ts'
import { endpoints } from './endpoints.ts'
import { createPacer } from './pacer.ts'
import { createOkxRest, type OkxRest } from './rest.ts'
import { signedHeaders } from './sign.ts'
import { fixture } from './test-fixtures.ts'

const who = { api_key: 'hub-key-1', api_secret: 'TESTSECRET0123456789ABCDEF', passphrase: 'hub-pass' }

interface Reply {
  status?: number
  headers?: Record<string, string>
  body: string
}

let server: Server
let client: OkxClient
let rest: OkxRest
/** Requests other than for the time, in order, with the body. */
let seen: { request: IncomingMessage; body: string }[]
/** Answers in order; the last one stays. */
let replies: Reply[]
/** By how much the venue's clock is ahead (ms). */
let skew: number

beforeEach(async () => {
  seen = []
  skew = 0
  server = createServer((request, response) => {
    if (request.url === '/okx/api/v5/public/time') {
      response.end(JSON.stringify({ code: '0', msg: '', data: [{ ts: String(Date.now() + skew) }] }))
      return
    }
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      seen.push({ request, body })
      const reply = (replies.length > 1 ? replies.shift() : replies[0]) ?? { body: '' }
      response.writeHead(reply.status ?? 200, reply.headers ?? {})
      response.end(reply.body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})

afterEach(async () => {
  await client.close()
  await new Promise((resolve) => server.close(resolve))
})

function open(answers: Reply[], isDemo = false) {
  replies = answers
  const transport = testTransport()
  const connections = { limit: 3, windowMs: 1_000 }
  const governor = createGovernor(transport, { venue: 'okx', product: 'test', weightPerMinute: 6_000, connections })
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/okx`
  client = createOkxClient(transport, { baseUrl, governor, isDemo })
  rest = createOkxRest(client)
}

const fixed = (name: string, extra: Partial<Reply> = {}): Reply => ({ ...extra, body: fixture(name).text })
const failed = (code: string, extra: Partial<Reply> = {}): Reply => ({
  ...extra,
  body: JSON.stringify({ code, msg: 'no', data: [] }),
})
const header = (index: number, name: string) => seen[index]?.request.headers[name]

describe('requests', () => {
  it('are signed over path, query and body without the prefix of the address', async () => {
    open([fixed('rest-placed')])
    expect(await rest.placeOrder(who, 'BTC-USDT', { instId: 'BTC-USDT', px: undefined, sz: '1' })).toBe(
      '2900000000000000001',
    )
    const sentAt = Date.parse(String(header(0, 'ok-access-timestamp')))
    const body = '{"instId":"BTC-USDT","sz":"1"}'
    expect(seen[0]?.body).toBe(body)
    expect(seen[0]?.request.url).toBe('/okx/api/v5/trade/order')
    const signed = signedHeaders(who, 'POST', '/api/v5/trade/order', body, sentAt)
    expect(header(0, 'ok-access-sign')).toBe(signed['OK-ACCESS-SIGN'])
    expect(header(0, 'ok-access-passphrase')).toBe('hub-pass')
    expect(header(0, 'x-simulated-trading')).toBeUndefined()
    // It is refused when it arrives late.
    expect(header(0, 'exptime')).toBe(String(sentAt + 5_000))

    replies = [{ body: '{"code":"0","msg":"","data":[]}' }]
    await rest.fills(who, { begin: '5', after: undefined })
    const path = '/api/v5/trade/fills?begin=5&limit=100'
    expect(seen[1]?.request.url).toBe(`/okx${path}`)
    const at = Date.parse(String(header(1, 'ok-access-timestamp')))
    expect(header(1, 'ok-access-sign')).toBe(signedHeaders(who, 'GET', path, '', at)['OK-ACCESS-SIGN'])
    expect(header(1, 'exptime')).toBeUndefined()
  })

  it('of demo trading are marked, the open ones too', async () => {
    open([{ body: '{"code":"0","msg":"","data":[]}' }], true)
    await rest.instruments('SPOT')
    await rest.balance(who)
    expect([header(0, 'x-simulated-trading'), header(1, 'x-simulated-trading')]).toEqual(['1', '1'])
    expect(header(0, 'ok-access-key')).toBeUndefined()
  })

  it('carry the venue’s time, not ours; a refused time is measured anew and the request repeated once', async () => {
    open([failed('50102', { status: 401 }), fixed('rest-placed')])
    await client.clock.now()
    skew = 40_000
    await rest.placeOrder(who, 'BTC-USDT', {})
    const times = [0, 1].map((index) => Date.parse(String(header(index, 'ok-access-timestamp'))))
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(30_000)
    replies = [failed('50102', { status: 401 })]
    await expect(rest.placeOrder(who, 'BTC-USDT', {})).rejects.toMatchObject({ kind: 'clock', code: 'clock_skew' })
    expect(seen).toHaveLength(4)
  })
})

describe('answers', () => {
  it('a redirect is not followed: it would carry the key to another host', async () => {
    open([{ status: 302, headers: { location: '/okx/elsewhere' }, body: '' }])
    await expect(rest.placeOrder(who, 'BTC-USDT', {})).rejects.toMatchObject({ kind: 'unknown_outcome' })
    await expect(rest.balance(who)).rejects.toMatchObject({ kind: 'unavailable' })
    expect(seen.map(({ request }) => request.url)).not.toContain('/okx/elsewhere')
  })

  it('an accepted order without its id may have been executed', async () => {
    open([{ body: '{"code":"0","msg":"","data":[{"sCode":"0","ordId":""}]}' }])
    await expect(rest.placeOrder(who, 'BTC-USDT', {})).rejects.toMatchObject({ kind: 'unknown_outcome' })
  })

  it('a long id keeps its digits even as a bare number', async () => {
    open([{ body: '{"code":"0","msg":"","data":[{"ordId":8389766145050669870,"sCode":"0"}]}' }])
    expect(await rest.placeOrder(who, 'BTC-USDT', {})).toBe('8389766145050669870')
  })

  it('a limit of one account, with 429 or with 200: a read waits and goes on, an order is told at once', async () => {
    open([failed('50011', { status: 429 }), failed('50011'), { body: '{"code":"0","msg":"","data":[1]}' }])
    const from = Date.now()
    expect(await rest.balance(who)).toEqual([1])
    expect(Date.now() - from).toBeGreaterThanOrEqual(3_900)
    replies = [failed('50011', { status: 429 })]
    const error = await rest.placeOrder(who, 'BTC-USDT', {}).catch((problem) => problem)
    expect(error).toMatchObject({ kind: 'rate_limit' })
    expect(error.retry_at - Date.now()).toBeLessThanOrEqual(2_000)
    // Others are not held up.
    replies = [{ body: '{"code":"0","msg":"","data":[]}' }]
    await rest.balance({ ...who, api_key: 'other' })
  })

  it('"system busy" does not say that an order was not executed, not even with 429', async () => {
    open([failed('50013', { status: 429 })])
    await expect(rest.placeOrder(who, 'BTC-USDT', {})).rejects.toMatchObject({
      kind: 'unknown_outcome',
      venue_code: '50013',
    })
  })

  it('429 with Retry-After is about this address: nobody’s request leaves before', async () => {
    open([{ status: 429, headers: { 'retry-after': '1' }, body: 'slow down' }, fixed('rest-placed')])
    await expect(rest.placeOrder(who, 'BTC-USDT', {})).rejects.toMatchObject({ kind: 'rate_limit' })
    const from = Date.now()
    await rest.placeOrder({ ...who, api_key: 'other' }, 'BTC-USDT', {})
    expect(Date.now() - from).toBeGreaterThanOrEqual(900)
  })
})

describe('pace', () => {
  it('each call of each account keeps its limit; a trade that would wait too long is refused', async () => {
    open([{ body: '' }])
    const clock = new FakeClock()
    const pacer = createPacer(testTransport({ clock }))
    let passed = 0
    const ask = (key: string, priority: 'trade' | 'normal') =>
      pacer.turn(key, endpoints.config.limit, priority).then(() => {
        passed += 1
      })
    const waiting = Array.from({ length: 12 }, () => ask('config of one', 'normal'))
    await clock.advance(0)
    expect(passed).toBe(5)
    await ask('config of another', 'normal')
    expect(passed).toBe(6)
    await expect(ask('config of one', 'trade')).rejects.toMatchObject({ kind: 'rate_limit', code: 'order_rate_limit' })
    await clock.advance(2_000)
    expect(passed).toBe(11)
    await clock.advance(2_000)
    await Promise.all(waiting)
    expect(passed).toBe(13)
  })
})
