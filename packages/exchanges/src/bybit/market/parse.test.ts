import { describe, expect, it } from 'vitest'
import { ShapeError } from '../../fields.ts'
import { fixturesIn } from '../../test-fixtures.ts'
import {
  bestPush,
  bookMessage,
  bookResult,
  bookRule,
  candlePush,
  candleResult,
  tickerPush,
  tickerResult,
} from './parse.ts'
import { bybitProtocol } from './protocol.ts'

const { fixture } = fixturesIn(new URL('./fixtures/', import.meta.url))

function payload(name: string): unknown {
  const frame = bybitProtocol.read(fixture(name).text)
  if (frame.kind !== 'data') throw new Error(`${name} carries no data`)
  expect(frame.channel).toMatch(/\.BTCUSDT$/)
  return frame.payload
}

describe('the order book', () => {
  it('snapshot and change', () => {
    expect(bookMessage(payload('orderbook-snapshot'))).toEqual({
      isSnapshot: true,
      id: 501,
      previous: null,
      ts: 1795336000200,
      bids: [['61880', '1.2']],
      asks: [['61881', '0.5']],
    })
    expect(bookMessage(payload('orderbook-delta'))).toMatchObject({
      isSnapshot: false,
      id: 502,
      bids: [['61880', '0']],
    })
  })

  it('follows its numbers: in order, twice, gap, begun anew', () => {
    const names = ['orderbook-snapshot', 'orderbook-delta', 'orderbook-restart'] as const
    const [snapshot, delta, restart] = names.map((name) => bookMessage(payload(name)))
    if (!snapshot || !delta || !restart) throw new Error('not read')
    expect(bookRule(snapshot, null)).toBe('replace')
    expect(bookRule(delta, null)).toBe('drop')
    expect(bookRule(delta, 501)).toBe('apply')
    expect(bookRule(delta, 502)).toBe('drop')
    expect(bookRule(delta, 500)).toBe('gap')
    expect(bookRule(delta, 503)).toBe('gap')
    expect(bookRule(snapshot, 700)).toBe('replace')
    expect(bookRule(restart, 700)).toBe('replace')
  })

  it('of REST', () => {
    expect(bookResult(fixture('rest-orderbook').value)).toEqual({
      bids: [['61880', '1.2']],
      asks: [['61881', '0.5']],
      ts: 1795336000200,
    })
  })

  it.each([[{ type: 'delta', ts: 1, data: {} }], [{ type: 'delta', data: { u: 2, b: [], a: [] } }], [null], ['text']])(
    'is not read from %j',
    (broken) => {
      expect(() => bookMessage(broken)).toThrow(ShapeError)
    },
  )
})

describe('the ticker', () => {
  const day = { open_price: '62500', high_price: '62900', low_price: '61210', last_price: '61880.5' }

  it('of spot tells no best prices: they come from the book of one level', () => {
    expect(tickerPush(payload('tickers-spot'), 'spot')).toEqual({
      ...day,
      volume: '4050.125',
      quote_volume: '251034120.55',
      ts: 1795336000340,
    })
    expect(bestPush(payload('orderbook-best'))).toEqual({
      bid_price: '61880',
      bid_quantity: '1.2',
      ask_price: null,
      ask_quantity: null,
      ts: 1795336000210,
    })
  })

  it('of contracts comes whole, then what has changed', () => {
    expect(tickerPush(payload('tickers-linear'), 'linear')).toMatchObject({
      ...day,
      mark_price: '61883.2',
      ask_price: '61881',
      quote_volume: '2510341200.55',
    })
    expect(tickerPush(payload('tickers-linear-delta'), 'linear')).toEqual({
      last_price: '61881.5',
      bid_price: '61881',
      bid_quantity: '0.9',
      ts: 1795336000350,
    })
  })

  it('of REST; the turnover of inverse contracts is no quote coin', () => {
    expect(tickerResult(fixture('rest-tickers-inverse').value, 'inverse', 5)).toEqual({
      ...day,
      bid_price: '61880',
      bid_quantity: '12000',
      ask_price: null,
      ask_quantity: null,
      volume: '92850000',
      quote_volume: null,
      mark_price: '61883.2',
      ts: 5,
    })
  })
})

describe('candles', () => {
  const candle = { time: 1795335960000, open: '61850', high: '61900.5', low: '61849.9' }

  it('running and closed', () => {
    expect(candlePush(payload('kline'))).toEqual([{ ...candle, close: '61880.5', volume: '41.05', is_closed: false }])
    expect(candlePush(payload('kline-closed'))).toEqual([{ ...candle, close: '61882', volume: '43', is_closed: true }])
  })

  it('of REST come newest first and are told oldest first; the one whose end has not come is not closed', () => {
    const rows = candleResult(fixture('rest-kline').value, 60_000, 1795336000400)
    expect(rows.map(({ time, is_closed }) => [time, is_closed])).toEqual([
      [1795335900000, true],
      [1795335960000, false],
    ])
  })
})

describe('frames of the socket', () => {
  it.each([
    ['frame-subscribed', { kind: 'answer', id: 'm1', channel: null, reason: null }],
    [
      'frame-refused',
      { kind: 'answer', id: 'm1', channel: null, reason: 'error:handler not found,topic:orderbook.200.FOO' },
    ],
    ['frame-pong', { kind: 'other' }],
    ['frame-unsubscribed', { kind: 'other' }],
  ])('%s', (name, frame) => {
    expect(bybitProtocol.read(fixture(name).text)).toEqual(frame)
  })
})
