import type { AccountEvent, ExecutionReport, OrderReport } from '@tradercoin/protocol'
import { describe, expect, it } from 'vitest'
import { parseJson } from '../../transport/json.ts'
import { parseStreamEvent, tradeLiteOf } from './parse.ts'
import { fixture } from './test-fixtures.ts'
import { limitBuy, partFill } from './test-reports.ts'

function read(name: string): AccountEvent[] {
  const { value, text } = fixture(name)
  return parseStreamEvent(value, text)
}

const order = (overrides: Partial<OrderReport>, execution: Partial<ExecutionReport> | null = null): AccountEvent[] => [
  {
    kind: 'order',
    order: { ...limitBuy, ...overrides },
    execution: execution === null ? null : { ...partFill, ...execution },
  },
]

describe('ORDER_TRADE_UPDATE', () => {
  const cases: Record<string, AccountEvent[]> = {
    'order-new': order({ create_time: 1795301000101 }),
    'order-filled-partly': order(
      {
        status: 'PARTIALLY_FILLED',
        executed_qty: '0.008',
        venue_average_price: '94500',
        update_time: 1795301060041,
      },
      {},
    ),
    'order-amended': order({
      status: 'PARTIALLY_FILLED',
      price: '94600',
      executed_qty: '0.008',
      venue_average_price: '94500',
      update_time: 1795301100014,
    }),
    'order-filled': order(
      {
        status: 'FILLED',
        price: '94600',
        executed_qty: '0.02',
        venue_average_price: '94560',
        update_time: 1795301150000,
      },
      {
        trade_id: '5566779001',
        price: '94600',
        quantity: '0.012',
        quote_qty: '1135.2',
        fee: '-0.011352',
        time: 1795301150000,
      },
    ),
    'order-canceled': order({
      order_id: '612345678990',
      client_order_id: 'web_7Hk2',
      status: 'CANCELED',
      executed_qty: '0.008',
      venue_average_price: '94500',
      update_time: 1795301160000,
    }),
    'order-ioc-expired': order({
      order_id: '612345679000',
      client_order_id: 'hub-ioc-7',
      side: 'SELL',
      time_in_force: 'IOC',
      status: 'EXPIRED',
      executed_qty: '0.005',
      venue_average_price: '94510',
      reason: 'the rest of an immediate-or-cancel order expired',
      update_time: 1795301170000,
    }),
    'order-market-unfilled': order({
      order_id: '612345679050',
      client_order_id: 'hub-mkt-8',
      side: 'SELL',
      type: 'MARKET',
      venue_type: 'MARKET',
      price: null,
      status: 'EXPIRED',
      reason: 'the rest of a market order could not be filled',
      update_time: 1795301171000,
    }),
    'order-self-trade': order({
      order_id: '612345679100',
      client_order_id: 'hub-stp-1',
      status: 'EXPIRED',
      reason: 'self-trade prevention',
      update_time: 1795301180000,
    }),
    'order-post-only-refused': order({
      order_id: '612345679200',
      client_order_id: 'hub-po-1',
      post_only: true,
      status: 'REJECTED',
      reason: 'post-only order would have taken liquidity',
      update_time: 1795301190000,
    }),
    'order-post-only-delisted': order({
      order_id: '612345679300',
      client_order_id: 'hub-po-2',
      post_only: true,
      status: 'EXPIRED',
      reason: 'the symbol was delisted',
      update_time: 1795301195000,
    }),
    'order-stop-filled': order(
      {
        order_id: '612345999001',
        client_order_id: 'hub-sl-1',
        side: 'SELL',
        type: 'STOP_MARKET',
        venue_type: 'STOP_MARKET',
        reduce_only: true,
        status: 'FILLED',
        price: null,
        stop_price: '92000',
        executed_qty: '0.02',
        venue_average_price: '91988.5',
        update_time: 1795309900028,
      },
      {
        order_id: '612345999001',
        client_order_id: 'hub-sl-1',
        trade_id: '5566900001',
        side: 'SELL',
        price: '91988.5',
        quantity: '0.02',
        quote_qty: '1839.77',
        fee: '0.919885',
        realized_pnl: '-50.23',
        is_maker: false,
        time: 1795309900028,
      },
    ),
    'order-trailing-hedge': order(
      {
        order_id: '612346000001',
        client_order_id: 'hub-ts-1',
        position_side: 'SHORT',
        type: 'TRAILING_STOP',
        venue_type: 'TRAILING_STOP_MARKET',
        status: 'PARTIALLY_FILLED',
        price: null,
        stop_price: '93000',
        quantity: '0.5',
        executed_qty: '0.1',
        venue_average_price: '92910.1',
        update_time: 1795309950000,
      },
      {
        order_id: '612346000001',
        client_order_id: 'hub-ts-1',
        trade_id: '5566900777',
        position_side: 'SHORT',
        price: '92910.1',
        quantity: '0.1',
        quote_qty: '9291.01',
        fee: '3.716404',
        realized_pnl: '12.5',
        is_maker: false,
        time: 1795309950000,
      },
    ),
    'order-good-till-date': order({
      order_id: '612346000100',
      client_order_id: 'hub-gtd-1',
      time_in_force: 'GTD',
      create_time: 1795309960000,
      update_time: 1795309960000,
    }),
    'order-liquidated': order(
      {
        symbol: 'ETHUSDT',
        order_id: '8389766145050669870',
        client_order_id: 'autoclose-1795301200000123456',
        side: 'SELL',
        type: 'OTHER',
        venue_type: 'LIQUIDATION',
        time_in_force: 'IOC',
        status: 'FILLED',
        price: '2210.15',
        quantity: '2.5',
        executed_qty: '2.5',
        venue_average_price: '2212.4',
        update_time: 1795301200006,
      },
      {
        symbol: 'ETHUSDT',
        order_id: '8389766145050669870',
        client_order_id: 'autoclose-1795301200000123456',
        trade_id: '6677889900',
        side: 'SELL',
        price: '2212.4',
        quantity: '2.5',
        quote_qty: '5531',
        fee: '2.7655',
        realized_pnl: '-410.22',
        is_maker: false,
        kind: 'LIQUIDATION',
        time: 1795301200006,
      },
    ),
    'order-adl': order(
      {
        order_id: '612346000200',
        client_order_id: 'adl_autoclose',
        side: 'SELL',
        position_side: 'LONG',
        status: 'FILLED',
        price: '94000',
        executed_qty: '0.02',
        venue_average_price: '94000',
        update_time: 1795310000000,
      },
      {
        order_id: '612346000200',
        client_order_id: 'adl_autoclose',
        trade_id: '5566901000',
        side: 'SELL',
        position_side: 'LONG',
        price: '94000',
        quantity: '0.02',
        quote_qty: '1880',
        fee: '0',
        realized_pnl: '-10',
        is_maker: false,
        kind: 'ADL',
        time: 1795310000000,
      },
    ),
    'order-settled': order(
      {
        symbol: 'BTCUSDT_261225',
        order_id: '612346000300',
        client_order_id: 'settlement_autoclose-BTCUSDT_261225',
        side: 'SELL',
        type: 'MARKET',
        venue_type: 'MARKET',
        status: 'FILLED',
        price: null,
        executed_qty: '0.02',
        venue_average_price: '94100.1',
        update_time: 1795310100000,
      },
      {
        symbol: 'BTCUSDT_261225',
        order_id: '612346000300',
        client_order_id: 'settlement_autoclose-BTCUSDT_261225',
        trade_id: '701',
        side: 'SELL',
        price: '94100.1',
        quantity: '0.02',
        quote_qty: '1882.002',
        fee: '0',
        realized_pnl: '3.2',
        is_maker: false,
        kind: 'SETTLEMENT',
        time: 1795310100000,
      },
    ),
  }

  it.each(Object.entries(cases))('%s', (name, expected) => {
    expect(read(name)).toEqual(expected)
  })

  it.each<[string, Partial<OrderReport>]>([
    ['order-of-insurance', { status: 'NEW', type: 'OTHER', venue_type: 'LIQUIDATION' }],
    ['order-of-adl', { status: 'NEW', position_side: 'LONG' }],
    ['order-rejected', { status: 'REJECTED', reason: null }],
    ['order-price-match', { status: 'NEW', price: '94480.1' }],
    ['order-retail', { status: 'NEW', post_only: true, time_in_force: 'GTC' }],
    ['order-self-trade-partly', { status: 'EXPIRED', executed_qty: '0.008', reason: 'self-trade prevention' }],
    [
      'order-ioc-self-trade',
      {
        status: 'EXPIRED',
        executed_qty: '0.005',
        reason: 'the rest of an immediate-or-cancel order expired during self-trade prevention',
      },
    ],
    [
      'order-reduce-replaced',
      { status: 'EXPIRED', reason: 'replaced by a reduce-only order of higher priority or a reverse order' },
    ],
    ['order-account-liquidated', { status: 'EXPIRED', reason: 'the account was liquidated' }],
    ['order-position-closed', { status: 'EXPIRED', time_in_force: 'GTC', reason: 'its position is closed' }],
    [
      'order-stop-expired',
      { status: 'EXPIRED', type: 'STOP_MARKET', reason: 'the order expired after its stop was triggered' },
    ],
    ['order-reason-unknown', { status: 'EXPIRED', reason: null }],
    ['order-take-profit-placed', { status: 'NEW', type: 'TAKE_PROFIT_LIMIT', stop_price: '96000' }],
    ['order-take-profit-canceled', { status: 'CANCELED', type: 'TAKE_PROFIT_LIMIT' }],
  ])('%s', (name, expected) => {
    expect(read(name)).toMatchObject([{ order: expected, execution: null }])
  })

  it('reads the same fill the same way twice', () => {
    expect(read('order-filled-partly')).toEqual(read('order-filled-partly'))
  })
})

