import { type Simulator, startSimulator } from '@tradercoin/simulator'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import type { Credentials, Exchange, SnapshotSince } from '../../exchange.ts'
import { createExchange, paperEndpoints } from '../../registry.ts'
import { signerOf } from '../../signer.ts'
import { Recorder, type SimAccount, SimControls } from '../../test-simulator.ts'
import { testTransport } from '../../transport/test-transport.ts'
import { encodeQuery, type Params, signQuery } from '../sign.ts'
import { endings, mergeOrders } from '../test-lives.ts'

/* Order lists placed by another program of the owner, as the stream and as queries tell them. */

const symbol = 'BTCUSDT'
let simulator: Simulator
let sim: SimControls
let exchange: Exchange
let account: SimAccount

beforeAll(async () => {
  simulator = await startSimulator({ port: 0, seed: 3, limits: 'off', bot: false })
  sim = new SimControls(simulator.url, 'binance', 'spot')
  exchange = createExchange('binance', 'spot', {
    environment: 'paper',
    region: null,
    endpoints: paperEndpoints(simulator.url, 'binance', 'spot'),
    transport: testTransport(),
  })
})
afterAll(async () => {
  await exchange.close()
  await simulator.close()
})
beforeEach(async () => {
  await sim.price(symbol, '95000')
  account = await sim.account()
})

/** A signed call of another program. */
async function elsewhere(who: Credentials, method: 'POST' | 'DELETE', path: string, params: Params) {
  const query = signQuery(encodeQuery({ symbol, ...params, timestamp: Date.now() }), signerOf(who))
  const headers = { 'X-MBX-APIKEY': who.api_key }
  const response = await fetch(`${simulator.url}/binance/spot${path}?${query}`, { method, headers })
  const answer = (await response.json()) as {
    orderListId: number
    orders: { orderId: number; clientOrderId: string }[]
  }
  if (!response.ok) throw new Error(JSON.stringify(answer))
  return { listId: answer.orderListId, ids: answer.orders.map(({ orderId }) => String(orderId)) }
}

const above = { Type: 'LIMIT_MAKER', Price: '97000' }
const below = { Type: 'STOP_LOSS_LIMIT', StopPrice: '93000', Price: '92900', TimeInForce: 'GTC' }
const leg = (prefix: string, fields: Record<string, string>) =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [prefix + name, value]))
const oco = { side: 'SELL', quantity: '0.01', ...leg('above', above), ...leg('below', below) }
const otoco = {
  ...leg('working', { Type: 'LIMIT', Side: 'BUY', Quantity: '0.01', Price: '94000', TimeInForce: 'GTC' }),
  pendingSide: 'SELL',
  pendingQuantity: '0.01',
  ...leg('pendingAbove', above),
  ...leg('pendingBelow', below),
}

const statuses = (events: Recorder['events'], ids: string[]) => {
  const orders = mergeOrders(events)
  for (const id of ids) expect(orders.get(id)?.parent_order_id).toMatch(/^list:\d+$/)
  const byId = new Map(endings(orders).map(([id, ...ending]) => [id, ending]))
  return ids.map((id) => byId.get(id)?.join(' '))
}

test('the stream tells an OCO from its placing to its end', async () => {
  const recorder = new Recorder()
  const stream = exchange.openStream(account.credentials, recorder)
  await vi.waitFor(() => expect(recorder.ups).toBe(1))
  const filled = await elsewhere(account.credentials, 'POST', '/api/v3/orderList/oco', oco)
  await vi.waitFor(() => expect(statuses(recorder.events, filled.ids).sort()).toEqual(['NEW', 'UNTRIGGERED']))
  await sim.price(symbol, '97100')
  await vi.waitFor(() =>
    expect(statuses(recorder.events, filled.ids).sort()).toEqual(['EXPIRED OCO_TRIGGER', 'FILLED']),
  )

  await sim.price(symbol, '95000')
  const canceled = await elsewhere(account.credentials, 'POST', '/api/v3/orderList/oco', oco)
  await vi.waitFor(() => expect(statuses(recorder.events, canceled.ids).sort()).toEqual(['NEW', 'UNTRIGGERED']))
  await elsewhere(account.credentials, 'DELETE', '/api/v3/orderList', { orderListId: canceled.listId })
  await vi.waitFor(() => expect(statuses(recorder.events, canceled.ids)).toEqual(['CANCELED', 'CANCELED']))
  expect(recorder.events.filter((event) => event.kind === 'raw' && event.problem !== null)).toEqual([])
  stream.close()
})

test('queries tell an OTOCO that nobody was there to hear of, at each step of its life', async () => {
  const who = account.credentials
  const events: Recorder['events'] = []
  let since: SnapshotSince = { time: null, open_orders: [], symbols: [], balances: [], positions: [] }
  /** Reads as an account does after an interruption, from what it knew before it. */
  const read = async () => {
    const snapshot = await exchange.fetchSnapshot(who, since)
    events.push(...snapshot.events)
    const open = [...mergeOrders(events).values()].filter(({ status }) => ['NEW', 'UNTRIGGERED'].includes(status))
    since = { ...since, time: snapshot.as_of, open_orders: open }
  }
  await read()
  const { ids, listId } = await elsewhere(who, 'POST', '/api/v3/orderList/otoco', otoco)
  await read()
  expect(statuses(events, ids).sort()).toEqual(['NEW', 'UNTRIGGERED', 'UNTRIGGERED'])
  await sim.price(symbol, '93900')
  await read()
  expect(statuses(events, ids).sort()).toEqual(['FILLED', 'NEW', 'UNTRIGGERED'])
  await elsewhere(who, 'DELETE', '/api/v3/orderList', { orderListId: listId })
  await read()
  expect(statuses(events, ids).sort()).toEqual(['CANCELED', 'CANCELED', 'FILLED'])
  expect(since.open_orders).toEqual([])
})
