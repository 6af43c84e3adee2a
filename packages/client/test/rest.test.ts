import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Client, createClient } from '../src/client.ts'
import { ApiError, NetworkError } from '../src/errors.ts'
import { eventually } from './eventually.ts'
import { type FakeApi, startFakeApi } from './fake-api.ts'
import { createManualClock, type ManualClock } from './manual-clock.ts'

let api: FakeApi
let clock: ManualClock
let client: Client

beforeEach(async () => {
  api = await startFakeApi()
  clock = createManualClock()
  client = createClient({ baseUrl: `${api.baseUrl}/`, clock })
})
afterEach(() => api.close())

const login = () => client.session.login({ email: 'a@example.org', password: 'correct horse' })
const lines = () => api.requests.map(({ line }) => line)
const authorization = () => api.requests.at(-1)?.headers.authorization

describe('session', () => {
  it('logs in and sends the access token from memory', async () => {
    const users: (number | null)[] = []
    client.session.onUser((user) => users.push(user?.id ?? null))
    expect(await login()).toMatchObject({ id: 7, email: 'a@example.org' })
    expect(client.session.user?.id).toBe(7)
    await client.rest.orders.list()
    expect(authorization()).toBe('Bearer access-1')
    expect(users).toEqual([7])
  })

  it('keeps the refresh cookie itself where no browser does, and follows its rotation', async () => {
    await login()
    expect(await client.session.resume()).toMatchObject({ id: 7 })
    expect(api.requests.at(-1)?.headers.cookie).toBe('__Host-refresh=refresh-1')
    await client.session.resume()
    expect(api.requests.at(-1)?.headers.cookie).toBe('__Host-refresh=refresh-2')
    await client.rest.balances()
    expect(authorization()).toBe('Bearer access-3')
  })

  it('never shows the refresh cookie or the token to anyone but the hub', async () => {
    await login()
    expect(JSON.stringify(client.session)).not.toMatch(/refresh-1|access-1/)
  })

  it('takes a new token before the old one ends', async () => {
    await login()
    clock.advance(595_000)
    await client.rest.orders.list()
    expect(lines()).toEqual(['POST /auth/login', 'POST /auth/refresh', 'GET /trading/orders'])
    expect(authorization()).toBe('Bearer access-2')
  })

  it('refreshes once for any number of calls at once', async () => {
    await login()
    clock.advance(600_000)
    await Promise.all(Array.from({ length: 20 }, () => client.rest.executions()))
    expect(lines().filter((line) => line === 'POST /auth/refresh')).toHaveLength(1)
  })

  it('is over when the hub says so', async () => {
    await login()
    api.refreshToken = 'another'
    const users: unknown[] = []
    client.session.onUser((user) => users.push(user))
    expect(await client.session.resume()).toBeNull()
    expect(client.session.user).toBeNull()
    expect(users).toEqual([null])
  })

  it('is not over because the hub could not be reached', async () => {
    await login()
    api.answers.set('POST /auth/refresh', 'cut')
    await expect(client.session.resume()).rejects.toBeInstanceOf(NetworkError)
    api.answers.set('POST /auth/refresh', { status: 503 })
    await expect(client.session.resume()).rejects.toMatchObject({ status: 503, retryable: true })
    expect(client.session.user?.id).toBe(7)
    api.answers.clear()
    expect(await client.session.resume()).toMatchObject({ id: 7 })
  })

  it('logs out on the hub and here', async () => {
    await login()
    await client.session.logout()
    expect(api.refreshToken).toBeNull()
    expect(client.session.user).toBeNull()
    expect(await client.session.resume()).toBeNull()
    expect(api.requests.at(-1)?.headers.cookie).toBeUndefined()
  })

  it('is over here even when the hub cannot be told', async () => {
    await login()
    api.answers.set('POST /auth/logout', 'cut')
    await expect(client.session.logout()).rejects.toBeInstanceOf(NetworkError)
    expect(client.session.user).toBeNull()
  })

  it('ends the live connection with it', async () => {
    await login()
    client.connect()
    await client.session.logout()
    expect(client.state).toMatchObject({ status: 'disconnected', nextRetryAt: null, reason: { kind: 'signed_out' } })
  })

  it('does one thing after the other: a login is not undone by a refresh that is under way', async () => {
    await login()
    let release: () => void = () => undefined
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const asked: string[] = []
    const slow = createClient({
      baseUrl: api.baseUrl,
      async fetch(input, init) {
        const path = String(input).split('/').at(-1) ?? ''
        asked.push(path)
        if (path === 'refresh') await held
        return globalThis.fetch(input, init)
      },
    })
    const resumed = slow.session.resume()
    const loggedIn = slow.session.login({ email: 'a@example.org', password: 'correct horse' })
    await eventually(() => expect(asked).toEqual(['refresh']))
    release()
    expect(await resumed).toBeNull()
    expect(await loggedIn).toMatchObject({ id: 7 })
    expect(slow.session.user?.id).toBe(7)
    expect(await slow.session.resume()).toMatchObject({ id: 7 })
  })

  it('asks a browser for its cookie', async () => {
    const fetch = vi.fn(globalThis.fetch)
    await createClient({ baseUrl: api.baseUrl, fetch }).session.resume()
    expect(fetch.mock.calls[0]?.[1]).toMatchObject({ credentials: 'include' })
  })
})

