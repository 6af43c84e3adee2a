import {
  type Candles,
  candlesSchema,
  compareDecimal,
  type OrderBook,
  orderBookSchema,
  type Ticker,
} from '@tradercoin/protocol'
import { expect, vi } from 'vitest'
import { MarketRecorder } from '../market/test-market.ts'
import { MarketRelay } from '../market/test-relay.ts'
import type { MarketSource, MarketTopic } from '../market-data.ts'
import type { Capabilities } from '../venue.ts'
import { type Card, offeredCard } from './card.suite.ts'
import { type Harness, soon } from './harness.suite.ts'

type Channel = Capabilities['market_channels'][number]

/** A venue's market data behind a relay that can cut lines and lose frames. */
async function watch(h: Harness, channel: Channel, symbol = h.symbol) {
  const { venue, trading_mode } = h.target
  const relay = await MarketRelay.open(h.url.replace(/^http/, 'ws') + venue.paperPath(trading_mode))
  h.cleanup(() => relay.close())
  const { market } = h.open({ streamUrl: relay.url })
  const recorder = new MarketRecorder()
  const topic: MarketTopic = { channel, trading_mode, symbol, interval: channel === 'candles' ? '1m' : null }
  const subscription = market.open(topic, recorder)
  h.cleanup(() => subscription.close())
  return { market, recorder, relay, subscription }
}

/** What was told last of the book is what the venue says when it is asked. */
function expectWhole(h: Harness, market: MarketSource, recorder: MarketRecorder): Promise<void> {
  return vi.waitFor(async () => {
    const { bids, asks } = await market.fetchOrderBook(h.target.trading_mode, h.symbol)
    const told = recorder.last<OrderBook>()
    expect(recorder.isFresh).toBe(true)
    expect({ bids: told.bids, asks: told.asks }).toEqual({ bids, asks })
  }, soon)
}

const marketCard = (number: string, title: string, channel: Channel, run: (h: Harness) => Promise<void>): Card =>
  offeredCard(
    number,
    title,
    ({ capabilities }) => capabilities.market_channels.includes(channel),
    run,
    async (h) => {
      const { recorder } = await watch(h, channel)
      await vi.waitFor(() => expect(recorder.refusals).toHaveLength(1), soon)
    },
  )

