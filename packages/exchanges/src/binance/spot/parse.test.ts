import type { AccountEvent, ExecutionReport, OrderReport } from '@tradercoin/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseBalances, parseOrder, parseStreamEvent, parseTrade } from './parse.ts'
import { fixture, fixtureNames } from './test-fixtures.ts'
import { accountAnswer } from './wire.ts'

/** The resting limit order of the fixtures, as it is told when it is new. */
const resting: OrderReport = {
  trading_mode: 'spot',
  symbol: 'ETHUSDT',
  order_id: '50111222',
  client_order_id: 'hub-a1b2c3',
  side: 'BUY',
  position_side: null,
  type: 'LIMIT',
  venue_type: 'LIMIT',
  time_in_force: 'GTC',
  post_only: false,
  reduce_only: false,
  status: 'NEW',
  price: '2400',
  stop_price: null,
  quantity: '1.5',
  quantity_unit: 'BASE',
  executed_qty: '0',
  venue_average_price: null,
  reason: null,
  parent_order_id: null,
  create_time: 1795300100049,
  update_time: 1795300100049,
}

const partly: OrderReport = {
  ...resting,
  status: 'PARTIALLY_FILLED',
  executed_qty: '0.6',
  venue_average_price: '2400',
  update_time: 1795300160010,
}

const fill: ExecutionReport = {
  trading_mode: 'spot',
  symbol: 'ETHUSDT',
  order_id: '50111222',
  client_order_id: 'hub-a1b2c3',
  trade_id: '7788991',
  side: 'BUY',
  position_side: null,
  price: '2400',
  quantity: '0.6',
  quote_qty: '1440',
  fee: '0.00108',
  fee_asset: 'BNB',
  realized_pnl: null,
  is_maker: true,
  kind: 'TRADE',
  time: 1795300160010,
}

function read(name: string): AccountEvent[] {
  const { text, value } = fixture(name)
  return parseStreamEvent(value, text)
}

const order = (report: OrderReport, execution: ExecutionReport | null = null): AccountEvent[] => [
  { kind: 'order', order: report, execution },
]

test('an average of numbers that no market has is not told rather than unreadable', () => {
  const { value, text } = fixture('order-filled-partly')
  const [event] = parseStreamEvent({ ...(value as object), z: '5e70', Z: '0.00000001' }, text)
  expect(event).toMatchObject({ order: { executed_qty: `5${'0'.repeat(70)}`, venue_average_price: null } })
})

