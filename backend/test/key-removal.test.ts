import { applyMessage, createAccountState, type Order, removedKeyReason, toSnapshot } from '@tradercoin/protocol'
import { type Simulator, startSimulator } from '@tradercoin/simulator'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { activeKeyRow } from '../src/store/account-keys.ts'
import { startHub, storeKey, type TestHub, type TestUser } from './support/hub.ts'
import { orderEvent } from './support/reports.ts'
import { liveTab, type TestTab } from './support/tab.ts'

let simulator: Simulator
let hub: TestHub
beforeAll(async () => {
  simulator = await startSimulator({ bot: false, seed: 3 })
  await sim('/sim/price', { exchange: 'binance', trading_mode: 'spot', symbol: 'BTCUSDT', price: '50000' })
  hub = await startHub({
    config: { paper: { mode: 'url', url: simulator.url } },
    overrides: { hub: { heartbeatMs: 200 } },
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

async function sim<T>(path: string, body: unknown): Promise<T> {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(simulator.url + path, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`)
  return (await answer.json()) as T
}

const add = (user: TestUser, { api_key, api_secret }: PaperAccount, more: object = {}) =>
  user.ask('POST', '/trading/exchange-keys', {
    exchange: 'binance',
    trading_mode: 'spot',
    environment: 'paper',
    api_key,
    api_secret,
    ...more,
  })

const untilLive = (user: TestUser, id: number) =>
  vi.waitFor(
    async () => {
      const { body } = await user.ask('GET', '/trading/exchange-keys')
      expect(body.items.find((key: { id: number }) => key.id === id)).toMatchObject({ state: 'live' })
    },
    { timeout: 15_000, interval: 50 },
  )

const items = async (user: TestUser, name: string) => (await user.ask('GET', `/trading/${name}`)).body.items

/** A live key with one order that rests and one that was filled. */
async function keyWithOrders(user: TestUser) {
  const account = await sim<PaperAccount>('/sim/accounts', { exchange: 'binance', trading_mode: 'spot' })
  const answer = await add(user, account, { label: 'first' })
  expect(answer.status).toBe(201)
  const id: number = answer.body.id
  await untilLive(user, id)
  const order = { account_id: account.account_id, symbol: 'BTCUSDT', side: 'BUY', quantity: '0.01' }
  await sim('/sim/orders', { ...order, type: 'LIMIT', price: '40000' })
  await sim('/sim/orders', { ...order, type: 'MARKET' })
  const orders = await vi.waitFor(async () => {
    const known: Order[] = await items(user, 'orders')
    expect(known.map(({ status }) => status).sort()).toEqual(['FILLED', 'NEW'])
    return known
  })
  const resting = orders.find(({ status }) => status === 'NEW') as Order
  return { account, id, resting, order }
}

/** What a tab makes of all it was sent. */
function stateOf(tab: TestTab) {
  const state = createAccountState()
  for (const message of tab.messages) applyMessage(state, message as Parameters<typeof applyMessage>[1])
  return state
}

describe('a removed key', () => {
  it('leaves its history, and nothing that is only true now', { timeout: 30_000 }, async () => {
    const [user, other] = [await hub.newUser(), await hub.newUser()]
    const { id, resting } = await keyWithOrders(user)
    const tab = await liveTab(hub.url, user.token)
    await tab.until(() => stateOf(tab).balances.size > 0, 'balances')
    expect((await user.ask('DELETE', `/trading/exchange-keys/${id}`)).status).toBe(204)

    expect(await items(user, 'balances')).toEqual([])
    expect(await items(user, 'positions')).toEqual([])
    expect(await items(user, 'executions')).toHaveLength(1)
    const shown = { status: 'UNKNOWN', reason: removedKeyReason }
    const details = (await user.ask('GET', `/trading/orders/${resting.id}`)).body
    expect(details).toMatchObject(shown)
    expect(details.events.at(-1)).toMatchObject({ ...shown, source: 'hub' })
    expect((await user.ask('GET', '/trading/orders/stats')).body).toMatchObject({ total: 2, open: 0, filled: 1 })

    await tab.until(() => stateOf(tab).balances.size === 0, 'the balances to go')
    expect(stateOf(tab).orders.get(resting.id)).toMatchObject(shown)
    const fresh = await liveTab(hub.url, user.token)
    await fresh.until(() => fresh.messages.some(({ type }) => type === 'snapshot'), 'a snapshot')
    expect(toSnapshot(stateOf(fresh))).toEqual(toSnapshot(stateOf(tab)))

    const removed = { status: 409, code: 'key_removed' }
    expect((await user.ask('DELETE', `/trading/orders/${resting.id}`)).body).toMatchObject(removed)
    expect((await user.ask('DELETE', `/trading/orders?exchange_key_id=${id}`)).body).toMatchObject(removed)
    expect((await other.ask('DELETE', `/trading/orders/${resting.id}`)).status).toBe(404)
    expect((await other.ask('DELETE', `/trading/orders?exchange_key_id=${id}`)).status).toBe(404)
    for (const open of [tab, fresh]) open.end()
  })

  it('comes back as the same when its account is added again, and what happened since is read', {
    timeout: 40_000,
  }, async () => {
    const user = await hub.newUser()
    const { account, id, resting, order } = await keyWithOrders(user)
    await user.ask('DELETE', `/trading/exchange-keys/${id}`)
    await sim('/sim/orders', { ...order, type: 'MARKET', quantity: '0.02' })
    const tab = await liveTab(hub.url, user.token)

    const again = await add(user, account, { label: 'second' })
    expect(again.status).toBe(201)
    expect(again.body).toMatchObject({ id, label: 'second', is_active: true })
    expect((await add(user, account)).body).toMatchObject({ status: 409, code: 'account_already_added' })
    await untilLive(user, id)
    await vi.waitFor(async () => expect(await items(user, 'executions')).toHaveLength(2), { timeout: 10_000 })

    const orders: Order[] = await items(user, 'orders')
    expect(orders.map((known) => known.exchange_key_id)).toEqual([id, id, id])
    expect(orders.find((known) => known.id === resting.id)).toEqual(resting)
    expect((await user.ask('GET', '/trading/orders/stats')).body).toMatchObject({ total: 3, open: 1, filled: 2 })
    const assets = (await items(user, 'balances')).map(({ asset }: { asset: string }) => asset).sort()
    expect(assets).toEqual(['BTC', 'USDT'])
    await tab.until(() => stateOf(tab).balances.size === 2, 'the balances to come back')
    await tab.until(() => stateOf(tab).orders.get(resting.id)?.status === 'NEW', 'the order to be known again')
    expect((await user.ask('DELETE', `/trading/orders/${resting.id}`)).status).toBe(202)
    tab.end()
  })

  it('takes no secrets that were sealed for another row', async () => {
    const user = await hub.newUser()
    const id = await storeKey(hub, user.id, 'uid-1')
    const remove = { user_id: user.id, id, ip: null }
    await hub.store.writer.run('deleteKey', remove)
    await expect(storeKey(hub, user.id, 'uid-1')).rejects.toMatchObject({ code: 'account_already_added' })
    expect(activeKeyRow(hub.store.db, id)).toBeUndefined()
  })

  it('whose last events arrive late opens no order', async () => {
    const user = await hub.newUser()
    const id = await storeKey(hub, user.id)
    await hub.store.writer.run('deleteKey', { user_id: user.id, id, ip: null })
    await hub.store.writer.run('bookEvents', {
      account: { user_id: user.id, exchange_key_id: id, exchange: 'binance' },
      source: 'stream',
      received: [{ received_at: 1, events: [orderEvent({ status: 'NEW' })] }],
      recovering: false,
    })
    expect(await items(user, 'orders')).toMatchObject([{ status: 'UNKNOWN', reason: removedKeyReason }])
    expect((await user.ask('GET', '/trading/orders/stats')).body.open).toBe(0)
  })
})
