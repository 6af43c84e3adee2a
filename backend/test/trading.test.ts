import { inspect } from 'node:util'
import {
  amendOrderAnswerSchema,
  exchangeKeySchema,
  listenKeyAnswerSchema,
  orderDetailsSchema,
  orderStatsSchema,
  venueSchema,
} from '@tradercoin/protocol'
import { type Simulator, startSimulator } from '@tradercoin/simulator'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { startHub, type TestHub, type TestUser } from './support/hub.ts'
import { liveTab, type TestTab } from './support/tab.ts'

let simulator: Simulator
let hub: TestHub
const secretsSeen = new Set<string>()

beforeAll(async () => {
  simulator = await startSimulator({ bot: false, seed: 7 })
  await sim('POST', '/sim/price', { exchange: 'binance', trading_mode: 'spot', symbol: 'BTCUSDT', price: '50000' })
  hub = await startHub({
    config: { paper: { mode: 'url', url: simulator.url } },
    // More keys are added here in a minute than the budget of one address allows.
    overrides: { hub: { heartbeatMs: 1_000 }, transport: { budget: 'off' } },
  })
})
afterAll(async () => {
  await hub.close()
  await simulator.close()
})

interface PaperAccount {
  account_id: string
  api_key: string
  api_secret: string
}

