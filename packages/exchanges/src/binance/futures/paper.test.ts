import { addDecimal, compareDecimal, type OrderReport } from '@tradercoin/protocol'
import { startSimulator } from '@tradercoin/simulator'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import type { Exchange, PlaceRequest, SnapshotSince } from '../../exchange.ts'
import { paperEndpoints } from '../../registry.ts'
import { furthest, Recorder, type SimAccount, SimControls } from '../../test-simulator.ts'
import { type Clock, systemClock } from '../../transport/clock.ts'
import { createGovernor } from '../../transport/governor.ts'
import { testTransport } from '../../transport/test-transport.ts'
import { createBinanceClient } from '../client.ts'
import { paths } from './endpoints.ts'
import { createBinanceFutures } from './index.ts'
import { createFuturesRest } from './rest.ts'
import { FuturesStream } from './stream.ts'
import { startRecorderProxy } from './test-recorder-proxy.ts'

/* What only USDⓈ-M futures has, against the paper exchange: listen keys, conditional orders, positions. */

const symbol = 'BTCUSDT'
const minute = 60_000
const soon = { timeout: 8_000, interval: 20 }
const nothing: SnapshotSince = { time: null, open_orders: [], symbols: [], balances: [], positions: [] }

let simulator: Awaited<ReturnType<typeof startSimulator>>
let proxy: Awaited<ReturnType<typeof startRecorderProxy>>
let sim: SimControls
const cleanups: (() => unknown)[] = []

beforeAll(async () => {
  simulator = await startSimulator({ port: 0, seed: 11, limits: 'real', bot: false })
  proxy = await startRecorderProxy(simulator.url)
  sim = new SimControls(simulator.url, 'binance', 'futures')
})
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
  await sim.clearFaults()
  await sim.price(symbol, '95000')
})
afterAll(async () => {
  await proxy.close()
  await simulator.close()
})

function open(clock: Clock = systemClock): Exchange {
  const { stream } = paperEndpoints(simulator.url, 'binance', 'futures')
  const exchange = createBinanceFutures({
    environment: 'paper',
    region: null,
    endpoints: { rest: `${proxy.url}/binance/futures`, stream },
    transport: testTransport({ clock }),
  })
  cleanups.push(() => exchange.close())
  return exchange
}

async function withStream(clock?: Clock) {
  const exchange = open(clock)
  const account = await sim.account()
  const recorder = new Recorder()
  const stream = exchange.openStream(account.credentials, recorder)
  cleanups.push(() => stream.close())
  await vi.waitFor(() => expect(recorder.ups).toBe(1), soon)
  return { exchange, account, who: account.credentials, recorder, stream }
}

let ids = 0
function request(overrides: Partial<PlaceRequest> = {}): PlaceRequest {
  ids += 1
  return {
    trading_mode: 'futures',
    symbol,
    side: 'BUY',
    type: 'MARKET',
    client_order_id: `futures${ids}x${Date.now()}`,
    quantity: '0.010',
    quote_quantity: null,
    price: null,
    stop_price: null,
    time_in_force: null,
    post_only: false,
    reduce_only: false,
    position_side: null,
    margin_mode: null,
    trigger_by: null,
    callback_rate: null,
    close_position: false,
    ...overrides,
  }
}

const health = z.object({
  venues: z.array(z.object({ trading_mode: z.string(), connections: z.record(z.string(), z.number()) })),
})
const listenKeyCalls = () => proxy.seen.filter((call) => call.endsWith(paths.listenKey))

