import {
  type Candles,
  candlesSchema,
  compareDecimal,
  type OrderBook,
  orderBookSchema,
  type Ticker,
  type TradingMode,
  tickerSchema,
} from '@tradercoin/protocol'
import { startSimulator } from '@tradercoin/simulator'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { binance } from '../binance/venue.ts'
import { bybit } from '../bybit/venue.ts'
import type { Exchange } from '../exchange.ts'
import type { MarketSource } from '../market-data.ts'
import { okx } from '../okx/venue.ts'
import { SimControls } from '../test-simulator.ts'
import { testTransport } from '../transport/test-transport.ts'
import type { VenueDescription } from '../venue.ts'
import { MarketRecorder } from './test-market.ts'
import { MarketRelay } from './test-relay.ts'

/* Every venue's market data, against the paper exchange in the venue's own protocol. */

interface Case {
  venue: VenueDescription
  mode: TradingMode
  symbol: string
  other: string
  /** Whether a frame is a change of a book. */
  isChange(text: string): boolean
  /** Sockets for the book, ticker and candles of one symbol and the book of another. */
  sockets: number
}

const isBinanceChange = (text: string) => text.includes('depthUpdate') && text.includes('@depth@')
const isOkxChange = (text: string) => text.includes('"books"') && text.includes('"update"')
const isBybitChange = (text: string) => text.includes('orderbook.200') && text.includes('"delta"')

const cases: Case[] = [
  { venue: binance, mode: 'spot', symbol: 'BTCUSDT', other: 'ETHUSDT', isChange: isBinanceChange, sockets: 1 },
  { venue: binance, mode: 'futures', symbol: 'BTCUSDT', other: 'ETHUSDT', isChange: isBinanceChange, sockets: 2 },
  { venue: okx, mode: 'spot', symbol: 'BTC-USDT', other: 'ETH-USDT', isChange: isOkxChange, sockets: 3 },
  { venue: okx, mode: 'futures', symbol: 'BTC-USDT-SWAP', other: 'ETH-USDT-SWAP', isChange: isOkxChange, sockets: 3 },
  { venue: okx, mode: 'futures', symbol: 'BTC-USD-SWAP', other: 'BTC-USDT-SWAP', isChange: isOkxChange, sockets: 3 },
  { venue: bybit, mode: 'spot', symbol: 'BTCUSDT', other: 'ETHUSDT', isChange: isBybitChange, sockets: 1 },
  { venue: bybit, mode: 'futures', symbol: 'BTCUSDT', other: 'ETHUSDT', isChange: isBybitChange, sockets: 1 },
  { venue: bybit, mode: 'futures', symbol: 'BTCUSD', other: 'BTCUSDT', isChange: isBybitChange, sockets: 2 },
]

const soon = { timeout: 10_000, interval: 20 }

let simulator: Awaited<ReturnType<typeof startSimulator>>
beforeAll(async () => {
  simulator = await startSimulator({ port: 0, seed: 5, bot: true })
})
afterAll(() => simulator.close())