describe('executionReport', () => {
  test('a new resting order', () => {
    expect(read('order-new')).toEqual(order(resting))
  })

  test('a partial fill as maker with its fee in BNB', () => {
    expect(read('order-filled-partly')).toEqual(order(partly, fill))
  })

  test('an amended order keeps its fills', () => {
    expect(read('order-amended')).toEqual(order({ ...partly, quantity: '1', update_time: 1795300200006 }))
  })

  test('a canceled order keeps its own client order id, not the id of the cancel', () => {
    expect(read('order-canceled')).toEqual(
      order({ ...partly, quantity: '1', status: 'CANCELED', update_time: 1795300300002 }),
    )
  })

  test('the rest of an IOC order expires with the venue’s reason; the average is exact', () => {
    expect(read('order-ioc-expired')).toEqual(
      order({
        ...resting,
        symbol: 'SOLUSDT',
        order_id: '61110001',
        client_order_id: 'hub-ioc-7',
        side: 'SELL',
        time_in_force: 'IOC',
        status: 'EXPIRED',
        price: '180',
        quantity: '40',
        executed_qty: '12',
        venue_average_price: '180.05',
        reason: 'UNFILLED_IOC_QUANTITY_EXPIRED',
        create_time: 1795300400019,
        update_time: 1795300400020,
      }),
    )
  })

  test('a market order by quote amount has no price of its own', () => {
    const market: OrderReport = {
      ...resting,
      symbol: 'BTCUSDT',
      order_id: '70220033',
      client_order_id: 'hub-mkt-3',
      type: 'MARKET',
      venue_type: 'MARKET',
      status: 'FILLED',
      price: null,
      quantity: '0.0021',
      executed_qty: '0.0021',
      venue_average_price: '95000',
      create_time: 1795300500039,
      update_time: 1795300500039,
    }
    const execution: ExecutionReport = {
      ...fill,
      symbol: 'BTCUSDT',
      order_id: '70220033',
      client_order_id: 'hub-mkt-3',
      trade_id: '9900112',
      price: '95000',
      quantity: '0.0021',
      quote_qty: '199.5',
      fee: '0.0000021',
      fee_asset: 'BTC',
      is_maker: false,
      time: 1795300500039,
    }
    expect(read('order-market-filled')).toEqual(order(market, execution))
  })

  test('self-trade prevention expires the order and is no execution', () => {
    expect(read('order-self-trade-prevented')).toEqual(
      order({
        ...resting,
        symbol: 'BTCUSDT',
        order_id: '70220050',
        client_order_id: 'hub-stp-1',
        side: 'SELL',
        status: 'EXPIRED',
        price: '95000',
        quantity: '0.01',
        reason: 'EXPIRED_IN_MATCH',
        create_time: 1795300600014,
        update_time: 1795300600014,
      }),
    )
  })

  const prevented: OrderReport = {
    ...resting,
    symbol: 'BTCUSDT',
    order_id: '70220051',
    client_order_id: 'hub-stp-2',
    side: 'SELL',
    status: 'EXPIRED',
    price: '95000',
    quantity: '0.01',
    executed_qty: '0.004',
    venue_average_price: '95000',
    reason: 'EXPIRED_IN_MATCH',
    create_time: 1795300601000,
    update_time: 1795300610000,
  }

  test('self-trade prevention ends the rest of an order that has filled in part, as a query tells it too', () => {
    expect(read('order-self-trade-partly')).toEqual(order(prevented))
    expect(parseOrder(fixture('rest-order-self-trade').value)).toEqual(order(prevented)[0])
  })

  test('self-trade prevention that only makes an order smaller leaves it open', () => {
    expect(read('order-self-trade-decremented')).toEqual(
      order({
        ...prevented,
        order_id: '70220053',
        client_order_id: 'hub-stp-3',
        status: 'NEW',
        executed_qty: '0',
        venue_average_price: null,
        reason: null,
      }),
    )
  })

  test('self-trade prevention by transfer is no execution either', () => {
    expect(read('order-self-trade-transferred')).toMatchObject([
      { order: { status: 'EXPIRED', executed_qty: '0', reason: 'EXPIRED_IN_MATCH' }, execution: null },
    ])
  })

  test('what smart order routing fills has an allocation in place of a trade', () => {
    const [event] = read('order-allocated')
    const execution: ExecutionReport = {
      ...fill,
      symbol: 'BTCUSDT',
      order_id: '70220060',
      client_order_id: 'hub-sor-1',
      trade_id: 'allocation:0',
      price: '94990',
      quantity: '0.01',
      quote_qty: '949.9',
      fee: '0.00001',
      fee_asset: 'BTC',
      is_maker: false,
      time: 1795300750000,
    }
    expect(event).toMatchObject({ order: { status: 'FILLED', executed_qty: '0.01' }, execution })
    const rows = fixture('rest-allocations').value as unknown[]
    expect(rows.map(parseTrade)).toEqual([{ kind: 'execution', execution: { ...execution, client_order_id: null } }])
  })

  test.each<[string, Partial<OrderReport>]>([
    ['order-pegged', { status: 'NEW', type: 'LIMIT', price: '2400' }],
    ['order-of-strategy', { status: 'NEW', quantity: '0.5' }],
    ['order-replace-rejected', { status: 'REJECTED', reason: 'INSUFFICIENT_BALANCES' }],
    ['order-renamed', { status: 'PARTIALLY_FILLED', client_order_id: 'hub-a1b2c4', quantity: '1' }],
    ['order-no-liquidity', { status: 'EXPIRED', executed_qty: '12', reason: 'INSUFFICIENT_LIQUIDITY' }],
    ['order-fok-expired', { status: 'EXPIRED', time_in_force: 'FOK', reason: 'UNFILLED_FOK_ORDER_EXPIRED' }],
  ])('%s', (name, expected) => {
    expect(read(name)).toMatchObject([{ order: expected, execution: null }])
  })

  test('the pending leg of a list waits under its list', () => {
    expect(read('order-leg-pending')).toEqual(
      order({
        ...resting,
        order_id: '50111301',
        client_order_id: 'hub-oto-leg2',
        side: 'SELL',
        status: 'UNTRIGGERED',
        price: '2600',
        quantity: '0.5',
        parent_order_id: 'list:4411',
        create_time: 1795300700008,
        update_time: 1795300700008,
      }),
    )
  })

  const stop: OrderReport = {
    ...resting,
    order_id: '50111310',
    client_order_id: 'hub-stop-1',
    side: 'SELL',
    type: 'STOP_LIMIT',
    venue_type: 'STOP_LOSS_LIMIT',
    status: 'UNTRIGGERED',
    price: '2290',
    stop_price: '2300',
    quantity: '0.5',
  }

  test('a stop order that is not on the book yet waits', () => {
    expect(read('order-stop-waiting')).toEqual(order(stop))
  })

  test('a trailing delta makes it a trailing stop', () => {
    expect(read('order-trailing-waiting')).toEqual(
      order({
        ...stop,
        order_id: '50111311',
        client_order_id: 'hub-trail-1',
        type: 'TRAILING_STOP',
        venue_type: 'STOP_LOSS',
        price: null,
        stop_price: null,
      }),
    )
  })

  const maker: OrderReport = {
    ...resting,
    order_id: '50111320',
    client_order_id: 'hub-maker-1',
    venue_type: 'LIMIT_MAKER',
    post_only: true,
  }

  test('LIMIT_MAKER is a limit order with the post-only flag', () => {
    expect(read('order-maker-new')).toEqual(order(maker))
  })

  test('a post-only order that would take is rejected', () => {
    expect(read('order-maker-rejected')).toEqual(
      order({
        ...maker,
        order_id: '50111321',
        client_order_id: 'hub-maker-2',
        status: 'REJECTED',
        reason: 'WOULD_MATCH_IMMEDIATELY',
      }),
    )
  })

  test('ids beyond 2^53 keep every digit', () => {
    expect(read('order-long-ids')).toEqual(
      order(
        { ...partly, order_id: '8389766145050669870' },
        { ...fill, order_id: '8389766145050669870', trade_id: '9007199254740993' },
      ),
    )
  })
})

