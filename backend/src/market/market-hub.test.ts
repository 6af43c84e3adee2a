import { setImmediate as turn } from 'node:timers/promises'
import type { MarketHandlers, MarketSource, MarketTopic } from '@tradercoin/exchanges'
import type { Candle, ServerMessage } from '@tradercoin/protocol'
import { beforeEach, describe, expect, it } from 'vitest'
import { TestClock } from '../../test/support/test-clock.ts'
import { MarketHub } from './market-hub.ts'
import type { TopicName, Watcher } from './market-topic.ts'

const btc: TopicName = {
  channel: 'order_book',
  exchange: 'binance',
  trading_mode: 'spot',
  environment: 'paper',
  symbol: 'BTCUSDT',
  interval: null,
}
const minutes: TopicName = { ...btc, channel: 'candles', interval: '1m' }

/** An exchange's market data in the test's hands. */
class TestSource {
  readonly opened: { topic: MarketTopic; handlers: MarketHandlers; isClosed: boolean }[] = []

  readonly source: MarketSource = {
    open: (topic, handlers) => {
      const upstream = { topic, handlers, isClosed: false }
      this.opened.push(upstream)
      return {
        close: () => {
          upstream.isClosed = true
        },
      }
    },
    fetchOrderBook: () => Promise.reject(new Error('not asked here')),
    fetchTicker: () => Promise.reject(new Error('not asked here')),
    fetchCandles: () => Promise.reject(new Error('not asked here')),
  }

  get last(): MarketHandlers {
    const upstream = this.opened.at(-1)
    if (!upstream) throw new Error('nothing was opened')
    return upstream.handlers
  }

  book(ts: number): void {
    const { exchange, trading_mode, environment, symbol } = btc
    this.last.onData({
      channel: 'order_book',
      data: { exchange, trading_mode, environment, symbol, bids: [['1', '1']], asks: [['2', '1']], ts },
    })
  }

  candles(...candles: Candle[]): void {
    const { exchange, trading_mode, environment, symbol } = btc
    this.last.onData({
      channel: 'candles',
      data: { exchange, trading_mode, environment, symbol, interval: '1m', candles },
    })
  }
}

const candle = (time: number, close: string, is_closed = false): Candle => ({
  time,
  open: '1',
  high: '9',
  low: '1',
  close,
  volume: '1',
  is_closed,
})

class TestWatcher implements Watcher {
  readonly messages: ServerMessage[] = []
  readonly ends: string[] = []
  clear = true

  isClear(): boolean {
    return this.clear
  }

  sendMarket(frame: Buffer): void {
    this.messages.push(JSON.parse(frame.toString()))
  }

  endMarket(_name: TopicName, code: string): void {
    this.ends.push(code)
  }

  /** Times of the books told, and `stale`. */
  get told(): (number | string)[] {
    return this.messages.map((message) =>
      message.type === 'order_book' ? message.data.ts : message.type === 'market_status' ? message.data.state : '?',
    )
  }
}

let clock: TestClock
let upstream: TestSource
let hub: MarketHub
let tab: TestWatcher

beforeEach(() => {
  clock = new TestClock()
  upstream = new TestSource()
  const onFailure = (error: unknown) => {
    throw error
  }
  hub = new MarketHub({ clock, sourceFor: () => upstream.source, onFailure })
  tab = new TestWatcher()
})

/** Lets time pass in small steps, so that what is sent in slices is sent. */
async function pass(ms: number, stepMs = 10): Promise<void> {
  for (let passed = 0; passed < ms; passed += stepMs) {
    clock.advance(stepMs)
    await turn()
  }
}

describe('one upstream subscription', () => {
  it('serves all who watch the same, however many', async () => {
    const many = Array.from({ length: 200 }, () => new TestWatcher())
    for (const each of many) hub.subscribe(each, btc)
    upstream.book(1)
    await pass(200)
    expect(upstream.opened).toHaveLength(1)
    expect(upstream.opened[0]?.topic).toMatchObject({ channel: 'order_book', symbol: 'BTCUSDT' })
    for (const each of many) expect(each.told).toEqual([1])
  })

  it('is another one for each of what names it', () => {
    const names: Partial<TopicName>[] = [
      {},
      { channel: 'ticker' },
      { exchange: 'okx' },
      { trading_mode: 'futures' },
      { environment: 'live' },
      { symbol: 'ETHUSDT' },
      { channel: 'candles', interval: '1m' },
      { channel: 'candles', interval: '5m' },
    ]
    for (const name of names) hub.subscribe(tab, { ...btc, ...name })
    expect(upstream.opened).toHaveLength(names.length)
  })

  it('is released five seconds after the last has left, and kept for whoever comes back before', async () => {
    const other = new TestWatcher()
    hub.subscribe(tab, btc)
    hub.subscribe(other, btc)
    upstream.book(1)
    hub.leave(tab)
    await pass(10_000, 100)
    expect(upstream.opened[0]?.isClosed).toBe(false)
    hub.unsubscribe(other, btc, 'paper')
    await pass(4_900, 100)
    hub.subscribe(tab, btc)
    await pass(10_000, 100)
    expect(upstream.opened).toHaveLength(1)
    expect(tab.told).toEqual([1])
    hub.leave(tab)
    await pass(5_100, 100)
    expect(upstream.opened[0]?.isClosed).toBe(true)
    expect(hub.size).toBe(0)
  })

  it('ends for all when the exchange refuses it, and may be tried again', () => {
    hub.subscribe(tab, btc)
    upstream.last.onRefused('No such symbol.')
    expect(tab.ends).toEqual(['unknown_symbol'])
    expect(hub.size).toBe(0)
    hub.subscribe(tab, btc)
    expect(upstream.opened).toHaveLength(2)
  })
})

