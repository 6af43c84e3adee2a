import { createHmac } from 'node:crypto'
import { afterEach, expect, it } from 'vitest'
import { z } from 'zod'
import { createGovernor, type Governor } from '../transport/governor.ts'
import { testTransport } from '../transport/test-transport.ts'
import { type BybitClient, type Call, createBybitClient } from './client.ts'
import { type Answer, type Asked, failure, startRestServer, success } from './test-rest-server.ts'

const who = { api_key: 'TESTKEY', api_secret: 'TESTSECRET0123456789ABCDEF', passphrase: null }
const answer = z.object({ ok: z.boolean() })
const read: Call<{ ok: boolean }> = {
  method: 'GET',
  path: '/v5/order/realtime',
  params: { category: 'spot', limit: 50 },
  priority: 'recovery',
  answer,
  limit: { name: 'openOrders', perSecond: 50 },
}
const write: Call<{ ok: boolean }> = {
  method: 'POST',
  path: '/v5/order/create',
  params: { category: 'spot', orderLinkId: 'hub0001', price: undefined },
  priority: 'trade',
  answer,
  limit: { name: 'create', perSecond: 10 },
}

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** The venue's clock is this far ahead of ours. */
let ahead = 0

async function venue(respond: (asked: Asked) => Answer) {
  const server = await startRestServer((asked) =>
    asked.path === '/v5/market/time' ? success({ timeNano: `${Date.now() + ahead}123456` }) : respond(asked),
  )
  const transport = testTransport()
  const governor: Governor = createGovernor(transport, {
    venue: 'bybit',
    product: 'requests',
    weightPerMinute: 80,
    windowMs: 1_000,
    connections: { limit: 450, windowMs: 300_000 },
  })
  const endpoints = { rest: `${server.url}/bybit`, stream: '', headers: { 'x-refer-site-id': 'HKG' } }
  const client: BybitClient = createBybitClient(transport, endpoints, governor)
  cleanups.push(
    () => server.close(),
    () => governor.close(),
    () => client.close(),
  )
  const asked = () => server.asked.filter(({ path }) => path !== '/v5/market/time')
  return { client, asked, server }
}

const withPrefix = (respond: (asked: Asked) => Answer) => (asked: Asked) =>
  asked.path === '/bybit/v5/market/time' ? success({ timeNano: `${Date.now() + ahead}123456` }) : respond(asked)

function signatureOf({ headers, query, body, method }: Asked): string {
  const text = `${headers['x-bapi-timestamp']}TESTKEY5000${method === 'GET' ? query : body}`
  return createHmac('sha256', who.api_secret).update(text).digest('hex')
}

it('signs what it sends, with the venue’s time and never ahead of it; the path’s prefix is not part of it', async () => {
  ahead = 60_000
  const { client, asked } = await venue(withPrefix(() => success({ ok: true, more: 1 })))
  await expect(client.signed(who, read)).resolves.toEqual({ ok: true })
  await expect(client.signed(who, write)).resolves.toEqual({ ok: true })
  ahead = 0
  const [get, post] = asked().filter(({ path }) => !path.endsWith('/time'))
  if (get === undefined || post === undefined) throw new Error('unreachable')
  expect(get).toMatchObject({ path: '/bybit/v5/order/realtime', query: 'category=spot&limit=50', body: '' })
  expect(post).toMatchObject({ query: '', body: '{"category":"spot","orderLinkId":"hub0001"}' })
  for (const call of [get, post]) {
    expect(call.headers).toMatchObject({ 'x-bapi-sign': signatureOf(call), 'x-refer-site-id': 'HKG' })
    const behind = Date.now() + 60_000 - Number(call.headers['x-bapi-timestamp'])
    expect(behind).toBeGreaterThanOrEqual(0)
    expect(behind).toBeLessThan(3_000)
  }
  expect(get.headers).not.toHaveProperty('content-type')
  expect(post.headers['content-type']).toBe('application/json')
})