describe('listen key', () => {
  it('that ends on the venue leads to one reconnect with a new one', async () => {
    const { exchange, who, recorder, stream } = await withStream()
    const before = stream.listenKey()
    await sim.advanceClock(61 * minute)
    await vi.waitFor(() => expect(recorder.ups).toBe(2), soon)
    expect(recorder.downs).toMatchObject([{ cause: 'listen_key_expired', retrying: true }])
    expect(stream.listenKey()).not.toBe(before)
    expect(JSON.stringify(recorder)).not.toContain(before)
    const { order_id } = await exchange.placeOrder(who, request())
    await vi.waitFor(() => expect(recorder.order(order_id)?.status).toBe('FILLED'), soon)
    expect(recorder.ups).toBe(2)
  })

  it('survives a renewal that fails with 503', async () => {
    const { account, recorder, stream } = await withStream()
    await sim.fault('http_error', { count: 1, status: 503, method: 'PUT', path: 'listenKey' }, account)
    await expect(stream.keepAlive()).rejects.toMatchObject({ kind: 'unavailable' })
    await stream.keepAlive()
    expect(recorder.downs).toEqual([])
  })

  it('that ended unheard is noticed by the next renewal (-1125) and replaced', async () => {
    const { account, recorder, stream } = await withStream()
    const before = stream.listenKey()
    await sim.fault('lose_events', { count: 1 }, account)
    await sim.fault('expire_listen_key', {}, account)
    await stream.keepAlive()
    await vi.waitFor(() => expect(recorder.ups).toBe(2), soon)
    expect(recorder.downs).toMatchObject([{ cause: 'listen_key_expired', detail: 'the listen key has ended' }])
    expect(stream.listenKey()).not.toBe(before)
  })

  it('that the venue does not know is seen through, though the handshake succeeds', async () => {
    const transport = testTransport()
    const endpoints = paperEndpoints(simulator.url, 'binance', 'futures')
    const governor = createGovernor(transport, {
      venue: 'binance',
      product: 'futures',
      weightPerMinute: 2_400,
      connections: { limit: 300, windowMs: 300_000 },
    })
    const client = createBinanceClient(transport, {
      product: 'futures',
      baseUrl: endpoints.rest,
      timePath: paths.time,
      governor,
    })
    cleanups.push(() => client.close())
    const rest = createFuturesRest(client)
    const { credentials } = await sim.account()
    const recorder = new Recorder()
    let keys = 0
    const stream = new FuturesStream({
      transport,
      governor,
      baseUrl: endpoints.stream,
      handlers: recorder,
      calls: {
        create: async () => {
          keys += 1
          return keys === 1 ? 'bogus'.repeat(12) : rest.createListenKey(credentials)
        },
        renew: () => rest.renewListenKey(credentials),
      },
      recover: async () => null,
      onEnd: () => {},
    })
    cleanups.push(() => stream.close())
    await vi.waitFor(() => expect(recorder.ups).toBe(1), soon)
    expect(recorder.downs).toMatchObject([
      { cause: 'connect_failed', detail: 'the venue does not know the listen key', retrying: true },
    ])
  })

  it('is renewed through a day and handed over to a second socket without a gap, and never deleted', {
    timeout: 40_000,
  }, async () => {
    // Long waits pass twenty thousand times faster: half an hour in 0.1 s, a day in 4.5 s.
    const hasty: Clock = {
      ...systemClock,
      after: (ms, fn) => systemClock.after(ms >= minute ? ms / 20_000 : ms, fn),
    }
    proxy.seen.length = 0
    const { exchange, account, who, recorder, stream } = await withStream(hasty)
    const connections = async () => {
      const { venues } = health.parse(await (await fetch(`${simulator.url}/sim/health`)).json())
      return venues.find((venue) => venue.trading_mode === 'futures')?.connections.private
    }
    await vi.waitFor(async () => expect(await connections()).toBe(1), soon)
    let sawTwo = false
    let round = 0
    const trade = async () => {
      round += 1
      await exchange.placeOrder(who, request({ side: round % 2 === 0 ? 'BUY' : 'SELL' }))
      const now = await connections()
      sawTwo ||= now === 2
      expect(sawTwo && now === 1).toBe(true)
    }
    await vi.waitFor(trade, { timeout: 30_000, interval: 120 })
    expect(recorder.downs).toEqual([])
    expect(recorder.ups).toBe(1)
    await vi.waitFor(async () => {
      const ledger = await sim.ledger(account.account_id)
      expect(
        recorder
          .executions()
          .map(({ trade_id }) => trade_id)
          .sort(),
      ).toEqual(ledger.executions.map(({ trade_id }) => trade_id).sort())
    }, soon)
    stream.close()
    expect(listenKeyCalls().filter((call) => call.startsWith('PUT')).length).toBeGreaterThan(10)
    expect(proxy.seen.filter((call) => call.startsWith('DELETE'))).toEqual([])
  })
})

