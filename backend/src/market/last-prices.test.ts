import type { MarketData, MarketSource } from '@tradercoin/exchanges'
import type { OrderBook, Ticker } from '@tradercoin/protocol'
import { beforeEach, expect, it } from 'vitest'
import { TestClock } from '../../test/support/test-clock.ts'
import { LastPrices, type MarketName } from './last-prices.ts'

const btc: MarketName = { exchange: 'binance', environment: 'paper', trading_mode: 'spot', symbol: 'BTCUSDT' }
const book: OrderBook = { ...btc, bids: [['90000', '1']], asks: [['90001', '1']], ts: 1 }
const tickerAt = (last_price: string): Ticker => ({
  ...btc,
  last_price,
  bid_price: null,
  bid_quantity: null,
  ask_price: null,
  ask_quantity: null,
  open_price: null,
  high_price: null,
  low_price: null,
  volume: null,
  quote_volume: null,
  mark_price: null,
  ts: 1,
})

let clock: TestClock
let watched: MarketData[]
let asked: string[]
let fetchTicker: MarketSource['fetchTicker']
let prices: LastPrices

beforeEach(() => {
  clock = new TestClock()
  watched = []
  asked = []
  fetchTicker = async () => tickerAt('91000')
  const source: MarketSource = {
    open: () => ({ close() {} }),
    fetchTicker: (mode, symbol) => {
      asked.push(symbol)
      return fetchTicker(mode, symbol)
    },
    fetchOrderBook: () => Promise.reject(new Error('not asked for')),
    fetchCandles: () => Promise.reject(new Error('not asked for')),
  }
  const latest = ({ channel }: { channel: string }) => watched.find((each) => each.channel === channel) ?? null
  prices = new LastPrices({ clock, market: { latest }, sourceFor: () => source })
})

it('is that of the ticker or the book that somebody watches, and nothing is asked', async () => {
  watched = [{ channel: 'order_book', data: book }]
  expect(await prices.of(btc)).toBe('90001')
  watched = [...watched, { channel: 'ticker', data: tickerAt('90500') }]
  expect(await prices.of(btc)).toBe('90500')
  expect(asked).toEqual([])
})

it('is asked for once in five seconds, of each market', async () => {
  expect(await Promise.all([prices.of(btc), prices.of(btc)])).toEqual(['91000', '91000'])
  clock.advance(4_999)
  expect(await prices.of(btc)).toBe('91000')
  expect(asked).toEqual(['BTCUSDT'])
  fetchTicker = async () => tickerAt('92000')
  clock.advance(1)
  expect(await prices.of(btc)).toBe('92000')
  await prices.of({ ...btc, symbol: 'ETHUSDT' })
  expect(asked).toEqual(['BTCUSDT', 'BTCUSDT', 'ETHUSDT'])
})

it('is none where the exchange refuses or is silent, and no order waits for it twice', async () => {
  fetchTicker = () => Promise.reject(new Error('no such symbol'))
  expect(await prices.of(btc)).toBeNull()
  fetchTicker = () => new Promise(() => {})
  const eth = { ...btc, symbol: 'ETHUSDT' }
  const first = prices.of(eth)
  clock.advance(1_000)
  expect(await first).toBeNull()
  expect(await prices.of(eth)).toBeNull()
  expect(asked).toEqual(['BTCUSDT', 'ETHUSDT'])
})
