import type { AccountEvent, BalanceReport, ExecutionReport, OrderReport, PositionReport } from '@tradercoin/protocol'
import { describe, expect, it } from 'vitest'
import { parseJson } from '../transport/json.ts'
import { parsePush } from './parse.ts'
import { findInstrument, fixture } from './test-fixtures.ts'

function read(name: string): AccountEvent[] {
  const { frame, text } = fixture(name)
  const { events, unknown } = parsePush(frame, text, findInstrument)
  expect(unknown).toEqual([])
  return events
}

const limitBuy: OrderReport = {
  trading_mode: 'spot',
  symbol: 'BTC-USDT',
  order_id: '2900000000000000001',
  client_order_id: 'hub0a1',
  side: 'BUY',
  position_side: null,
  type: 'LIMIT',
  venue_type: 'limit',
  time_in_force: 'GTC',
  post_only: false,
  reduce_only: false,
  status: 'NEW',
  price: '61000',
  stop_price: null,
  quantity: '0.02',
  quantity_unit: 'BASE',
  venue_quantity: null,
  executed_qty: '0',
  venue_average_price: null,
  reason: null,
  parent_order_id: null,
  create_time: 1795336000100,
  update_time: 1795336000100,
}

const partFill: ExecutionReport = {
  trading_mode: 'spot',
  symbol: 'BTC-USDT',
  order_id: '2900000000000000001',
  client_order_id: 'hub0a1',
  trade_id: '81000001',
  side: 'BUY',
  position_side: null,
  price: '61000',
  quantity: '0.005',
  quote_qty: '305',
  fee: '0.000005',
  fee_asset: 'BTC',
  realized_pnl: null,
  is_maker: true,
  kind: 'TRADE',
  time: 1795336003200,
}

const swapClose: OrderReport = {
  ...limitBuy,
  trading_mode: 'futures',
  symbol: 'BTC-USDT-SWAP',
  order_id: '2900000000000000007',
  side: 'SELL',
  position_side: 'LONG',
  type: 'MARKET',
  venue_type: 'market',
  time_in_force: null,
  reduce_only: true,
  status: 'FILLED',
  price: null,
  quantity: '0.03',
  venue_quantity: '3',
  executed_qty: '0.03',
  venue_average_price: '61950.2',
  update_time: 1795336015001,
}

const swapFill: ExecutionReport = {
  trading_mode: 'futures',
  symbol: 'BTC-USDT-SWAP',
  order_id: '2900000000000000007',
  client_order_id: 'hub0a1',
  trade_id: '99000777',
  side: 'SELL',
  position_side: 'LONG',
  price: '61950.2',
  quantity: '0.03',
  quote_qty: '1858.506',
  fee: '0.929',
  fee_asset: 'USDT',
  realized_pnl: '12.4',
  is_maker: false,
  kind: 'TRADE',
  time: 1795336015000,
}

const order = (report: OrderReport, execution: ExecutionReport | null = null): AccountEvent => ({
  kind: 'order',
  order: report,
  execution,
})