it('tells every fill of a storm once, though each is announced first', { timeout: 40_000 }, async () => {
  const { account, recorder, stream } = await withStream()
  const summary = await fetch(`${simulator.url}/sim/storm`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ account_ids: [account.account_id], fills: 400, rate_per_s: 200, seed: 5 }),
  })
  expect(summary.ok).toBe(true)
  const { executions, orders } = await sim.ledger(account.account_id)
  expect(executions.length).toBeGreaterThanOrEqual(400)
  await vi.waitFor(() => expect(recorder.executions()).toHaveLength(executions.length), soon)
  const streamed = recorder.events.filter((event) => event.kind === 'order' && event.execution !== null)
  expect(streamed).toHaveLength(executions.length)
  for (const { order_id, status, executed_qty } of orders) {
    const order = recorder.order(order_id)
    expect(order?.status, order_id).toBe(status)
    expect(compareDecimal(order?.executed_qty ?? '-1', executed_qty)).toBe(0)
  }
  stream.close()
})

describe('conditional orders', () => {
  /** A long position with a stop below the market. */
  async function withStop(overrides: Partial<PlaceRequest> = {}) {
    const parts = await withStream()
    const { exchange, who, recorder } = parts
    await exchange.placeOrder(who, request())
    const stop = request({ side: 'SELL', type: 'STOP_MARKET', stop_price: '94000', reduce_only: true, ...overrides })
    const { order_id } = await exchange.placeOrder(who, stop)
    await vi.waitFor(() => expect(recorder.order(order_id)?.status).toBe('UNTRIGGERED'), soon)
    return { ...parts, stop, order_id }
  }

  const childrenOf = (recorder: Recorder, parentId: string): string[] => {
    const ids = recorder.events.flatMap((event) =>
      event.kind === 'order' && event.order.parent_order_id === parentId ? [event.order.order_id] : [],
    )
    return [...new Set(ids)]
  }

  it('fill as the order they become, which names its parent and alone carries the fill', async () => {
    const { exchange, account, who, recorder, stop, order_id } = await withStop()
    expect(order_id).toMatch(/^algo:\d+$/)
    expect(recorder.order(order_id)).toMatchObject({
      client_order_id: stop.client_order_id,
      type: 'STOP_MARKET',
      side: 'SELL',
      stop_price: '94000',
      reduce_only: true,
    })
    await sim.price(symbol, '93900')
    await vi.waitFor(() => expect(recorder.order(order_id)?.status).toBe('TRIGGERED'), soon)
    const [childId, ...others] = childrenOf(recorder, order_id)
    expect(others).toEqual([])
    await vi.waitFor(() => expect(furthest(recorder.events, childId ?? '')?.status).toBe('FILLED'), soon)
    expect(
      recorder.events.every(
        (event) => event.kind !== 'order' || event.order.order_id !== order_id || event.order.executed_qty === '0',
      ),
    ).toBe(true)

    // Every unit is counted once, on the child.
    const ledger = await sim.ledger(account.account_id)
    const sold = recorder.executions().filter((execution) => execution.side === 'SELL')
    expect(new Set(sold.map((execution) => execution.order_id))).toEqual(new Set([childId]))
    expect(compareDecimal(sold.map(({ quantity }) => quantity).reduce(addDecimal), '0.01')).toBe(0)
    expect(recorder.executions()).toHaveLength(ledger.executions.length)

    // A query and a snapshot tell the same.
    const queried =
      (await exchange.fetchOrder(who, { trading_mode: 'futures', symbol, order_id, client_order_id: null })) ?? []
    const byName = await exchange.fetchOrder(who, {
      trading_mode: 'futures',
      symbol,
      order_id: null,
      client_order_id: stop.client_order_id,
    })
    const snapshot = await exchange.fetchSnapshot(who, {
      ...nothing,
      time: Date.now() - minute,
      open_orders: [{ trading_mode: 'futures', symbol, order_id, client_order_id: null }],
    })
    for (const events of [queried, byName ?? [], snapshot.events]) {
      expect(told(events, order_id)).toMatchObject({ status: 'TRIGGERED', executed_qty: '0', parent_order_id: null })
      const child = told(events, childId ?? '')
      expect(child).toMatchObject({ status: 'FILLED', parent_order_id: order_id })
      expect(events.filter((event) => event.kind === 'execution' && event.execution.order_id === childId).length).toBe(
        sold.length,
      )
    }
  })

  it('are canceled by either id', async () => {
    const { exchange, who, recorder, stop, order_id } = await withStop()
    await exchange.cancelOrder(who, {
      trading_mode: 'futures',
      symbol,
      order_id: null,
      client_order_id: stop.client_order_id,
    })
    await vi.waitFor(() => expect(recorder.order(order_id)?.status).toBe('CANCELED'), soon)
    const second = await exchange.placeOrder(who, request({ side: 'SELL', type: 'STOP_MARKET', stop_price: '94000' }))
    await exchange.cancelOrder(who, {
      trading_mode: 'futures',
      symbol,
      order_id: second.order_id,
      client_order_id: null,
    })
    await vi.waitFor(() => expect(recorder.order(second.order_id)?.status).toBe('CANCELED'), soon)
    await expect(
      exchange.cancelOrder(who, { trading_mode: 'futures', symbol, order_id: second.order_id, client_order_id: null }),
    ).rejects.toMatchObject({ kind: 'not_found' })
  })

  it('stay triggered when the order they became is canceled unfilled', async () => {
    const { exchange, who, recorder, order_id } = await withStop({
      type: 'STOP_LIMIT',
      price: '97000',
      reduce_only: false,
    })
    await sim.price(symbol, '93900')
    await vi.waitFor(() => expect(recorder.order(order_id)?.status).toBe('TRIGGERED'), soon)
    await vi.waitFor(() => expect(childrenOf(recorder, order_id)).toHaveLength(1), soon)
    const childId = childrenOf(recorder, order_id)[0] ?? ''
    await vi.waitFor(() => expect(furthest(recorder.events, childId)?.price).toBe('97000'), soon)
    await exchange.cancelOrder(who, { trading_mode: 'futures', symbol, order_id: childId, client_order_id: null })
    await vi.waitFor(() => expect(furthest(recorder.events, childId)?.status).toBe('CANCELED'), soon)
    expect(recorder.order(order_id)).toMatchObject({ status: 'TRIGGERED', executed_qty: '0' })
  })

  it('tell why the engine refused them', async () => {
    const { exchange, who, recorder } = await withStream()
    const stop = request({ type: 'STOP_MARKET', stop_price: '96000', quantity: '900' })
    const { order_id } = await exchange.placeOrder(who, stop)
    await sim.price(symbol, '96100')
    await vi.waitFor(() => expect(recorder.order(order_id)?.status).toBe('REJECTED'), soon)
    expect(recorder.order(order_id)?.reason).toMatch(/margin|position/i)
  })

  it('that would trigger at once are refused', async () => {
    const { exchange, who } = await withStream()
    const stop = request({ type: 'STOP_MARKET', stop_price: '94000' })
    await expect(exchange.placeOrder(who, stop)).rejects.toMatchObject({ kind: 'refused', code: 'stop_would_trigger' })
  })

  it('that ended unseen are found by a snapshot', async () => {
    const { exchange, who, account, order_id } = await withStop()
    const before = await exchange.fetchSnapshot(who, nothing)
    expect(told(before.events, order_id)?.status).toBe('UNTRIGGERED')
    await sim.fault('lose_events', { count: 50 }, account)
    await exchange.cancelOrder(who, { trading_mode: 'futures', symbol, order_id, client_order_id: null })
    const after = await exchange.fetchSnapshot(who, {
      ...nothing,
      time: before.as_of,
      open_orders: [{ trading_mode: 'futures', symbol, order_id, client_order_id: null }],
    })
    expect(told(after.events, order_id)?.status).toBe('CANCELED')
  })
})