describe.each(cases)('$venue.name $mode $symbol', ({ venue, mode, symbol, other, isChange, sockets }) => {
  const cleanups: (() => unknown)[] = []
  let sim: SimControls
  let exchange: Exchange
  let market: MarketSource
  let relay: MarketRelay

  beforeAll(async () => {
    sim = new SimControls(simulator.url, venue.exchange, mode)
    const base = simulator.url + venue.paperPath(mode)
    relay = await MarketRelay.open(base.replace('http', 'ws'))
    exchange = venue.create(mode, {
      environment: 'paper',
      region: null,
      endpoints: { rest: base, ws_api: base.replace('http', 'ws'), stream: relay.url },
      transport: testTransport(),
    })
    if (!exchange.market) throw new Error('no market data')
    market = exchange.market
  })
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0)) await cleanup()
    relay.passes = () => true
  })
  afterAll(async () => {
    await exchange.close()
    await relay.close()
  })

  function watch(channel: 'order_book' | 'ticker' | 'candles', name = symbol): MarketRecorder {
    const recorder = new MarketRecorder()
    const interval = channel === 'candles' ? '1m' : null
    const subscription = market.open({ channel, trading_mode: mode, symbol: name, interval }, recorder)
    cleanups.push(() => subscription.close())
    return recorder
  }

  it('keeps the order book equal to the venue’s', async () => {
    const recorder = watch('order_book')
    await vi.waitFor(() => expect(recorder.data.length).toBeGreaterThan(5), soon)
    for (const book of recorder.data as OrderBook[]) {
      expect(orderBookSchema.parse(book)).toMatchObject({
        exchange: venue.exchange,
        trading_mode: mode,
        environment: 'paper',
      })
      expect(book.bids.length).toBeLessThanOrEqual(50)
      expect(compareDecimal(book.bids[0]?.[0] ?? '0', book.asks[0]?.[0] ?? '0')).toBe(-1)
      const prices = book.bids.map(([price]) => price)
      expect([...prices].sort((a, b) => -compareDecimal(a, b))).toEqual(prices)
    }
    await isWhole(recorder)
    expect(recorder.downs).toEqual([])
  })

  it('tells the ticker, with the mark price on futures', async () => {
    const recorder = watch('ticker')
    await vi.waitFor(() => expect(recorder.data.length).toBeGreaterThan(2), soon)
    const ticker = tickerSchema.parse(recorder.last<Ticker>())
    expect(ticker.bid_price).not.toBeNull()
    expect(ticker.ask_quantity).not.toBeNull()
    expect(ticker.mark_price === null).toBe(mode === 'spot')
    const asked = tickerSchema.parse(await market.fetchTicker(mode, symbol))
    expect(asked.bid_price).not.toBeNull()
    await sim.price(symbol, '96000')
    await vi.waitFor(() => expect(Number(recorder.last<Ticker>().last_price)).toBeGreaterThan(95_500), soon)
  })

  it('tells the running candle as it changes, and gives older ones', async () => {
    const recorder = watch('candles')
    await vi.waitFor(() => expect(recorder.data.length).toBeGreaterThan(1), soon)
    const told = candlesSchema.parse(recorder.last<Candles>())
    expect(told.interval).toBe('1m')
    const asked = candlesSchema.parse(await market.fetchCandles(mode, symbol, '1m', 5))
    expect(asked.candles.length).toBeGreaterThan(0)
    const times = asked.candles.map(({ time }) => time)
    expect([...times].sort((a, b) => a - b)).toEqual(times)
  })

  it('refuses a symbol the venue does not have', async () => {
    const recorder = watch('order_book', 'NOSUCHUSDT')
    await vi.waitFor(() => expect(recorder.refusals).toHaveLength(1), soon)
    await expect(market.fetchTicker(mode, 'NOSUCHUSDT')).rejects.toMatchObject({ code: 'unknown_symbol' })
  })

  const isWhole = (recorder: MarketRecorder) =>
    vi.waitFor(async () => {
      const truth = await market.fetchOrderBook(mode, symbol)
      const told = recorder.last<OrderBook>()
      expect({ bids: told.bids, asks: told.asks }).toEqual({ bids: truth.bids, asks: truth.asks })
    }, soon)

  it('says that what it told is stale when the line is cut, and is whole again after', async () => {
    const recorders = [watch('order_book'), watch('ticker'), watch('candles')]
    const [book] = recorders as [MarketRecorder]
    await vi.waitFor(() => expect(recorders.every(({ isFresh }) => isFresh)).toBe(true), soon)
    relay.cut()
    await vi.waitFor(() => expect(recorders.every(({ downs }) => downs.length > 0)).toBe(true), soon)
    await vi.waitFor(() => expect(recorders.every(({ isFresh }) => isFresh)).toBe(true), soon)
    await isWhole(book)
  })

  it('notices a lost change of the book, tells nothing until it is whole, and begins anew', async () => {
    const recorder = watch('order_book')
    await vi.waitFor(() => expect(recorder.data.length).toBeGreaterThan(2), soon)
    let lost = 0
    relay.passes = (text) => !isChange(text) || ++lost !== 1
    await vi.waitFor(() => expect(recorder.downs).toHaveLength(1), soon)
    expect(recorder.downs[0]).toContain('missed')
    await vi.waitFor(() => expect(recorder.isFresh).toBe(true), soon)
    await isWhole(recorder)
  })

  it('begins anew after a frame that cannot be read', async () => {
    const recorder = watch('order_book')
    await vi.waitFor(() => expect(recorder.isFresh).toBe(true), soon)
    let cut = false
    relay.passes = (text) => {
      if (cut || !isChange(text)) return true
      cut = true
      relay.inject(text.slice(0, text.length / 2))
      return false
    }
    await vi.waitFor(() => expect(recorder.downs.length).toBeGreaterThan(0), soon)
    await vi.waitFor(() => expect(recorder.isFresh).toBe(true), soon)
    await isWhole(recorder)
  })

  it('shares its sockets among all topics and leaves none behind', async () => {
    await vi.waitFor(() => expect(relay.open).toBe(0), soon)
    const recorders = [watch('order_book'), watch('ticker'), watch('candles'), watch('order_book', other)]
    await vi.waitFor(() => expect(recorders.every(({ isFresh }) => isFresh)).toBe(true), soon)
    expect(relay.open).toBe(sockets)
    for (const cleanup of cleanups.splice(0)) await cleanup()
    await vi.waitFor(() => expect(relay.open).toBe(0), soon)
  })
})
