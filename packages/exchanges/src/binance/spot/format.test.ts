import { describe, expect, test } from 'vitest'
import type { AmendRequest, OrderRef, PlaceRequest } from '../../exchange.ts'
import { formatAmend, formatPlace, formatRef } from './format.ts'

const base: PlaceRequest = {
  trading_mode: 'spot',
  symbol: 'ETHUSDT',
  side: 'BUY',
  type: 'LIMIT',
  client_order_id: 'tc1',
  quantity: '1.5',
  quote_quantity: null,
  price: '2400',
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
const common = { symbol: 'ETHUSDT', side: 'BUY', quantity: '1.5', newClientOrderId: 'tc1', newOrderRespType: 'ACK' }
const stop = { stop_price: '2300', price: null }

describe('what spot takes', () => {
  test.each<[string, Partial<PlaceRequest>, object]>([
    ['limit', {}, { type: 'LIMIT', timeInForce: 'GTC', price: '2400' }],
    ['limit IOC', { time_in_force: 'IOC' }, { type: 'LIMIT', timeInForce: 'IOC', price: '2400' }],
    ['post-only', { post_only: true }, { type: 'LIMIT_MAKER', price: '2400' }],
    ['market', { type: 'MARKET', price: null }, { type: 'MARKET' }],
    [
      'market by quote',
      { type: 'MARKET', price: null, quantity: null, quote_quantity: '200' },
      { type: 'MARKET', quantity: undefined, quoteOrderQty: '200' },
    ],
    ['stop', { type: 'STOP_MARKET', ...stop }, { type: 'STOP_LOSS', stopPrice: '2300' }],
    [
      'stop limit',
      { type: 'STOP_LIMIT', stop_price: '2300' },
      { type: 'STOP_LOSS_LIMIT', stopPrice: '2300', price: '2400', timeInForce: 'GTC' },
    ],
    ['take profit', { type: 'TAKE_PROFIT_MARKET', ...stop }, { type: 'TAKE_PROFIT', stopPrice: '2300' }],
    [
      'take profit limit',
      { type: 'TAKE_PROFIT_LIMIT', stop_price: '2300' },
      { type: 'TAKE_PROFIT_LIMIT', stopPrice: '2300', price: '2400', timeInForce: 'GTC' },
    ],
    [
      'trailing stop, in percent',
      { type: 'TRAILING_STOP', price: null, callback_rate: '1.5' },
      { type: 'STOP_LOSS', trailingDelta: '150' },
    ],
  ])('%s', (_name, request, params) => {
    expect(formatPlace({ ...base, ...request })).toEqual({ ...common, ...params })
  })
})

describe('what spot does not have is refused before it is sent', () => {
  test.each<[string, Partial<PlaceRequest>, string]>([
    ['reduce-only', { reduce_only: true }, 'reduce_only_not_supported'],
    ['close position', { close_position: true }, 'close_position_not_supported'],
    ['position side', { position_side: 'LONG' }, 'position_side_not_supported'],
    ['margin mode', { margin_mode: 'CROSS' }, 'margin_mode_not_supported'],
    ['mark price trigger', { trigger_by: 'MARK' }, 'trigger_not_supported'],
    ['GTD', { time_in_force: 'GTD' }, 'time_in_force_not_supported'],
    ['limit by quote', { quote_quantity: '5' }, 'quote_quantity_not_supported'],
    ['post-only IOC', { post_only: true, time_in_force: 'IOC' }, 'post_only_not_supported'],
    ['post-only market', { post_only: true, type: 'MARKET' }, 'post_only_not_supported'],
    ['limit without price', { price: null }, 'price_required'],
    ['stop without stop price', { type: 'STOP_MARKET' }, 'stop_price_required'],
    ['trailing with too fine a rate', { type: 'TRAILING_STOP', callback_rate: '0.001' }, 'callback_rate'],
    ['an unknown type', { type: 'OTHER' }, 'order_type_not_supported'],
  ])('%s', (_name, request, code) => {
    expect(() => formatPlace({ ...base, ...request })).toThrow(expect.objectContaining({ kind: 'refused', code }))
  })
})

test('an order is named by its id, else by its client order id', () => {
  const ref: OrderRef = { trading_mode: 'spot', symbol: 'ETHUSDT', order_id: '1', client_order_id: 'tc1' }
  expect(formatRef(ref)).toEqual({ symbol: 'ETHUSDT', orderId: '1' })
  expect(formatRef({ ...ref, order_id: null })).toEqual({ symbol: 'ETHUSDT', origClientOrderId: 'tc1' })
  expect(() => formatRef({ ...ref, order_id: null, client_order_id: null })).toThrow(
    expect.objectContaining({ kind: 'refused' }),
  )
})

describe('an amendment', () => {
  const amend: AmendRequest = {
    trading_mode: 'spot',
    symbol: 'ETHUSDT',
    order_id: '1',
    client_order_id: 'tc1',
    price: null,
    quantity: '0.5',
    known: { side: 'BUY', type: 'LIMIT', price: '2400', quantity: '1', executed_qty: '0.2' },
  }

  test('makes the quantity smaller and keeps the client order id', () => {
    const params = { symbol: 'ETHUSDT', orderId: '1', newQty: '0.5', newClientOrderId: 'tc1' }
    expect(formatAmend(amend)).toEqual(params)
    expect(formatAmend({ ...amend, price: '2400.00' })).toEqual(params)
    expect(formatAmend({ ...amend, client_order_id: null }).newClientOrderId).toBeUndefined()
  })

  test.each<[string, Partial<AmendRequest>, string]>([
    ['a price', { price: '2300', quantity: null }, 'amend_not_supported'],
    ['a price with a quantity', { price: '2300' }, 'amend_not_supported'],
    ['a larger quantity', { quantity: '1.5' }, 'amend_not_supported'],
    ['nothing', { quantity: '1.0' }, 'nothing_to_amend'],
    ['what is executed', { quantity: '0.2' }, 'min_quantity'],
  ])('of %s is refused before it is sent', (_name, change, code) => {
    expect(() => formatAmend({ ...amend, ...change })).toThrow(expect.objectContaining({ kind: 'refused', code }))
  })
})