describe('conditional orders nobody heard of', () => {
  it('are found through the orders they became', async () => {
    const { exchange, who } = await withStream()
    const before = await exchange.fetchSnapshot(who, nothing)
    await exchange.placeOrder(who, request())
    const stop = request({ side: 'SELL', type: 'STOP_MARKET', stop_price: '94000', reduce_only: true })
    const { order_id } = await exchange.placeOrder(who, stop)
    await sim.price(symbol, '93900')
    const { events } = await exchange.fetchSnapshot(who, { ...nothing, time: before.as_of })
    expect(told(events, order_id)).toMatchObject({ status: 'TRIGGERED', client_order_id: stop.client_order_id })
    const children = events.flatMap((event) => (event.kind === 'order' ? [event.order] : []))
    expect(children.filter((child) => child.parent_order_id === order_id)).toMatchObject([{ status: 'FILLED' }])
  })
})

describe('positions', () => {
  it('come with the fill, and with leverage and margin mode from a snapshot', async () => {
    const { exchange, who, recorder } = await withStream()
    await exchange.placeOrder(who, request())
    await vi.waitFor(() => expect(positions(recorder.events)).toHaveLength(1), soon)
    expect(positions(recorder.events)[0]).toMatchObject({
      symbol,
      position_side: 'NET',
      quantity: '0.01',
      margin_mode: 'CROSS',
    })
    const snapshot = await exchange.fetchSnapshot(who, nothing)
    expect(positions(snapshot.events)).toMatchObject([
      {
        symbol,
        position_side: 'NET',
        quantity: '0.01',
        margin_mode: 'CROSS',
        leverage: expect.stringMatching(/^\d+$/),
      },
    ])
  })

  it('closed while nobody listened are told as closed', async () => {
    const { exchange, who, account } = await withStream()
    await exchange.placeOrder(who, request())
    const before = await exchange.fetchSnapshot(who, nothing)
    await sim.order(account.account_id, { symbol, side: 'SELL', type: 'MARKET', quantity: '0.010' })
    const after = await exchange.fetchSnapshot(who, {
      ...nothing,
      time: before.as_of,
      positions: [{ trading_mode: 'futures', symbol, position_side: 'NET', position_id: null }],
    })
    expect(positions(after.events)).toMatchObject([{ symbol, position_side: 'NET', quantity: '0' }])
    expect(positions(after.events)[0]?.update_time).toBeGreaterThan(positions(before.events)[0]?.update_time ?? 0)
  })

  it('have two sides in hedge mode', async () => {
    const { exchange, who, account, recorder } = await withStream()
    await setHedgeMode(account)
    await exchange.placeOrder(who, request({ position_side: 'LONG' }))
    await exchange.placeOrder(who, request({ side: 'SELL', position_side: 'SHORT', quantity: '0.020' }))
    await vi.waitFor(() => expect(positions(recorder.events)).toHaveLength(2), soon)
    const snapshot = await exchange.fetchSnapshot(who, nothing)
    for (const events of [recorder.events, snapshot.events]) {
      const told = positions(events).map(({ position_side, quantity }) => `${position_side} ${quantity}`)
      expect(told.sort()).toEqual(['LONG 0.01', 'SHORT -0.02'])
    }
  })
})

