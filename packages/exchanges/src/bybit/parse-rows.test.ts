import { expect, it } from 'vitest'
import { InstrumentBook } from './category.ts'
import { parseExecutionRows, parseOrderRows, walletEvents } from './parse.ts'
import { parsePosition } from './parse-account.ts'
import { parseInstruments } from './symbols.ts'
import { fixture } from './test-fixtures.ts'

const rows = (name: string) => (fixture(name).value as { result: { list: unknown[] } }).result.list
const none = new InstrumentBook([])

it('a listed open order, with the few fields it has', () => {
  expect(parseOrderRows(rows('rest-open-orders'), 'linear')).toEqual([
    {
      kind: 'order',
      order: {
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
        status: 'PARTIALLY_FILLED',
        price: '61000',
        stop_price: null,
        quantity: '0.02',
        quantity_unit: 'BASE',
        executed_qty: '0.005',
        venue_average_price: '61000',
        reason: null,
        parent_order_id: null,
        create_time: 1795336000100,
        update_time: 1795336003201,
      },
      execution: null,
    },
  ])
})

it('a row of the history, of spot', () => {
  expect(parseOrderRows(rows('rest-history'), 'spot')).toMatchObject([
    {
      order: {
        trading_mode: 'spot',
        order_id: '1795336000123000003',
        position_side: null,
        status: 'CANCELED',
        reason: null,
      },
    },
  ])
})

it('executions without the funding among them, those of one millisecond in the order of their ids', () => {
  const events = parseExecutionRows(rows('rest-executions'), 'linear', none, () => null)
  expect(events.map((event) => event.kind === 'execution' && event.execution.trade_id)).toEqual([
    'e0000001-aaaa-5bbb-8ccc-000000000001',
    'e0000001-aaaa-5bbb-8ccc-00000000000a',
    'e0000001-aaaa-5bbb-8ccc-00000000000b',
  ])
  // Without the list of instruments a contract's name tells the coin; the row tells no profit.
  expect(events[0]).toMatchObject({
    execution: { fee: '0.061', fee_asset: 'USDT', realized_pnl: null, position_side: null },
  })
})

it('a torn execution takes no other with it', () => {
  const events = parseExecutionRows([{ execId: 1 }, ...rows('rest-executions')], 'linear', none, () => null)
  expect(events.filter((event) => event.kind === 'raw')).toHaveLength(1)
  expect(events.filter((event) => event.kind === 'execution')).toHaveLength(3)
})

it('positions, with the margin mode of the account', () => {
  const [open, flat] = rows('rest-positions').map((row) => parsePosition(row, 'CROSS', 1))
  expect(open).toEqual({
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
  })
  expect(flat).toMatchObject({ symbol: 'ETHUSDT', quantity: '0', entry_price: '0' })
})

it('a position whose side is not known is not guessed', () => {
  expect(() => parsePosition({ symbol: 'X', size: '1', positionIdx: 0, side: '' }, null, 1)).toThrow('unknown side')
  expect(() => parsePosition({ symbol: 'X', size: '1', positionIdx: 5, side: 'Buy' }, null, 1)).toThrow(
    'unknown position',
  )
})

it('the wallet', () => {
  const balance = { trading_mode: 'spot', update_time: 5 } as const
  expect(rows('rest-wallet').flatMap((entry) => walletEvents(entry, 5))).toEqual([
    { kind: 'balance', balance: { ...balance, asset: 'USDT', total: '9000', available: '9000', locked: '0' } },
    { kind: 'balance', balance: { ...balance, asset: 'BTC', total: '0.5', available: '0.4', locked: '0.1' } },
  ])
})

const noRules = {
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
  max_notional: null,
  min_quote_quantity: null,
  quote_step_size: null,
}

it('instruments of spot; what cannot be read is passed over', () => {
  const [bitcoin, unicode, ...others] = parseInstruments(rows('rest-instruments-spot'), 'spot')
  expect(bitcoin).toMatchObject({
    trading_mode: 'spot',
    symbol: 'BTCUSDT',
    settle_asset: 'USDT',
    tick_size: '0.01',
    step_size: '0.000001',
    min_quantity: '0.000048',
    max_quantity: '71.73956243',
    min_notional: '1',
    max_notional: '4000000',
    quote_step_size: '0.00000001',
    is_trading: true,
  })
  expect(unicode).toMatchObject({ symbol: '这是测试币456USDT', step_size: '0.1', tick_size: null, is_trading: false })
  expect(others).toEqual([])
})

it('linear contracts are counted in base coin, inverse ones in contracts of a dollar', () => {
  const [tether, usdc] = parseInstruments(rows('rest-instruments-linear'), 'linear')
  const [inverse] = parseInstruments(rows('rest-instruments-inverse'), 'inverse')
  expect(tether).toMatchObject({
    ...noRules,
    trading_mode: 'futures',
    quantity_unit: 'BASE',
    contract_value: null,
    settle_asset: 'USDT',
    tick_size: '0.1',
    min_price: '0.1',
    max_price: '1999999.8',
    step_size: '0.001',
    min_quantity: '0.001',
    max_quantity: '1190',
    market_max_quantity: '119',
    min_notional: '5',
  })
  expect(usdc).toMatchObject({ symbol: 'BTCPERP', quote_asset: 'USDC', settle_asset: 'USDC' })
  expect(inverse).toMatchObject({ quantity_unit: 'CONTRACT', contract_value: '1', settle_asset: 'BTC', step_size: '1' })
})

it('a symbol is linear or inverse by the list, and by its name where it is not listed', () => {
  const list = (['linear', 'inverse', 'spot'] as const).flatMap((category) =>
    parseInstruments(rows(`rest-instruments-${category}`), category),
  )
  const book = new InstrumentBook(list)
  for (const category of [book, none]) {
    expect(category.category('spot', 'BTCUSDT')).toBe('spot')
    expect(category.category('futures', 'BTCUSDT')).toBe('linear')
    expect(category.category('futures', 'BTCPERP')).toBe('linear')
    expect(category.category('futures', 'BTC-25DEC26')).toBe('linear')
    expect(category.category('futures', 'BTCUSD')).toBe('inverse')
    expect(category.category('futures', 'ETHUSDH27')).toBe('inverse')
  }
  expect(book.coins('linear', 'BTCUSDT')).toMatchObject({ base_asset: 'BTC', settle_asset: 'USDT' })
  expect(book.coins('linear', 'BTCUSD')).toBeNull()
})
