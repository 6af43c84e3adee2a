import { createClient } from '@tradercoin/client'
import type { MarketStatus, OrderBook } from '@tradercoin/protocol'
import { type Simulator, startSimulator } from '@tradercoin/simulator'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { cuttableLine } from './support/cuttable-line.ts'
import { bookBalances, startHub, storeKey, type TestHub, type TestUser } from './support/hub.ts'
import { liveTab, type TestTab } from './support/tab.ts'

/* Market data over real sockets: tab - hub - paper exchange. */

const soon = { timeout: 10_000, interval: 20 }
const btc = { exchange: 'binance', trading_mode: 'spot', symbol: 'BTCUSDT' } as const

let simulator: Simulator
let hub: TestHub
let user: TestUser
const tabs: TestTab[] = []
const churns: (() => Promise<void>)[] = []

beforeAll(async () => {
  simulator = await startSimulator({ seed: 9, bot: true })
  hub = await startHub({ config: { paper: { mode: 'url', url: simulator.url } } })
  user = await hub.newUser()
})
afterAll(async () => {
  for (const stop of churns) await stop()
  for (const tab of tabs) tab.end()
  await hub.close()
  await simulator.close()
})

async function open(token = user.token, url = hub.url): Promise<TestTab> {
  const tab = await liveTab(url, token)
  tabs.push(tab)
  return tab
}

function subscribe(tab: TestTab, data: object): void {
  tab.send({ type: 'subscribe', data: { channel: 'order_book', ...btc, ...data } })
}

const books = (tab: TestTab, symbol = 'BTCUSDT') =>
  tab.messages.flatMap((message) =>
    message.type === 'order_book' && message.data.symbol === symbol ? [message.data] : [],
  )

const statuses = (tab: TestTab): MarketStatus[] =>
  tab.messages.flatMap((message) => (message.type === 'market_status' ? [message.data] : []))

/** Moves a market to and fro, so that its book changes all the time, until the returned function is called. */
function churn(
  trading_mode: 'spot' | 'futures',
  symbol: string,
  prices: readonly [string, string],
): () => Promise<void> {
  let isOn = true
  const run = async () => {
    for (let i = 0; isOn; i++) {
      const body = JSON.stringify({ exchange: 'binance', trading_mode, symbol, price: prices[i % 2] })
      const headers = { 'content-type': 'application/json' }
      await fetch(`${simulator.url}/sim/price`, { method: 'POST', headers, body })
    }
  }
  const done = run()
  const stop = () => {
    isOn = false
    return done
  }
  churns.push(stop)
  return stop
}

async function marketConnections(): Promise<number> {
  const answer = await fetch(`${simulator.url}/sim/health`)
  const { venues } = (await answer.json()) as { venues: { connections: { market: number } }[] }
  return venues.reduce((sum, { connections }) => sum + connections.market, 0)
}

describe('a tab', () => {
  it('is told its subscription, then the whole book, again and again', async () => {
    const tab = await open()
    subscribe(tab, {})
    const first = await tab.message('market_status')
    expect(first.data).toEqual({
      channel: 'order_book',
      ...btc,
      environment: 'paper',
      interval: null,
      state: 'subscribed',
      reason: null,
      is_default_environment: true,
    })
    await tab.until(() => books(tab).length > 3, 'four books')
    const book = books(tab).at(-1) as OrderBook
    expect(book).toMatchObject({ ...btc, environment: 'paper' })
    expect(book.bids).toHaveLength(50)
    expect(tab.messages.every((message) => !('seq' in message) || message.type !== ('order_book' as string))).toBe(true)
    tab.end()
  })

  it('gets tickers and candles of the interval it asked for', async () => {
    const tab = await open()
    tab.send({ type: 'subscribe', data: { channel: 'ticker', ...btc, trading_mode: 'futures' } })
    tab.send({ type: 'subscribe', data: { channel: 'candles', ...btc, interval: '5m' } })
    const ticker = await tab.message('ticker')
    expect(ticker.data.mark_price).not.toBeNull()
    const candles = await tab.message('candles')
    expect(candles.data.interval).toBe('5m')
    expect(candles.data.candles.length).toBeGreaterThan(0)
    tab.end()
  })

  it('is told of a symbol that does not exist, and of a venue that has no such address', async () => {
    const tab = await open()
    subscribe(tab, { symbol: 'NOPE' })
    await tab.until(() => statuses(tab).some(({ state }) => state === 'ended'), 'the end')
    const error = await tab.message('error')
    expect(error.data.code).toBe('unknown_symbol')
    for (let i = 0; i < 4; i++) subscribe(tab, { symbol: `NOPE${i}` })
    await tab.until(() => statuses(tab).filter(({ state }) => state === 'ended').length === 5, 'five ends')
    expect(tab.closeCode).toBeNull()
    tab.end()
  })

  it('is closed for the third message that cannot be read', async () => {
    const tab = await open()
    subscribe(tab, { interval: '7m' })
    subscribe(tab, { symbol: '' })
    subscribe(tab, { environment: 'moon' })
    expect(await tab.closed()).toBe(4504)
  })

  it('hears no more of what it unsubscribed from', async () => {
    const [tab, other] = [await open(), await open()]
    subscribe(tab, {})
    subscribe(other, {})
    await tab.until(() => books(tab).length > 0, 'a book')
    tab.send({ type: 'unsubscribe', data: { channel: 'order_book', ...btc } })
    tab.send({ type: 'ping', data: 'after' })
    await tab.message('pong')
    const before = books(tab).length
    const others = books(other).length
    await other.until(() => books(other).length > others + 3, 'more books of the other')
    expect(books(tab).length).toBe(before)
    tab.end()
    other.end()
  })

  it('has at most 32 subscriptions', async () => {
    const tab = await open()
    const wanted = ['order_book', 'ticker', 'candles'].flatMap((channel) =>
      ['spot', 'futures'].flatMap((trading_mode) =>
        ['BTCUSDT', 'ETHUSDT', 'SOLUSDT', 'A', 'B', 'C'].map((symbol) => ({ channel, trading_mode, symbol })),
      ),
    )
    // Twenty messages in ten seconds are all a tab may send: it is the hub's own door that is tried here.
    const { market } = hub.hub.deps
    const watcher = { isClear: () => false, sendMarket: () => {}, endMarket: () => {} }
    const name = { exchange: 'binance', environment: 'paper', interval: null } as const
    for (const [index, each] of wanted.entries()) {
      const subscribeOne = () => market.subscribe(watcher, { ...name, ...each } as never)
      if (index < 32) subscribeOne()
      else expect(subscribeOne).toThrow('At most 32')
    }
    market.leave(watcher)
    tab.end()
  })
})