describe('orders on spot', () => {
  const cases: Record<string, AccountEvent> = {
    'order-live': order(limitBuy),
    'order-filled-partly': order(
      {
        ...limitBuy,
        status: 'PARTIALLY_FILLED',
        executed_qty: '0.005',
        venue_average_price: '61000',
        update_time: 1795336003201,
      },
      partFill,
    ),
    'order-filled': order(
      {
        ...limitBuy,
        status: 'FILLED',
        executed_qty: '0.02',
        venue_average_price: '61000',
        update_time: 1795336009001,
      },
      {
        ...partFill,
        trade_id: '81000044',
        quantity: '0.015',
        quote_qty: '915',
        fee: '0.000015',
        time: 1795336009000,
      },
    ),
    'order-quote-filled-partly': order(
      {
        ...limitBuy,
        order_id: '2900000000000000002',
        type: 'MARKET',
        venue_type: 'market',
        time_in_force: null,
        status: 'PARTIALLY_FILLED',
        price: null,
        quantity: null,
        executed_qty: '0.0016',
        venue_average_price: '61900',
        update_time: 1795336010001,
      },
      {
        ...partFill,
        order_id: '2900000000000000002',
        trade_id: '81000101',
        price: '61900',
        quantity: '0.0016',
        quote_qty: '99.04',
        fee: '0.0000016',
        is_maker: false,
        time: 1795336010000,
      },
    ),
    'order-quote-filled': order({
      ...limitBuy,
      order_id: '2900000000000000002',
      type: 'MARKET',
      venue_type: 'market',
      time_in_force: null,
      status: 'FILLED',
      price: null,
      quantity: '0.0016',
      executed_qty: '0.0016',
      venue_average_price: '61900',
      update_time: 1795336010002,
    }),
    'order-canceled': order({
      ...limitBuy,
      order_id: '2900000000000000003',
      status: 'CANCELED',
      executed_qty: '0.004',
      venue_average_price: '61000',
      reason: 'canceled by the user',
      update_time: 1795336011000,
    }),
    'order-ioc-expired': order({
      ...limitBuy,
      order_id: '2900000000000000004',
      venue_type: 'ioc',
      time_in_force: 'IOC',
      status: 'EXPIRED',
      reason: 'the rest of an immediate-or-cancel order',
      update_time: 1795336012000,
    }),
    'order-fok-expired': order({
      ...limitBuy,
      order_id: '2900000000000000024',
      venue_type: 'fok',
      time_in_force: 'FOK',
      status: 'EXPIRED',
      reason: 'a fill-or-kill order that could not be filled completely',
      update_time: 1795336012500,
    }),
    'order-post-only-refused': order({
      ...limitBuy,
      order_id: '2900000000000000005',
      venue_type: 'post_only',
      post_only: true,
      status: 'REJECTED',
      reason: 'post-only order would have taken liquidity',
      update_time: 1795336013000,
    }),
    'order-self-trade': order({
      ...limitBuy,
      order_id: '2900000000000000025',
      status: 'CANCELED',
      reason: 'self-trade prevention',
      update_time: 1795336013500,
    }),
    'order-mmp-canceled': order({
      ...limitBuy,
      order_id: '2900000000000000026',
      venue_type: 'mmp',
      status: 'CANCELED',
      reason: 'market maker protection',
      update_time: 1795336013600,
    }),
    'order-unknown-source': order({
      ...limitBuy,
      order_id: '2900000000000000027',
      status: 'CANCELED',
      reason: 'cancel source 99',
      update_time: 1795336013700,
    }),
    'order-amended': order({
      ...limitBuy,
      order_id: '2900000000000000006',
      status: 'PARTIALLY_FILLED',
      price: '60500',
      executed_qty: '0.004',
      venue_average_price: '61000',
      update_time: 1795336014000,
    }),
    'order-margin': order({ ...limitBuy, order_id: '2900000000000000021' }),
    'order-unicode': order({
      ...limitBuy,
      symbol: '这是测试币456-USDT',
      order_id: '2900000000000000023',
      price: '0.000000000000000001',
      quantity: '1000000000000000000000000000000',
    }),
    'order-unknown-type': order({
      ...limitBuy,
      order_id: '2900000000000000029',
      type: 'OTHER',
      venue_type: 'rocket',
      time_in_force: null,
    }),
  }
  it.each(Object.keys(cases))('%s', (name) => {
    expect(read(name)).toEqual([cases[name]])
  })

  it.each([
    ['Insufficient balance', 'Insufficient balance'],
    ['', 'The account has not enough funds or margin for this order.'],
  ])('tells why an amendment of ours was refused (%j); the order is as it was', (msg, reason) => {
    const { frame } = fixture('order-amend-failed')
    const [row] = (frame as { data: object[] }).data
    const pushed = { ...(frame as object), data: [{ ...row, reqId: 'tc0a1b2c3d4e5f', msg }] }
    expect(parsePush(pushed, '', findInstrument).events).toEqual([
      order({ ...limitBuy, order_id: '2900000000000000006', price: '60500', update_time: 1795336014500 }),
      {
        kind: 'amend_refused',
        refusal: {
          trading_mode: 'spot',
          symbol: 'BTC-USDT',
          order_id: '2900000000000000006',
          reason,
          time: 1795336014500,
        },
      },
    ])
  })

  it('keeps what was said of a refused amendment of someone else', () => {
    const { frame } = fixture('order-amend-failed')
    const [row] = (frame as { data: unknown[] }).data
    expect(read('order-amend-failed')).toEqual([
      order({ ...limitBuy, order_id: '2900000000000000006', price: '60500', update_time: 1795336014500 }),
      { kind: 'raw', event_type: 'amend_failed', payload: JSON.stringify(row), problem: null },
    ])
  })

  it('keeps a row of unknown state raw, and the other rows', () => {
    expect(read('order-unknown-state')).toEqual([
      order({ ...limitBuy, order_id: '2900000000000000028' }),
      {
        kind: 'raw',
        event_type: 'orders',
        payload: fixture('order-unknown-state').text,
        problem: 'unknown order state',
      },
    ])
  })

  it('keeps options as they came', () => {
    const { text } = fixture('order-option')
    expect(read('order-option')).toEqual([{ kind: 'raw', event_type: 'orders', payload: text, problem: null }])
  })
})

