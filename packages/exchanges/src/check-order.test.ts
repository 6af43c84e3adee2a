import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkAmendment, checkOrder } from './check-order.ts'
import type { OrderProblem } from './check-order-offer.ts'
import type { AmendRequest, Instrument, PlaceRequest } from './exchange.ts'
import type { Capabilities } from './venue.ts'

const instrument: Instrument = {
  trading_mode: 'spot',
  symbol: 'BTCUSDT',
  base_asset: 'BTC',
  quote_asset: 'USDT',
  settle_asset: 'USDT',
  quantity_unit: 'BASE',
  contract_value: null,
  tick_size: '0.01',
  min_price: '0.05',
  max_price: '1000000',
  step_size: '0.001',
  min_quantity: '0.001',
  max_quantity: '9000',
  market_step_size: null,
  market_min_quantity: null,
  market_max_quantity: '120',
  min_notional: '5',
  max_notional: '9000000',
  min_quote_quantity: null,
  quote_step_size: '0.5',
  is_trading: true,
}

const capabilities: Capabilities = {
  upkeep: 'signed_session',
  order_types: ['LIMIT', 'MARKET', 'STOP_LIMIT', 'STOP_MARKET', 'TRAILING_STOP'],
  time_in_force: ['GTC', 'IOC', 'FOK'],
  conditional_time_in_force: ['GTC', 'IOC', 'FOK'],
  post_only: true,
  conditional_post_only: true,
  reduce_only: true,
  hedge_mode: true,
  margin_modes: ['CROSS'],
  order_margin_modes: ['CROSS'],
  quote_quantity: true,
  trigger_by: ['LAST', 'MARK'],
  close_position: true,
  amend: { price: true, quantity: 'any' },
  market_channels: [],
  unprovable: null,
}
const little: Capabilities = {
  ...capabilities,
  order_types: ['LIMIT'],
  time_in_force: ['GTC'],
  post_only: false,
  reduce_only: false,
  hedge_mode: false,
  margin_modes: [],
  order_margin_modes: [],
  quote_quantity: false,
  trigger_by: [],
  close_position: false,
  amend: null,
}