describe('TRADE_LITE', () => {
  it('announces a fill and is no execution of its own', () => {
    expect(read('trade-lite')).toEqual([])
    expect(tradeLiteOf(fixture('trade-lite').value)).toEqual({
      symbol: 'BTCUSDT',
      order_id: '612345678901',
      trade_id: '5566778899',
    })
    expect(read('trade-lite-taker')).toEqual([])
    expect(tradeLiteOf(fixture('trade-lite-taker').value)).toMatchObject({ order_id: '8389766145050669870' })
    expect(tradeLiteOf(fixture('order-filled-partly').value)).toBeNull()
  })
})

describe('ALGO_UPDATE', () => {
  const parent: OrderReport = {
    ...limitBuy,
    order_id: 'algo:2148719',
    client_order_id: 'hub-sl-1',
    side: 'SELL',
    type: 'STOP_MARKET',
    venue_type: 'STOP_MARKET',
    reduce_only: true,
    status: 'UNTRIGGERED',
    price: null,
    stop_price: '92000',
    update_time: 1795301300018,
  }
  const child: OrderReport = {
    ...parent,
    order_id: '612345999001',
    client_order_id: null,
    time_in_force: null,
    status: 'NEW',
    parent_order_id: 'algo:2148719',
    update_time: 1795309899800,
  }
  const events = (...orders: OrderReport[]): AccountEvent[] =>
    orders.map((report) => ({ kind: 'order', order: report, execution: null }))

  const cases: Record<string, AccountEvent[]> = {
    'algo-new': events(parent),
    // The engine has not taken it yet and may still refuse it.
    'algo-triggering': events({ ...parent, update_time: 1795309899800 }),
    'algo-triggered': events({ ...parent, status: 'TRIGGERED', update_time: 1795309899905 }, child),
    'algo-finished': events({ ...parent, status: 'TRIGGERED', update_time: 1795309900030 }, child),
    'algo-finished-unfilled': events(
      {
        ...parent,
        order_id: 'algo:2148720',
        client_order_id: 'hub-tp-1',
        type: 'TAKE_PROFIT_LIMIT',
        venue_type: 'TAKE_PROFIT',
        status: 'TRIGGERED',
        price: '96100',
        stop_price: '96000',
        update_time: 1795309900130,
      },
      {
        ...child,
        order_id: '612345999100',
        type: 'TAKE_PROFIT_LIMIT',
        venue_type: 'TAKE_PROFIT',
        price: '96100',
        stop_price: '96000',
        parent_order_id: 'algo:2148720',
        update_time: 1795309899850,
      },
    ),
    'algo-canceled': events({ ...parent, status: 'CANCELED', update_time: 1795309950030 }),
    'algo-rejected': events({
      ...parent,
      status: 'REJECTED',
      reason: 'Margin is insufficient.',
      update_time: 1795309951030,
    }),
    'algo-expired': events({ ...parent, status: 'EXPIRED', update_time: 1795309952030 }),
    'algo-trailing-activated': events({
      ...parent,
      order_id: 'algo:2148800',
      client_order_id: 'hub-ts-1',
      side: 'BUY',
      position_side: 'SHORT',
      type: 'TRAILING_STOP',
      venue_type: 'TRAILING_STOP_MARKET',
      quantity: '0.5',
      stop_price: null,
      update_time: 1795309953030,
    }),
    'algo-trailing-placed': events({
      ...parent,
      order_id: 'algo:2148800',
      client_order_id: 'hub-ts-1',
      side: 'BUY',
      position_side: 'SHORT',
      type: 'TRAILING_STOP',
      venue_type: 'TRAILING_STOP_MARKET',
      quantity: '0.5',
      stop_price: null,
      update_time: 1795309940030,
    }),
    'algo-close-position': events(
      {
        ...parent,
        order_id: 'algo:2148900',
        client_order_id: 'hub-cl-1',
        quantity: null,
        status: 'TRIGGERED',
        update_time: 1795309954030,
      },
      {
        ...child,
        order_id: '612345999300',
        quantity: null,
        parent_order_id: 'algo:2148900',
        update_time: 1795309954000,
      },
    ),
  }

  it.each(Object.entries(cases))('%s', (name, expected) => {
    expect(read(name)).toEqual(expected)
  })
})

