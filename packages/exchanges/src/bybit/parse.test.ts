import {
  type AccountEvent,
  balanceSchema,
  type ExecutionReport,
  executionSchema,
  type OrderReport,
  orderSchema,
  type PositionReport,
  positionSchema,
} from '@tradercoin/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InstrumentBook } from './category.ts'
import { parseStreamFrame } from './parse.ts'
import { parseInstruments } from './symbols.ts'
import { fixture, fixtureNames } from './test-fixtures.ts'

const listed = (['spot', 'linear', 'inverse'] as const).flatMap((category) => {
  const { result } = fixture(`rest-instruments-${category}`).value as { result: { list: unknown[] } }
  return parseInstruments(result.list, category)
})
const instruments = new InstrumentBook(listed)
const context = {
  instruments,
  positionSideOf: (orderId: string) => (orderId.startsWith('b1a7') ? ('NET' as const) : null),
  marginMode: 'CROSS' as const,
}
const receivedAt = 1795336003300

function read(name: string): AccountEvent[] {
  const { text, value } = fixture(name)
  return parseStreamFrame(value, text, context, receivedAt)
}

const limitBuy: OrderReport = {
  trading_mode: 'futures',
  symbol: 'BTCUSDT',
  order_id: 'b1a7c3d0-1111-4222-8333-944455556661',
  client_order_id: 'hub-0001',
  side: 'BUY',
  position_side: 'NET',
  type: 'LIMIT',
  venue_type: 'Limit',
  time_in_force: 'GTC',
  post_only: false,
  reduce_only: false,
  status: 'NEW',
  price: '61000',
  stop_price: null,
  quantity: '0.02',
  quantity_unit: 'BASE',
  executed_qty: '0',
  venue_average_price: null,
  reason: null,
  parent_order_id: null,
  create_time: 1795336000100,
  update_time: 1795336000101,
}

const order = (overrides: Partial<OrderReport>): AccountEvent[] => [
  { kind: 'order', order: { ...limitBuy, ...overrides }, execution: null },
]
const ofSpot = { trading_mode: 'spot', position_side: null } as const
const stop = {
  order_id: 'b1a7c3d0-1111-4222-8333-944455556662',
  client_order_id: null,
  side: 'SELL',
  type: 'STOP_MARKET',
  venue_type: 'Stop',
  time_in_force: 'IOC',
  reduce_only: true,
  price: null,
  stop_price: '58000',
} as const
const partFilled = { executed_qty: '0.005', venue_average_price: '61000' } as const

