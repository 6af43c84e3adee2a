import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { OrderReport } from './account-event.ts'
import { addExecution, type ExecutionsSummary, noExecutions } from './executions-summary.ts'
import { factsEqual, joinFacts, mergeReport, type OrderFacts } from './order-merge.ts'
import { viewOrder } from './order-view.ts'
import { orderTypeSchema, timeInForceSchema, venueStatusSchema } from './records.ts'

function report(changes: Partial<OrderReport>): OrderReport {
  return {
    trading_mode: 'spot',
    symbol: 'BTCUSDT',
    order_id: '8389766145050669870',
    client_order_id: 'abc',
    side: 'BUY',
    position_side: null,
    type: 'LIMIT',
    venue_type: 'LIMIT',
    time_in_force: 'GTC',
    post_only: false,
    reduce_only: false,
    status: 'NEW',
    price: '100',
    stop_price: null,
    quantity: '10',
    quantity_unit: 'BASE',
    executed_qty: '0',
    venue_average_price: null,
    reason: null,
    parent_order_id: null,
    create_time: 1_000,
    update_time: 1_000,
    ...changes,
  }
}

function mergeAll(reports: readonly OrderReport[]): OrderFacts {
  const facts = reports.reduce<OrderFacts | null>(mergeReport, null)
  if (facts === null) throw new Error('no reports')
  return facts
}

function* permutations<T>(items: readonly T[]): Generator<T[]> {
  if (items.length === 0) yield []
  for (const [index, item] of items.entries()) {
    for (const rest of permutations(items.toSpliced(index, 1))) yield [item, ...rest]
  }
}

const partly = { status: 'PARTIALLY_FILLED' } as const
const stories: Record<string, OrderReport[]> = {
  'placed, filled in parts, amended, filled': [
    report({}),
    report({ ...partly, executed_qty: '1', venue_average_price: '100', update_time: 1_001 }),
    report({ ...partly, executed_qty: '3', venue_average_price: '99.5', update_time: 1_002 }),
    report({ ...partly, executed_qty: '3', price: '101', quantity: '8', client_order_id: 'abd', update_time: 1_003 }),
    report({ ...partly, executed_qty: '3', price: null, quantity: null, client_order_id: null, update_time: 1_004 }),
    report({ ...partly, executed_qty: '5', price: '101', quantity: '8', client_order_id: 'abd', update_time: 1_005 }),
    report({
      status: 'FILLED',
      executed_qty: '8',
      price: '101',
      quantity: '8',
      client_order_id: 'abd',
      venue_average_price: '100.2',
      update_time: 1_006,
    }),
  ],
  'amended up and down, with a report that tells no terms between': [
    report({ venue_quantity: '100' }),
    report({ price: '90', quantity: '12', venue_quantity: '120', update_time: 1_001 }),
    report({ ...partly, price: null, quantity: null, executed_qty: '2', update_time: 1_002 }),
    report({ ...partly, price: '110', quantity: '4', venue_quantity: '40', executed_qty: '2', update_time: 1_003 }),
    report({ ...partly, price: '105', quantity: '20', venue_quantity: '200', executed_qty: '2', update_time: 1_004 }),
    report({ ...partly, price: '95', quantity: '15', venue_quantity: '150', executed_qty: '3', update_time: 1_005 }),
    report({ ...partly, price: null, quantity: null, executed_qty: '4', update_time: 1_006 }),
  ],
  'a cancel races two fills within one millisecond': [
    report({}),
    report({ ...partly, executed_qty: '1', update_time: 1_005 }),
    report({ ...partly, executed_qty: '2', update_time: 1_005 }),
    report({ status: 'CANCELED', executed_qty: '1', reason: 'by the user', update_time: 1_005 }),
    report({ status: 'CANCELED', executed_qty: '2', update_time: 1_006 }),
    report({ ...partly, executed_qty: '4', venue_average_price: '100.0', update_time: 1_006 }),
    report({ status: 'CANCELED', executed_qty: '2', reason: 'canceled by the user', update_time: 1_006 }),
  ],
  'a stop order triggers and expires with contradictions': [
    report({ type: 'STOP_LIMIT', status: 'UNTRIGGERED', stop_price: '90', create_time: null }),
    report({ type: 'STOP_LIMIT', status: 'TRIGGERED', stop_price: '90', update_time: 1_010 }),
    report({ type: 'LIMIT', status: 'NEW', update_time: 1_010, create_time: 1_010 }),
    report({ type: 'OTHER', status: 'NEW', update_time: 1_011, quantity: '10.0', post_only: true }),
    report({ status: 'EXPIRED', executed_qty: '0.0', reason: 'b', update_time: 1_012 }),
    report({ status: 'EXPIRED', executed_qty: '0', reason: 'a', update_time: 1_012 }),
    report({ status: 'REJECTED', executed_qty: '0', side: 'SELL', reason: 'z', update_time: 1_012 }),
  ],
}

