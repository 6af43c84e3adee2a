import { ApiError, NetworkError } from '@tradercoin/client'
import { placeOrderBodySchema } from '@tradercoin/protocol'
import { describe, expect, it } from 'vitest'
import { isOutcomeOpen, readTicket, type TicketFields } from './ticket-order.ts'

const limit: TicketFields = {
  keyId: 3,
  mode: 'spot',
  side: 'BUY',
  type: 'LIMIT',
  symbol: 'btcusdt',
  unit: 'base',
  size: '0.010',
  price: '64210.50',
  stopPrice: '',
  callbackRate: '',
  tif: 'GTC',
  postOnly: false,
  reduceOnly: false,
  positionSide: 'NET',
}

describe('reading the ticket', () => {
  it('makes a request the hub takes, with exact digits', () => {
    const read = readTicket({ ...limit, postOnly: true })
    expect(read).toEqual({
      body: {
        exchange_key_id: 3,
        trading_mode: 'spot',
        symbol: 'BTCUSDT',
        side: 'BUY',
        type: 'LIMIT',
        quantity: '0.01',
        price: '64210.5',
        time_in_force: 'GTC',
        post_only: true,
      },
    })
    expect(placeOrderBodySchema.safeParse('body' in read && read.body).success).toBe(true)
  })

  it('sizes a spot market order by its value, and nothing else', () => {
    const market = readTicket({ ...limit, type: 'MARKET', unit: 'quote', size: '250' })
    expect(market).toMatchObject({ body: { quote_quantity: '250', type: 'MARKET' } })
    expect('body' in market && Object.keys(market.body)).not.toContain('price')
    expect(readTicket({ ...limit, unit: 'quote' })).toMatchObject({ body: { quantity: '0.01' } })
    expect(readTicket({ ...limit, mode: 'futures', type: 'MARKET', unit: 'quote' })).toMatchObject({
      body: { quantity: '0.01' },
    })
  })

  it('sends reduce-only for futures and post-only for resting limit orders alone', () => {
    const both = { ...limit, postOnly: true, reduceOnly: true }
    expect(readTicket(both)).not.toMatchObject({ body: { reduce_only: true } })
    expect(readTicket({ ...both, mode: 'futures' })).toMatchObject({ body: { reduce_only: true, post_only: true } })
    const ioc = readTicket({ ...both, tif: 'IOC' })
    expect('body' in ioc && Object.keys(ioc.body)).not.toContain('post_only')
  })

  it('names the position in hedge mode, for futures alone and without reduce-only', () => {
    const hedged = { ...limit, reduceOnly: true, positionSide: 'SHORT' } as const
    const futures = readTicket({ ...hedged, mode: 'futures' })
    expect(futures).toMatchObject({ body: { position_side: 'SHORT' } })
    expect('body' in futures && Object.keys(futures.body)).not.toContain('reduce_only')
    expect(placeOrderBodySchema.safeParse('body' in futures && futures.body).success).toBe(true)
    for (const read of [readTicket(hedged), readTicket({ ...limit, mode: 'futures' })]) {
      expect('body' in read && Object.keys(read.body)).not.toContain('position_side')
    }
  })

  it('names each field that is wrong, and asks for a trigger where one is needed', () => {
    expect(readTicket({ ...limit, symbol: 'BTC/USDT', size: '1,5', price: '0' })).toEqual({
      problems: { symbol: 'needSymbol', size: 'needNumber', price: 'needPositive' },
    })
    expect(readTicket({ ...limit, type: 'STOP_MARKET', price: 'x', symbol: ' ' })).toEqual({
      problems: { symbol: 'missing', stopPrice: 'missing' },
    })
  })
})

describe('an order without an answer', () => {
  it('is open when the hub may have taken it, and closed when it said no', () => {
    expect(isOutcomeOpen(new NetworkError('cut off'))).toBe(true)
    expect(isOutcomeOpen(new ApiError({ status: 502, code: 'unknown_outcome' }, null))).toBe(true)
    expect(isOutcomeOpen(new ApiError({ status: 422, code: 'insufficient_funds' }, null))).toBe(false)
  })
})