describe('ACCOUNT_UPDATE', () => {
  it('gives absolute balances and positions', () => {
    expect(read('account-order')).toEqual([
      {
        kind: 'balance',
        balance: {
          trading_mode: 'futures',
          asset: 'USDT',
          total: '10231.8812',
          available: null,
          locked: null,
          update_time: 1795301060041,
        },
      },
      {
        kind: 'position',
        position: {
          trading_mode: 'futures',
          symbol: 'BTCUSDT',
          position_side: 'NET',
          position_id: null,
          margin_mode: 'CROSS',
          quantity: '0.008',
          entry_price: '94500',
          mark_price: null,
          unrealized_pnl: '0.41',
          realized_pnl: '0',
          leverage: null,
          liquidation_price: null,
          update_time: 1795301060041,
        },
      },
    ])
  })

  it('takes a funding fee without positions', () => {
    expect(read('account-funding')).toEqual([
      {
        kind: 'balance',
        balance: {
          trading_mode: 'futures',
          asset: 'USDT',
          total: '10231.7231',
          available: null,
          locked: null,
          update_time: 1795305600012,
        },
      },
    ])
  })

  it('keeps the two sides of a hedge apart and leaves absent fields unknown', () => {
    const balance = (asset: string, total: string) => ({
      kind: 'balance',
      balance: {
        trading_mode: 'futures',
        asset,
        total,
        available: null,
        locked: null,
        update_time: 1795305700012,
      },
    })
    const short = {
      trading_mode: 'futures',
      symbol: 'ETHUSDT',
      position_side: 'SHORT',
      position_id: null,
      margin_mode: 'ISOLATED',
      quantity: '-2.5',
      entry_price: '2210.15',
      mark_price: null,
      unrealized_pnl: '-1.5',
      realized_pnl: null,
      leverage: null,
      liquidation_price: null,
      update_time: 1795305700012,
    }
    const long = {
      ...short,
      position_side: 'LONG',
      quantity: '0',
      entry_price: '0',
      unrealized_pnl: '0',
      realized_pnl: '15.5',
    }
    expect(read('account-hedge')).toEqual([
      balance('USDT', '10000'),
      balance('BNB', '0.5'),
      { kind: 'position', position: short },
      { kind: 'position', position: long },
    ])
  })

  it.each([
    ['account-transfer', [{ kind: 'balance', balance: { asset: 'USDT', total: '10481.7231', available: null } }]],
    ['account-margin-type', [{ kind: 'position', position: { quantity: '0', margin_mode: 'ISOLATED' } }]],
    [
      'account-funding-isolated',
      [
        { kind: 'balance', balance: { total: '10481.6', available: null } },
        { kind: 'position', position: { symbol: 'ETHUSDT', position_side: 'SHORT', quantity: '-2.5' } },
      ],
    ],
  ])('%s', (name, expected) => {
    expect(read(name)).toMatchObject(expected)
  })

  it('keeps the good entries of a frame with a bad one, and the frame', () => {
    const text = '{"e":"ACCOUNT_UPDATE","E":2,"T":1,"a":{"B":[{"a":"USDT","wb":"much"},{"a":"BNB","wb":"1"}]}}'
    expect(parseStreamEvent(parseJson(text), text)).toEqual([
      {
        kind: 'balance',
        balance: {
          trading_mode: 'futures',
          asset: 'BNB',
          total: '1',
          available: null,
          locked: null,
          update_time: 1,
        },
      },
      { kind: 'raw', event_type: 'ACCOUNT_UPDATE', payload: text, problem: 'wb is not a decimal' },
    ])
  })
})