test('outboundAccountPosition is one balance per asset', () => {
  const balance = (asset: string, total: string, available: string, locked: string): AccountEvent => ({
    kind: 'balance',
    balance: { trading_mode: 'spot', asset, total, available, locked, update_time: 1795300160010 },
  })
  expect(read('account-position')).toEqual([
    balance('ETH', '3.1', '3.1', '0'),
    balance('USDT', '7280.4', '5120.4', '2160'),
    balance('BNB', '0.41892', '0.41892', '0'),
  ])
})

test.each([
  ['list-started', 'listStatus'],
  ['balance-update', 'balanceUpdate'],
  ['external-lock', 'externalLockUpdate'],
  ['stream-terminated', 'eventStreamTerminated'],
  ['server-shutdown', 'serverShutdown'],
])('%s is kept as it came', (name, event_type) => {
  expect(read(name)).toEqual([{ kind: 'raw', event_type, payload: fixture(name).text, problem: null }])
})

test('an unknown event is kept and marked', () => {
  expect(read('unknown-event')).toEqual([
    {
      kind: 'raw',
      event_type: 'marginLevelStatusChange',
      payload: fixture('unknown-event').text,
      problem: 'the event is not known',
    },
  ])
})

test('a report without the documented shape is kept with what is wrong', () => {
  const { value } = fixture('order-filled-partly')
  const broken = { ...(value as object), L: 'cheap' }
  expect(parseStreamEvent(broken, 'text')).toEqual([
    { kind: 'raw', event_type: 'executionReport', payload: 'text', problem: 'L is not a decimal' },
  ])
})

