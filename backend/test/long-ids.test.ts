import { createClient } from '@tradercoin/client'
import type { Execution, Order } from '@tradercoin/protocol'
import { type Simulator, startSimulator } from '@tradercoin/simulator'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { startHub, type TestHub } from './support/hub.ts'
import { liveTab } from './support/tab.ts'

/* A venue's ids of 64 bits, through every path: exchange, parser, ledger, REST, WebSocket, client, and back to the exchange. */

let simulator: Simulator
let hub: TestHub
beforeAll(async () => {
  simulator = await startSimulator({ bot: false, seed: 3, limits: 'off' })
  hub = await startHub({
    config: { paper: { mode: 'url', url: simulator.url } },
    overrides: { transport: { budget: 'off' } },
  })
})
afterAll(async () => {
  await hub.close()
  await simulator.close()
})

const soon = { timeout: 15_000, interval: 30 }
const largestDouble = 2n ** 53n

it('keeps every digit of an id beyond 2^53, and cancels by it', async () => {
  const user = await hub.newUser()
  const key = await user.ask('POST', '/trading/exchange-keys/paper', { exchange: 'binance', trading_mode: 'futures' })
  expect(key.status).toBe(201)
  const exchange_key_id = key.body.id as number
  const live = async () => {
    const { body } = await user.ask('GET', '/trading/exchange-keys')
    expect(body.items[0]).toMatchObject({ state: 'live' })
  }
  await vi.waitFor(live, soon)

  const tab = await liveTab(hub.url, user.token)
  const client = createClient({ baseUrl: hub.url, getToken: async () => user.token })
  const orders = new Map<string | null, Order>()
  const executions: Execution[] = []
  client.onOrderUpdate((order) => orders.set(order.client_order_id, order))
  client.onExecution((execution) => executions.push(execution))
  client.connect()
  await vi.waitFor(() => expect(client.state).toMatchObject({ status: 'connected' }), soon)

  const place = (client_order_id: string, order: object) =>
    user.ask(
      'POST',
      '/trading/orders',
      { exchange_key_id, symbol: 'ETHUSDT', side: 'BUY', client_order_id, quantity: '0.1', ...order },
      { 'idempotency-key': client_order_id },
    )
  expect((await place('long1', { type: 'MARKET' })).status).toBe(202)
  const resting = await place('long2', { type: 'LIMIT', price: '2300' })
  expect(resting.status).toBe(202)
  await vi.waitFor(() => {
    expect(orders.get('long1')?.status).toBe('FILLED')
    expect(orders.get('long2')?.status).toBe('NEW')
    expect(executions.length).toBeGreaterThan(0)
  }, soon)

  // The exchange's own books are the truth.
  const { accounts } = (await (await fetch(`${simulator.url}/sim/accounts`)).json()) as {
    accounts: { account_id: string; exchange: string; trading_mode: string; open_orders: number }[]
  }
  const account = accounts.find(({ open_orders, trading_mode }) => open_orders === 1 && trading_mode === 'futures')
  const ledger = async () => {
    const answer = await fetch(`${simulator.url}/sim/ledger?account_id=${account?.account_id}`)
    return (await answer.json()) as { orders: { order_id: string; client_order_id: string; status: string }[] }
  }
  const booked = new Map((await ledger()).orders.map((order) => [order.client_order_id, order.order_id]))

  const { items } = (await user.ask('GET', '/trading/orders')).body as { items: Order[] }
  const told = (await user.ask('GET', '/trading/executions')).body as { items: Execution[] }
  const seen = tab.messages.flatMap((message) => (message.type === 'order_update' ? [message.data] : []))
  for (const name of ['long1', 'long2']) {
    const id = booked.get(name) ?? ''
    expect(BigInt(id)).toBeGreaterThan(largestDouble)
    expect(String(Number(id))).not.toBe(id)
    expect(items.find(({ client_order_id }) => client_order_id === name)?.order_id).toBe(id)
    expect(seen.filter(({ client_order_id }) => client_order_id === name).at(-1)?.order_id).toBe(id)
    expect(orders.get(name)?.order_id).toBe(id)
  }
  expect(new Set(executions.map(({ order_id }) => order_id))).toEqual(new Set([booked.get('long1')]))
  expect(new Set(told.items.map(({ order_id }) => order_id))).toEqual(new Set([booked.get('long1')]))

  // Back again: the cancel names the order by that id.
  expect((await user.ask('DELETE', `/trading/orders/${resting.body.id}`)).status).toBe(202)
  await vi.waitFor(() => expect(orders.get('long2')?.status).toBe('CANCELED'), soon)
  expect((await ledger()).orders.find(({ client_order_id }) => client_order_id === 'long2')?.status).toBe('CANCELED')
  client.disconnect()
  tab.end()
})