describe('orders on futures', () => {
  it('counts contracts in coins and keeps the venue’s figure', () => {
    expect(read('order-swap-close')).toEqual([order(swapClose, swapFill)])
  })

  it('leaves inverse contracts as they are: each is worth a sum of the quote coin', () => {
    expect(read('order-inverse')).toEqual([
      order(
        {
          ...swapClose,
          symbol: 'BTC-USD-SWAP',
          order_id: '2900000000000000017',
          side: 'BUY',
          position_side: 'NET',
          type: 'LIMIT',
          venue_type: 'limit',
          time_in_force: 'GTC',
          reduce_only: false,
          price: '62000',
          quantity: '3',
          quantity_unit: 'CONTRACT',
          venue_quantity: null,
          executed_qty: '3',
        },
        {
          ...swapFill,
          symbol: 'BTC-USD-SWAP',
          order_id: '2900000000000000017',
          trade_id: '99000778',
          side: 'BUY',
          position_side: 'NET',
          quantity: '3',
          quote_qty: '300',
          fee: '-0.0000005',
          fee_asset: 'BTC',
          realized_pnl: '0.00001',
          is_maker: true,
        },
      ),
    ])
  })

  it('names the conditional order that an order comes from', () => {
    const made = { order_id: '2900000000000000008', client_order_id: null }
    expect(read('order-of-stop')).toEqual([
      order(
        { ...swapClose, ...made, parent_order_id: 'algo:1700000000000000001' },
        { ...swapFill, ...made, trade_id: '99000779' },
      ),
    ])
  })

  it.each([
    ['order-liquidated', '2900000000000000009', 'LIQUIDATION'],
    ['order-adl', '2900000000000000019', 'ADL'],
  ] as const)('%s: a fill without a trade id is told apart by what was executed, and when', (name, order_id, kind) => {
    const forced = { order_id, client_order_id: null }
    expect(read(name)).toEqual([
      order({ ...swapClose, ...forced }, { ...swapFill, ...forced, kind, trade_id: 'forced:3:1795336015000' }),
    ])
  })

  it('a delivery, of a contract with a multiplier', () => {
    const delivered = { symbol: 'BTC-USDT-281229', order_id: '2900000000000000020', client_order_id: null }
    expect(read('order-delivered')).toEqual([
      order(
        { ...swapClose, ...delivered, position_side: 'NET', quantity: '0.3', executed_qty: '0.3' },
        {
          ...swapFill,
          ...delivered,
          position_side: 'NET',
          quantity: '0.3',
          quote_qty: '18585.06',
          trade_id: '99000790',
          kind: 'SETTLEMENT',
        },
      ),
    ])
  })

  it('a contract that is not known yet: its name is told, its row kept, the others read', () => {
    const { text } = fixture('order-swap-close')
    const strange = text.replaceAll('BTC-USDT-SWAP', 'NEW-USDT-SWAP')
    const rows = [JSON.parse(strange).data[0], JSON.parse(text).data[0]]
    const frame = { arg: { channel: 'orders' }, data: rows }
    expect(parsePush(frame, 'text', findInstrument)).toEqual({
      events: [
        order(swapClose, swapFill),
        { kind: 'raw', event_type: 'orders', payload: 'text', problem: 'the instrument is not known' },
      ],
      unknown: [{ instType: 'SWAP', instId: 'NEW-USDT-SWAP' }],
    })
  })
})