describe('query answers', () => {
  test('an order', () => {
    expect(parseOrder(fixture('rest-order').value)).toEqual(order(partly)[0])
  })

  test('a canceled order carries the cancel’s client order id there, which is not taken', () => {
    const row = { ...(fixture('rest-order').value as object), status: 'CANCELED', clientOrderId: 'web_cancel_91xk' }
    expect(parseOrder(row)).toMatchObject({ order: { client_order_id: null, status: 'CANCELED' } })
    expect(parseOrder(row, 'hub-a1b2c3')).toMatchObject({ order: { client_order_id: 'hub-a1b2c3' } })
  })

  test('a waiting stop order', () => {
    const row = {
      ...(fixture('rest-order').value as object),
      status: 'NEW',
      type: 'STOP_LOSS_LIMIT',
      workingTime: -1,
      isWorking: false,
    }
    expect(parseOrder(row)).toMatchObject({ order: { status: 'UNTRIGGERED', type: 'STOP_LIMIT' } })
  })

  test('an old order with an unknown quote amount has no average', () => {
    const row = { ...(fixture('rest-order').value as object), cummulativeQuoteQty: '-1.00000000' }
    expect(parseOrder(row)).toMatchObject({ order: { executed_qty: '0.6', venue_average_price: null } })
  })

  test('a trade', () => {
    const rows = fixture('rest-trades').value as unknown[]
    expect(rows.map(parseTrade)).toEqual([{ kind: 'execution', execution: { ...fill, client_order_id: null } }])
  })

  test('balances, all as of the last change of the account', () => {
    const account = accountAnswer.parse(fixture('rest-account').value)
    expect(account.uid).toBe('354000001')
    expect(parseBalances(account)).toMatchObject([
      { balance: { asset: 'ETH', total: '3.1', update_time: 1795300160010 } },
      { balance: { asset: 'USDT', total: '7280.4', locked: '2160' } },
    ])
  })

  test('a row that cannot be read is kept', () => {
    expect(parseOrder({ symbol: 'ETHUSDT' })).toMatchObject({ kind: 'raw', event_type: 'order' })
    expect(parseTrade(null)).toMatchObject({ kind: 'raw', event_type: 'trade', payload: 'null' })
  })
})

test('no damaged payload makes the parsers throw', () => {
  const values = fixtureNames().map((name) => fixture(name).value)
  const junk = fc.oneof(fc.jsonValue(), fc.constantFrom('', '-1', '1e400', '9'.repeat(400), -0, undefined))
  const damaged = fc.constantFrom(...values).chain((value) => {
    const keys = typeof value === 'object' && value !== null ? Object.keys(value) : []
    return fc.tuple(
      fc.constant(value),
      fc.dictionary(fc.constantFrom('e', ...keys), junk, { maxKeys: 4 }),
      fc.subarray(keys),
    )
  })
  fc.assert(
    fc.property(damaged, ([value, replaced, dropped]) => {
      const mutant: Record<string, unknown> = { ...(value as object), ...replaced }
      for (const key of dropped.slice(0, 2)) delete mutant[key]
      for (const events of [parseStreamEvent(mutant, '{}'), [parseOrder(mutant)], [parseTrade(mutant)]]) {
        for (const event of events) {
          if (event.kind === 'order') expect(event.order.executed_qty).toMatch(/^-?\d/)
        }
      }
    }),
    { numRuns: 2_000 },
  )
})
