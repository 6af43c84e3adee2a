import { describe, expect, it } from 'vitest'
import type { AmendRequest, PlaceRequest } from '../exchange.ts'
import { formatAmend, formatOrder, orderKey } from './format.ts'

const limit: PlaceRequest = {
  trading_mode: 'spot',
  symbol: 'BTCUSDT',
  side: 'BUY',
  type: 'LIMIT',
  client_order_id: 'hub0001',
  quantity: '0.001',
  quote_quantity: null,
  price: '50000',
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
const market = { ...limit, type: 'MARKET', price: null } as const
const body = (request: PlaceRequest, category: 'spot' | 'linear' | 'inverse') =>
  JSON.parse(JSON.stringify(formatOrder(request, category)))

const plain = {
  symbol: 'BTCUSDT',
  side: 'Buy',
  orderType: 'Limit',
  qty: '0.001',
  price: '50000',
  timeInForce: 'GTC',
  orderLinkId: 'hub0001',
}

describe('orders', () => {
  it('a limit order', () => {
    expect(body(limit, 'spot')).toEqual({ category: 'spot', ...plain })
    expect(body(limit, 'linear')).toEqual({ category: 'linear', ...plain })
    expect(body({ ...limit, symbol: 'BTCUSD', quantity: '100' }, 'inverse')).toEqual({
      category: 'inverse',
      ...plain,
      symbol: 'BTCUSD',
      qty: '100',
    })
  })

  it.each([
    [{ time_in_force: 'IOC' }, 'IOC'],
    [{ time_in_force: 'FOK' }, 'FOK'],
    [{ post_only: true }, 'PostOnly'],
    [{ post_only: true, time_in_force: 'GTC' }, 'PostOnly'],
  ] as const)('%j', (fields, timeInForce) => {
    expect(body({ ...limit, ...fields }, 'linear')).toEqual({ category: 'linear', ...plain, timeInForce })
  })

  it('a spot market order always names its unit', () => {
    const common = { category: 'spot', symbol: 'BTCUSDT', orderType: 'Market', orderLinkId: 'hub0001' }
    expect(body(market, 'spot')).toEqual({ ...common, side: 'Buy', qty: '0.001', marketUnit: 'baseCoin' })
    expect(body({ ...market, quantity: null, quote_quantity: '100' }, 'spot')).toEqual({
      ...common,
      side: 'Buy',
      qty: '100',
      marketUnit: 'quoteCoin',
    })
    expect(body(market, 'linear')).toEqual({ ...common, category: 'linear', side: 'Buy', qty: '0.001' })
  })

  it.each([
    ['STOP_MARKET', 'BUY', 1],
    ['STOP_MARKET', 'SELL', 2],
    ['TAKE_PROFIT_MARKET', 'BUY', 2],
    ['TAKE_PROFIT_MARKET', 'SELL', 1],
  ] as const)('%s %s waits in direction %d', (type, side, triggerDirection) => {
    const request = { ...market, type, side, stop_price: '58000', trigger_by: 'MARK', reduce_only: true } as const
    expect(body(request, 'linear')).toEqual({
      category: 'linear',
      symbol: 'BTCUSDT',
      side: side === 'BUY' ? 'Buy' : 'Sell',
      orderType: 'Market',
      qty: '0.001',
      orderLinkId: 'hub0001',
      reduceOnly: true,
      triggerPrice: '58000',
      triggerDirection,
      triggerBy: 'MarkPrice',
    })
  })

  it('a conditional spot order goes by its filter', () => {
    expect(body({ ...limit, type: 'STOP_LIMIT', stop_price: '52000' }, 'spot')).toEqual({
      category: 'spot',
      ...plain,
      triggerPrice: '52000',
      orderFilter: 'StopOrder',
    })
    expect(body({ ...market, type: 'TAKE_PROFIT_MARKET', side: 'SELL', stop_price: '52000' }, 'spot')).toMatchObject({
      marketUnit: 'baseCoin',
      triggerPrice: '52000',
      orderFilter: 'tpslOrder',
    })
  })

  it('sides of a hedge, and closing a whole position', () => {
    expect(body({ ...limit, position_side: 'LONG' }, 'linear')).toMatchObject({ positionIdx: 1 })
    expect(body({ ...limit, position_side: 'SHORT' }, 'linear')).toMatchObject({ positionIdx: 2 })
    expect(body({ ...limit, position_side: 'NET' }, 'linear')).toMatchObject({ positionIdx: 0 })
    const close = { ...market, type: 'STOP_MARKET', side: 'SELL', quantity: null, stop_price: '58000' } as const
    expect(body({ ...close, close_position: true }, 'linear')).toMatchObject({
      qty: '0',
      reduceOnly: true,
      closeOnTrigger: true,
    })
  })
})

it.each<[Partial<PlaceRequest>, 'spot' | 'linear', string]>([
  [{ type: 'TRAILING_STOP', callback_rate: '1' }, 'linear', 'order_type_not_supported'],
  [{ type: 'OTHER' }, 'linear', 'order_type_not_supported'],
  [{ callback_rate: '1' }, 'linear', 'order_type_not_supported'],
  [{ margin_mode: 'CROSS' }, 'linear', 'margin_mode_not_supported'],
  [{ price: null }, 'spot', 'price_required'],
  [{ quantity: null }, 'spot', 'quantity_required'],
  [{ quote_quantity: '10' }, 'spot', 'quote_quantity_not_supported'],
  [{ type: 'MARKET', quote_quantity: '10' }, 'linear', 'quote_quantity_not_supported'],
  [{ type: 'STOP_MARKET' }, 'linear', 'stop_price_required'],
  [{ type: 'STOP_MARKET', stop_price: '1', trigger_by: 'MARK' }, 'spot', 'trigger_not_supported'],
  [{ time_in_force: 'GTD' }, 'spot', 'time_in_force_not_supported'],
  [{ post_only: true, time_in_force: 'IOC' }, 'spot', 'time_in_force_not_supported'],
  [{ type: 'MARKET', post_only: true }, 'spot', 'post_only_not_supported'],
  [{ reduce_only: true }, 'spot', 'reduce_only_not_supported'],
  [{ position_side: 'LONG' }, 'spot', 'position_side_not_supported'],
  [{ type: 'MARKET', close_position: true }, 'spot', 'close_position_not_supported'],
  [{ close_position: true }, 'linear', 'close_position_not_supported'],
])('%j on %s is refused with %s', (fields, category, code) => {
  expect(() => formatOrder({ ...limit, ...fields }, category)).toThrow(
    expect.objectContaining({ kind: 'refused', code, venue_code: null }),
  )
})

describe('amendments', () => {
  const amend: AmendRequest = {
    trading_mode: 'spot',
    symbol: 'BTCUSDT',
    order_id: '1',
    client_order_id: 'hub0001',
    price: null,
    quantity: null,
    known: { side: 'BUY', type: 'LIMIT', price: '1', quantity: '1', executed_qty: '0' },
  }
  const body = (request: AmendRequest) => JSON.parse(JSON.stringify(formatAmend(request, 'spot')))
  it('name what changes only', () => {
    expect(body({ ...amend, price: '2' })).toEqual({ category: 'spot', symbol: 'BTCUSDT', orderId: '1', price: '2' })
    expect(body({ ...amend, order_id: null, quantity: '3' })).toEqual({
      category: 'spot',
      symbol: 'BTCUSDT',
      orderLinkId: 'hub0001',
      qty: '3',
    })
  })
  it('must change something, of an order that has a name', () => {
    expect(() => formatAmend(amend, 'spot')).toThrow(expect.objectContaining({ code: 'nothing_to_amend' }))
    expect(() => orderKey({ ...amend, order_id: null, client_order_id: null })).toThrow(
      expect.objectContaining({ code: 'order_not_named' }),
    )
  })
})
