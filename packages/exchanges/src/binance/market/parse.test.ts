import { describe, expect, it } from 'vitest'
import { ShapeError } from '../../fields.ts'
import { fixturesIn } from '../../test-fixtures.ts'
import {
  bestOfRow,
  bestPrices,
  depthUpdate,
  klineEvent,
  klineRows,
  levels,
  markPrice,
  restTicker,
  ticker24,
  updateId,
} from './parse.ts'
import { streamProtocol } from './protocol.ts'

const { fixture } = fixturesIn(new URL('./fixtures/', import.meta.url))

/** What a frame of the stream carries, and for which channel. */
function payload(name: string): unknown {
  const frame = streamProtocol.read(fixture(name).text)
  if (frame.kind !== 'data') throw new Error(`${name} carries no data`)
  expect(frame.channel).toMatch(/^(eth|btc)usdt@/)
  return frame.payload
}

describe('the order book', () => {
  it('changes of spot', () => {
    expect(depthUpdate(payload('spot-depth'))).toEqual({
      first: 88123456790n,
      last: 88123456795n,
      previous: null,
      ts: 1795300000123,
      bids: [
        ['2400.1', '3.2'],
        ['2399.5', '0'],
      ],
      asks: [['2400.2', '0.8']],
    })
  })

  it('changes of futures name the one before', () => {
    expect(depthUpdate(payload('futures-depth'))).toMatchObject({
      first: 900100200301n,
      last: 900100200377n,
      previous: 900100200288n,
      asks: [['94500.1', '0']],
    })
  })

  it('ids beyond 2^53', () => {
    expect(updateId('9223372036854775807', 'u')).toBe(9223372036854775807n)
    expect(() => updateId('1.5', 'u')).toThrow(ShapeError)
    expect(() => updateId(null, 'u')).toThrow(ShapeError)
  })

  it('of REST', () => {
    const { value } = fixture('rest-spot-depth') as { value: { bids: unknown; asks: unknown } }
    expect(levels(value.bids, 'bids')).toEqual([
      ['2400.1', '3.2'],
      ['2400', '1.05'],
    ])
  })

  it.each([[{ U: 1, u: 2, E: 3, b: [['x', '1']], a: [] }], [{ U: 1, E: 3, b: [], a: [] }], [null], ['text'], [[]]])(
    'is not read from %j',
    (broken) => {
      expect(() => depthUpdate(broken)).toThrow(ShapeError)
    },
  )
})

describe('the ticker', () => {
  const day = {
    open_price: '2412.5',
    high_price: '2431',
    low_price: '2388',
    volume: '210345.1',
    quote_volume: '505953000',
  }

  it('of spot', () => {
    expect(ticker24(payload('spot-ticker'))).toEqual({
      ...day,
      last_price: '2400.1',
      bid_price: '2400.1',
      bid_quantity: '3.2',
      ask_price: '2400.2',
      ask_quantity: '0.8',
      ts: 1795300000123,
    })
  })

  it('of futures has no best prices; they come from the top of the book', () => {
    expect(ticker24(payload('futures-ticker'))).not.toHaveProperty('bid_price')
    expect(bestPrices(payload('futures-depth5'))).toEqual({
      bid_price: '94500',
      bid_quantity: '4.12',
      ask_price: '94500.1',
      ask_quantity: '0.35',
      ts: 1795300000122,
    })
  })

  it('the mark price', () => {
    expect(markPrice(payload('futures-mark-price'))).toEqual({ mark_price: '94512.1', ts: 1795300000000 })
  })

  it('of REST; an empty side has no price', () => {
    expect(restTicker(fixture('rest-spot-ticker').value)).toEqual({
      ...day,
      last_price: '2400.1',
      bid_price: '2400.1',
      bid_quantity: '3.2',
      ask_price: null,
      ask_quantity: null,
      ts: 1795300000123,
    })
    expect(restTicker(fixture('rest-futures-ticker').value)).not.toHaveProperty('bid_price')
    expect(bestOfRow(fixture('rest-futures-book-ticker').value)).toMatchObject({
      bid_price: '94500',
      ask_quantity: '0.35',
    })
  })
})

describe('candles', () => {
  const candle = { time: 1795299960000, open: '2400', high: '2401.5', low: '2399.8' }

  it('running and closed', () => {
    const running = { ...candle, close: '2400.1', volume: '35.2', is_closed: false }
    expect(klineEvent(payload('kline-running'))).toEqual([running])
    expect(klineEvent(payload('kline-closed'))).toEqual([{ ...candle, close: '2400.3', volume: '36', is_closed: true }])
  })

  it('of REST: the one whose end has not come is not closed', () => {
    const rows = klineRows(fixture('rest-klines').value, 1795300000123)
    expect(rows.map(({ is_closed }) => is_closed)).toEqual([true, false])
    expect(rows[1]).toEqual({ ...candle, close: '2400.1', volume: '35.2', is_closed: false })
  })
})

describe('frames of the socket', () => {
  it.each([
    ['frame-subscribed', { kind: 'answer', id: 'm1', channel: null, reason: null }],
    ['frame-refused', { kind: 'answer', id: 'm1', channel: null, reason: 'Invalid request: invalid stream' }],
    [
      'frame-refused-old',
      { kind: 'answer', id: 'm1', channel: null, reason: 'Invalid request: property name must be a string' },
    ],
    ['frame-shutdown', { kind: 'closing', reason: 'the server goes down' }],
    ['frame-shutdown-stream', { kind: 'closing', reason: 'the server goes down' }],
  ])('%s', (name, frame) => {
    expect(streamProtocol.read(fixture(name).text)).toEqual(frame)
  })
})