describe('order', () => {
  const cases: Record<string, AccountEvent[]> = {
    'order-new': order({}),
    'order-by-category': order({}),
    'order-filled-partly': order({ ...partFilled, status: 'PARTIALLY_FILLED', update_time: 1795336003201 }),
    'order-filled': order({
      status: 'FILLED',
      executed_qty: '0.02',
      venue_average_price: '61000',
      update_time: 1795336009001,
    }),
    // A cancel that lost against the fill: still filled, and no reason.
    'order-filled-again': order({
      status: 'FILLED',
      executed_qty: '0.02',
      venue_average_price: '61000',
      update_time: 1795336009050,
    }),
    'order-canceled': order({ ...partFilled, status: 'CANCELED', update_time: 1795336009101 }),
    'order-ioc-expired': order({ status: 'EXPIRED', time_in_force: 'IOC', reason: 'EC_NoImmediateQtyToFill' }),
    'order-fok-expired': order({ status: 'EXPIRED', time_in_force: 'FOK', reason: 'EC_CancelForNoFullFill' }),
    'order-post-only-refused': order({ status: 'REJECTED', post_only: true, reason: 'EC_PostOnlyWillTakeLiquidity' }),
    'order-rejected': order({ status: 'REJECTED', reason: 'EC_InvalidSymbolStatus' }),
    'order-rejected-filled': order({
      ...partFilled,
      status: 'CANCELED',
      reason: 'EC_NoEnoughQtyToFill',
      update_time: 1795336003201,
    }),
    'order-spot-cut-short': order({
      ...ofSpot,
      type: 'MARKET',
      venue_type: 'Market',
      time_in_force: 'IOC',
      status: 'FILLED',
      price: null,
      quantity: '0.001615',
      executed_qty: '0.001615',
      venue_average_price: '61884',
    }),
    'order-spot-limit-cut-short': order({ ...ofSpot, ...partFilled, side: 'SELL', status: 'CANCELED' }),
    'order-spot-tpsl': order({
      ...ofSpot,
      order_id: '1795336000123000001',
      side: 'SELL',
      type: 'TAKE_PROFIT_LIMIT',
      venue_type: 'tpslOrder',
      status: 'UNTRIGGERED',
      price: '64990',
      stop_price: '65000',
    }),
    'order-stop-waiting': order({ ...stop, status: 'UNTRIGGERED' }),
    'order-stop-triggered': order({ ...stop, status: 'TRIGGERED', update_time: 1795336100000 }),
    'order-stop-working': order({ ...stop, status: 'NEW', update_time: 1795336100001 }),
    'order-stop-deactivated': order({ ...stop, status: 'CANCELED', update_time: 1795336100002 }),
    'order-hedge-take-profit': order({
      symbol: 'BTCPERP',
      order_id: 'b1a7c3d0-1111-4222-8333-944455556663',
      client_order_id: null,
      position_side: 'SHORT',
      type: 'TAKE_PROFIT_LIMIT',
      venue_type: 'PartialTakeProfit',
      reduce_only: true,
      status: 'UNTRIGGERED',
      price: '57000',
      stop_price: '57100',
    }),
    'order-trailing': order({
      order_id: 'b1a7c3d0-1111-4222-8333-944455556664',
      client_order_id: null,
      side: 'SELL',
      type: 'TRAILING_STOP',
      venue_type: 'TrailingStop',
      time_in_force: 'IOC',
      reduce_only: true,
      status: 'UNTRIGGERED',
      price: null,
      stop_price: '60500',
    }),
    'order-inverse': order({
      symbol: 'BTCUSD',
      type: 'MARKET',
      venue_type: 'Market',
      time_in_force: 'IOC',
      status: 'FILLED',
      price: null,
      quantity: '500',
      quantity_unit: 'CONTRACT',
      executed_qty: '500',
      venue_average_price: '61884.5',
    }),
    'order-liquidation': order({
      symbol: 'BTCUSDT-25DEC26',
      client_order_id: null,
      side: 'SELL',
      type: 'MARKET',
      venue_type: 'Market',
      time_in_force: 'IOC',
      reduce_only: true,
      status: 'FILLED',
      price: null,
      quantity: '0.005',
      executed_qty: '0.005',
      venue_average_price: '55310',
    }),
  }

  it.each(Object.entries(cases))('%s', (name, expected) => {
    expect(read(name)).toEqual(expected)
  })

  it('keeps an option as it came', () => {
    expect(read('order-option')).toEqual([
      { kind: 'raw', event_type: 'order', payload: expect.stringContaining('"orderIv":"0.6"'), problem: null },
    ])
  })

  it('one bad row takes no other with it; long ids, huge numbers and Unicode stay whole', () => {
    const events = read('order-several')
    expect(events[0]).toEqual(order({})[0])
    expect(events[1]).toMatchObject({ kind: 'raw', problem: 'unknown order status' })
    expect(events[1]).toMatchObject({ payload: expect.stringContaining('"orderId":"9223372036854775807123"') })
    expect(events[2]).toEqual(
      order({
        order_id: '18446744073709551615',
        client_order_id: null,
        symbol: '这是测试币456USDT',
        price: '123456789012345678901234567890.000000000000000001',
        quantity: '1000',
      })[0],
    )
    expect(events[3]).toMatchObject({ kind: 'raw', problem: null })
    expect(events[4]).toMatchObject({ kind: 'raw', problem: 'unknown category' })
    expect(events).toHaveLength(5)
  })

  /** One field of a known frame is something else. */
  const changed = (name: string, fields: object): AccountEvent | undefined => {
    const { value } = fixture(name)
    const frame = value as { data: object[] }
    return parseStreamFrame({ ...frame, data: [{ ...frame.data[0], ...fields }] }, '', context, receivedAt)[0]
  }
  it.each([
    [
      'a market remainder expires',
      'order-new',
      { orderStatus: 'Cancelled', orderType: 'Market', timeInForce: 'IOC' },
      'EXPIRED',
    ],
    [
      'an IOC remainder expires with its fills',
      'order-canceled',
      { timeInForce: 'IOC', cancelType: '', rejectReason: '' },
      'EXPIRED',
    ],
    [
      'an IOC remainder that met itself expires',
      'order-ioc-expired',
      { cancelType: 'CancelBySmp', rejectReason: 'EC_BySelfMatch' },
      'EXPIRED',
    ],
    [
      'a market remainder beyond what may be reduced expires',
      'order-ioc-expired',
      { orderType: 'Market', cancelType: 'CancelByReduceOnly', rejectReason: 'EC_NoError' },
      'EXPIRED',
    ],
    [
      'a resting order beyond what may be reduced is canceled',
      'order-canceled',
      { cancelType: 'CancelByReduceOnly', rejectReason: 'EC_NoError' },
      'CANCELED',
    ],
    [
      'a market order called off is canceled',
      'order-ioc-expired',
      { cancelType: 'CancelByAdmin', rejectReason: '' },
      'CANCELED',
    ],
    ['a stop at market that its owner cancels', 'order-stop-deactivated', { orderStatus: 'Cancelled' }, 'CANCELED'],
    ['post-only refused after a fill', 'order-post-only-refused', { cumExecQty: '0.001' }, 'CANCELED'],
    ['post-only, told as Rejected', 'order-post-only-refused', { orderStatus: 'Rejected' }, 'REJECTED'],
    [
      'a spot sell cut short has a remainder',
      'order-spot-cut-short',
      { side: 'Sell', marketUnit: 'baseCoin' },
      'EXPIRED',
    ],
    ['a spot buy in base coin cut short has one, too', 'order-spot-cut-short', { marketUnit: 'baseCoin' }, 'EXPIRED'],
    ['a spot buy without a unit is in quote coin', 'order-spot-cut-short', { marketUnit: '' }, 'FILLED'],
    ['a limit IOC cut short', 'order-spot-limit-cut-short', { timeInForce: 'IOC', cancelType: 'UNKNOWN' }, 'EXPIRED'],
    ['the legacy word Created', 'order-new', { orderStatus: 'Created' }, 'NEW'],
    ['the legacy word Active', 'order-new', { orderStatus: 'Active' }, 'NEW'],
  ])('%s', (_title, name, fields, status) => {
    expect(changed(name, fields)).toMatchObject({ order: { status } })
  })

  it.each([
    [{ side: 'Buy', triggerDirection: 1 }, 'STOP_MARKET'],
    [{ side: 'Buy', triggerDirection: '2' }, 'TAKE_PROFIT_MARKET'],
    [{ side: 'Sell', triggerDirection: 1 }, 'TAKE_PROFIT_MARKET'],
    [{ side: 'Sell', triggerDirection: 2, orderType: 'Limit' }, 'STOP_LIMIT'],
    [{ side: 'Sell', triggerDirection: 0, lastPriceOnCreated: '57000' }, 'TAKE_PROFIT_MARKET'],
    [{ side: 'Sell', triggerDirection: 0, lastPriceOnCreated: '' }, 'STOP_MARKET'],
    [{ stopOrderType: 'StopLoss' }, 'STOP_MARKET'],
    [{ stopOrderType: 'TakeProfit', orderType: 'Limit' }, 'TAKE_PROFIT_LIMIT'],
    [{ stopOrderType: 'OcoOrder' }, 'OTHER'],
    [{ stopOrderType: 'SomethingNew' }, 'OTHER'],
    [{ orderType: 'UNKNOWN' }, 'OTHER'],
  ])('the type of %j', (fields, type) => {
    expect(changed('order-stop-waiting', fields)).toMatchObject({ order: { type } })
  })

  it('a market order in quote coin has no quantity until it is filled', () => {
    const event = changed('order-spot-cut-short', { orderStatus: 'PartiallyFilled' })
    expect(event).toMatchObject({ order: { status: 'PARTIALLY_FILLED', quantity: null, executed_qty: '0.001615' } })
  })
})