describe('conditional orders', () => {
  const stop: OrderReport = {
    ...swapClose,
    order_id: 'algo:1700000000000000001',
    client_order_id: 'hubalgo1',
    type: 'STOP_MARKET',
    venue_type: 'conditional',
    status: 'UNTRIGGERED',
    stop_price: '58000',
    executed_qty: '0',
    venue_average_price: null,
    create_time: 1795336010000,
    update_time: 1795336010000,
  }
  const cases: Record<string, AccountEvent> = {
    'algo-live': order(stop),
    'algo-effective': order({ ...stop, status: 'TRIGGERED', update_time: 1795339999001 }),
    'algo-failed': order({
      ...stop,
      order_id: 'algo:1700000000000000002',
      type: 'STOP_LIMIT',
      venue_type: 'trigger',
      status: 'REJECTED',
      reason: 'OKX refused its order with 51008',
      price: '62100',
      stop_price: '62000',
      update_time: 1795336020000,
    }),
    'algo-canceled': order({ ...stop, status: 'CANCELED', update_time: 1795336030000 }),
    'algo-take-profit': order({
      ...stop,
      order_id: 'algo:1700000000000000003',
      type: 'TAKE_PROFIT_LIMIT',
      price: '65990',
      stop_price: '66000',
    }),
    'algo-oco': order({ ...stop, order_id: 'algo:1700000000000000004', type: 'OTHER', venue_type: 'oco' }),
    'algo-trailing': order({
      ...stop,
      order_id: 'algo:1700000000000000005',
      type: 'TRAILING_STOP',
      venue_type: 'move_order_stop',
      stop_price: '63000',
    }),
    'algo-chase': order({
      ...stop,
      order_id: 'algo:1700000000000000006',
      type: 'OTHER',
      venue_type: 'chase',
      stop_price: null,
    }),
    'algo-order-placed': order({ ...stop, order_id: 'algo:1700000000000000007' }),
    'algo-spot-quote': order({
      ...stop,
      trading_mode: 'spot',
      symbol: 'BTC-USDT',
      order_id: 'algo:1700000000000000009',
      side: 'BUY',
      position_side: null,
      reduce_only: false,
      quantity: null,
      venue_quantity: null,
      stop_price: '62000',
    }),
    'algo-close-position': order({
      ...stop,
      order_id: 'algo:1700000000000000010',
      quantity: null,
      venue_quantity: null,
    }),
  }
  it.each(Object.keys(cases))('%s', (name) => {
    expect(read(name)).toEqual([cases[name]])
  })

  it('one in an unknown state counts as open, and what was said is kept', () => {
    const { frame } = fixture('algo-unknown-state')
    const [row] = (frame as { data: unknown[] }).data
    expect(read('algo-unknown-state')).toEqual([
      order({ ...stop, order_id: 'algo:1700000000000000008' }),
      {
        kind: 'raw',
        event_type: 'orders-algo',
        payload: JSON.stringify(row),
        problem: 'unknown state of an algo order',
      },
    ])
  })
})