const limit: PlaceRequest = {
  trading_mode: 'spot',
  symbol: 'BTCUSDT',
  side: 'BUY',
  type: 'LIMIT',
  client_order_id: 'a1',
  quantity: '0.5',
  quote_quantity: null,
  price: '60000',
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
const market: PlaceRequest = { ...limit, type: 'MARKET', price: null }

const rules = (problems: OrderProblem[]) =>
  problems.map(({ field, rule, limit, nearest }) => [field, rule, limit, nearest])

describe('an order', () => {
  it('that keeps every rule has no problem', () => {
    expect(checkOrder(limit, instrument, capabilities)).toEqual([])
    expect(checkOrder(market, instrument, capabilities, '60000')).toEqual([])
    expect(checkOrder({ ...market, quantity: null, quote_quantity: '5.5' }, instrument, capabilities)).toEqual([])
  })

  it.each<[string, Partial<PlaceRequest>, unknown[]]>([
    ['between two ticks', { price: '60000.123' }, ['price', 'price_tick', '0.01', ['60000.12', '60000.13']]],
    ['below the lowest price', { price: '0.03', quantity: '600' }, ['price', 'min_price', '0.05', ['0.05']]],
    ['above the highest price', { price: '1000000.01' }, ['price', 'max_price', '1000000', ['1000000']]],
    [
      'stop price between two ticks',
      { type: 'STOP_LIMIT', stop_price: '1.005' },
      ['stop_price', 'price_tick', '0.01', ['1', '1.01']],
    ],
    ['between two steps', { quantity: '0.5004' }, ['quantity', 'quantity_step', '0.001', ['0.5', '0.501']]],
    [
      'too small',
      { quantity: '0', type: 'STOP_MARKET', price: null, stop_price: '1' },
      ['quantity', 'min_quantity', '0.001', ['0.001']],
    ],
    ['too large', { quantity: '9001', price: '1' }, ['quantity', 'max_quantity', '9000', ['9000']]],
    ['worth too little', { quantity: '0.001', price: '60' }, ['quantity', 'min_notional', '5', ['0.084']]],
    ['worth too much', { quantity: '151', price: '60000' }, ['quantity', 'max_notional', '9000000', ['150']]],
    [
      'market order above its own limit',
      { type: 'MARKET', price: null, quantity: '121' },
      ['quantity', 'max_quantity', '120', ['120']],
    ],
    [
      'an amount between two steps',
      { type: 'MARKET', quantity: null, price: null, quote_quantity: '10.3' },
      ['quote_quantity', 'quote_quantity_step', '0.5', ['10', '10.5']],
    ],
    [
      'an amount too small',
      { type: 'MARKET', quantity: null, price: null, quote_quantity: '4.5' },
      ['quote_quantity', 'min_notional', '5', ['5']],
    ],
  ])('%s', (_name, request, problem) => {
    expect(rules(checkOrder({ ...limit, ...request }, instrument, capabilities))).toEqual([problem])
  })

  it('says it in a sentence', () => {
    const messages = (request: Partial<PlaceRequest>) =>
      checkOrder({ ...limit, ...request }, instrument, capabilities).map(({ message }) => message)
    expect(messages({ price: '60000.123' })).toEqual([
      'The price 60000.123 is not a multiple of the tick size 0.01: take 60000.12 or 60000.13.',
    ])
    expect(messages({ quantity: '0.001', price: '60' })).toEqual([
      'The order is worth 0.06 USDT, less than the 5 of BTCUSDT: take 0.084.',
    ])
  })

  it('a market order is valued at the reference price, if there is one', () => {
    expect(checkOrder({ ...market, quantity: '0.001' }, instrument, capabilities)).toEqual([])
    expect(rules(checkOrder({ ...market, quantity: '0.001' }, instrument, capabilities, '2000'))).toEqual([
      ['quantity', 'min_notional', '5', ['0.003']],
    ])
    const free = { ...instrument, min_quote_quantity: '0' }
    expect(checkOrder({ ...market, quantity: '0.001' }, free, capabilities, '2000')).toEqual([])
  })

  it('that only closes a position may be worth less', () => {
    const small = { ...limit, quantity: '0.001', price: '60' }
    expect(checkOrder({ ...small, reduce_only: true }, instrument, capabilities)).toEqual([])
    expect(checkOrder({ ...small, side: 'SELL', position_side: 'LONG' }, instrument, capabilities)).toEqual([])
    expect(checkOrder({ ...small, side: 'SELL', position_side: 'SHORT' }, instrument, capabilities)).toHaveLength(1)
  })

  it('in contracts is valued by what a contract is worth', () => {
    const inverse: Instrument = {
      ...instrument,
      quantity_unit: 'CONTRACT',
      contract_value: '100',
      step_size: '1',
      min_quantity: '1',
      min_notional: '500',
    }
    const [problem] = checkOrder({ ...limit, quantity: '3', price: '60000' }, inverse, capabilities)
    expect(problem).toMatchObject({ rule: 'min_notional', nearest: ['5'] })
    expect(problem?.message).toContain('worth 300 USDT')
  })

  it('of a symbol that is closed is told so', () => {
    expect(rules(checkOrder(limit, { ...instrument, is_trading: false }, capabilities))).toEqual([
      ['symbol', 'market_closed', null, []],
    ])
  })

  it.each<[Partial<PlaceRequest>, string, string | null]>([
    [{ type: 'STOP_LIMIT', stop_price: '1' }, 'order_type_not_supported', 'LIMIT'],
    [{ time_in_force: 'IOC' }, 'time_in_force_not_supported', 'GTC'],
    [{ post_only: true }, 'post_only_not_supported', null],
    [{ reduce_only: true }, 'reduce_only_not_supported', null],
    [{ close_position: true, quantity: null }, 'close_position_not_supported', null],
    [{ quote_quantity: '5' }, 'quote_quantity_not_supported', null],
    [{ position_side: 'LONG' }, 'position_side_not_supported', null],
    [{ margin_mode: 'ISOLATED' }, 'margin_mode_not_supported', null],
    [{ trigger_by: 'MARK' }, 'trigger_not_supported', null],
  ])('what the venue has not: %o', (request, rule, offered) => {
    const problems = checkOrder({ ...limit, ...request }, instrument, little)
    expect(problems.map((each) => [each.rule, each.limit])).toEqual([[rule, offered]])
  })

  it.each<[string, Partial<PlaceRequest>, Partial<Capabilities>, string, string | null]>([
    [
      'a margin mode that is the symbol’s',
      { margin_mode: 'CROSS' },
      { order_margin_modes: [] },
      'margin_mode_not_supported',
      null,
    ],
    [
      'a trigger with a life of its own',
      { type: 'STOP_LIMIT', stop_price: '1', time_in_force: 'IOC' },
      { conditional_time_in_force: ['GTC'] },
      'time_in_force_not_supported',
      'GTC',
    ],
    [
      'a trigger that is post-only',
      { type: 'STOP_LIMIT', stop_price: '1', post_only: true },
      { conditional_post_only: false },
      'post_only_not_supported',
      null,
    ],
  ])('what one order cannot ask for though the venue has it: %s', (_title, request, offered, rule, list) => {
    const asked = { ...limit, ...request }
    expect(checkOrder(asked, instrument, capabilities)).toEqual([])
    const problems = checkOrder(asked, instrument, { ...capabilities, ...offered })
    expect(problems.map((each) => [each.rule, each.limit])).toEqual([[rule, list]])
  })

  it('names what is missing, and what cannot go together', () => {
    const found = (request: Partial<PlaceRequest>) =>
      checkOrder({ ...limit, ...request }, instrument, capabilities).map(({ rule }) => rule)
    expect(found({ price: null })).toEqual(['price_required'])
    expect(found({ type: 'STOP_MARKET', price: null })).toEqual(['stop_price_required'])
    expect(found({ type: 'TRAILING_STOP', price: null })).toEqual(['callback_rate_required'])
    expect(found({ quantity: null })).toEqual(['quantity_required'])
    expect(found({ post_only: true, time_in_force: 'IOC' })).toEqual(['post_only_not_supported'])
    expect(found({ ...market, post_only: true })).toEqual(['post_only_not_supported'])
    expect(found({ ...market, time_in_force: 'FOK' })).toEqual(['time_in_force_not_supported'])
  })
})

describe('an amendment', () => {
  const amend: AmendRequest = {
    trading_mode: 'spot',
    symbol: 'BTCUSDT',
    order_id: '1',
    client_order_id: null,
    price: null,
    quantity: null,
    known: { side: 'BUY', type: 'LIMIT', price: '60000', quantity: '0.5', executed_qty: '0.2' },
  }
  const check = (change: Partial<AmendRequest>, offered: Capabilities['amend'] = { price: true, quantity: 'any' }) =>
    rules(checkAmendment({ ...amend, ...change }, instrument, { ...capabilities, amend: offered }))
  const down: Capabilities['amend'] = { price: false, quantity: 'down' }

  it('within the rules has no problem', () => {
    expect(check({ price: '59000', quantity: '0.7' })).toEqual([])
    expect(check({ quantity: '0.3' }, down)).toEqual([])
    // The price it has already may be named again.
    expect(check({ price: '60000.00', quantity: '0.3' }, down)).toEqual([])
  })

  it.each<[string, Partial<AmendRequest>, Capabilities['amend'], unknown[]]>([
    ['nothing', {}, down, ['quantity', 'nothing_to_amend', null, []]],
    ['to the same', { price: '60000.0' }, down, ['price', 'nothing_to_amend', null, []]],
    ['where nothing can be', { quantity: '0.4' }, null, ['quantity', 'amend_not_supported', null, []]],
    ['of a price that stays', { price: '1' }, down, ['price', 'amend_not_supported', null, []]],
    ['upwards', { quantity: '0.6' }, down, ['quantity', 'amend_not_supported', '0.5', []]],
    ['just below what it is', { quantity: '0.4995' }, down, ['quantity', 'quantity_step', '0.001', ['0.499']]],
    ['to what is executed', { quantity: '0.2' }, down, ['quantity', 'min_quantity', '0.2', ['0.201']]],
    [
      'between two ticks',
      { price: '1.005' },
      { price: true, quantity: 'any' },
      ['price', 'price_tick', '0.01', ['1', '1.01']],
    ],
    [
      'to a value too small',
      { price: '10', quantity: '0.4' },
      { price: true, quantity: 'any' },
      ['quantity', 'min_notional', '5', ['0.5']],
    ],
  ])('%s', (_name, change, offered, expected) => {
    expect(check(change, offered)).toEqual([expected])
  })
})

describe('any instrument and order', () => {
  const runs = { numRuns: 10_000, verbose: 0 } as const
  const scale = 12
  /** A decimal of `digits` places, with its exact value in units of 10^-12. */
  const decimal = (least: bigint, most: bigint) =>
    fc.tuple(fc.bigInt(least, most), fc.nat(6)).map(([value, places]) => {
      const text = value.toString().padStart(places + 1, '0')
      const whole = text.slice(0, text.length - places)
      const rest = text.slice(text.length - places).replace(/0+$/, '')
      return rest === '' ? whole : `${whole}.${rest}`
    })
  const units = (value: string) => {
    const [whole = '', rest = ''] = value.split('.')
    return BigInt(whole + rest.padEnd(scale, '0'))
  }
  const one = units('1')
  const perhaps = (values: fc.Arbitrary<string>) => fc.option(values, { freq: 3 })
  const step = decimal(1n, 50n)
  const bound = decimal(1n, 1_000_000n)
  const instruments = fc.record({
    tick_size: perhaps(step),
    min_price: perhaps(decimal(1n, 1_000n)),
    max_price: perhaps(bound),
    step_size: perhaps(step),
    min_quantity: perhaps(decimal(1n, 1_000n)),
    max_quantity: perhaps(bound),
    market_step_size: perhaps(step),
    market_min_quantity: perhaps(decimal(1n, 1_000n)),
    market_max_quantity: perhaps(bound),
    min_notional: perhaps(decimal(1n, 100_000n)),
    max_notional: perhaps(decimal(1n, 100_000_000n)),
    contract_value: perhaps(decimal(1n, 1_000n)),
    quantity_unit: fc.constantFrom('BASE' as const, 'CONTRACT' as const),
    min_quote_quantity: perhaps(decimal(0n, 1_000n)),
    quote_step_size: perhaps(step),
  })
  const orders = fc.record({
    type: fc.constantFrom('LIMIT' as const, 'MARKET' as const),
    price: decimal(0n, 1_000_000n),
    quantity: decimal(0n, 1_000_000n),
    bySize: fc.boolean(),
    reference: fc.option(decimal(1n, 1_000_000n)),
  })

  function build(rulesOf: Partial<Instrument>, order: typeof orders extends fc.Arbitrary<infer T> ? T : never) {
    const { type, bySize, reference } = order
    const sized = type === 'LIMIT' || bySize
    const request: PlaceRequest = {
      ...limit,
      type,
      price: type === 'LIMIT' ? order.price : null,
      quantity: sized ? order.quantity : null,
      quote_quantity: sized ? null : order.quantity,
    }
    return { symbol: { ...instrument, ...rulesOf }, request, reference }
  }

  it('each nearest value puts its field right', () => {
    fc.assert(
      fc.property(instruments, orders, (rulesOf, order) => {
        const { symbol, request, reference } = build(rulesOf, order)
        for (const { field, nearest } of checkOrder(request, symbol, capabilities, reference)) {
          for (const value of nearest) {
            const again = checkOrder({ ...request, [field]: value }, symbol, capabilities, reference)
            expect(again.filter((problem) => problem.field === field)).toEqual([])
          }
        }
      }),
      runs,
    )
  })

  it('agrees with arithmetic in whole numbers', () => {
    const isMultiple = (value: bigint, of: string | null) => of === null || value % units(of) === 0n
    const isWithin = (value: bigint, min: string | null, max: string | null) =>
      value > 0n && (min === null || value >= units(min)) && (max === null || value <= units(max))
    fc.assert(
      fc.property(instruments, orders, (rulesOf, order) => {
        const { symbol, request, reference } = build(rulesOf, order)
        const own = <T>(rule: T | null, general: T | null) => (request.type === 'MARKET' ? (rule ?? general) : general)
        const bad = new Set<string>()
        if (request.price !== null) {
          const price = units(request.price)
          if (!isMultiple(price, symbol.tick_size) || !isWithin(price, symbol.min_price, symbol.max_price))
            bad.add('price')
        }
        if (request.quote_quantity !== null) {
          const amount = units(request.quote_quantity)
          const least = symbol.min_quote_quantity ?? symbol.min_notional
          if (!isMultiple(amount, symbol.quote_step_size) || !isWithin(amount, least, null)) bad.add('quote_quantity')
        }
        if (request.quantity !== null) {
          const quantity = units(request.quantity)
          const min = own(symbol.market_min_quantity, symbol.min_quantity)
          const max = own(symbol.market_max_quantity, symbol.max_quantity)
          const each = symbol.quantity_unit === 'CONTRACT' ? symbol.contract_value : (request.price ?? reference)
          const value = each === null ? null : quantity * units(each)
          const least = own(symbol.min_quote_quantity, symbol.min_notional)
          const most = request.type === 'MARKET' ? null : symbol.max_notional
          const isSized =
            isMultiple(quantity, own(symbol.market_step_size, symbol.step_size)) && isWithin(quantity, min, max)
          const isValued =
            value === null ||
            bad.has('price') ||
            ((least === null || value >= units(least) * one) && (most === null || value <= units(most) * one))
          if (!isSized || !isValued) bad.add('quantity')
        }
        const found = checkOrder(request, symbol, capabilities, reference)
        expect(new Set(found.map(({ field }) => field))).toEqual(bad)
        for (const { rule, message, nearest, field } of found) {
          expect(message).toMatch(/^The .+\.$/)
          expect(rule).not.toBe('')
          expect(nearest).not.toContain((request as unknown as Record<string, string>)[field])
        }
      }),
      runs,
    )
  })
})