describe('events kept raw', () => {
  it.each([
    ['margin-call', 'MARGIN_CALL'],
    ['margin-call-isolated', 'MARGIN_CALL'],
    ['config-leverage', 'ACCOUNT_CONFIG_UPDATE'],
    ['config-multi-assets', 'ACCOUNT_CONFIG_UPDATE'],
    ['strategy', 'STRATEGY_UPDATE'],
    ['grid', 'GRID_UPDATE'],
    ['conditional-reject', 'CONDITIONAL_ORDER_TRIGGER_REJECT'],
  ])('%s is known and has no problem', (name, type) => {
    expect(read(name)).toEqual([{ kind: 'raw', event_type: type, payload: fixture(name).text, problem: null }])
  })

  it('listenKeyExpired does not carry the key on', () => {
    expect(read('listen-key-expired')).toEqual([
      {
        kind: 'raw',
        event_type: 'listenKeyExpired',
        payload: '{"e":"listenKeyExpired","E":1795303600012,"listenKey":"[redacted]"}',
        problem: null,
      },
    ])
  })

  it.each([
    ['{"e":"SOMETHING_NEW","E":1}', 'SOMETHING_NEW', 'the event is not known'],
    ['{"hello":1}', 'unknown', 'the event is not known'],
    ['[1]', 'unknown', 'the frame is not an event'],
    ['7', 'unknown', 'the frame is not an event'],
    ['{"e":"ORDER_TRADE_UPDATE","E":1,"T":1}', 'ORDER_TRADE_UPDATE', 'o is not an object'],
    [
      '{"e":"ORDER_TRADE_UPDATE","E":1,"T":1,"o":{"z":"0","X":"SLEEPING"}}',
      'ORDER_TRADE_UPDATE',
      'unknown order status',
    ],
    ['{"e":"ACCOUNT_UPDATE","E":1,"T":1,"a":{"B":5}}', 'ACCOUNT_UPDATE', 'B is not a list'],
  ])('%s', (text, type, problem) => {
    expect(parseStreamEvent(parseJson(text), text)).toEqual([{ kind: 'raw', event_type: type, payload: text, problem }])
  })
})