const partFill: ExecutionReport = {
  trading_mode: 'futures',
  symbol: 'BTCUSDT',
  order_id: 'b1a7c3d0-1111-4222-8333-944455556661',
  client_order_id: 'hub-0001',
  trade_id: 'e0000001-aaaa-5bbb-8ccc-000000000001',
  side: 'BUY',
  position_side: 'NET',
  price: '61000',
  quantity: '0.005',
  quote_qty: '305',
  fee: '0.061',
  fee_asset: 'USDT',
  realized_pnl: '0',
  is_maker: true,
  kind: 'TRADE',
  time: 1795336003199,
}

describe('execution', () => {
  const execution = (overrides: Partial<ExecutionReport>): AccountEvent[] => [
    { kind: 'execution', execution: { ...partFill, ...overrides } },
  ]
  const trade = (last: number) => `e0000001-aaaa-5bbb-8ccc-00000000000${last}`
  const spot = { ...ofSpot, order_id: '1795336000123000002', realized_pnl: null } as const
  const cases: Record<string, AccountEvent[]> = {
    execution: execution({}),
    'execution-closing': execution({
      symbol: 'BTCPERP',
      trade_id: trade(2),
      side: 'SELL',
      price: '62000.5',
      quote_qty: '310.0025',
      fee: '0.17050138',
      fee_asset: 'USDC',
      realized_pnl: '4.875',
      is_maker: false,
    }),
    'execution-adl': execution({
      kind: 'ADL',
      trade_id: trade(3),
      client_order_id: null,
      fee: '0',
      realized_pnl: '-12.5',
    }),
    'execution-liquidated': execution({
      kind: 'LIQUIDATION',
      trade_id: trade(4),
      client_order_id: null,
      realized_pnl: '-28.45',
    }),
    'execution-forced': execution({ kind: 'LIQUIDATION', trade_id: trade(5), client_order_id: null }),
    'execution-delivered': execution({
      symbol: 'BTC-25DEC26',
      kind: 'SETTLEMENT',
      trade_id: trade(6),
      client_order_id: null,
      fee: '0.0305',
      fee_asset: 'USDC',
    }),
    'execution-spot': execution({
      ...spot,
      trade_id: '2290000000061212121',
      fee: '0.000005',
      fee_asset: 'BTC',
      is_maker: false,
    }),
    'execution-spot-underived': execution({ ...spot, trade_id: '2290000000061212122', side: 'SELL', fee: '0.305' }),
    'execution-spot-rebate': execution({ ...spot, trade_id: '2290000000061212123', fee: '-0.0305' }),
    'execution-inverse': execution({
      symbol: 'BTCUSD',
      trade_id: trade(8),
      price: '61884.5',
      quantity: '500',
      quote_qty: '500',
      fee: '0.00000444',
      fee_asset: 'BTC',
      is_maker: false,
    }),
  }

  it.each(Object.entries(cases))('%s', (name, expected) => {
    expect(read(name)).toEqual(expected)
  })

  it.each([
    ['execution-funding', 'execution funding', null],
    ['execution-option', 'execution', null],
    ['execution-unknown', 'execution', 'unknown kind of execution'],
  ])('%s is kept as it came', (name, event_type, problem) => {
    const { data } = fixture(name).value as { data: unknown[] }
    expect(read(name)).toEqual([{ kind: 'raw', event_type, payload: JSON.stringify(data[0]), problem }])
  })
})

