import { describe, expect, it } from 'vitest'
import type { AmendRequest, PlaceRequest } from '../../exchange.ts'
import { formatAmend, formatOrder } from './format.ts'

const limit: PlaceRequest = {
  trading_mode: 'futures',
  symbol: 'BTCUSDT',
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
const stop: PlaceRequest = { ...limit, type: 'STOP_MARKET', side: 'SELL', price: null, stop_price: '92000' }

/** What is sent: undefined parameters are left out. */
const sent = (request: PlaceRequest) => {
  const { call, params } = formatOrder(request)
  return { call, ...Object.fromEntries(Object.entries(params).filter(([, value]) => value !== undefined)) }
}

describe('orders', () => {
  it('sends a limit order', () => {
    expect(sent(limit)).toEqual({
      call: 'order',
      symbol: 'BTCUSDT',
      side: 'BUY',
      type: 'LIMIT',
      newClientOrderId: 'hub1',
      timeInForce: 'GTC',
      quantity: '0.010',
      price: '94500',
      newOrderRespType: 'ACK',
    })
  })

  it('sends a reduce-only market order without price and time in force', () => {
    expect(sent({ ...limit, type: 'MARKET', reduce_only: true, position_side: 'NET' })).toEqual({
      call: 'order',
      symbol: 'BTCUSDT',
      side: 'BUY',
      type: 'MARKET',
      newClientOrderId: 'hub1',
      quantity: '0.010',
      reduceOnly: 'true',
      newOrderRespType: 'ACK',
    })
  })

  it('says post-only as GTX', () => {
    expect(sent({ ...limit, post_only: true })).toMatchObject({ timeInForce: 'GTX' })
    expect(sent({ ...limit, post_only: true, time_in_force: 'GTC' })).toMatchObject({ timeInForce: 'GTX' })
  })

  it('names the side in hedge mode, where reduceOnly is refused', () => {
    const hedged = sent({ ...limit, position_side: 'SHORT', reduce_only: true })
    expect(hedged).toMatchObject({ positionSide: 'SHORT' })
    expect(hedged).not.toHaveProperty('reduceOnly')
  })
})

describe('conditional orders', () => {
  it('sends a stop at market to the algo call', () => {
    expect(sent({ ...stop, reduce_only: true, trigger_by: 'MARK' })).toEqual({
      call: 'algoOrder',
      algoType: 'CONDITIONAL',
      symbol: 'BTCUSDT',
      side: 'SELL',
      type: 'STOP_MARKET',
      clientAlgoId: 'hub1',
      quantity: '0.010',
      triggerPrice: '92000',
      workingType: 'MARK_PRICE',
      reduceOnly: 'true',
      newOrderRespType: 'ACK',
    })
  })

  it('sends limits with price and time in force', () => {
    expect(sent({ ...stop, type: 'TAKE_PROFIT_LIMIT', price: '96000', stop_price: '95900' })).toMatchObject({
      type: 'TAKE_PROFIT',
      price: '96000',
      triggerPrice: '95900',
      timeInForce: 'GTC',
    })
    expect(sent({ ...stop, type: 'STOP_LIMIT', price: '91900', trigger_by: 'LAST' })).toMatchObject({
      type: 'STOP',
      workingType: 'CONTRACT_PRICE',
    })
  })

  it('sends a trailing stop with its rate and activation price', () => {
    const trailing = sent({ ...stop, type: 'TRAILING_STOP', callback_rate: '1.5' })
    expect(trailing).toMatchObject({ type: 'TRAILING_STOP_MARKET', callbackRate: '1.5', activatePrice: '92000' })
    expect(trailing).not.toHaveProperty('triggerPrice')
  })

  it('closes a position without a quantity and without reduceOnly', () => {
    const closing = sent({ ...stop, quantity: null, close_position: true, reduce_only: true })
    expect(closing).toMatchObject({ closePosition: 'true' })
    expect(closing).not.toHaveProperty('quantity')
    expect(closing).not.toHaveProperty('reduceOnly')
  })
})

describe('refusals before anything is sent', () => {
  it.each<[string, PlaceRequest]>([
    ['quote_quantity_not_supported', { ...limit, quote_quantity: '100' }],
    ['margin_mode_not_supported', { ...limit, margin_mode: 'ISOLATED' }],
    ['order_type_not_supported', { ...limit, type: 'OTHER' }],
    ['quantity_required', { ...limit, quantity: null }],
    ['price_required', { ...limit, price: null }],
    ['post_only_not_supported', { ...limit, type: 'MARKET', post_only: true }],
    ['post_only_not_supported', { ...stop, post_only: true }],
    ['time_in_force_not_supported', { ...limit, post_only: true, time_in_force: 'IOC' }],
    ['time_in_force_not_supported', { ...limit, time_in_force: 'GTD' }],
    ['close_position_not_supported', { ...limit, close_position: true }],
    ['close_position_not_supported', { ...stop, type: 'STOP_LIMIT', price: '1', close_position: true }],
    ['stop_price_required', { ...stop, stop_price: null }],
    ['callback_rate_required', { ...stop, type: 'TRAILING_STOP' }],
    ['trigger_not_supported', { ...stop, trigger_by: 'INDEX' }],
  ])('%s', (code, request) => {
    expect(() => formatOrder(request)).toThrow(expect.objectContaining({ kind: 'refused', code }))
  })
})

describe('an amendment', () => {
  const amend: AmendRequest = {
    trading_mode: 'futures',
    symbol: 'BTCUSDT',
    order_id: '8389766145050669870',
    client_order_id: 'tc1',
    price: '95000',
    quantity: null,
    known: { side: 'BUY', type: 'LIMIT', price: '94500', quantity: '0.02', executed_qty: '0.008' },
  }

  it('names side, quantity and price whatever of them changes', () => {
    const params = { symbol: 'BTCUSDT', orderId: '8389766145050669870', side: 'BUY', quantity: '0.02', price: '95000' }
    expect(formatAmend(amend)).toEqual(params)
    expect(formatAmend({ ...amend, price: null, quantity: '0.05' })).toEqual({
      ...params,
      quantity: '0.05',
      price: '94500',
    })
    expect(formatAmend({ ...amend, order_id: null })).toMatchObject({ origClientOrderId: 'tc1' })
  })

  it.each<[string, Partial<AmendRequest>, string]>([
    ['a conditional order', { order_id: 'algo:2148719' }, 'amend_not_supported'],
    [
      'what may be a conditional order',
      { order_id: null, known: { ...amend.known, type: 'STOP_LIMIT' } },
      'amend_not_supported',
    ],
    ['a market order', { known: { ...amend.known, type: 'MARKET', price: null } }, 'amend_not_supported'],
    ['nothing', { price: '94500.0', quantity: '0.020' }, 'nothing_to_amend'],
    ['what is executed', { price: null, quantity: '0.008' }, 'min_quantity'],
  ])('of %s is refused before it is sent', (_name, change, code) => {
    expect(() => formatAmend({ ...amend, ...change })).toThrow(expect.objectContaining({ kind: 'refused', code }))
  })
})