describe('rest', () => {
  it('refreshes once and repeats the call when its token is refused', async () => {
    await login()
    api.accepted.clear()
    await client.rest.positions({ symbol: 'BTCUSDT' })
    expect(lines().slice(1)).toEqual([
      'GET /trading/positions?symbol=BTCUSDT',
      'POST /auth/refresh',
      'GET /trading/positions?symbol=BTCUSDT',
    ])
  })

  it('gives up when the new token is refused too', async () => {
    await login()
    api.answers.set('GET /trading/orders', { status: 401, body: { code: 'invalid_token' } })
    await expect(client.rest.orders.list()).rejects.toMatchObject({ status: 401, code: 'invalid_token' })
    expect(lines().filter((line) => line.startsWith('GET'))).toHaveLength(2)
  })

  it('takes the token from the caller, and asks for another when it is refused', async () => {
    api.accepted.add('theirs-2')
    let count = 0
    const getToken = vi.fn(() => `theirs-${++count}`)
    await createClient({ baseUrl: api.baseUrl, getToken }).rest.gaps()
    expect(getToken.mock.calls).toEqual([[{}], [{ refresh: true }]])
  })

  it('turns a problem document into an ApiError', async () => {
    await login()
    api.answers.set('POST /trading/exchange-keys', {
      status: 422,
      headers: { 'retry-after': '7' },
      body: {
        type: 'about:blank',
        title: 'Unprocessable',
        status: 422,
        detail: 'This key can withdraw.',
        code: 'withdraw_permission',
        request_id: 'r9',
        errors: [{ field: 'api_key', message: 'has withdraw rights' }],
      },
    })
    const body = {
      exchange: 'binance',
      trading_mode: 'spot',
      environment: 'demo',
      api_key: 'k',
      api_secret: 's',
    } as const
    const error = await client.rest.exchangeKeys.add(body).catch((error: unknown) => error)
    expect(error).toBeInstanceOf(ApiError)
    expect(error).toMatchObject({
      status: 422,
      code: 'withdraw_permission',
      message: 'This key can withdraw.',
      requestId: 'r9',
      errors: [{ field: 'api_key', message: 'has withdraw rights' }],
      retryAfterMs: 7_000,
      retryable: false,
    })
  })

  it('makes an ApiError of an answer that is no problem document', async () => {
    await login()
    api.answers.set('GET /trading/orders/5', { status: 502 })
    await expect(client.rest.orders.get(5)).rejects.toMatchObject({ status: 502, code: 'http_error', retryable: true })
  })

  it('tells an unreachable hub from a refusal', async () => {
    const nowhere = createClient({ baseUrl: 'http://127.0.0.1:1', getToken: () => 't' })
    await expect(nowhere.rest.orders.list()).rejects.toBeInstanceOf(NetworkError)
  })

  it('lets the caller end a call', async () => {
    await login()
    api.answers.set('GET /trading/orders', 'hang')
    const controller = new AbortController()
    const call = client.rest.orders.list({}, controller.signal)
    await eventually(() => expect(lines()).toContain('GET /trading/orders'))
    controller.abort()
    await expect(call).rejects.toMatchObject({ name: 'AbortError' })
  })

  it('speaks to every route', async () => {
    await login()
    api.requests.length = 0
    const { rest } = client
    const paper = { exchange: 'binance', trading_mode: 'futures' } as const
    api.answers.set('GET /auth/me', { status: 200, body: { user: { id: 7 } } })
    expect(await rest.auth.me()).toEqual({ id: 7 })
    await rest.auth.sessions()
    await rest.auth.revokeSession('a/b')
    await rest.auth.revokeSessions()
    await rest.auth.changePassword({ current_password: 'correct horse', new_password: 'battery staple' })
    await rest.exchangeKeys.list()
    await rest.exchangeKeys.addPaper(paper)
    await rest.exchangeKeys.update(3, { label: null })
    await rest.exchangeKeys.remove(3)
    await rest.listenKey.open(3)
    await rest.listenKey.keepAlive(3)
    await rest.orders.list({ status: ['NEW', 'PARTIALLY_FILLED'], symbol: undefined, limit: 5, cursor: 'a b' })
    await rest.orders.get(9)
    await rest.orders.stats({ exchange_key_id: 3, q: 'BTC' })
    await rest.orders.cancel(9)
    await rest.executions({ from: 1, to: 2 })
    await rest.balances()
    await rest.positions()
    await rest.gaps()
    await rest.events({ epoch: 'e', after: 0, limit: 10 })
    expect(lines()).toEqual([
      'GET /auth/me',
      'GET /auth/sessions',
      'DELETE /auth/sessions/a%2Fb',
      'DELETE /auth/sessions',
      'POST /auth/password',
      'GET /trading/exchange-keys',
      'POST /trading/exchange-keys/paper',
      'PATCH /trading/exchange-keys/3',
      'DELETE /trading/exchange-keys/3',
      'POST /trading/listen-key/3',
      'PUT /trading/listen-key/3',
      'GET /trading/orders?status=NEW%2CPARTIALLY_FILLED&limit=5&cursor=a+b',
      'GET /trading/orders/9',
      'GET /trading/orders/stats?exchange_key_id=3&q=BTC',
      'DELETE /trading/orders/9',
      'GET /trading/executions?from=1&to=2',
      'GET /trading/balances',
      'GET /trading/positions',
      'GET /trading/gaps',
      'GET /events?epoch=e&after=0&limit=10',
    ])
    expect(api.requests.find(({ line }) => line.startsWith('PATCH'))?.body).toEqual({ label: null })
    expect(api.requests.find(({ line }) => line.startsWith('PUT'))?.headers['content-type']).toBeUndefined()
  })

  it('places an order with a key of its own, or the one that repeats a lost call', async () => {
    await login()
    const order = { exchange_key_id: 3, symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', quantity: '0.1' } as const
    await client.rest.orders.place(order)
    await client.rest.orders.place(order)
    await client.rest.orders.place(order, { idempotencyKey: 'mine' })
    const keys = api.requests.slice(1).map(({ headers }) => headers['idempotency-key'])
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/)
    expect(keys[1]).not.toBe(keys[0])
    expect(keys[2]).toBe('mine')
    expect(api.requests.at(-1)?.body).toEqual(order)
  })
})

it('needs an address outside a page', async () => {
  const lost = createClient({ baseUrl: '', getToken: () => 't' })
  await expect(lost.rest.orders.list()).rejects.toThrow('baseUrl')
})