const long: PositionReport = {
  trading_mode: 'futures',
  symbol: 'BTCUSDT',
  position_side: 'NET',
  position_id: null,
  margin_mode: 'CROSS',
  quantity: '0.005',
  entry_price: '61000',
  mark_price: '61002.1',
  unrealized_pnl: '0.01',
  realized_pnl: '-0.061',
  leverage: '10',
  liquidation_price: '55310',
  update_time: 1795336003205,
}

describe('position', () => {
  const position = (overrides: Partial<PositionReport>): AccountEvent => ({
    kind: 'position',
    position: { ...long, ...overrides },
  })
  const cases: Record<string, AccountEvent[]> = {
    position: [position({})],
    'position-hedge': [
      position({ position_side: 'LONG' }),
      position({
        position_side: 'SHORT',
        quantity: '-0.004',
        entry_price: '61500',
        unrealized_pnl: '1.99',
        liquidation_price: '70010',
      }),
    ],
    'position-closed': [
      position({ quantity: '0', entry_price: '0', unrealized_pnl: '0', realized_pnl: '4.6', liquidation_price: '0' }),
    ],
    'position-portfolio': [position({ symbol: 'BTCUSD', quantity: '500', leverage: null, liquidation_price: '0' })],
  }
  it.each(Object.entries(cases))('%s', (name, expected) => {
    expect(read(name)).toEqual(expected)
  })
})

it('the margin mode of a position is the account’s; untold while that is not known', () => {
  const { text, value } = fixture('position')
  const [event] = parseStreamFrame(value, text, { ...context, marginMode: null }, receivedAt)
  expect(event).toMatchObject({ position: { symbol: 'BTCUSDT', margin_mode: null } })
})

