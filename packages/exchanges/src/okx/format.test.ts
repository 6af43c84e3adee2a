import { describe, expect, it } from 'vitest'
import type { AmendRequest, PlaceRequest } from '../exchange.ts'
import { formatAlgoAmendment, formatAmendment, formatOrder } from './format.ts'
import { instrumentNamed } from './test-fixtures.ts'

const limit: PlaceRequest = {
  trading_mode: 'spot',
  symbol: 'BTC-USDT',
  side: 'BUY',
  type: 'LIMIT',
  client_order_id: 'hub1',
  quantity: '0.010',
  quote_quantity: null,
  price: '94500',
  stop_price: null,
  time_in_force: null,
  post_only: false,
  reduce_only: false,
  position_side: null,
  margin_mode: null,
  trigger_by: null,
  callback_rate: null,
  close_position: false,
}
const swap: PlaceRequest = { ...limit, trading_mode: 'futures', symbol: 'BTC-USDT-SWAP' }
const stop: PlaceRequest = { ...swap, type: 'STOP_MARKET', side: 'SELL', price: null, stop_price: '92000' }

/** What is sent: undefined fields are left out of the JSON. */
const sent = (request: PlaceRequest) => {
  const { call, body } = formatOrder(request, instrumentNamed(request.symbol))
  return { call, ...JSON.parse(JSON.stringify(body)) }
}
const refusal = (request: PlaceRequest) => {
  try {
    return sent(request)
  } catch (error) {
    return error
  }
}

describe('spot', () => {
  it('a limit order is paid in cash', () => {
    expect(sent(limit)).toEqual({
      call: 'order',
      instId: 'BTC-USDT',
      tdMode: 'cash',
      side: 'buy',
      clOrdId: 'hub1',
      ordType: 'limit',
      sz: '0.01',
      px: '94500',
    })
  })

  it('a market order says in which coin its size is', () => {
    const market: PlaceRequest = { ...limit, type: 'MARKET', price: null }
    const common = { call: 'order', instId: 'BTC-USDT', tdMode: 'cash', side: 'buy', clOrdId: 'hub1' }
    expect(sent(market)).toEqual({ ...common, ordType: 'market', sz: '0.01', tgtCcy: 'base_ccy' })
    expect(sent({ ...market, quantity: null, quote_quantity: '100' })).toEqual({
      ...common,
      ordType: 'market',
      sz: '100',
      tgtCcy: 'quote_ccy',
    })
  })

  it.each([
    [{ time_in_force: 'IOC' }, 'ioc'],
    [{ time_in_force: 'FOK' }, 'fok'],
    [{ post_only: true }, 'post_only'],
  ] as const)('%o is %s', (overrides, ordType) => {
    expect(sent({ ...limit, ...overrides })).toMatchObject({ ordType })
  })

  it('a take profit at a limit', () => {
    expect(sent({ ...limit, type: 'TAKE_PROFIT_LIMIT', stop_price: '94000', price: '94010' })).toEqual({
      call: 'algo',
      instId: 'BTC-USDT',
      tdMode: 'cash',
      side: 'buy',
      algoClOrdId: 'hub1',
      ordType: 'conditional',
      sz: '0.01',
      tpTriggerPx: '94000',
      tpOrdPx: '94010',
    })
  })
})

describe('futures', () => {
  it('coins become contracts; cross margin unless told otherwise', () => {
    expect(sent({ ...swap, quantity: '0.0301', margin_mode: 'ISOLATED', reduce_only: true })).toEqual({
      call: 'order',
      instId: 'BTC-USDT-SWAP',
      tdMode: 'isolated',
      side: 'buy',
      clOrdId: 'hub1',
      ordType: 'limit',
      sz: '3.01',
      px: '94500',
      reduceOnly: true,
    })
    expect(sent(swap)).toMatchObject({ tdMode: 'cross', sz: '1' })
  })

  it('the multiplier counts', () => {
    expect(sent({ ...swap, symbol: 'BTC-USDT-281229', quantity: '0.3' })).toMatchObject({ sz: '3' })
  })

  it('inverse contracts stay contracts', () => {
    expect(sent({ ...swap, symbol: 'BTC-USD-SWAP', quantity: '7' })).toMatchObject({ sz: '7' })
  })

  it('with position sides the side says what is reduced', () => {
    const hedged = sent({ ...swap, position_side: 'SHORT', reduce_only: true })
    expect(hedged).toMatchObject({ posSide: 'short' })
    expect(hedged).not.toHaveProperty('reduceOnly')
    expect(sent({ ...swap, position_side: 'NET' })).not.toHaveProperty('posSide')
  })

  it('a stop at market, triggered by the mark price', () => {
    expect(sent({ ...stop, trigger_by: 'MARK' })).toEqual({
      call: 'algo',
      instId: 'BTC-USDT-SWAP',
      tdMode: 'cross',
      side: 'sell',
      algoClOrdId: 'hub1',
      ordType: 'conditional',
      sz: '1',
      slTriggerPx: '92000',
      slTriggerPxType: 'mark',
      slOrdPx: '-1',
    })
  })

  it('a stop that closes whatever the position is then', () => {
    const closing = sent({ ...stop, quantity: null, close_position: true })
    expect(closing).toMatchObject({ closeFraction: '1', reduceOnly: true })
    expect(closing).not.toHaveProperty('sz')
  })

  it('a trailing stop: our percent is the venue’s ratio', () => {
    expect(sent({ ...stop, type: 'TRAILING_STOP', callback_rate: '1.5' })).toEqual({
      call: 'algo',
      instId: 'BTC-USDT-SWAP',
      tdMode: 'cross',
      side: 'sell',
      algoClOrdId: 'hub1',
      ordType: 'move_order_stop',
      sz: '1',
      callbackRatio: '0.015',
      activePx: '92000',
    })
  })
})

