import type { OrderReport } from '@tradercoin/protocol'
import { describe, expect, it } from 'vitest'
import type { Instrument } from '../../exchange.ts'
import { parseRows } from './parse.ts'
import { parseBalanceRow, parsePositionRow, parseSymbolSettings } from './parse-account.ts'
import { parseAlgoRow } from './parse-algo.ts'
import { parseOrderRow, parseTradeRow } from './parse-order.ts'
import { parseInstruments } from './symbols.ts'
import { fixture } from './test-fixtures.ts'
import { limitBuy, partFill } from './test-reports.ts'

/** As a query tells it once it has begun to fill. */
const open: OrderReport = {
  ...limitBuy,
  status: 'PARTIALLY_FILLED',
  executed_qty: '0.008',
  venue_average_price: '94500',
  create_time: 1795301000101,
  update_time: 1795301060041,
}

const row = (name: string, overrides: object = {}) => ({ ...(fixture(name).value as object), ...overrides })

describe('orders', () => {
  it('reads a queried order', () => {
    expect(parseOrderRow(row('rest-order-open'))).toEqual(open)
  })

  it('reads the answer to a placed order, which tells no average and no creation time', () => {
    expect(parseOrderRow(row('rest-order-placed'))).toEqual({
      ...open,
      status: 'NEW',
      executed_qty: '0',
      venue_average_price: null,
      create_time: null,
      update_time: 1795301000101,
    })
  })

  it.each<[string, Partial<OrderReport>]>([
    ['rest-order-modified', { price: '94600', executed_qty: '0.008', venue_average_price: null }],
    ['rest-order-self-trade', { status: 'EXPIRED', reason: 'self-trade prevention' }],
    ['rest-order-trailing', { status: 'NEW', type: 'TRAILING_STOP', stop_price: '93000', price: null }],
    ['rest-order-of-2021', { status: 'FILLED', executed_qty: '0.02', create_time: 1610000000000 }],
  ])('%s', (name, expected) => {
    expect(parseOrderRow(row(name))).toMatchObject(expected)
  })

  it('keeps every digit of a 64-bit id and marks a liquidation', () => {
    const report = parseOrderRow(row('rest-order-liquidated'))
    expect(report).toMatchObject({ order_id: '8389766145050669870', type: 'OTHER', venue_type: 'LIQUIDATION' })
    const trade = parseTradeRow(row('rest-trade', { symbol: 'ETHUSDT', orderId: '8389766145050669870' }), report)
    expect(trade).toMatchObject({ kind: 'LIQUIDATION', client_order_id: 'autoclose-1795301200000123456' })
  })

  it('tells a refused post-only order from one that expired later', () => {
    const gtx = { timeInForce: 'GTX', status: 'EXPIRED', executedQty: '0' }
    const refused = parseOrderRow(row('rest-order-open', { ...gtx, updateTime: 1795301000101 }))
    expect(refused).toMatchObject({
      status: 'REJECTED',
      post_only: true,
      reason: 'post-only order would have taken liquidity',
    })
    expect(parseOrderRow(row('rest-order-open', gtx))).toMatchObject({ status: 'EXPIRED', reason: null })
  })
})

describe('trades', () => {
  it('reads a trade without its order and with it', () => {
    expect(parseTradeRow(row('rest-trade'), null)).toEqual({ ...partFill, client_order_id: null })
    expect(parseTradeRow(row('rest-trade'), open)).toEqual(partFill)
  })
})

it('reads a trade of former years, with a rebate', () => {
  expect(parseTradeRow(row('rest-trade-of-2021'), null)).toMatchObject({ fee: '-0.01512', trade_id: '123456' })
})

it('reads one side of a hedge with its liquidation price', () => {
  expect(parsePositionRow(row('rest-position-hedge'), new Map(), 5)).toMatchObject({
    position_side: 'SHORT',
    quantity: '-2.5',
    liquidation_price: '2401.5',
    unrealized_pnl: '-12.175',
  })
})