export const marketDataCards: readonly Card[] = [
  marketCard(
    'C200',
    'the order book: sorted, 50 levels at most, as the venue answers a query',
    'order_book',
    async (h) => {
      const { market, recorder } = await watch(h, 'order_book')
      await vi.waitFor(() => expect(recorder.data).not.toEqual([]), soon)
      const book = orderBookSchema.parse(recorder.last<OrderBook>())
      for (const [side, order] of [
        [book.bids, -1],
        [book.asks, 1],
      ] as const) {
        expect(side.length).toBeGreaterThan(10)
        expect(side.length).toBeLessThanOrEqual(50)
        const prices = side.map(([price]) => price)
        expect([...prices].sort((a, b) => order * compareDecimal(a, b))).toEqual(prices)
      }
      expect(compareDecimal(book.bids[0]?.[0] ?? '9', book.asks[0]?.[0] ?? '0')).toBe(-1)
      await expectWhole(h, market, recorder)
    },
  ),

  marketCard('C201', 'the order book: each change keeps it equal to the venue’s', 'order_book', async (h) => {
    const { market, recorder } = await watch(h, 'order_book')
    await expectWhole(h, market, recorder)
    for (const [side, quantity] of [
      ['BUY', '0.2'],
      ['SELL', '0.3'],
    ] as const) {
      await h.trade({ side, quantity })
      await expectWhole(h, market, recorder)
    }
    await h.trade({ side: 'BUY', quantity: '0.05', price: h.target.price })
    await vi.waitFor(() => expect(recorder.last<OrderBook>().bids[0]).toEqual([h.target.price, '0.05']), soon)
    await expectWhole(h, market, recorder)
    expect(recorder.downs).toEqual([])
  }),

  marketCard(
    'C202',
    'the order book: a line that is cut is told as stale, and the book is whole again',
    'order_book',
    async (h) => {
      const { market, recorder, relay } = await watch(h, 'order_book')
      await expectWhole(h, market, recorder)
      relay.cut()
      await vi.waitFor(() => expect(recorder.downs).toHaveLength(1), soon)
      await h.trade({ side: 'BUY', quantity: '0.2' })
      await expectWhole(h, market, recorder)
    },
  ),

  marketCard('C203', 'the order book: a lost change is noticed, and the book begun anew', 'order_book', async (h) => {
    const { market, recorder, relay } = await watch(h, 'order_book')
    await expectWhole(h, market, recorder)
    let lost = 0
    // The venues' words for a change, so that no heartbeat is lost in its place.
    relay.passes = (text) => !/"(depthUpdate|update|delta)"/.test(text) || ++lost !== 1
    const rest = async () => {
      await h.trade({ side: 'BUY', quantity: '0.01', price: h.target.price })
      expect(recorder.downs.length).toBeGreaterThan(0)
    }
    await vi.waitFor(rest, { ...soon, interval: 150 })
    await expectWhole(h, market, recorder)
  }),

  marketCard('C204', 'the ticker follows the market', 'ticker', async (h) => {
    const { market, recorder } = await watch(h, 'ticker')
    await vi.waitFor(() => expect(recorder.data).not.toEqual([]), soon)
    await h.move(h.target.above)
    await vi.waitFor(() => expect(compareDecimal(recorder.last<Ticker>().last_price, h.target.taking)).toBe(1), soon)
    const asked = await market.fetchTicker(h.target.trading_mode, h.symbol)
    expect(compareDecimal(asked.last_price, h.target.taking)).toBe(1)
    expect(asked.mark_price === null).toBe(h.target.trading_mode === 'spot')
  }),

  marketCard(
    'C205',
    'candles: the running one as it changes, older ones on asking, oldest first',
    'candles',
    async (h) => {
      const { market, recorder } = await watch(h, 'candles')
      await h.trade({ side: 'BUY', quantity: '0.01' })
      await vi.waitFor(() => expect(recorder.data).not.toEqual([]), soon)
      expect(candlesSchema.parse(recorder.last<Candles>())).toMatchObject({ interval: '1m', symbol: h.symbol })
      const { candles } = candlesSchema.parse(await market.fetchCandles(h.target.trading_mode, h.symbol, '1m', 300))
      expect(candles).toHaveLength(300)
      const times = candles.map(({ time }) => time)
      expect(times.every((time) => time % 60_000 === 0)).toBe(true)
      expect(times.every((time, index) => index === 0 || time > (times[index - 1] ?? 0))).toBe(true)
    },
  ),

  marketCard('C206', 'a symbol the venue does not have is refused', 'order_book', async (h) => {
    const { market, recorder } = await watch(h, 'order_book', 'NOSUCHUSDT')
    await vi.waitFor(() => expect(recorder.refusals).toHaveLength(1), soon)
    expect(recorder.data).toEqual([])
    const asked = market.fetchTicker(h.target.trading_mode, 'NOSUCHUSDT')
    await expect(asked).rejects.toMatchObject({ code: 'unknown_symbol' })
  }),

  marketCard('C207', 'a market nobody watches any more is let go, and tells nothing', 'order_book', async (h) => {
    const { recorder, relay, subscription } = await watch(h, 'order_book')
    await vi.waitFor(() => expect(recorder.data).not.toEqual([]), soon)
    subscription.close()
    const told = recorder.order.length
    await vi.waitFor(() => expect(relay.open).toBe(0), soon)
    await h.trade({ side: 'BUY', quantity: '0.1' })
    expect(recorder.order).toHaveLength(told)
  }),
]