describe.each([
  ['okx', 'spot', 'BTC-USDT'],
  ['okx', 'futures', 'BTC-USDT-SWAP'],
  ['bybit', 'spot', 'BTCUSDT'],
  ['bybit', 'futures', 'BTCUSDT'],
] as const)('%s %s', (exchange, trading_mode, symbol) => {
  it('gives every channel, over the socket and over REST', async () => {
    const tab = await open()
    for (const channel of ['order_book', 'ticker', 'candles']) {
      tab.send({ type: 'subscribe', data: { channel, exchange, trading_mode, symbol } })
    }
    const whose = { exchange, trading_mode, symbol, environment: 'paper' }
    expect((await tab.message('order_book')).data).toMatchObject(whose)
    expect((await tab.message('ticker')).data.mark_price === null).toBe(trading_mode === 'spot')
    expect((await tab.message('candles')).data).toMatchObject({ ...whose, interval: '1m' })
    for (const path of ['order-book', 'ticker', 'candles']) {
      const query = new URLSearchParams({ exchange, trading_mode, symbol })
      expect(await user.ask('GET', `/market/${path}?${query}`)).toMatchObject({ status: 200, body: whose })
    }
    tab.end()
  })
})

describe('a tab that does not read', () => {
  it('is sent little more market data, and its order events are not held against it', async () => {
    const owner = await hub.newUser()
    const tab = await open(owner.token)
    for (const symbol of ['BTCUSDT', 'ETHUSDT']) {
      for (const trading_mode of ['spot', 'futures']) subscribe(tab, { symbol, trading_mode, environment: 'paper' })
    }
    await tab.until(() => books(tab, 'ETHUSDT').length > 1, 'books')
    const line = (tab.socket as unknown as { _socket: { pause(): void; resume(): void; bytesRead: number } })._socket
    line.pause()
    const stops = [churn('spot', 'BTCUSDT', ['95000', '95100']), churn('futures', 'BTCUSDT', ['95000', '95100'])]
    const others = await open(user.token)
    subscribe(others, {})
    await others.until(() => books(others).length > 40, 'some seconds of market data')
    const before = line.bytesRead
    line.resume()
    tab.send({ type: 'ping', data: 'still there' })
    await tab.until(() => tab.messages.some(({ type }) => type === 'pong'), 'the pong')
    // What had been sent by then: 64 KiB and a few messages, not some seconds of four markets.
    expect(line.bytesRead - before).toBeLessThan(110 * 1024)
    const seen = books(tab).length
    await tab.until(() => books(tab).length > seen + 2, 'more books')
    for (const stop of stops) await stop()
    tab.end()
    others.end()
  }, 30_000)
})