describe('conditional orders', () => {
  const parent: OrderReport = {
    ...open,
    order_id: 'algo:2148719',
    client_order_id: 'hub-sl-1',
    side: 'SELL',
    type: 'STOP_MARKET',
    venue_type: 'STOP_MARKET',
    reduce_only: true,
    status: 'UNTRIGGERED',
    price: null,
    stop_price: '92000',
    executed_qty: '0',
    venue_average_price: null,
    create_time: 1795301300018,
    update_time: 1795301300018,
  }

  it('reads a waiting one', () => {
    expect(parseAlgoRow(row('rest-algo-placed'))).toEqual([{ kind: 'order', order: parent, execution: null }])
  })

  it('reads a finished one and the order it became, which alone tells how it ended', () => {
    expect(parseAlgoRow(row('rest-algo-finished'))).toEqual([
      { kind: 'order', order: { ...parent, status: 'TRIGGERED', update_time: 1795309900030 }, execution: null },
      {
        kind: 'order',
        order: {
          ...parent,
          order_id: '612345999001',
          client_order_id: null,
          time_in_force: null,
          status: 'NEW',
          parent_order_id: 'algo:2148719',
          create_time: null,
          update_time: 1795309899800,
        },
        execution: null,
      },
    ])
  })

  it.each([
    ['NEW', 'UNTRIGGERED', 1],
    ['TRIGGERING', 'UNTRIGGERED', 1],
    ['TRIGGERED', 'TRIGGERED', 2],
    ['FINISHED', 'TRIGGERED', 2],
    ['CANCELED', 'CANCELED', 1],
    ['REJECTED', 'REJECTED', 1],
    ['EXPIRED', 'EXPIRED', 1],
  ])('%s is %s, and names an order only once the engine has taken one', (algoStatus, status, count) => {
    const events = parseAlgoRow(row('rest-algo-finished', { algoStatus }))
    expect(events).toMatchObject(
      [{ order: { order_id: 'algo:2148719', status, executed_qty: '0' } }, {}].slice(0, count),
    )
  })

  it('reads one whose type is called "type", and a trailing stop by its activation price', () => {
    expect(parseAlgoRow(row('rest-algo-short'))).toMatchObject([
      { order: { order_id: 'algo:2148801', type: 'TRAILING_STOP', stop_price: '93000', status: 'UNTRIGGERED' } },
    ])
  })
})

describe('balances and positions', () => {
  it('reads a balance', () => {
    expect(parseBalanceRow(row('rest-balance'), 5)).toEqual({
      trading_mode: 'futures',
      asset: 'USDT',
      total: '10231.8812',
      available: '10156.6502',
      locked: null,
      update_time: 1795301060041,
    })
    expect(parseBalanceRow(row('rest-balance', { updateTime: 0 }), 5).update_time).toBe(5)
  })

  it('joins a position with the settings of its symbol', () => {
    const settings = parseSymbolSettings(fixture('rest-symbol-config').value as unknown[])
    expect(parsePositionRow(row('rest-position'), settings, 5)).toEqual({
      trading_mode: 'futures',
      symbol: 'BTCUSDT',
      position_side: 'NET',
      position_id: null,
      margin_mode: 'CROSS',
      quantity: '0.008',
      entry_price: '94500',
      mark_price: '94551.25',
      unrealized_pnl: '0.41',
      realized_pnl: null,
      leverage: '10',
      liquidation_price: '0',
      update_time: 1795301060041,
    })
    expect(parsePositionRow(row('rest-position'), new Map(), 5)).toMatchObject({ margin_mode: null, leverage: null })
  })
})

describe('rows', () => {
  it('keeps a misshapen row raw beside the good ones', () => {
    const events = parseRows('order', [{ orderId: 5 }, row('rest-order-open')], (each) => [
      { kind: 'order', order: parseOrderRow(each), execution: null },
    ])
    expect(events).toEqual([
      { kind: 'raw', event_type: 'order', payload: '{"orderId":5}', problem: 'executedQty is not a decimal' },
      { kind: 'order', order: open, execution: null },
    ])
  })
})

describe('instruments', () => {
  it('takes steps from the filters and passes over COIN-M rows', () => {
    const perpetual: Instrument = {
      trading_mode: 'futures',
      symbol: 'BTCUSDT',
      base_asset: 'BTC',
      quote_asset: 'USDT',
      settle_asset: 'USDT',
      quantity_unit: 'BASE',
      contract_value: null,
      tick_size: '0.1',
      min_price: '500',
      max_price: '4500000',
      step_size: '0.001',
      min_quantity: '0.001',
      max_quantity: '1000',
      market_step_size: '0.001',
      market_min_quantity: '0.001',
      market_max_quantity: '120',
      min_notional: '100',
      max_notional: null,
      min_quote_quantity: null,
      quote_step_size: null,
      is_trading: true,
    }
    const withoutRules: Instrument = {
      ...perpetual,
      symbol: 'BTCUSDT_261225',
      tick_size: null,
      min_price: null,
      max_price: null,
      step_size: null,
      min_quantity: null,
      max_quantity: null,
      market_step_size: null,
      market_min_quantity: null,
      market_max_quantity: null,
      min_notional: null,
      is_trading: false,
    }
    expect(parseInstruments(fixture('exchange-info').value)).toEqual([perpetual, withoutRules])
  })
})