describe('wallet', () => {
  const usdt = {
    trading_mode: 'spot',
    asset: 'USDT',
    total: '9000',
    available: '9000',
    locked: '0',
    update_time: 1795336009005,
  } as const
  it('tells each coin that changed, under spot', () => {
    expect(read('wallet')).toEqual([{ kind: 'balance', balance: usdt }])
  })
  it('in isolated margin what is bound to positions and orders is not free', () => {
    expect(read('wallet-isolated')).toEqual([
      { kind: 'balance', balance: { ...usdt, available: '8447.1', locked: '500' } },
      { kind: 'balance', balance: { ...usdt, asset: 'BTC', total: '0.5', available: '0.4', locked: '0.1' } },
    ])
  })
  it('one torn coin takes no other with it', () => {
    expect(read('wallet-torn')).toEqual([
      {
        kind: 'raw',
        event_type: 'wallet',
        payload: expect.stringContaining('"many"'),
        problem: 'walletBalance is not a decimal',
      },
      { kind: 'balance', balance: { ...usdt, asset: 'BTC', total: '0.5', available: null, locked: null } },
    ])
  })
})

describe('what is no event of ours', () => {
  it.each([
    ['{"topic":"greeks","data":[]}', 'greeks', 'the topic is not known'],
    ['{"hello":1}', 'unknown', 'the topic is not known'],
    ['[1]', 'unknown', 'the frame is not an event'],
    ['7', 'unknown', 'the frame is not an event'],
    ['{"topic":"order","data":5}', 'order', 'data is not a list'],
    ['{"topic":"order","data":[5]}', 'order', 'unknown category'],
  ])('%s', (text, event_type, problem) => {
    const events = parseStreamFrame(JSON.parse(text), text, context, receivedAt)
    expect(events).toMatchObject([{ kind: 'raw', event_type, problem }])
  })
  it.each([
    ['greeks', 'greeks'],
    // It knows no fee: an execution made of it would be incomplete for ever.
    ['execution-fast', 'execution.fast'],
  ])('%s is kept whole', (name, event_type) => {
    const payload = fixture(name).text
    expect(read(name)).toEqual([{ kind: 'raw', event_type, payload, problem: 'the topic is not known' }])
  })
})

describe('any payload', () => {
  const orderFields = orderSchema.pick({
    trading_mode: true,
    symbol: true,
    order_id: true,
    client_order_id: true,
    side: true,
    position_side: true,
    type: true,
    venue_type: true,
    time_in_force: true,
    post_only: true,
    reduce_only: true,
    status: true,
    price: true,
    stop_price: true,
    quantity: true,
    quantity_unit: true,
    executed_qty: true,
    reason: true,
    parent_order_id: true,
    update_time: true,
  })
  const executionFields = executionSchema.omit({
    id: true,
    user_id: true,
    exchange_key_id: true,
    exchange: true,
    source: true,
  })
  const balanceFields = balanceSchema.omit({ exchange_key_id: true, exchange: true })
  const positionFields = positionSchema.omit({ exchange_key_id: true, exchange: true })
  const names = fixtureNames().filter((name) => /^(order|execution|position|wallet)/.test(name))
  const value = fc.oneof(fc.jsonValue(), fc.constantFrom('', '0', '-1', '1E-8', '.5', 'NaN', 0, -1, 1e21, null))

  /** Replaces, drops or adds one field somewhere in the payload. */
  function mutate(frame: unknown, path: readonly number[], replacement: unknown, drop: boolean): unknown {
    if (typeof frame !== 'object' || frame === null) return replacement
    const keys = Object.keys(frame)
    const key = keys[(path[0] ?? 0) % Math.max(1, keys.length)]
    if (key === undefined) return replacement
    const copy: Record<string, unknown> = Array.isArray(frame) ? ([...frame] as never) : { ...frame }
    if (path.length > 1) copy[key] = mutate(copy[key], path.slice(1), replacement, drop)
    else if (drop) delete copy[key]
    else copy[key] = replacement
    return copy
  }

  it('gives valid records or the row itself, and never throws', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.array(fc.nat(60), { minLength: 1, maxLength: 4 }),
        value,
        fc.boolean(),
        (name, path, replacement, drop) => {
          const frame = mutate(fixture(name).value, path, replacement, drop)
          for (const event of parseStreamFrame(frame, 'text', context, receivedAt)) {
            if (event.kind === 'order') orderFields.parse(event.order)
            else if (event.kind === 'execution') executionFields.parse(event.execution)
            else if (event.kind === 'balance') balanceFields.parse(event.balance)
            else if (event.kind === 'position') positionFields.parse(event.position)
            else if (event.kind === 'raw') expect(event.event_type).not.toBe('')
            else expect.unreachable(event.kind)
          }
        },
      ),
      { numRuns: 5000 },
    )
  })
})