it('a refused time is measured anew once, then told', async () => {
  let refusals = 1
  const { client, asked } = await venue(
    withPrefix(() =>
      refusals-- > 0 ? failure(10002, 'invalid request, please check your timestamp') : success({ ok: true }),
    ),
  )
  await expect(client.signed(who, write)).resolves.toEqual({ ok: true })
  expect(asked().filter(({ path }) => path.endsWith('/time'))).toHaveLength(2)
  refusals = 2
  await expect(client.signed(who, write)).rejects.toMatchObject({ kind: 'clock', code: 'clock_skew' })
})

it('403 for too many requests stops everything of this address for ten minutes', async () => {
  const { client, asked } = await venue(
    withPrefix(() => ({ status: 403, body: '{"retCode":403,"retMsg":"access too frequent"}' })),
  )
  const first = await client.signed(who, write).catch((error) => error)
  expect(first).toMatchObject({ kind: 'rate_limit', venue_message: 'access too frequent' })
  expect(first.retry_at - Date.now()).toBeGreaterThan(595_000)
  const before = asked().length
  await expect(client.signed({ ...who, api_key: 'OTHER' }, write)).rejects.toMatchObject({
    kind: 'rate_limit',
    retry_at: first.retry_at,
  })
  await expect(client.open({ ...read, priority: 'normal' })).rejects.toMatchObject({ kind: 'rate_limit' })
  expect(asked()).toHaveLength(before)
})

it('403 for the place stops nobody else', async () => {
  const page = '<p>The Amazon CloudFront distribution is configured to block access from your country.</p>'
  const { client } = await venue(
    withPrefix(({ headers }) =>
      headers['x-bapi-api-key'] === 'TESTKEY' ? { status: 403, body: page } : success({ ok: true }),
    ),
  )
  await expect(client.signed(who, read)).rejects.toMatchObject({ kind: 'auth', code: 'region_restricted' })
  await expect(client.signed({ ...who, api_key: 'OTHER' }, read)).resolves.toEqual({ ok: true })
})

it('an account over its limit waits until the venue’s time; reads go on by themselves, others are not held up', async () => {
  let refusals = 1
  const { client } = await venue(
    withPrefix(({ headers }) =>
      headers['x-bapi-api-key'] === 'TESTKEY' && refusals-- > 0
        ? failure(10006, 'Too many visits!', { 'X-Bapi-Limit-Reset-Timestamp': String(Date.now() + 400) })
        : success({ ok: true }),
    ),
  )
  const started = Date.now()
  const [, other] = await Promise.all([
    client.signed(who, read).then(() => expect(Date.now() - started).toBeGreaterThanOrEqual(350)),
    client.signed({ ...who, api_key: 'OTHER' }, read).then(() => Date.now() - started),
  ])
  expect(other).toBeLessThan(350)
  refusals = 1
  const error = await client.signed(who, write).catch((problem) => problem)
  expect(error).toMatchObject({ kind: 'rate_limit', venue_code: '10006' })
})

it.each([
  ['a cut connection', {}],
  ['429', { status: 429, headers: { 'retry-after': '0' }, body: '{}' }],
  ['500', { status: 500, body: 'oops' }],
  ['10000', failure(10000, 'Server Timeout')],
  ['10016', failure(10016, 'Server error')],
  ['170007', failure(170007, 'Timeout waiting for response from backend server.')],
  ['a success without an id', success({})],
  ['a page', { body: '<html>' }],
] as [string, Answer][])('%s leaves a write unknown: it is not sent twice', async (_title, reply) => {
  const { client, asked } = await venue(withPrefix(() => reply))
  await expect(client.signed(who, write)).rejects.toMatchObject({ kind: 'unknown_outcome' })
  expect(asked().filter(({ method }) => method === 'POST')).toHaveLength(1)
})

it('the answer to a bad signature repeats what was signed: neither key nor text is told', async () => {
  const { client } = await venue(
    withPrefix(() =>
      failure(10004, 'error sign! origin_string[1795336000123TESTKEY5000category=spot], api_key TESTKEY'),
    ),
  )
  const error = await client.signed(who, read).catch((problem) => problem)
  expect(error).toMatchObject({
    kind: 'auth',
    code: 'invalid_credentials',
    venue_message: 'error sign! origin_string[…]',
  })
  expect(JSON.stringify(error) + error.message).not.toContain('TESTKEY')
})