describe('positions', () => {
  const long: PositionReport = {
    trading_mode: 'futures',
    symbol: 'BTC-USDT-SWAP',
    position_side: 'LONG',
    position_id: '2600000000000000001',
    margin_mode: 'CROSS',
    quantity: '0.03',
    entry_price: '61500',
    mark_price: '61950',
    unrealized_pnl: '13.5',
    realized_pnl: '-0.92',
    leverage: '10',
    liquidation_price: '52110.4',
    update_time: 1795336000000,
  }
  const position = (overrides: Partial<PositionReport>): AccountEvent => ({
    kind: 'position',
    position: { ...long, ...overrides },
  })

  it('hedge and net, cross and isolated, linear and inverse; short is negative', () => {
    expect(read('positions-snapshot')).toEqual([
      position({}),
      position({
        position_side: 'SHORT',
        position_id: '2600000000000000002',
        margin_mode: 'ISOLATED',
        quantity: '-0.05',
      }),
      position({ symbol: 'BTC-USD-SWAP', position_side: 'NET', position_id: '2600000000000000003', quantity: '-7' }),
    ])
  })

  it('cross beside isolated are two, told apart by the id of the venue', () => {
    const { frame } = fixture('positions-snapshot')
    const [cross] = (frame as { data: object[] }).data
    const data = [cross, { ...cross, mgnMode: 'isolated', posId: '2600000000000000009', pos: '1' }]
    const text = JSON.stringify({ ...(frame as object), data })
    expect(parsePush(parseJson(text), text, findInstrument).events).toEqual([
      position({}),
      position({ position_id: '2600000000000000009', margin_mode: 'ISOLATED', quantity: '0.01' }),
    ])
  })

  it('one without an id is kept: which it is cannot be told', () => {
    const { frame } = fixture('positions-closed')
    const [{ posId: _, ...row }] = (frame as { data: [{ posId: string }] }).data
    const text = JSON.stringify({ ...(frame as object), data: [row] })
    expect(parsePush(parseJson(text), text, findInstrument).events).toEqual([
      { kind: 'raw', event_type: 'positions', payload: text, problem: expect.stringContaining('posId') },
    ])
  })

  it('one that is closed, told in few words', () => {
    expect(read('positions-closed')).toEqual([
      position({
        margin_mode: null,
        quantity: '0',
        entry_price: '0',
        mark_price: null,
        unrealized_pnl: '0',
        realized_pnl: null,
        leverage: null,
        liquidation_price: '0',
        update_time: 1795336020000,
      }),
    ])
  })

  it('a margin position in the base coin is shown on spot, another is kept', () => {
    const { text } = fixture('positions-margin')
    expect(read('positions-margin')).toEqual([
      position({ trading_mode: 'spot', symbol: 'BTC-USDT', position_side: 'NET', quantity: '0.5' }),
      { kind: 'raw', event_type: 'positions', payload: text, problem: null },
    ])
  })

  it('sizes from balance_and_position, which knows neither mark nor margin', () => {
    expect(read('balance-and-position-swap')).toEqual([
      position({
        position_side: 'SHORT',
        quantity: '-0.02',
        entry_price: '61950.2',
        mark_price: null,
        unrealized_pnl: null,
        realized_pnl: null,
        leverage: null,
        liquidation_price: null,
        update_time: 1795336015001,
      }),
    ])
    expect(read('balance-and-position')).toEqual([])
  })
})

describe('balances', () => {
  const usdt: BalanceReport = {
    trading_mode: 'spot',
    asset: 'USDT',
    total: '9000.5',
    available: '7900.1',
    locked: '1100.4',
    update_time: 1795336000000,
  }

  it('total is the equity; what is free is told by one of two fields', () => {
    expect(read('account-snapshot')).toEqual([
      { kind: 'balance', balance: usdt },
      { kind: 'balance', balance: { ...usdt, asset: 'BTC', total: '0.1', available: '0.1', locked: '0' } },
    ])
  })

  it('an update names the coins that changed', () => {
    const changed = { total: '7780.2', available: '6669.7', locked: '1100', update_time: 1795336009001 }
    expect(read('account-update')).toEqual([{ kind: 'balance', balance: { ...usdt, ...changed } }])
  })

  it('one bad entry does not take the good ones with it', () => {
    const text =
      '{"arg":{"channel":"account"},"data":[{"uTime":"1","details":[{"ccy":"USDT","eq":"much"},{"ccy":"BNB","eq":"1"}]}]}'
    expect(parsePush(parseJson(text), text, findInstrument).events).toEqual([
      {
        kind: 'balance',
        balance: { ...usdt, asset: 'BNB', total: '1', available: null, locked: null, update_time: 1 },
      },
      { kind: 'raw', event_type: 'account', payload: text, problem: 'eq is not a decimal' },
    ])
  })
})

describe('what is kept raw', () => {
  it('a channel that was not asked for', () => {
    const { text } = fixture('fills')
    expect(read('fills')).toEqual([{ kind: 'raw', event_type: 'fills', payload: text, problem: null }])
  })

  it.each([
    ['{"hello":1}', 'unknown', 'the frame is not a push'],
    ['[1]', 'unknown', 'the frame is not a push'],
    ['7', 'unknown', 'the frame is not a push'],
    ['{"arg":{"channel":"orders"},"data":5}', 'orders', 'data is not a list'],
    ['{"arg":{"channel":"orders"},"data":[null]}', 'orders', 'order is not an object'],
    ['{"arg":{"channel":"account"},"data":[{"details":"x"}]}', 'account', 'details is not a list'],
  ])('%s', (text, event_type, problem) => {
    const { events } = parsePush(parseJson(text), text, findInstrument)
    expect(events).toEqual([{ kind: 'raw', event_type, payload: text, problem }])
  })
})