describe('mergeReport', () => {
  it.each(Object.keys(stories))('%s: all 5040 orders, with repetition, give the same facts and view', (name) => {
    const story = stories[name] ?? []
    const expected = mergeAll(story)
    const view = viewOrder(expected, null, noExecutions)
    let seen = 0
    for (const reports of permutations(story)) {
      const facts = mergeAll(reports)
      const repeated = mergeAll([...reports, ...reports.slice(0, 4), ...reports])
      // A plain comparison first: 5040 deep ones would cost seconds.
      if (!factsEqual(facts, expected) || !factsEqual(repeated, expected)) expect(facts).toEqual(expected)
      seen += 1
    }
    expect(seen).toBe(5040)
    expect(viewOrder(mergeAll([...story].reverse()), null, noExecutions)).toEqual(view)
  })

  it('tells the story of a filled order as the venue did', () => {
    const facts = mergeAll(stories['placed, filled in parts, amended, filled']?.toReversed() ?? [])
    expect(facts).toMatchObject({
      status: 'FILLED',
      executed_qty: '8',
      quantity: '8',
      price: '101',
      client_order_id: 'abd',
      venue_average_price: '100.2',
      update_time: 1_006,
      create_time: 1_000,
    })
  })

  it('shows the terms of the last amendment, whether it went up or down', () => {
    const story = stories['amended up and down, with a report that tells no terms between'] ?? []
    const shown = (count: number) => viewOrder(mergeAll(story.slice(0, count).reverse()), null, noExecutions)
    expect(shown(2)).toMatchObject({ price: '90', quantity: '12', venue_quantity: '120' })
    expect(shown(4)).toMatchObject({ price: '110', quantity: '4', venue_quantity: '40', status: 'PARTIALLY_FILLED' })
    expect(shown(5)).toMatchObject({ price: '105', quantity: '20', venue_quantity: '200' })
    expect(shown(7)).toMatchObject({ price: '95', quantity: '15', venue_quantity: '150', executed_qty: '4' })
  })

  it('books a late fill without leaving the terminal state', () => {
    const canceled = mergeReport(null, report({ status: 'CANCELED', executed_qty: '1', update_time: 2_000 }))
    const late = mergeReport(canceled, report({ ...partly, executed_qty: '1.5', update_time: 1_999 }))
    expect(late).toMatchObject({ status: 'CANCELED', executed_qty: '1.5', update_time: 2_000 })
    const older = mergeReport(late, report({ ...partly, executed_qty: '0.5', update_time: 3_000 }))
    expect(older).toMatchObject({ status: 'CANCELED', executed_qty: '1.5', update_time: 3_000 })
  })

  it('lets a FILLED that knows more replace a CANCELED, in either order', () => {
    const canceled = report({ status: 'CANCELED', executed_qty: '4', update_time: 2_000 })
    const filled = report({ status: 'FILLED', executed_qty: '10', update_time: 1_999 })
    for (const reports of [
      [canceled, filled],
      [filled, canceled],
    ]) {
      expect(mergeAll(reports)).toMatchObject({ status: 'FILLED', executed_qty: '10' })
    }
  })

  it('never lets a null overwrite, whichever came later', () => {
    const known = report({ stop_price: '90', parent_order_id: '7', reason: null })
    const silent = report({ price: null, stop_price: null, quantity: null, client_order_id: null, update_time: 9_000 })
    for (const reports of [
      [known, silent],
      [silent, known],
    ]) {
      expect(mergeAll(reports)).toMatchObject({
        price: '100',
        stop_price: '90',
        quantity: '10',
        client_order_id: 'abc',
        parent_order_id: '7',
      })
    }
  })

  it('does not change its arguments', () => {
    const first = Object.freeze(mergeReport(null, Object.freeze(report({}))))
    expect(mergeReport(first, Object.freeze(report({ ...partly, executed_qty: '1' })))).not.toBe(first)
  })

  const amount = fc.constantFrom('0', '0.0', '1', '1.0', '1.5', '2', '10')
  const told = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null })
  const anyReport: fc.Arbitrary<OrderReport> = fc
    .record({
      client_order_id: told(fc.constantFrom('a', 'b')),
      side: fc.constantFrom('BUY', 'SELL'),
      position_side: told(fc.constantFrom('LONG', 'SHORT', 'NET')),
      type: fc.constantFrom(...orderTypeSchema.options),
      venue_type: told(fc.constantFrom('X', 'Y')),
      time_in_force: told(fc.constantFrom(...timeInForceSchema.options)),
      post_only: fc.boolean(),
      reduce_only: fc.boolean(),
      status: fc.constantFrom(...venueStatusSchema.options),
      price: told(amount),
      stop_price: told(amount),
      quantity: told(amount),
      venue_quantity: told(amount),
      executed_qty: amount,
      venue_average_price: told(amount),
      reason: told(fc.constantFrom('r', 's')),
      parent_order_id: told(fc.constantFrom('1', '2')),
      create_time: told(fc.integer({ min: 1, max: 3 })),
      update_time: fc.integer({ min: 1, max: 4 }),
    } as { [K in keyof OrderReport]?: fc.Arbitrary<OrderReport[K]> })
    .map((changes) => report(changes as Partial<OrderReport>))

  it('is a join: any order and any repetition of any reports give the same facts', () => {
    const shuffled = fc
      .array(anyReport, { minLength: 1, maxLength: 8 })
      .chain((reports) =>
        fc.tuple(
          fc.constant(reports),
          fc.shuffledSubarray(reports, { minLength: reports.length }),
          fc.array(fc.constantFrom(...reports), { maxLength: 8 }),
        ),
      )
    fc.assert(
      fc.property(shuffled, ([reports, others, repeated]) => {
        const facts = mergeAll(reports)
        expect(mergeAll([...repeated, ...others])).toEqual(facts)
        expect(factsEqual(mergeAll([...others, ...repeated]), facts)).toBe(true)
      }),
      { numRuns: 2_000 },
    )
  })

  it('joins facts commutatively, associatively and idempotently', () => {
    const anyFacts = fc.array(anyReport, { minLength: 1, maxLength: 3 }).map(mergeAll)
    fc.assert(
      fc.property(anyFacts, anyFacts, anyFacts, (a, b, c) => {
        expect(joinFacts(a, b)).toEqual(joinFacts(b, a))
        expect(joinFacts(joinFacts(a, b), c)).toEqual(joinFacts(a, joinFacts(b, c)))
        expect(joinFacts(a, a)).toEqual(a)
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('factsEqual', () => {
  it('sees each single field that differs', () => {
    const facts = mergeReport(null, report({}))
    for (const field of Object.keys(facts) as (keyof OrderFacts)[]) {
      expect(factsEqual(facts, { ...facts, [field]: 'other' } as OrderFacts)).toBe(false)
    }
    expect(factsEqual(facts, { ...facts })).toBe(true)
  })
})

describe('addExecution', () => {
  const anyExecution = fc.record({
    price: fc.constantFrom('100', '99.5', '0.00000001'),
    quantity: fc.constantFrom('1', '0.1', '3.25'),
    fee: fc.option(fc.constantFrom('0.1', '-0.05', '0'), { nil: null }),
    fee_asset: fc.option(fc.constantFrom('BNB', 'USDT'), { nil: null }),
    realized_pnl: fc.option(fc.constantFrom('1', '-2.5'), { nil: null }),
    time: fc.integer({ min: 1, max: 3 }),
  })

  it('adds up to the same whatever the order', () => {
    const stories = fc
      .array(anyExecution, { minLength: 1, maxLength: 8 })
      .map((items) => items.map((item, index) => ({ ...item, trade_id: String(8 + index) })))
      .chain((items) => fc.tuple(fc.constant(items), fc.shuffledSubarray(items, { minLength: items.length })))
    fc.assert(
      fc.property(stories, ([items, others]) => {
        const sum = items.reduce<ExecutionsSummary>(addExecution, noExecutions)
        expect(others.reduce<ExecutionsSummary>(addExecution, noExecutions)).toEqual(sum)
      }),
      { numRuns: 1_000 },
    )
  })
})