describe('what is refused before it is sent', () => {
  it.each<[string, PlaceRequest, string]>([
    ['no whole lots', { ...swap, quantity: '0.01005' }, 'quantity_step'],
    ['half an inverse contract', { ...swap, symbol: 'BTC-USD-SWAP', quantity: '0.5' }, 'quantity_step'],
    ['between two ticks', { ...limit, price: '94500.05' }, 'price_tick'],
    ['a trigger between two ticks', { ...stop, stop_price: '92000.01' }, 'price_tick'],
    ['a hyphen in the id', { ...limit, client_order_id: 'hub-1' }, 'client_order_id'],
    ['an id too long', { ...limit, client_order_id: 'x'.repeat(33) }, 'client_order_id'],
    ['no price', { ...limit, price: null }, 'price_required'],
    ['no quantity', { ...limit, quantity: null }, 'quantity_required'],
    ['no stop price', { ...stop, stop_price: null }, 'stop_price_required'],
    ['no callback rate', { ...stop, type: 'TRAILING_STOP' }, 'callback_rate_required'],
    ['good till date', { ...limit, time_in_force: 'GTD' }, 'time_in_force_not_supported'],
    ['post-only IOC', { ...limit, post_only: true, time_in_force: 'IOC' }, 'time_in_force_not_supported'],
    ['post-only market', { ...limit, type: 'MARKET', post_only: true }, 'post_only_not_supported'],
    ['post-only stop', { ...stop, post_only: true }, 'post_only_not_supported'],
    ['a stop IOC', { ...stop, time_in_force: 'IOC' }, 'time_in_force_not_supported'],
    ['a limit sized in quote', { ...limit, quote_quantity: '100' }, 'quote_quantity_not_supported'],
    ['futures sized in quote', { ...swap, type: 'MARKET', quote_quantity: '100' }, 'quote_quantity_not_supported'],
    ['spot on margin', { ...limit, margin_mode: 'CROSS' }, 'margin_mode_not_supported'],
    ['spot with a side', { ...limit, position_side: 'LONG' }, 'position_side_not_supported'],
    ['spot reduce-only', { ...limit, reduce_only: true }, 'reduce_only_not_supported'],
    ['closing at once', { ...swap, type: 'MARKET', close_position: true }, 'close_position_not_supported'],
    ['closing at a limit', { ...stop, type: 'STOP_LIMIT', close_position: true }, 'close_position_not_supported'],
    ['trailing on spot', { ...limit, type: 'TRAILING_STOP', callback_rate: '1' }, 'order_type_not_supported'],
    ['a trigger of choice on spot', { ...limit, type: 'STOP_LIMIT', trigger_by: 'MARK' }, 'trigger_not_supported'],
    ['a type nobody has', { ...limit, type: 'OTHER' }, 'order_type_not_supported'],
  ])('%s', (_name, request, code) => {
    expect(refusal(request)).toMatchObject({ kind: 'refused', code, venue_code: null })
  })

  it('the nearest whole lots are told', () => {
    expect(refusal({ ...swap, quantity: '0.01005' })).toMatchObject({
      message: expect.stringContaining('0.01 and 0.0101'),
    })
    expect(refusal({ ...swap, quantity: '0.00001' })).toMatchObject({ message: expect.stringContaining('0.0001') })
  })
})

describe('amendments', () => {
  const amend: AmendRequest = {
    trading_mode: 'futures',
    symbol: 'BTC-USDT-SWAP',
    order_id: '1',
    client_order_id: null,
    price: '94000',
    quantity: '0.05',
    known: { side: 'BUY', type: 'LIMIT', price: '94500', quantity: '0.01', executed_qty: '0.004' },
  }
  const linear = instrumentNamed('BTC-USDT-SWAP')

  it('name the new total and a fresh id', () => {
    expect(formatAmendment(amend, linear, 'r1')).toEqual({ reqId: 'r1', newSz: '5', newPx: '94000' })
    expect(formatAmendment({ ...amend, price: null }, linear, 'r1').newPx).toBeUndefined()
  })

  it('to less than is filled are refused', () => {
    expect(() => formatAmendment({ ...amend, quantity: '0.003' }, linear, 'r1')).toThrow(
      expect.objectContaining({ kind: 'refused', code: 'min_quantity' }),
    )
  })

  it('of a conditional order change the order it will make', () => {
    const stopLimit: AmendRequest = { ...amend, known: { ...amend.known, type: 'STOP_LIMIT' } }
    expect(formatAlgoAmendment(stopLimit, linear, 'r1')).toEqual({ reqId: 'r1', newSz: '5', newSlOrdPx: '94000' })
    for (const type of ['STOP_MARKET', 'TRAILING_STOP'] as const) {
      expect(() => formatAlgoAmendment({ ...amend, known: { ...amend.known, type } }, linear, 'r1')).toThrow(
        expect.objectContaining({ code: 'amend_not_supported' }),
      )
    }
  })
})
