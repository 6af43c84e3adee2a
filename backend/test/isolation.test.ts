import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bookBalances, startHub, storeKey, type TestHub, type TestUser } from './support/hub.ts'

/*
 * Who may call what. Every route of the hub stands here with what another user, a stranger and a wrong id must get; a route that is not
 * named fails the test, so that none is added without a thought about whose data it touches.
 */

interface Row {
  /** `public`: no token asked. `own`: answers about the caller alone. `id`: names a thing that may be another's. */
  kind: 'public' | 'own' | 'id'
  /** For `id`: where the other user's id goes in. */
  with?: (ids: { keyId: number; orderId: number; sessionId: number }) => { path: string; body?: unknown }
}

const policy: Record<string, Row> = {
  'GET /healthz': { kind: 'public' },
  'GET /readyz': { kind: 'public' },
  'GET /metrics': { kind: 'public' },
  'GET /openapi.json': { kind: 'public' },
  'POST /api/v1/auth/register': { kind: 'public' },
  'POST /api/v1/auth/login': { kind: 'public' },
  'POST /api/v1/auth/refresh': { kind: 'public' },
  'POST /api/v1/auth/logout': { kind: 'public' },
  'GET /api/v1/auth/me': { kind: 'own' },
  'GET /api/v1/auth/sessions': { kind: 'own' },
  'DELETE /api/v1/auth/sessions': { kind: 'own' },
  'POST /api/v1/auth/password': { kind: 'own' },
  'DELETE /api/v1/auth/sessions/{id}': {
    kind: 'id',
    with: ({ sessionId }) => ({ path: `/auth/sessions/${sessionId}` }),
  },
  'GET /api/v1/trading/exchange-keys': { kind: 'own' },
  'POST /api/v1/trading/exchange-keys': { kind: 'own' },
  'POST /api/v1/trading/exchange-keys/paper': { kind: 'own' },
  'PATCH /api/v1/trading/exchange-keys/{id}': {
    kind: 'id',
    with: ({ keyId }) => ({ path: `/trading/exchange-keys/${keyId}`, body: { label: 'mine now' } }),
  },
  'DELETE /api/v1/trading/exchange-keys/{id}': {
    kind: 'id',
    with: ({ keyId }) => ({ path: `/trading/exchange-keys/${keyId}` }),
  },
  'POST /api/v1/trading/listen-key/{exchange_key_id}': {
    kind: 'id',
    with: ({ keyId }) => ({ path: `/trading/listen-key/${keyId}` }),
  },
  'PUT /api/v1/trading/listen-key/{exchange_key_id}': {
    kind: 'id',
    with: ({ keyId }) => ({ path: `/trading/listen-key/${keyId}` }),
  },
  'GET /api/v1/trading/orders': { kind: 'own' },
  'GET /api/v1/trading/orders/stats': { kind: 'own' },
  'GET /api/v1/trading/orders/{id}': { kind: 'id', with: ({ orderId }) => ({ path: `/trading/orders/${orderId}` }) },
  'POST /api/v1/trading/orders': {
    kind: 'id',
    with: ({ keyId }) => ({
      path: '/trading/orders',
      body: { exchange_key_id: keyId, symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', quantity: '1' },
    }),
  },
  'DELETE /api/v1/trading/orders/{id}': { kind: 'id', with: ({ orderId }) => ({ path: `/trading/orders/${orderId}` }) },
  'PATCH /api/v1/trading/orders/{id}': {
    kind: 'id',
    with: ({ orderId }) => ({ path: `/trading/orders/${orderId}`, body: { price: '2' } }),
  },
  'DELETE /api/v1/trading/orders': {
    kind: 'id',
    with: ({ keyId }) => ({ path: `/trading/orders?exchange_key_id=${keyId}` }),
  },
  'GET /api/v1/trading/executions': { kind: 'own' },
  'GET /api/v1/trading/balances': { kind: 'own' },
  'GET /api/v1/trading/positions': { kind: 'own' },
  'GET /api/v1/trading/gaps': { kind: 'own' },
  'GET /api/v1/trading/instruments': { kind: 'own' },
  'GET /api/v1/trading/venues': { kind: 'own' },
  'GET /api/v1/market/order-book': { kind: 'own' },
  'GET /api/v1/market/ticker': { kind: 'own' },
  'GET /api/v1/market/candles': { kind: 'own' },
  'GET /api/v1/events': { kind: 'own' },
}

let hub: TestHub
let owner: TestUser
let stranger: TestUser
const ids = { keyId: 0, orderId: 0, sessionId: 0 }
let routes: string[] = []

beforeAll(async () => {
  hub = await startHub()
  owner = await hub.newUser()
  stranger = await hub.newUser()
  ids.keyId = await storeKey(hub, owner.id)
  await bookBalances(hub, owner.id, ids.keyId, [1, 2, 3], 'CANARYCOIN')
  const terms = {
    trading_mode: 'spot',
    symbol: 'CANARYUSDT',
    client_order_id: 'canary1',
    side: 'BUY',
    position_side: null,
    type: 'LIMIT',
    time_in_force: 'GTC',
    post_only: false,
    reduce_only: false,
    price: '1',
    stop_price: null,
    quantity: '1',
    quantity_unit: 'BASE',
  } as const
  const account = { user_id: owner.id, exchange_key_id: ids.keyId, exchange: 'binance' } as const
  ids.orderId = (await hub.store.writer.run('createPendingOrder', { ...account, terms })).id
  ids.sessionId = (await owner.ask('GET', '/auth/sessions')).body.items[0].id
  const { body } = await hub.ask('GET', '/openapi.json')
  const described = Object.entries(body.paths as Record<string, object>).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )
  routes = [...described, 'GET /openapi.json']
})
afterAll(() => hub.close())

