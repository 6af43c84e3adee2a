import { expect, test } from 'vitest'
import { parseInstruments } from './symbols.ts'
import { fixture } from './test-fixtures.ts'
import { exchangeInfoAnswer } from './wire.ts'

const info = exchangeInfoAnswer.parse(fixture('rest-exchange-info').value)
const [eth] = info.symbols

test('reads the rules of a symbol', () => {
  expect(parseInstruments(info)).toEqual([
    {
      trading_mode: 'spot',
      symbol: 'ETHUSDT',
      base_asset: 'ETH',
      quote_asset: 'USDT',
      settle_asset: 'USDT',
      quantity_unit: 'BASE',
      contract_value: null,
      tick_size: '0.01',
      min_price: '0.01',
      max_price: '1000000',
      step_size: '0.0001',
      min_quantity: '0.0001',
      max_quantity: '9000',
      market_step_size: null,
      market_min_quantity: null,
      market_max_quantity: '2500.5',
      min_notional: '5',
      max_notional: '9000000',
      min_quote_quantity: null,
      quote_step_size: null,
      is_trading: true,
    },
  ])
})

test('takes either form of the notional rule, ignores unknown filters, and 0 is no rule', () => {
  if (!eth) throw new Error('the fixture has no symbol')
  const withFilters = (filters: typeof eth.filters) =>
    parseInstruments({ symbols: [{ ...eth, status: 'HALT', filters }] })[0]
  expect(withFilters([{ filterType: 'MIN_NOTIONAL', minNotional: '10.0' }, { filterType: 'NEW_ONE' }])).toMatchObject({
    min_notional: '10',
    tick_size: null,
    is_trading: false,
  })
  expect(
    withFilters([
      { filterType: 'NOTIONAL', minNotional: '5.0' },
      { filterType: 'PRICE_FILTER', tickSize: '0.00' },
    ]),
  ).toMatchObject({
    min_notional: '5',
    tick_size: null,
  })
})

test('whether a market order must be worth something is told in two ways', () => {
  if (!eth) throw new Error('the fixture has no symbol')
  const least = (filter: (typeof eth.filters)[number]) =>
    parseInstruments({ symbols: [{ ...eth, filters: [filter] }] })[0]?.min_quote_quantity
  expect(least({ filterType: 'NOTIONAL', minNotional: '5', applyMinToMarket: true })).toBeNull()
  expect(least({ filterType: 'NOTIONAL', minNotional: '5', applyMinToMarket: false })).toBe('0')
  expect(least({ filterType: 'MIN_NOTIONAL', minNotional: '5', applyToMarket: false })).toBe('0')
})

test('a market order is bound by both of its lot sizes', () => {
  if (!eth) throw new Error('the fixture has no symbol')
  const filters = [
    { filterType: 'LOT_SIZE', minQty: '0.01', maxQty: '100', stepSize: '0.01' },
    { filterType: 'MARKET_LOT_SIZE', minQty: '0.001', maxQty: '500', stepSize: '0.02' },
  ]
  expect(parseInstruments({ symbols: [{ ...eth, filters }] })[0]).toMatchObject({
    market_step_size: '0.02',
    market_min_quantity: '0.01',
    market_max_quantity: '100',
  })
})