describe('upstream', () => {
  it('serves fifty tabs of ten users from one subscription, and is given up when nobody watches', async () => {
    await vi.waitFor(async () => expect(await marketConnections()).toBe(0), soon)
    const users = await Promise.all(Array.from({ length: 10 }, () => hub.newUser()))
    const fifty = await Promise.all(users.flatMap(({ token }) => Array.from({ length: 5 }, () => open(token))))
    for (const tab of fifty) subscribe(tab, {})
    await Promise.all(fifty.map((tab) => tab.until(() => books(tab).length > 1, 'two books')))
    expect(await marketConnections()).toBe(1)
    expect(hub.hub.deps.market.size).toBe(1)
    for (const tab of fifty) tab.end()
    await vi.waitFor(() => expect(hub.hub.deps.market.size).toBe(0), soon)
    await vi.waitFor(async () => expect(await marketConnections()).toBe(0), soon)
  }, 30_000)

  it('tells a tab that what it shows is stale, and then again what is true', async () => {
    await using line = await cuttableLine(simulator.port)
    await using own = await startHub({
      config: {
        liveUrls: {
          BINANCE_SPOT_REST_URL: `${simulator.url}/binance/spot`,
          BINANCE_SPOT_STREAM_URL: `ws://${line.host}/binance/spot`,
        },
      },
    })
    const { token } = await own.newUser()
    const tab = await open(token, own.url)
    subscribe(tab, { environment: 'live' })
    await tab.until(() => books(tab).length > 1, 'two books')
    line.isDown = true
    line.cut()
    await tab.until(() => statuses(tab).some(({ state }) => state === 'stale'), 'the news that it is stale')
    line.isDown = false
    const seen = books(tab).length
    await tab.until(() => books(tab).length > seen, 'a new book')
    expect(tab.messages.findLastIndex(({ type }) => type === 'order_book')).toBeGreaterThan(
      tab.messages.findLastIndex(({ type }) => type === 'market_status'),
    )
    tab.end()
  })
})

describe('a flood of market data', () => {
  it('delays no order event, and no tab is told more than ten times a second', async () => {
    const owner = await hub.newUser()
    const keyId = await storeKey(hub, owner.id)
    const many = await Promise.all(Array.from({ length: 15 }, () => open(owner.token)))
    for (const tab of many) {
      for (const symbol of ['BTCUSDT', 'ETHUSDT']) {
        for (const trading_mode of ['spot', 'futures']) subscribe(tab, { symbol, trading_mode, environment: 'paper' })
      }
    }
    await Promise.all(many.map((tab) => tab.until(() => books(tab, 'ETHUSDT').length > 1, 'books')))
    const stop = churn('spot', 'BTCUSDT', ['95000', '95100'])
    const from = Date.now()
    const before = many.map((tab) => books(tab).length)
    const delays: number[] = []
    for (let seq = 1; seq <= 30; seq++) {
      const at = performance.now()
      const arrived = Promise.all(many.map((tab) => tab.seq(seq)))
      await bookBalances(hub, owner.id, keyId, [seq])
      await arrived
      delays.push(performance.now() - at)
    }
    const median = delays.sort((a, b) => a - b)[15] ?? 0
    expect(median).toBeLessThan(100)
    const seconds = (Date.now() - from) / 1_000
    await stop()
    for (const [index, tab] of many.entries()) {
      // Two markets of this name: spot and futures.
      expect(books(tab).length - (before[index] ?? 0)).toBeLessThanOrEqual(2 * (10 * seconds + 1))
      tab.end()
    }
  }, 30_000)
})

it('the client watches a market through a lost line', async () => {
  await using line = await cuttableLine(Number(new URL(hub.url).port))
  const client = createClient({ baseUrl: `http://${line.host}`, getToken: () => user.token })
  const times: number[] = []
  const states: string[] = []
  const stop = client.watchMarket(
    { channel: 'order_book', ...btc },
    { onData: ({ ts }) => times.push(ts), onState: ({ status }) => states.push(status) },
  )
  client.connect()
  await vi.waitFor(() => expect(times.length).toBeGreaterThan(1), soon)
  line.cut()
  await vi.waitFor(() => expect(states).toEqual(['waiting', 'live', 'stale', 'live']), soon)
  const { candles } = await client.rest.market.candles({ ...btc, interval: '1m', limit: 5 })
  expect(candles.length).toBeGreaterThan(0)
  stop()
  client.disconnect()
})

describe('over REST', () => {
  it.each(['order-book', 'ticker', 'candles'])('gives /market/%s', async (path) => {
    const query = new URLSearchParams(btc)
    const answer = await user.ask('GET', `/market/${path}?${query}`)
    expect(answer.status).toBe(200)
    expect(answer.body).toMatchObject({ ...btc, environment: 'paper' })
  })

  it('refuses what it cannot give, each with its reason', async () => {
    const ask = (query: Record<string, string>, path = 'ticker') =>
      user.ask('GET', `/market/${path}?${new URLSearchParams({ ...btc, ...query })}`)
    expect(await ask({ symbol: 'NOPE' })).toMatchObject({ status: 422, body: { code: 'unknown_symbol' } })
    expect(await ask({ trading_mode: 'options' })).toMatchObject({ status: 400 })
    expect(await ask({ interval: '7m' }, 'candles')).toMatchObject({ status: 400 })
    expect(await ask({ limit: '501' }, 'candles')).toMatchObject({ status: 400 })
    expect(await ask({ foo: 'bar' })).toMatchObject({ status: 400 })
    expect((await hub.ask('GET', `/api/v1/market/ticker?${new URLSearchParams(btc)}`)).status).toBe(401)
  })

  it('asks the exchange once for many who ask together', async () => {
    const query = new URLSearchParams({ ...btc, symbol: 'SOLUSDT' })
    const answers = await Promise.all(Array.from({ length: 20 }, () => user.ask('GET', `/market/order-book?${query}`)))
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
  })
})
