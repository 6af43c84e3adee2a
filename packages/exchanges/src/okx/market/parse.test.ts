import { describe, expect, it } from 'vitest'
import { ShapeError } from '../../fields.ts'
import { fixturesIn } from '../../test-fixtures.ts'
import { parseInstruments } from '../instruments.ts'
import { bookMessage, bookRow, bookRule, candlePush, candleRows, markPricePush, tickerPush } from './parse.ts'
import { okxProtocol } from './protocol.ts'

const { fixture } = fixturesIn(new URL('./fixtures/', import.meta.url))

const shared = { tickSz: '0.1', lotSz: '1', minSz: '1', state: 'live' }
const [spot, swap, inverse] = parseInstruments([
  { ...shared, instType: 'SPOT', instId: 'BTC-USDT', baseCcy: 'BTC', quoteCcy: 'USDT', lotSz: '0.00000001' },
  {
    ...shared,
    instType: 'SWAP',
    instId: 'BTC-USDT-SWAP',
    uly: 'BTC-USDT',
    instFamily: 'BTC-USDT',
    settleCcy: 'USDT',
    ctVal: '0.01',
    ctMult: '1',
    ctValCcy: 'BTC',
    ctType: 'linear',
  },
  {
    ...shared,
    instType: 'SWAP',
    instId: 'BTC-USD-SWAP',
    uly: 'BTC-USD',
    instFamily: 'BTC-USD',
    settleCcy: 'BTC',
    ctVal: '100',
    ctMult: '1',
    ctValCcy: 'USD',
    ctType: 'inverse',
  },
])
if (!spot || !swap || !inverse) throw new Error('the instruments were not read')

function payload(name: string): unknown {
  const frame = okxProtocol.read(fixture(name).text)
  if (frame.kind !== 'data') throw new Error(`${name} carries no data`)
  expect(frame.channel).toMatch(/^[a-z0-9-]+:BTC-/i)
  return frame.payload
}

describe('the order book', () => {
  it('a snapshot; contracts become coins', () => {
    expect(bookMessage(payload('books-snapshot'), swap)).toEqual({
      isSnapshot: true,
      id: 501,
      previous: -1,
      ts: 1795336000200,
      bids: [['61880', '0.12']],
      asks: [
        ['61881', '0.05'],
        ['61882.5', '0.12'],
      ],
    })
  })

  it('contracts of inverse ones stay contracts', () => {
    expect(bookMessage(payload('books-snapshot'), inverse).bids).toEqual([['61880', '12']])
  })

  it('follows its numbers: in order, sign of life, numbers begun anew, gap', () => {
    const names = ['books-snapshot', 'books-update', 'books-keep-alive', 'books-reset'] as const
    const [snapshot, update, keepAlive, reset] = names.map((name) => bookMessage(payload(name), swap))
    if (!snapshot || !update || !keepAlive || !reset) throw new Error('not read')
    expect(bookRule(snapshot, null)).toBe('replace')
    expect(bookRule(update, null)).toBe('drop')
    expect(bookRule(update, 501)).toBe('apply')
    expect(bookRule(update, 500)).toBe('gap')
    expect(bookRule(update, 508)).toBe('gap')
    expect(bookRule(keepAlive, 508)).toBe('drop')
    expect(bookRule(keepAlive, 501)).toBe('gap')
    expect(bookRule(reset, 508)).toBe('apply')
    expect(bookRule({ ...update, previous: reset.id, id: 9 }, reset.id)).toBe('apply')
    expect(bookRule(snapshot, 508)).toBe('replace')
  })

  it('of REST', () => {
    expect(bookRow(fixture('rest-books').value, swap)).toEqual({
      bids: [['61880', '0.12']],
      asks: [['61881', '0.05']],
      ts: 1795336000200,
    })
  })

  it.each([[{ action: 'update', data: [] }], [{ data: [{ ts: '1', seqId: '5', prevSeqId: 1 }] }], [null], ['text']])(
    'is not read from %j',
    (broken) => {
      expect(() => bookMessage(broken, swap)).toThrow(ShapeError)
    },
  )
})

describe('the ticker', () => {
  const day = {
    open_price: '62500',
    high_price: '62900.1',
    low_price: '61210',
    last_price: '61880.5',
    ts: 1795336000210,
  }

  it('of spot: volumes are coins and quote coin', () => {
    expect(tickerPush(payload('tickers-spot'), spot)).toEqual({
      ...day,
      bid_price: '61880',
      bid_quantity: '1.2',
      ask_price: '61881',
      ask_quantity: '0.5',
      volume: '4050.125',
      quote_volume: '251034120.55',
    })
  })

  it('of contracts: sizes become coins; the mark price comes apart', () => {
    expect(tickerPush(payload('tickers-swap'), swap)).toEqual({
      ...day,
      bid_price: '61880',
      bid_quantity: '0.12',
      ask_price: '61881',
      ask_quantity: '0.05',
      volume: '40501.25',
      quote_volume: null,
    })
    expect(markPricePush(payload('mark-price'))).toEqual({ mark_price: '61883.2', ts: 1795336000205 })
  })

  it('of inverse contracts: sizes stay contracts; an empty side has no price', () => {
    expect(tickerPush(payload('tickers-inverse'), inverse)).toMatchObject({
      bid_price: null,
      bid_quantity: null,
      ask_quantity: '50',
      volume: '928500',
    })
  })
})

describe('candles', () => {
  const candle = { time: 1795335960000, open: '61850', high: '61900.5', low: '61849.9' }

  it('running and closed, in coins', () => {
    const running = { ...candle, close: '61880.5', volume: '41.05', is_closed: false }
    expect(candlePush(payload('candle'), swap)).toEqual([running])
    expect(candlePush(payload('candle-closed'), swap)).toEqual([
      { ...candle, close: '61882', volume: '43', is_closed: true },
    ])
    expect(candlePush(payload('candle'), inverse)).toEqual([{ ...running, volume: '4105' }])
  })

  it('of REST come newest first and are told oldest first', () => {
    const rows = candleRows(fixture('rest-candles').value, swap)
    expect(rows.map(({ time, is_closed }) => [time, is_closed])).toEqual([
      [1795335900000, true],
      [1795335960000, false],
    ])
  })
})

describe('frames of the socket', () => {
  it.each([
    ['frame-subscribed', { kind: 'answer', id: 'm1', channel: 'books:BTC-USDT', reason: null }],
    [
      'frame-refused',
      { kind: 'answer', id: 'm1', channel: null, reason: "channel:books,instId:FOO-BAR doesn't exist" },
    ],
    ['frame-busy', { kind: 'closing', reason: 'the venue is busy' }],
    ['frame-notice', { kind: 'closing', reason: 'the venue closes the connection' }],
    ['frame-unsubscribed', { kind: 'other' }],
  ])('%s', (name, frame) => {
    expect(okxProtocol.read(fixture(name).text)).toEqual(frame)
  })

  it('the pong is no JSON', () => {
    expect(okxProtocol.read('pong')).toEqual({ kind: 'other' })
  })

  it('asks for channels by name and instrument', () => {
    expect(JSON.parse(okxProtocol.request('subscribe', ['books:BTC-USDT', 'candle1Dutc:BTC-USD-SWAP'], 'm7'))).toEqual({
      id: 'm7',
      op: 'subscribe',
      args: [
        { channel: 'books', instId: 'BTC-USDT' },
        { channel: 'candle1Dutc', instId: 'BTC-USD-SWAP' },
      ],
    })
  })
})