async function sim<T>(method: string, path: string, body?: unknown): Promise<T> {
  const answer = await fetch(simulator.url + path, {
    method,
    ...(body !== undefined && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })
  if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`)
  return (await answer.json()) as T
}

async function paperAccount(trading_mode: 'spot' | 'futures', more: object = {}): Promise<PaperAccount> {
  const account = await sim<PaperAccount>('POST', '/sim/accounts', { exchange: 'binance', trading_mode, ...more })
  secretsSeen.add(account.api_key).add(account.api_secret)
  return account
}

const addKey = (user: TestUser, { api_key, api_secret }: PaperAccount, trading_mode = 'spot', more: object = {}) =>
  user.ask('POST', '/trading/exchange-keys', {
    exchange: 'binance',
    trading_mode,
    environment: 'paper',
    api_key,
    api_secret,
    ...more,
  })

/** The key as listed once it is in this state. */
function untilState(user: TestUser, id: number, state: string) {
  return vi.waitFor(
    async () => {
      const { body } = await user.ask('GET', '/trading/exchange-keys')
      const item = body.items.find((key: { id: number }) => key.id === id)
      expect(item).toMatchObject({ state })
      return item
    },
    { timeout: 15_000, interval: 50 },
  )
}

async function liveKey(user: TestUser, trading_mode: 'spot' | 'futures' = 'spot') {
  const account = await paperAccount(trading_mode)
  const answer = await addKey(user, account, trading_mode)
  expect(answer.status).toBe(201)
  await untilState(user, answer.body.id, 'live')
  return { account, id: answer.body.id as number }
}

const place = (user: TestUser, body: object, key = `k-${Math.random()}`) =>
  user.ask('POST', '/trading/orders', body, { 'idempotency-key': key })

const events = (tab: TestTab, type: string) => tab.messages.filter((message) => message.type === type)

describe('exchange keys', () => {
  it('are added once proved, and shown without any secret', async () => {
    const user = await hub.newUser()
    const account = await paperAccount('spot')
    const answer = await addKey(user, account, 'spot', { label: 'my paper' })
    expect(answer.status).toBe(201)
    exchangeKeySchema
      .extend({ warnings: z.array(z.string()) })
      .strict()
      .parse(answer.body)
    expect(answer.body).toMatchObject({
      label: 'my paper',
      environment: 'paper',
      api_key_last4: account.api_key.slice(-4),
    })
    const item = await untilState(user, answer.body.id, 'live')
    for (const text of [answer.text, JSON.stringify(item)]) {
      expect(text).not.toContain(account.api_key)
      expect(text).not.toContain(account.api_secret)
    }
    expect((await addKey(user, account)).body).toMatchObject({ status: 409, code: 'account_already_added' })
    const other = await hub.newUser()
    expect((await addKey(other, account)).status).toBe(201)
  })

  it('that may withdraw are refused, and nothing of them is kept', async () => {
    const user = await hub.newUser()
    const account = await paperAccount('spot', { permissions: ['read', 'trade', 'withdraw'] })
    expect((await addKey(user, account)).body).toMatchObject({ status: 422, code: 'withdraw_permission' })
    expect((await user.ask('GET', '/trading/exchange-keys')).body.items).toEqual([])
  })

  it('that the exchange does not know are refused with its reason', async () => {
    const user = await hub.newUser()
    const account = await paperAccount('spot')
    const wrongSecret = await addKey(user, { ...account, api_secret: 'x'.repeat(64) })
    expect(wrongSecret.body).toMatchObject({ status: 422, code: 'invalid_credentials' })
    const wrongKey = await addKey(user, { ...account, api_key: 'y'.repeat(64) })
    expect(wrongKey.body).toMatchObject({ status: 422, code: 'invalid_credentials' })
    for (const { text } of [wrongSecret, wrongKey]) expect(text).not.toContain(account.api_secret)
    const pasted = await addKey(user, { ...account, api_secret: ` ${account.api_secret}\n` })
    expect(pasted.status).toBe(201)
    expect((await addKey(user, { ...account, api_key: 'а́бв' })).body).toMatchObject({ status: 400 })
    expect((await addKey(user, account, 'spot', { exchange: 'okx', passphrase: 'x' })).body.status).toBe(422)
  })

  it('open with one click on the paper exchange, for both modes', async () => {
    const user = await hub.newUser()
    for (const trading_mode of ['spot', 'futures']) {
      const answer = await user.ask('POST', '/trading/exchange-keys/paper', {
        exchange: 'binance',
        trading_mode,
        balances: { USDT: '5000' },
      })
      expect(answer.status).toBe(201)
      const item = await untilState(user, answer.body.id, 'live')
      expect(item).toMatchObject({ trading_mode, environment: 'paper', permissions: { withdraw: false } })
    }
    const balances = await user.ask('GET', '/trading/balances?symbol=USDT')
    expect(balances.body.items.map(({ total }: { total: string }) => Number(total))).toEqual([5000, 5000])
  })

  it('are switched off and on, named, and removed with their stream', async () => {
    const user = await hub.newUser()
    const { id } = await liveKey(user)
    const tab = await liveTab(hub.url, user.token)
    const patch = (body: object) => user.ask('PATCH', `/trading/exchange-keys/${id}`, body)
    expect((await patch({ label: 'renamed' })).body).toMatchObject({ label: 'renamed', state: 'live' })
    expect((await patch({ is_active: false })).body).toMatchObject({ is_active: false, state: 'stopped' })
    await tab.until(() => events(tab, 'key_status').some((message) => JSON.stringify(message).includes('stopped')))
    expect(hub.accounts.get(id)).toBeUndefined()
    expect((await user.ask('POST', `/trading/listen-key/${id}`)).body).toMatchObject({
      status: 409,
      code: 'key_inactive',
    })
    expect((await patch({ is_active: true })).status).toBe(200)
    await untilState(user, id, 'live')
    const from = Date.now()
    expect((await user.ask('DELETE', `/trading/exchange-keys/${id}`)).status).toBe(204)
    expect(Date.now() - from).toBeLessThan(2_000)
    expect(hub.accounts.get(id)).toBeUndefined()
    const row = hub.store.db.get<object>(
      'SELECT api_key_sealed, api_secret_sealed, listen_key_sealed FROM exchange_keys WHERE id = ?',
      id,
    )
    expect(row).toEqual({ api_key_sealed: null, api_secret_sealed: null, listen_key_sealed: null })
    expect((await user.ask('DELETE', `/trading/exchange-keys/${id}`)).status).toBe(404)
    tab.end()
  })

  it('whose sealed secret was swapped with that of another row do not open, and the exchange hears nothing', async () => {
    const [user, other] = [await hub.newUser(), await hub.newUser()]
    const [mine, theirs] = [await liveKey(user), await liveKey(other)]
    const { unsealCredentials } = await import('../src/auth/key-secrets.ts')
    const { Vault } = await import('../src/auth/vault.ts')
    const { activeKeyRow } = await import('../src/store/account-keys.ts')
    const vault = new Vault(hub.secrets.encryptionKey)
    const [row, otherRow] = [activeKeyRow(hub.store.db, mine.id), activeKeyRow(hub.store.db, theirs.id)]
    if (!row || !otherRow) throw new Error('no rows')
    expect(unsealCredentials(vault, row).api_secret).toBe(mine.account.api_secret)
    expect(() => unsealCredentials(vault, { ...row, api_secret_sealed: otherRow.api_secret_sealed })).toThrow(
      /does not open/,
    )
    expect(() => unsealCredentials(vault, { ...row, api_secret_sealed: row.api_key_sealed })).toThrow(/does not open/)
  })

  it('tell of their private stream', async () => {
    const user = await hub.newUser()
    const [spot, futures] = [await liveKey(user), await liveKey(user, 'futures')]
    const open = async (method: string, id: number) => {
      const answer = await user.ask(method, `/trading/listen-key/${id}`)
      expect(answer.status).toBe(200)
      return listenKeyAnswerSchema.strict().parse(answer.body)
    }
    expect(await open('POST', spot.id)).toMatchObject({ upkeep: 'signed_session', state: 'live', expires_at: null })
    const first = await open('POST', futures.id)
    expect(first).toMatchObject({ upkeep: 'listen_key', state: 'live' })
    const kept = await open('PUT', futures.id)
    expect(kept.expires_at ?? 0).toBeGreaterThan(Date.now())
    expect(await open('PUT', spot.id)).toMatchObject({ state: 'live' })
  })
})

describe('orders', () => {
  it('reach both tabs of their owner, placed here or elsewhere, and nobody else', async () => {
    const [user, other] = [await hub.newUser(), await hub.newUser()]
    const { account, id } = await liveKey(user)
    const tabs = [await liveTab(hub.url, user.token), await liveTab(hub.url, user.token)]
    const outsider = await liveTab(hub.url, other.token)
    const placed = await place(user, {
      exchange_key_id: id,
      symbol: 'BTCUSDT',
      side: 'BUY',
      type: 'MARKET',
      quantity: '0.01',
    })
    expect(placed.status).toBe(202)
    await sim('POST', '/sim/orders', {
      account_id: account.account_id,
      symbol: 'BTCUSDT',
      side: 'SELL',
      type: 'MARKET',
      quantity: '0.02',
    })
    for (const tab of tabs) {
      await tab.until(
        () => events(tab, 'order_update').filter((message) => JSON.stringify(message).includes('"FILLED"')).length >= 2,
      )
      expect(events(tab, 'execution').length).toBeGreaterThanOrEqual(2)
    }
    expect(tabs[0]?.seqs).toEqual(tabs[1]?.seqs)
    expect(outsider.seqs).toEqual([])
    const { body } = await user.ask('GET', '/trading/orders')
    expect(body.items.map(({ origin, status }: { origin: string; status: string }) => [origin, status])).toEqual([
      ['external', 'FILLED'],
      ['hub', 'FILLED'],
    ])
    const details = await user.ask('GET', `/trading/orders/${placed.body.id}`)
    expect(orderDetailsSchema.strict().parse(details.body).executions.length).toBeGreaterThan(0)
    const stats = orderStatsSchema.strict().parse((await user.ask('GET', '/trading/orders/stats')).body)
    expect(stats).toMatchObject({ total: 2, filled: 2, fill_rate: '1' })
    expect(stats.by_quote.map(({ asset }) => asset)).toEqual(['USDT'])
    for (const tab of [...tabs, outsider]) tab.end()
  })

  it('are cancelled one by one and all at once', async () => {
    const user = await hub.newUser()
    const { id } = await liveKey(user)
    const tab = await liveTab(hub.url, user.token)
    const limit = {
      exchange_key_id: id,
      symbol: 'BTCUSDT',
      side: 'BUY',
      type: 'LIMIT',
      quantity: '0.01',
      price: '45000',
    }
    const orders = await Promise.all([1, 2, 3].map(() => place(user, limit)))
    const [first] = orders
    const canceled = (orderId: number) => () =>
      events(tab, 'order_update').some((message) => {
        const { data } = message as unknown as { data: { id: number; status: string } }
        return data.id === orderId && data.status === 'CANCELED'
      })
    const answer = await user.ask('DELETE', `/trading/orders/${first?.body.id}`)
    expect(answer.status).toBe(202)
    await tab.until(canceled(first?.body.id), 'the cancel')
    expect((await user.ask('DELETE', `/trading/orders/${first?.body.id}`)).body).toMatchObject({
      status: 409,
      code: 'order_closed',
    })
    const all = await user.ask('DELETE', `/trading/orders?exchange_key_id=${id}&symbol=BTCUSDT`)
    expect(all.body.items).toHaveLength(2)
    for (const order of orders.slice(1)) await tab.until(canceled(order.body.id), 'the cancel of all')
    expect((await user.ask('DELETE', '/trading/orders')).status).toBe(400)
    tab.end()
  })

  it.each([
    ['0', 'quantity'],
    ['-1', 'quantity'],
    ['NaN', 'quantity'],
    ['1e400', 'quantity'],
    ['1,5', 'quantity'],
    ['１.５', 'quantity'],
    ['0x10', 'quantity'],
    [['1'], 'quantity'],
    [1.5, 'quantity'],
  ])('with the quantity %j are refused by field, before anything is sent', async (quantity, field) => {
    const user = await hub.newUser()
    const key = await liveKey(user)
    const body = { exchange_key_id: key.id, symbol: 'BTCUSDT', side: 'BUY', type: 'LIMIT', price: '100', quantity }
    const answer = await place(user, body)
    expect(answer.status).toBe(422)
    expect(answer.body.errors[0].field).toBe(field)
    expect((await user.ask('GET', '/trading/orders')).body.items).toEqual([])
  })

  it('that contradict themselves are refused, naming what', async () => {
    const user = await hub.newUser()
    const { id } = await liveKey(user)
    const base = { exchange_key_id: id, symbol: 'BTCUSDT', side: 'BUY' }
    const cases: [object, string][] = [
      [{ type: 'LIMIT', quantity: '1' }, 'price'],
      [{ type: 'MARKET' }, 'quantity'],
      [{ type: 'MARKET', quantity: '1', quote_quantity: '1' }, 'quantity'],
      [{ type: 'STOP_MARKET', quantity: '1' }, 'stop_price'],
      [{ type: 'LIMIT', quantity: '1', price: '50000', stop_price: '49000' }, 'stop_price'],
      [{ type: 'MARKET', quantity: '1', trigger_by: 'LAST' }, 'trigger_by'],
      [{ type: 'LIMIT', quantity: '1', price: '50000', callback_rate: '1' }, 'callback_rate'],
      [{ type: 'MARKET', quantity: '1', trading_mode: 'futures' }, 'trading_mode'],
    ]
    for (const [body, field] of cases) {
      const answer = await place(user, { ...base, ...body })
      expect([answer.status, answer.body.errors?.[0].field]).toEqual([422, field])
    }
  })

  it('that break a rule of the instrument are refused with the rule, its limit and the nearest value', async () => {
    const user = await hub.newUser()
    const { id } = await liveKey(user)
    const body = { exchange_key_id: id, symbol: 'BTCUSDT', side: 'BUY', type: 'LIMIT', quantity: '0.01' }
    const answer = await place(user, { ...body, price: '45000.005' }, 'rule')
    expect(answer.body).toMatchObject({
      status: 422,
      code: 'invalid_order',
      errors: [{ field: 'price', rule: 'price_tick', limit: '0.01', nearest: ['45000', '45000.01'] }],
    })
    expect((await user.ask('GET', '/trading/orders')).body.items).toEqual([])
    // Nothing was done under the key, so the mended order may have it.
    expect((await place(user, { ...body, price: '45000' }, 'rule')).status).toBe(202)
  })

  it('are changed in price and quantity, up and down, and show it once the exchange confirms', async () => {
    const user = await hub.newUser()
    const { id: exchange_key_id } = await liveKey(user, 'futures')
    const tab = await liveTab(hub.url, user.token)
    const body = { exchange_key_id, symbol: 'BTCUSDT', side: 'BUY', type: 'LIMIT', quantity: '0.02', price: '30000' }
    const { id } = (await place(user, body)).body
    const shows = (terms: object) =>
      vi.waitFor(
        async () => {
          const { body } = await user.ask('GET', `/trading/orders/${id}`)
          expect(body).toMatchObject({ status: 'NEW', amend: null, ...terms })
        },
        { timeout: 15_000, interval: 50 },
      )
    await shows({ price: '30000', quantity: '0.02' })
    const changes = [{ price: '31000' }, { price: '29000', quantity: '0.05' }, { price: '29500', quantity: '0.01' }]
    for (const change of changes) {
      const answer = await user.ask('PATCH', `/trading/orders/${id}`, change)
      expect(answer.status).toBe(202)
      expect(amendOrderAnswerSchema.strict().parse(answer.body)).toEqual({ id, status: 'NEW' })
      await shows(change)
    }
    const told = events(tab, 'order_update').map((message) => JSON.parse(JSON.stringify(message)).data)
    expect(told.filter(({ amend }) => amend !== null).length).toBeGreaterThanOrEqual(changes.length)
    const details = orderDetailsSchema.strict().parse((await user.ask('GET', `/trading/orders/${id}`)).body)
    expect(
      details.events.filter(({ amend }) => amend !== null).map(({ source, amend }) => [source, amend?.price]),
    ).toEqual(changes.map(({ price }) => ['hub', price]))
    tab.end()
  }, 60_000)

  it('are not changed where that cannot be: bad values, ended, not there, not offered', async () => {
    const [user, other] = [await hub.newUser(), await hub.newUser()]
    const { id: exchange_key_id } = await liveKey(user, 'futures')
    const body = { exchange_key_id, symbol: 'BTCUSDT', side: 'BUY', type: 'LIMIT', quantity: '0.02', price: '30000' }
    const { id } = (await place(user, body)).body
    const patch = (change: object, by = user) => by.ask('PATCH', `/trading/orders/${id}`, change)
    await vi.waitFor(async () => {
      expect((await user.ask('GET', `/trading/orders/${id}`)).body.status).toBe('NEW')
    })
    expect((await patch({})).status).toBe(422)
    expect((await patch({ price: '1e5' })).body).toMatchObject({ status: 422, errors: [{ field: 'price' }] })
    expect((await patch({ side: 'SELL' })).status).toBe(400)
    expect((await patch({ price: '30000.001' })).body).toMatchObject({
      status: 422,
      code: 'invalid_order',
      errors: [{ field: 'price', rule: 'price_tick' }],
    })
    expect((await patch({ price: '31000' }, other)).status).toBe(404)
    await user.ask('DELETE', `/trading/orders/${id}`)
    await vi.waitFor(async () => {
      expect((await patch({ price: '31000' })).body).toMatchObject({ status: 409, code: 'order_closed' })
    })
    const spot = await liveKey(user)
    const stop = { ...body, exchange_key_id: spot.id, type: 'STOP_LIMIT', side: 'SELL', stop_price: '29000' }
    const placed = await place(user, stop)
    expect(placed.status).toBe(202)
    await vi.waitFor(async () => {
      const { body } = await user.ask('PATCH', `/trading/orders/${placed.body.id}`, { price: '31000' })
      expect(body).toMatchObject({ status: 422, code: 'amend_not_supported' })
    })
  })

  it('at the market are refused before they are stored when they are worth too little', async () => {
    const user = await hub.newUser()
    const { id: exchange_key_id } = await liveKey(user)
    const market = { exchange_key_id, symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET' }
    expect((await place(user, { ...market, quantity: '0.00001' })).body).toMatchObject({
      status: 422,
      code: 'invalid_order',
      errors: [{ field: 'quantity', rule: 'min_notional' }],
    })
    expect((await user.ask('GET', '/trading/orders')).body.items).toEqual([])
    expect((await place(user, { ...market, quantity: '0.01' })).status).toBe(202)
  })

  it('close a position at the market with its present quantity', async () => {
    const user = await hub.newUser()
    const { id: exchange_key_id } = await liveKey(user, 'futures')
    const market = { exchange_key_id, symbol: 'BTCUSDT', type: 'MARKET' }
    const close = { ...market, side: 'SELL', close_position: true }
    expect((await place(user, close)).body).toMatchObject({ status: 409, code: 'no_position' })
    await place(user, { ...market, side: 'BUY', quantity: '0.03' })
    const quantityIs = (quantity: string) =>
      vi.waitFor(
        async () => {
          const { body } = await user.ask('GET', '/trading/positions?symbol=BTCUSDT')
          expect(body.items[0]).toMatchObject({ quantity })
        },
        { timeout: 15_000, interval: 50 },
      )
    await quantityIs('0.03')
    const wrong = await place(user, { ...close, side: 'BUY' })
    expect(wrong.body).toMatchObject({ status: 422, errors: [{ field: 'side', message: 'must be SELL' }] })
    const closed = await place(user, close)
    expect(closed.status).toBe(202)
    await quantityIs('0')
    expect((await user.ask('GET', `/trading/orders/${closed.body.id}`)).body).toMatchObject({
      status: 'FILLED',
      executed_qty: '0.03',
      reduce_only: true,
    })
  })

  it('are placed once for one Idempotency-Key, however often and at once they are sent', async () => {
    const user = await hub.newUser()
    const { account, id } = await liveKey(user)
    const body = {
      exchange_key_id: id,
      symbol: 'BTCUSDT',
      side: 'BUY',
      type: 'LIMIT',
      quantity: '0.01',
      price: '45000',
    }
    const answers = await Promise.all(Array.from({ length: 100 }, () => place(user, body, 'the-same-key')))
    const placed = answers.filter(({ status }) => status === 202)
    const running = answers.filter(({ status }) => status === 409)
    expect(placed.length + running.length).toBe(100)
    expect(new Set(placed.map(({ text }) => text)).size).toBe(1)
    const again = await place(user, { ...body }, 'the-same-key')
    expect(again.text).toBe(placed[0]?.text)
    const { orders } = await sim<{ orders: unknown[] }>('GET', `/sim/ledger?account_id=${account.account_id}`)
    expect(orders).toHaveLength(1)
    expect((await place(user, { ...body, price: '45001' }, 'the-same-key')).body).toMatchObject({
      status: 422,
      code: 'idempotency_key_reused',
    })
    const bare = await user.ask('POST', '/trading/orders', body)
    expect(bare.body).toMatchObject({ status: 400, code: 'idempotency_key_missing' })
    const other = await hub.newUser()
    expect((await place(other, body, 'the-same-key')).status).toBe(404)
  })
})

it('tells what each exchange offers, and of paper only where there is a paper exchange', async () => {
  const user = await hub.newUser()
  const { status, body } = await user.ask('GET', '/trading/venues')
  expect(status).toBe(200)
  const items = z.array(venueSchema.strict()).parse(body.items)
  expect(items.find(({ exchange }) => exchange === 'binance')).toMatchObject({
    name: 'Binance',
    key_covers: 'one_mode',
    trading_modes: ['spot', 'futures'],
    environments: ['live', 'testnet', 'demo', 'paper'],
    needs_passphrase: false,
    capabilities: { spot: { quote_quantity: true }, futures: { hedge_mode: true } },
  })
  expect((await hub.ask('GET', '/api/v1/trading/venues')).status).toBe(401)
  await using without = await startHub()
  const other = await (await without.newUser()).ask('GET', '/trading/venues')
  for (const { environments } of other.body.items) expect(environments).not.toContain('paper')
})

it('lists what can be traded', async () => {
  const user = await hub.newUser()
  expect((await user.ask('GET', '/trading/instruments')).body.items).toEqual([])
  await liveKey(user)
  const { body } = await user.ask('GET', '/trading/instruments?symbol=BTCUSDT')
  expect(body.items).toMatchObject([
    { exchange: 'binance', environment: 'paper', trading_mode: 'spot', symbol: 'BTCUSDT', quote_asset: 'USDT' },
  ])
  const futures = await liveKey(user, 'futures')
  const modes = async (query: string) => {
    const answer = await user.ask('GET', `/trading/instruments?${query}`)
    expect(answer.status).toBe(200)
    return answer.body.items.map((item: { trading_mode: string }) => item.trading_mode).sort()
  }
  expect(await modes('symbol=BTCUSDT')).toEqual(['futures', 'spot'])
  expect(await modes('symbol=BTCUSDT&exchange=binance&trading_mode=futures')).toEqual(['futures'])
  expect(await modes(`symbol=BTCUSDT&exchange_key_id=${futures.id}`)).toEqual(['futures'])
  expect(await modes('exchange=okx')).toEqual([])
  expect(await modes('symbol=NOPE&from=0&to=1')).toEqual([])
  const pages = await user.ask('GET', '/trading/instruments?trading_mode=spot&limit=1')
  const next = await user.ask('GET', `/trading/instruments?trading_mode=spot&limit=1&cursor=${pages.body.next_cursor}`)
  expect([pages.body.items.length, next.body.items.length]).toEqual([1, 1])
  expect(next.body.items[0].symbol > pages.body.items[0].symbol).toBe(true)
})

it('has put no secret, token or password into its log', async () => {
  const user = await hub.newUser()
  await user.ask('GET', '/auth/me?token=canary-in-a-query')
  const text = hub.logText()
  expect(text.length).toBeGreaterThan(1_000)
  const secrets = [...secretsSeen, user.token, user.cookie.split('=')[1] ?? '', user.password, 'canary-in-a-query']
  const { jwtSecret, encryptionKey } = hub.secrets
  for (const secret of [...secrets, jwtSecret, encryptionKey]) expect(text).not.toContain(secret)
  expect(text).not.toMatch(/listenKey=[A-Za-z0-9]/)
  expect(text).not.toMatch(/signature=[0-9a-f]/)
  expect(inspect(hub.accounts, { depth: 8 })).not.toContain([...secretsSeen][1])
})
