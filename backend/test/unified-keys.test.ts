import {
  type Balance,
  type ExchangeId,
  multiplyDecimal,
  type Order,
  type Position,
  tradingModeSchema,
} from '@tradercoin/protocol'
import { type Simulator, startSimulator } from '@tradercoin/simulator'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { startHub, type TestHub, type TestUser } from './support/hub.ts'
import { positionEvent } from './support/reports.ts'

/* Keys that cover the whole account: spot and futures of one account through one stream, kept apart by the record's trading mode. */

let simulator: Simulator
let hub: TestHub
beforeAll(async () => {
  simulator = await startSimulator({ bot: false, seed: 33, limits: 'off' })
  hub = await startHub({
    config: { paper: { mode: 'url', url: simulator.url } },
    overrides: { transport: { budget: 'off' } },
  })
})
afterAll(async () => {
  await hub.close()
  await simulator.close()
})

const until = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 20_000, interval: 50 })
const venues: [ExchangeId, Record<'spot' | 'futures', string>][] = [
  ['okx', { spot: 'BTC-USDT', futures: 'BTC-USDT-SWAP' }],
  ['bybit', { spot: 'BTCUSDT', futures: 'BTCUSDT' }],
]

describe.each(venues)('%s', (exchange, symbols) => {
  async function liveKey(user: TestUser, trading_mode = 'spot'): Promise<number> {
    const body = { exchange, trading_mode, balances: { USDT: '50000', BTC: '1' } }
    const added = await user.ask('POST', '/trading/exchange-keys/paper', body)
    expect([added.status, added.body.code]).toEqual([201, undefined])
    await until(async () => {
      expect((await user.ask('GET', '/trading/exchange-keys')).body.items).toMatchObject([{ state: 'live' }])
    })
    return added.body.id
  }
  const place = (user: TestUser, body: object) =>
    user.ask('POST', '/trading/orders', body, { 'idempotency-key': `k-${Math.random()}` })
  const orders = async (user: TestUser, query = ''): Promise<Order[]> =>
    (await user.ask('GET', `/trading/orders?${query}`)).body.items
  const modes = (list: readonly { trading_mode: string }[]) => list.map(({ trading_mode }) => trading_mode).sort()

  it('places on both markets with one key, in the key’s own mode unless another is named', async () => {
    const user = await hub.newUser()
    const exchange_key_id = await liveKey(user)
    const limit = { exchange_key_id, side: 'BUY', type: 'LIMIT', quantity: '0.01', price: '90000' }
    const spot = await place(user, { ...limit, symbol: symbols.spot })
    const futures = await place(user, { ...limit, symbol: symbols.futures, trading_mode: 'futures' })
    expect([spot.status, futures.status]).toEqual([202, 202])
    await until(async () => {
      expect((await orders(user, 'status=NEW')).map(({ id, trading_mode }) => [id, trading_mode])).toEqual([
        [futures.body.id, 'futures'],
        [spot.body.id, 'spot'],
      ])
    })
    const listed = await user.ask('GET', `/trading/instruments?exchange_key_id=${exchange_key_id}`)
    expect(new Set(modes(listed.body.items))).toEqual(new Set(tradingModeSchema.options))

    for (const { id, change } of [
      { id: spot.body.id, change: { price: '91000' } },
      { id: futures.body.id, change: { price: '89000', quantity: '0.02' } },
    ]) {
      expect((await user.ask('PATCH', `/trading/orders/${id}`, change)).status).toBe(202)
      await until(async () => {
        expect((await user.ask('GET', `/trading/orders/${id}`)).body).toMatchObject({ ...change, amend: null })
      })
    }

    const canceled = await user.ask(
      'DELETE',
      `/trading/orders?exchange_key_id=${exchange_key_id}&symbol=${symbols.futures}&trading_mode=futures`,
    )
    expect(canceled.body.items).toMatchObject([{ id: futures.body.id, problem: null }])
    await until(async () => {
      expect((await user.ask('GET', `/trading/orders/${futures.body.id}`)).body.status).toBe('CANCELED')
    })
    expect((await user.ask('GET', `/trading/orders/${spot.body.id}`)).body.status).toBe('NEW')
    const rest = await user.ask('DELETE', `/trading/orders?exchange_key_id=${exchange_key_id}`)
    expect(rest.body.items).toMatchObject([{ id: spot.body.id }])
    await until(async () => {
      expect((await user.ask('GET', `/trading/orders/${spot.body.id}`)).body.status).toBe('CANCELED')
    })
  }, 60_000)

  it.runIf(exchange === 'okx')(
    'tells at once why a change that was taken is refused later',
    async () => {
      const user = await hub.newUser()
      const exchange_key_id = await liveKey(user)
      const terms = { side: 'BUY', type: 'LIMIT', quantity: '0.01', price: '90000' }
      const { body } = await place(user, { ...terms, exchange_key_id, symbol: symbols.spot })
      await until(async () => {
        expect((await orders(user, 'status=NEW')).map(({ id }) => id)).toEqual([body.id])
      })
      expect((await user.ask('PATCH', `/trading/orders/${body.id}`, { quantity: '5' })).status).toBe(202)
      await until(async () => {
        const { events, ...order } = (await user.ask('GET', `/trading/orders/${body.id}`)).body
        expect(order).toMatchObject({ status: 'NEW', quantity: '0.01', amend: null })
        expect(events.at(-1)).toMatchObject({ source: 'stream', reason: expect.stringMatching(/insufficient/i) })
      })
    },
    60_000,
  )

  it('keeps what both markets filled apart: executions, position, one wallet; and counts each once', async () => {
    const user = await hub.newUser()
    const exchange_key_id = await liveKey(user, 'futures')
    const buy = { exchange_key_id, side: 'BUY', type: 'MARKET', quantity: '0.01' }
    const futures = await place(user, { ...buy, symbol: symbols.futures })
    const spot = await place(user, { ...buy, symbol: symbols.spot, trading_mode: 'spot' })
    for (const { body } of [futures, spot]) {
      await until(async () => {
        expect((await user.ask('GET', `/trading/orders/${body.id}`)).body).toMatchObject({
          status: 'FILLED',
          executed_qty: '0.01',
        })
      })
    }
    const executions = (await user.ask('GET', '/trading/executions')).body.items
    expect(new Set(modes(executions))).toEqual(new Set(['futures', 'spot']))
    await until(async () => {
      const positions: Position[] = (await user.ask('GET', '/trading/positions')).body.items
      expect(positions.filter(({ quantity }) => quantity !== '0')).toMatchObject([
        { trading_mode: 'futures', symbol: symbols.futures, quantity: '0.01' },
      ])
    })
    for (const list of ['executions', 'positions', 'balances']) {
      const { body } = await user.ask(
        'GET',
        `/trading/${list}?trading_mode=${list === 'balances' ? 'futures' : 'spot'}`,
      )
      expect(modes(body.items).every((mode) => mode === 'spot' && list === 'executions')).toBe(true)
    }
    const balances: Balance[] = (await user.ask('GET', '/trading/balances')).body.items
    expect(new Set(modes(balances))).toEqual(new Set(['spot']))
    const { body: stats } = await user.ask('GET', '/trading/orders/stats')
    expect(stats).toMatchObject({ total: 2, filled: 2, fill_rate: '1' })
    expect(stats.by_quote.map(({ asset }: { asset: string }) => asset)).toEqual(['USDT'])
    const ofMode = (await user.ask('GET', '/trading/orders/stats?trading_mode=futures')).body
    expect(ofMode).toMatchObject({ total: 1, filled: 1 })

    const close = { ...buy, side: 'SELL', symbol: symbols.futures, close_position: true, quantity: undefined }
    const closed = await place(user, close)
    expect(closed.status).toBe(202)
    await until(async () => {
      const positions: Position[] = (await user.ask('GET', '/trading/positions')).body.items
      expect(positions.every(({ quantity }) => quantity === '0')).toBe(true)
    })
  }, 60_000)

  it('tells the profit of a position from its mark price where the venue has not', async () => {
    const user = await hub.newUser()
    const exchange_key_id = await liveKey(user)
    const { body } = await user.ask('GET', '/trading/instruments?trading_mode=futures&limit=500')
    const inverse = body.items.find(({ contract_value }: { contract_value: string | null }) => contract_value !== null)
    const told = { entry_price: '50000', mark_price: '62500', unrealized_pnl: null }
    const events = [
      positionEvent({ ...told, symbol: symbols.futures, quantity: '-0.5' }),
      positionEvent({ ...told, symbol: inverse.symbol, quantity: '10' }),
    ]
    await hub.store.writer.run('bookEvents', {
      account: { user_id: user.id, exchange_key_id, exchange },
      source: 'stream',
      received: [{ received_at: Date.now(), events }],
      recovering: false,
    })
    const { items } = (await user.ask('GET', '/trading/positions')).body
    const pnlOf = (symbol: string) => items.find((item: Position) => item.symbol === symbol)?.unrealized_pnl
    expect(pnlOf(symbols.futures)).toBe('-6250')
    // 10 × (1 / 50,000 − 1 / 62,500) coins for each unit of quote a contract is worth.
    expect(pnlOf(inverse.symbol)).toBe(multiplyDecimal('0.00004', inverse.contract_value))
  })

  it('is one account whatever the mode it is added for', async () => {
    const user = await hub.newUser()
    const answer = await fetch(`${simulator.url}/sim/accounts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ exchange, trading_mode: 'spot' }),
    })
    const { api_key, api_secret, passphrase } = (await answer.json()) as Record<string, string>
    const key = { exchange, environment: 'paper', api_key, api_secret, ...(passphrase && { passphrase }) }
    const add = (trading_mode: string) => user.ask('POST', '/trading/exchange-keys', { ...key, trading_mode })
    expect((await add('spot')).status).toBe(201)
    expect((await add('futures')).body).toMatchObject({ status: 409, code: 'account_already_added' })
  })
})

it('OKX holds cross beside isolated: two positions show, and closing one leaves the other', async () => {
  const user = await hub.newUser()
  const paper = { exchange: 'okx', trading_mode: 'futures', balances: { USDT: '50000' } }
  const { body: key } = await user.ask('POST', '/trading/exchange-keys/paper', paper)
  await until(async () => {
    expect((await user.ask('GET', '/trading/exchange-keys')).body.items).toMatchObject([{ state: 'live' }])
  })
  const market = { exchange_key_id: key.id, symbol: 'BTC-USDT-SWAP', type: 'MARKET' }
  const place = (body: object) =>
    user.ask('POST', '/trading/orders', { ...market, ...body }, { 'idempotency-key': `k-${Math.random()}` })
  const held = async () => {
    const { items } = (await user.ask('GET', '/trading/positions')).body
    const open = items.filter(({ quantity }: Position) => quantity !== '0')
    return Object.fromEntries(open.map(({ margin_mode, quantity }: Position) => [margin_mode, quantity]))
  }
  const shows = (positions: object) => until(async () => expect(await held()).toEqual(positions))

  expect((await place({ side: 'BUY', quantity: '0.02', margin_mode: 'CROSS' })).status).toBe(202)
  expect((await place({ side: 'BUY', quantity: '0.01', margin_mode: 'ISOLATED' })).status).toBe(202)
  await shows({ CROSS: '0.02', ISOLATED: '0.01' })

  const unnamed = await place({ side: 'SELL', close_position: true })
  expect(unnamed.body).toMatchObject({ status: 422, errors: [{ field: 'margin_mode' }] })
  const closing = await place({ side: 'SELL', close_position: true, margin_mode: 'ISOLATED' })
  expect(closing.status).toBe(202)
  await shows({ CROSS: '0.02' })

  expect((await place({ side: 'BUY', quantity: '0.03', margin_mode: 'ISOLATED' })).status).toBe(202)
  await shows({ CROSS: '0.02', ISOLATED: '0.03' })
  expect((await place({ side: 'SELL', close_position: true, margin_mode: 'CROSS' })).status).toBe(202)
  await shows({ ISOLATED: '0.03' })
  // The one that is left needs no name.
  expect((await place({ side: 'SELL', close_position: true })).status).toBe(202)
  await shows({})
  const { items } = (await user.ask('GET', '/trading/orders')).body
  expect(items.slice(0, 3)).toMatchObject([
    { side: 'SELL', status: 'FILLED', executed_qty: '0.03', reduce_only: true },
    { side: 'SELL', status: 'FILLED', executed_qty: '0.02', reduce_only: true },
    { side: 'BUY', status: 'FILLED', executed_qty: '0.03', reduce_only: false },
  ])
}, 60_000)

it('a key is refused by field: without its passphrase, with a wrong one, unknown, or for a site or environment that is not there', async () => {
  const user = await hub.newUser()
  const answer = await fetch(`${simulator.url}/sim/accounts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ exchange: 'okx', trading_mode: 'spot' }),
  })
  const { api_key, api_secret, passphrase } = (await answer.json()) as Record<string, string>
  const key = { exchange: 'okx', trading_mode: 'spot', environment: 'paper', api_key, api_secret, passphrase }
  const cases: [object, code: string, field: string][] = [
    [{ passphrase: undefined }, 'invalid_key', 'passphrase'],
    [{ region: 'mars' }, 'invalid_key', 'region'],
    [{ environment: 'testnet' }, 'invalid_key', 'environment'],
    [{ exchange: 'bybit' }, 'invalid_key', 'passphrase'],
    [{ passphrase: 'wrong' }, 'wrong_passphrase', 'passphrase'],
    [{ api_secret: 'x'.repeat(32) }, 'invalid_credentials', 'api_secret'],
    [{ api_key: '00000000-0000-4000-8000-000000000000' }, 'unknown_key', 'api_key'],
  ]
  for (const [changes, code, field] of cases) {
    const { body } = await user.ask('POST', '/trading/exchange-keys', { ...key, ...changes })
    expect([body.status, body.code, body.errors?.[0]?.field]).toEqual([422, code, field])
    expect(body.errors[0].message.length).toBeGreaterThan(5)
  }
  expect((await user.ask('GET', '/trading/exchange-keys')).body.items).toEqual([])
})
