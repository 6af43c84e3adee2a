import type { MarketStatus, OrderBook } from '@tradercoin/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Client, createClient, type MarketState } from '../src/index.ts'
import { eventually } from './eventually.ts'
import { type FakeHub, type FakeLine, ready, snapshot, startFakeHub } from './fake-hub.ts'
import { createManualClock, type ManualClock } from './manual-clock.ts'

const btc = { exchange: 'binance', trading_mode: 'spot', symbol: 'BTCUSDT' } as const
const topic = { channel: 'order_book', ...btc } as const

let hub: FakeHub
let clock: ManualClock
let client: Client
let thrown: unknown[]

beforeEach(async () => {
  hub = await startFakeHub()
  clock = createManualClock()
  thrown = []
  client = createClient({
    baseUrl: hub.baseUrl,
    clock,
    getToken: () => 'token',
    onThrow: (error) => thrown.push(error),
  })
})
afterEach(async () => {
  client.disconnect()
  await hub.close()
})

async function connected(): Promise<FakeLine> {
  client.connect()
  return accepted()
}

async function accepted(): Promise<FakeLine> {
  const line = await hub.lines.next()
  await line.messages.next()
  line.send(ready({ heartbeat_ms: 60_000 }))
  line.send(snapshot(0))
  return line
}

const status = (state: MarketStatus['state'], more: Partial<MarketStatus> = {}) => ({
  type: 'market_status',
  data: {
    ...topic,
    environment: 'paper',
    interval: null,
    state,
    reason: null,
    is_default_environment: state === 'subscribed' ? true : null,
    ...more,
  },
})

const book = (ts: number, environment = 'paper') => ({
  type: 'order_book',
  data: { ...btc, environment, bids: [['1', '2']], asks: [['3', '4']], ts },
})

/** Watches and writes down what comes. */
function watch(more: { environment?: 'paper' | 'live' } = {}) {
  const seen: number[] = []
  const states: MarketState['status'][] = []
  const stop = client.watchMarket(
    { ...topic, ...more },
    { onData: (data: OrderBook) => seen.push(data.ts), onState: (state) => states.push(state.status) },
  )
  return { seen, states, stop }
}

describe('a market', () => {
  it('is asked for once however many watch it, and given up when nobody does any more', async () => {
    const line = await connected()
    const [first, second] = [watch(), watch()]
    expect(await line.messages.next()).toEqual({ type: 'subscribe', data: topic })
    line.send(status('subscribed'))
    line.send(book(1))
    await eventually(() => expect([first.seen, second.seen]).toEqual([[1], [1]]))
    expect(first.states).toEqual(['waiting', 'live'])
    const late = watch()
    expect(late.seen).toEqual([1])
    expect(late.states).toEqual(['live'])
    for (const { stop } of [first, second, late]) stop()
    const again = watch()
    clock.advance(5_000)
    expect(line.messages.size).toBe(0)
    again.stop()
    again.stop()
    clock.advance(1_000)
    expect(await line.messages.next()).toEqual({ type: 'unsubscribe', data: { ...topic, environment: 'paper' } })
  })

  it('is stale when the hub says so, or is gone itself; it is asked for again and is live with the next data', async () => {
    const line = await connected()
    const { seen, states } = watch()
    await line.messages.next()
    line.send(status('subscribed'))
    line.send(book(1))
    line.send(status('stale', { reason: 'The exchange has gone silent.' }))
    line.send(book(2))
    await eventually(() => expect(states).toEqual(['waiting', 'live', 'stale', 'live']))
    line.terminate()
    await eventually(() => expect(states.at(-1)).toBe('stale'))
    clock.advance(1_000)
    const next = await accepted()
    expect(await next.messages.next()).toEqual({ type: 'subscribe', data: topic })
    next.send(status('subscribed', { environment: 'live' }))
    next.send(book(3, 'paper'))
    next.send(book(4, 'live'))
    await eventually(() => expect(seen).toEqual([1, 2, 4]))
    expect(states.at(-1)).toBe('live')
  })

  it('ends with its reason when it is refused', async () => {
    const line = await connected()
    const { states, stop } = watch()
    await line.messages.next()
    line.send({ type: 'error', data: { code: 'unknown_symbol', message: 'No such symbol.' } })
    line.send(status('ended', { reason: 'No such symbol.', is_default_environment: true }))
    await eventually(() => expect(states).toEqual(['waiting', 'ended']))
    stop()
    clock.advance(1_000)
    expect(line.messages.size).toBe(0)
  })

  it('of one environment is not that of another', async () => {
    const line = await connected()
    const [byDefault, live] = [watch(), watch({ environment: 'live' })]
    await line.messages.next()
    expect(await line.messages.next()).toEqual({ type: 'subscribe', data: { ...topic, environment: 'live' } })
    line.send(status('subscribed'))
    line.send(status('subscribed', { environment: 'live', is_default_environment: false }))
    line.send(book(1, 'paper'))
    line.send(book(2, 'live'))
    await eventually(() => expect([byDefault.seen, live.seen]).toEqual([[1], [2]]))
  })

  it('that nobody wants any more when the hub answers is given up then', async () => {
    const line = await connected()
    const { stop } = watch()
    await line.messages.next()
    stop()
    clock.advance(1_000)
    line.send(status('subscribed'))
    expect(await line.messages.next()).toEqual({ type: 'unsubscribe', data: { ...topic, environment: 'paper' } })
  })

  it('is told to a handler although another one throws', async () => {
    const line = await connected()
    client.watchMarket(topic, {
      onData: () => {
        throw new Error('broken')
      },
    })
    const { seen } = watch()
    await line.messages.next()
    line.send(status('subscribed'))
    line.send(book(1))
    await eventually(() => expect(seen).toEqual([1]))
    expect(thrown).toHaveLength(1)
  })
})

it('asks for many markets at a pace the hub takes', async () => {
  const line = await connected()
  for (let i = 0; i < 30; i++) client.watchMarket({ ...topic, symbol: `S${i}` }, { onData: () => {} })
  await eventually(() => expect(line.messages.size).toBe(12))
  clock.advance(9_000)
  client.watchMarket({ ...topic, symbol: 'ONE_MORE' }, { onData: () => {} })
  expect(line.messages.size).toBe(12)
  clock.advance(1_000)
  await eventually(() => expect(line.messages.size).toBe(24))
})

it('keeps the candles for whoever watches later', async () => {
  const line = await connected()
  const candle = (time: number, close: string, is_closed = false) => ({
    time,
    open: '1',
    high: '2',
    low: '1',
    close,
    volume: '5',
    is_closed,
  })
  const candles = (...list: object[]) => ({
    type: 'candles',
    data: { ...btc, environment: 'paper', interval: '1m', candles: list },
  })
  const seen: string[][] = []
  const watchCandles = () =>
    client.watchMarket(
      { channel: 'candles', ...btc },
      { onData: ({ candles }) => seen.push(candles.map(({ time, close }) => `${time}:${close}`)) },
    )
  watchCandles()
  expect(await line.messages.next()).toMatchObject({ data: { interval: '1m' } })
  line.send(status('subscribed', { channel: 'candles', interval: '1m' }))
  line.send(candles(candle(0, '1', true), candle(60_000, '2')))
  line.send(candles(candle(60_000, '3', true), candle(120_000, '4')))
  await eventually(() => expect(seen).toHaveLength(2))
  expect(seen[1]).toEqual(['60000:3', '120000:4'])
  watchCandles()
  expect(seen[2]).toEqual(['0:1', '60000:3', '120000:4'])
})