describe('a tab', () => {
  it('is told at most ten times a second, the latest each time', async () => {
    hub.subscribe(tab, btc)
    const times: number[] = []
    const { sendMarket } = tab
    tab.sendMarket = (frame) => {
      times.push(clock.now())
      sendMarket.call(tab, frame)
    }
    for (let i = 1; i <= 1_000; i++) {
      upstream.book(i)
      await pass(5, 5)
    }
    await pass(200)
    for (const time of times)
      expect(times.filter((at) => at >= time && at < time + 1_000).length).toBeLessThanOrEqual(10)
    expect(times.length).toBeGreaterThan(45)
    expect(tab.told.at(-1)).toBe(1_000)
    expect([...tab.told].sort((a, b) => Number(a) - Number(b))).toEqual(tab.told)
  })

  it('that comes later is told the latest state at once', async () => {
    hub.subscribe(tab, btc)
    upstream.book(1)
    await pass(500)
    const late = new TestWatcher()
    hub.subscribe(late, btc)
    await pass(10)
    expect(late.told).toEqual([1])
    expect(tab.told).toEqual([1])
  })

  it('is told nothing while something waits for it, and then only the latest', async () => {
    hub.subscribe(tab, btc)
    tab.clear = false
    for (let i = 1; i <= 20; i++) {
      upstream.book(i)
      await pass(100)
    }
    expect(tab.told).toEqual([])
    tab.clear = true
    await pass(200)
    expect(tab.told).toEqual([20])
  })

  it('learns that what it shows is stale, once, and then what is true; a stale book is shown to nobody', async () => {
    hub.subscribe(tab, btc)
    upstream.book(1)
    await pass(200)
    upstream.last.onDown('The line was cut.')
    await pass(200)
    upstream.last.onDown('It is still cut.')
    const late = new TestWatcher()
    hub.subscribe(late, btc)
    await pass(200)
    expect(tab.told).toEqual([1, 'stale'])
    expect(late.told).toEqual(['stale'])
    expect(hub.latest(btc)).toBeNull()
    upstream.book(2)
    await pass(200)
    expect(tab.told).toEqual([1, 'stale', 2])
    expect(late.told).toEqual(['stale', 2])
    expect(hub.latest(btc)?.data).toMatchObject({ ts: 2 })
  })

  it('misses no candle between two messages', async () => {
    hub.subscribe(tab, minutes)
    tab.clear = false
    upstream.candles(candle(0, '1', true), candle(60_000, '2'))
    upstream.candles(candle(60_000, '3'))
    await pass(200)
    tab.clear = true
    await pass(200)
    tab.clear = false
    upstream.candles(candle(60_000, '4', true))
    upstream.candles(candle(120_000, '5', true))
    upstream.candles(candle(180_000, '6'))
    await pass(200)
    tab.clear = true
    await pass(200)
    const closes = tab.messages.map((message) =>
      message.type === 'candles' ? message.data.candles.map(({ close }) => close) : [],
    )
    expect(closes).toEqual([
      ['1', '3'],
      ['4', '5', '6'],
    ])
  })

  it('that is gone is told nothing any more', async () => {
    hub.subscribe(tab, btc)
    hub.subscribe(tab, minutes)
    upstream.book(1)
    hub.leave(tab)
    await pass(10_000, 100)
    expect(tab.messages).toEqual([])
    expect(hub.topicsOf(tab)).toBe(0)
    expect(hub.size).toBe(0)
  })

  it('lets other work run between two slices of a flood', async () => {
    const many = Array.from({ length: 500 }, () => new TestWatcher())
    for (const each of many) hub.subscribe(each, btc)
    upstream.book(1)
    clock.advance(100)
    const reached = () => many.filter(({ messages }) => messages.length > 0).length
    const first = reached()
    expect(first).toBeLessThan(100)
    await turn()
    expect(reached()).toBeGreaterThan(first)
    expect(reached()).toBeLessThan(500)
    await pass(200)
    expect(reached()).toBe(500)
  })
})

it('closes everything it has opened', () => {
  hub.subscribe(tab, btc)
  hub.subscribe(tab, minutes)
  hub.close()
  expect(upstream.opened.every(({ isClosed }) => isClosed)).toBe(true)
  upstream.book(1)
  expect(() => hub.subscribe(tab, btc)).toThrow('cannot watch more')
})