async function setHedgeMode(account: SimAccount) {
  const transport = testTransport()
  const governor = createGovernor(transport, {
    venue: 'binance',
    product: 'futures',
    weightPerMinute: 2_400,
    connections: { limit: 300, windowMs: 300_000 },
  })
  const { rest } = paperEndpoints(simulator.url, 'binance', 'futures')
  const client = createBinanceClient(transport, { product: 'futures', baseUrl: rest, timePath: paths.time, governor })
  await client.signed(account.credentials, {
    method: 'POST',
    path: '/fapi/v1/positionSide/dual',
    params: { dualSidePosition: 'true' },
    weight: 1,
    priority: 'normal',
    answer: z.unknown(),
  })
  await client.close()
}

/** The last that is told of an order. */
function told(events: Recorder['events'], orderId: string): OrderReport | undefined {
  return events
    .flatMap((event) => (event.kind === 'order' && event.order.order_id === orderId ? [event.order] : []))
    .at(-1)
}

/** The last that is told of each position. */
function positions(events: Recorder['events']) {
  const last = new Map<string, Extract<Recorder['events'][number], { kind: 'position' }>['position']>()
  for (const event of events) {
    if (event.kind === 'position') last.set(`${event.position.symbol} ${event.position.position_side}`, event.position)
  }
  return [...last.values()]
}