const call = (user: TestUser, route: string, path: string, body?: unknown) =>
  user.ask(route.split(' ')[0] ?? '', path, body, { 'idempotency-key': `key-${Math.random()}` })

it('knows a rule for every route, and no route that is not there', () => {
  expect(routes.toSorted()).toEqual(Object.keys(policy).toSorted())
})

describe.each(Object.entries(policy).filter(([, { kind }]) => kind === 'id'))('%s', (route, row) => {
  const of = (id: number | string) => {
    const all = { keyId: id, orderId: id, sessionId: id } as unknown as typeof ids
    return row.with?.(all) ?? { path: '' }
  }

  it("answers another user's id, an unknown id and a malformed one alike", async () => {
    const others = row.with?.(ids) ?? { path: '' }
    const foreign = await call(stranger, route, others.path, others.body)
    const unknown = await call(stranger, route, of(987_654_321).path, of(987_654_321).body)
    const bodyOf = ({ body }: typeof foreign) => ({ ...body, request_id: '' })
    expect(foreign.status).toBe(404)
    expect(bodyOf(unknown)).toEqual(bodyOf(foreign))
    if (!others.path.endsWith(`/${Object.values(ids).find((id) => others.path.endsWith(`/${id}`))}`)) return
    for (const wrong of ['abc', '-1', '0', '1.0', '1e3', '%00', "1'--", '99999999999999999999', 'x'.repeat(200)]) {
      const answer = await call(stranger, route, of(wrong).path, of(wrong).body)
      expect([wrong, answer.status, bodyOf(answer)]).toEqual([wrong, 404, bodyOf(foreign)])
    }
  })

  it('changed nothing', async () => {
    const keys = (await owner.ask('GET', '/trading/exchange-keys')).body.items
    expect(keys).toMatchObject([{ id: ids.keyId, label: null, is_active: true }])
    const order = (await owner.ask('GET', `/trading/orders/${ids.orderId}`)).body
    expect(order).toMatchObject({ id: ids.orderId, status: 'PENDING_NEW' })
    expect((await owner.ask('GET', '/auth/me')).status).toBe(200)
  })
})

it('asks for a token on every route that is not public', async () => {
  for (const [route, { kind }] of Object.entries(policy)) {
    if (kind === 'public') continue
    const [method = '', path = ''] = route.split(' ')
    const answer = await hub.ask(method, path.replaceAll(/\{\w+\}/g, '1'), method === 'POST' ? { body: {} } : {})
    expect([route, answer.status, answer.body.code]).toEqual([route, 401, 'unauthorized'])
  }
})

it('lets a stranger see nothing of another, whatever the filters name', async () => {
  const filters = ['', `?exchange_key_id=${ids.keyId}`, '?symbol=CANARYUSDT', '?symbol=CANARYCOIN', '?from=0']
  for (const list of ['orders', 'executions', 'balances', 'positions', 'gaps']) {
    for (const filter of filters) {
      const { body } = await stranger.ask('GET', `/trading/${list}${filter}`)
      expect(body).toEqual({ items: [], next_cursor: null })
    }
  }
  const stats = (await stranger.ask('GET', '/trading/orders/stats?q=CANARY')).body
  expect(stats).toMatchObject({ total: 0, open: 0, by_quote: [], fees: [] })
  expect((await stranger.ask('GET', '/trading/exchange-keys')).body.items).toEqual([])
  expect((await stranger.ask('GET', '/events?after=0')).body.items).toEqual([])
  expect((await owner.ask('GET', '/trading/orders?q=canary')).body.items).toHaveLength(1)
})

it('takes no field that a user may not set', async () => {
  const bodies: [string, string, object][] = [
    ['PATCH', `/trading/exchange-keys/${ids.keyId}`, { user_id: stranger.id }],
    ['PATCH', `/trading/exchange-keys/${ids.keyId}`, { permissions: null }],
    [
      'POST',
      '/trading/orders',
      { exchange_key_id: ids.keyId, symbol: 'X', side: 'BUY', type: 'MARKET', quantity: '1', status: 'FILLED' },
    ],
    [
      'POST',
      '/trading/orders',
      { exchange_key_id: ids.keyId, symbol: 'X', side: 'BUY', type: 'MARKET', quantity: '1', user_id: 1 },
    ],
    ['POST', '/trading/exchange-keys/paper', { exchange: 'binance', trading_mode: 'spot', user_id: 1 }],
  ]
  for (const [method, path, body] of bodies) {
    const answer = await owner.ask(method, path, body, { 'idempotency-key': 'mass-assignment' })
    expect(answer.body).toMatchObject({ status: 400, code: 'invalid_request' })
    expect(answer.body.errors[0].message).toBe('is not known here')
  }
})
