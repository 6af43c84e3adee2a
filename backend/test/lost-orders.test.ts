import { createExchange, paperEndpoints, systemClock } from '@tradercoin/exchanges'
import type { Order } from '@tradercoin/protocol'
import { type Simulator, startSimulator } from '@tradercoin/simulator'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { lostOrderReason } from '../src/ledger/order-record.ts'
import { startHub, type TestHub, type TestUser, testSecrets } from './support/hub.ts'
import { temporaryDirectory } from './support/store.ts'

/* OKX forgets an order two hours after it was canceled unfilled. A hub that was down for longer cannot hear how it ended. */

const hours = 60 * 60_000
const directory = temporaryDirectory()
const secrets = testSecrets()
let simulator: Simulator
let hub: TestHub
const start = () =>
  startHub({
    dataDir: directory.path,
    secrets,
    config: { paper: { mode: 'url', url: simulator.url } },
    overrides: { transport: { budget: 'off' } },
  })
beforeAll(async () => {
  simulator = await startSimulator({ bot: false, seed: 41, limits: 'off' })
  hub = await start()
})
afterAll(async () => {
  await hub.close()
  await simulator.close()
  directory.remove()
})

const until = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 20_000, interval: 50 })

async function sim<T>(path: string, body: unknown): Promise<T> {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(simulator.url + path, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`)
  return (await answer.json()) as T
}

interface OkxAccount {
  account_id: string
  api_key: string
  api_secret: string
  passphrase: string
}

/** The owner's own program, which uses the same key. */
async function cancelElsewhere({ api_key, api_secret, passphrase }: OkxAccount, order: Order) {
  const exchange = createExchange('okx', 'spot', {
    environment: 'paper',
    region: null,
    endpoints: paperEndpoints(simulator.url, 'okx', 'spot'),
    transport: { clock: systemClock, budget: 'off', ca: null, log: () => {}, onBudget: () => {} },
  })
  await exchange.cancelOrder({ api_key, api_secret, passphrase }, order)
  await exchange.close()
}

/** Asks the hub that runs now. */
const ask = async (user: TestUser, path: string) =>
  (await hub.ask('GET', `/api/v1/trading/${path}`, { token: user.token })).body

it('an order canceled elsewhere hours before the hub comes back is shown as canceled, and why', async () => {
  const user = await hub.newUser()
  const account = await sim<OkxAccount>('/sim/accounts', {
    exchange: 'okx',
    trading_mode: 'spot',
    balances: { USDT: '50000' },
  })
  const { api_key, api_secret, passphrase } = account
  const secret = { api_key, api_secret, passphrase }
  const key = { exchange: 'okx', trading_mode: 'spot', environment: 'paper', ...secret }
  const added = await user.ask('POST', '/trading/exchange-keys', key)
  expect(added.status, added.text).toBe(201)
  const live = () =>
    until(async () => expect((await ask(user, 'exchange-keys')).items).toMatchObject([{ state: 'live' }]))
  await live()

  const body = { symbol: 'BTC-USDT', side: 'BUY', type: 'LIMIT', quantity: '0.01', price: '60000' }
  const ids: number[] = []
  for (const name of ['gone', 'stays']) {
    const headers = { 'idempotency-key': `order-that-${name}` }
    const placed = await user.ask('POST', '/trading/orders', { exchange_key_id: added.body.id, ...body }, headers)
    expect(placed.status, placed.text).toBe(202)
    ids.push(placed.body.id)
  }
  const [gone, stays] = ids as [number, number]
  for (const id of ids) await until(async () => expect((await ask(user, `orders/${id}`)).status).toBe('NEW'))
  const known: Order = await ask(user, `orders/${gone}`)

  await hub.close()
  await cancelElsewhere(account, known)
  await sim('/sim/clock', { advance_ms: 2 * hours + 60_000 })
  // The venue's own clock as well: no order as young as this one is taken for lost.
  await sim('/sim/faults', { kind: 'clock_skew', exchange: 'okx', skew_ms: 3 * hours })
  hub = await start()
  await live()

  const lost = { status: 'CANCELED', reason: lostOrderReason, executed_qty: '0' }
  const shown = await ask(user, `orders/${gone}`)
  expect(shown).toMatchObject({ ...lost, order_id: known.order_id, update_time: known.update_time })
  expect(shown.events.at(-1)).toMatchObject({ source: 'hub', status: 'CANCELED', reason: lostOrderReason })
  expect((await ask(user, `orders/${stays}`)).status).toBe('NEW')
  const { items: gaps } = await ask(user, 'gaps')
  expect(gaps[0].unproven).toContain('1 orders that were open are no longer known to OKX')

  await hub.close()
  hub = await start()
  await live()
  expect((await ask(user, `orders/${gone}`)).events).toEqual(shown.events)
}, 90_000)
