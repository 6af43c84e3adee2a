import { describe, expect, it } from 'vitest'
import type { OrderReport } from './account-event.ts'
import { addExecution, type ExecutionsSummary, noExecutions } from './executions-summary.ts'
import { mergeReport } from './order-merge.ts'
import { type OpenRequest, viewOrder } from './order-view.ts'
import { isOpenOrder } from './records.ts'

const report: OrderReport = {
  trading_mode: 'futures',
  symbol: 'BTCUSDT',
  order_id: '77',
  client_order_id: 'mine',
  side: 'SELL',
  position_side: 'NET',
  type: 'LIMIT',
  venue_type: 'LIMIT',
  time_in_force: 'GTC',
  post_only: false,
  reduce_only: true,
  status: 'NEW',
  price: '100',
  stop_price: null,
  quantity: '3',
  quantity_unit: 'BASE',
  executed_qty: '0',
  venue_average_price: null,
  reason: null,
  parent_order_id: null,
  create_time: 1_000,
  update_time: 1_000,
}

const facts = (changes: Partial<OrderReport> = {}) => mergeReport(null, { ...report, ...changes })

const request = (changes: Partial<OpenRequest> = {}): OpenRequest => ({
  action: 'place',
  state: 'sent',
  time: 990,
  reason: null,
  terms: {
    trading_mode: 'futures',
    symbol: 'BTCUSDT',
    client_order_id: 'mine',
    side: 'SELL',
    position_side: 'NET',
    type: 'LIMIT',
    time_in_force: 'GTC',
    post_only: false,
    reduce_only: true,
    price: '100.5',
    stop_price: null,
    quantity: '3',
    quantity_unit: 'BASE',
  },
  ...changes,
})

const fill = (trade_id: string, price: string, quantity: string, more = {}) => ({
  trade_id,
  price,
  quantity,
  fee: '0.01',
  fee_asset: 'USDT' as string | null,
  realized_pnl: null as string | null,
  time: 1_001,
  ...more,
})
const sum = (...fills: ReturnType<typeof fill>[]) => fills.reduce<ExecutionsSummary>(addExecution, noExecutions)

describe('viewOrder: status', () => {
  it.each([
    ['a place on its way', null, request(), 'PENDING_NEW'],
    ['a place whose answer was lost', null, request({ state: 'unknown' }), 'UNKNOWN'],
    ['a place refused', null, request({ state: 'refused', reason: 'no money' }), 'REJECTED'],
    ['a confirmed order whose request is still open', facts(), request(), 'NEW'],
    ['a refusal that the venue itself contradicts', facts(), request({ state: 'refused' }), 'NEW'],
    ['a cancel on its way', facts(), request({ action: 'cancel' }), 'PENDING_CANCEL'],
    ['a cancel whose answer was lost', facts(), request({ action: 'cancel', state: 'unknown' }), 'UNKNOWN'],
    ['a cancel refused', facts(), request({ action: 'cancel', state: 'refused' }), 'NEW'],
    ['a cancel before the venue has told of the order', null, request({ action: 'cancel' }), 'PENDING_CANCEL'],
    ['an ended order with a cancel still open', facts({ status: 'FILLED' }), request({ action: 'cancel' }), 'FILLED'],
    ['an external order', facts({ status: 'UNTRIGGERED' }), null, 'UNTRIGGERED'],
  ] as const)('%s', (_, given, open, status) => {
    expect(viewOrder(given, open, noExecutions).status).toBe(status)
  })

  it('shows a known fill as such before any report has told of it', () => {
    expect(viewOrder(facts(), null, sum(fill('1', '100', '1')))).toMatchObject({
      status: 'PARTIALLY_FILLED',
      executed_qty: '1',
    })
    expect(viewOrder(null, request(), sum(fill('1', '100', '1'))).status).toBe('PARTIALLY_FILLED')
    expect(viewOrder(facts({ status: 'CANCELED' }), null, sum(fill('1', '100', '1')))).toMatchObject({
      status: 'CANCELED',
      executed_qty: '1',
    })
  })

  it('gives the reason of the status it shows and of no other', () => {
    expect(viewOrder(null, request({ state: 'refused', reason: 'no money' }), noExecutions).reason).toBe('no money')
    const rejected = facts({ status: 'REJECTED', reason: 'would take', executed_qty: '0' })
    expect(viewOrder(rejected, null, noExecutions).reason).toBe('would take')
    const filled = mergeReport(rejected, { ...report, status: 'FILLED', executed_qty: '3', update_time: 2_000 })
    expect(viewOrder(filled, null, noExecutions)).toMatchObject({ status: 'FILLED', reason: null })
  })

  it('throws when there is nothing to show', () => {
    expect(() => viewOrder(null, null, noExecutions)).toThrow()
    expect(() => viewOrder(null, request({ terms: null }), noExecutions)).toThrow()
  })
})

describe('viewOrder: terms', () => {
  it('shows what was asked until the venue tells, then the words of the venue', () => {
    expect(viewOrder(null, request(), noExecutions)).toMatchObject({
      order_id: null,
      price: '100.5',
      create_time: 990,
      update_time: 990,
    })
    expect(viewOrder(facts(), request(), noExecutions)).toMatchObject({
      order_id: '77',
      price: '100',
      create_time: 1_000,
      update_time: 1_000,
    })
    expect(viewOrder(facts({ price: null, create_time: null }), request(), noExecutions)).toMatchObject({
      price: '100.5',
      create_time: 990,
    })
    expect(viewOrder(facts({ create_time: null }), null, noExecutions).create_time).toBe(1_000)
  })
})

describe('viewOrder: sums', () => {
  it('averages over the executions once all are known', () => {
    const filled = facts({ status: 'FILLED', executed_qty: '3', venue_average_price: '99.7' })
    expect(viewOrder(filled, null, sum(fill('1', '100', '1'))).executed_price).toBe('99.7')
    expect(viewOrder(filled, null, sum(fill('1', '100', '1'), fill('2', '99', '2'))).executed_price).toBe(
      '99.333333333333333333',
    )
    expect(viewOrder(facts(), null, noExecutions).executed_price).toBeNull()
  })

  it('prefers the known executions to an average that covers less', () => {
    const partly = facts({ status: 'PARTIALLY_FILLED', executed_qty: '1', venue_average_price: '100' })
    const later = mergeReport(partly, { ...report, status: 'FILLED', executed_qty: '3', update_time: 2_000 })
    expect(viewOrder(later, null, sum(fill('1', '100', '1'), fill('2', '90', '1'))).executed_price).toBe('95')
  })

  it('shows one fee asset as the fee and several as fees only', () => {
    expect(viewOrder(facts(), null, sum(fill('1', '1', '1'), fill('2', '1', '1')))).toMatchObject({
      fee: '0.02',
      fee_asset: 'USDT',
      fees: [{ asset: 'USDT', amount: '0.02' }],
    })
    expect(viewOrder(facts(), null, sum(fill('1', '1', '1'), fill('2', '1', '1', { fee_asset: 'BNB' })))).toMatchObject(
      {
        fee: null,
        fee_asset: null,
        fees: [
          { asset: 'BNB', amount: '0.01' },
          { asset: 'USDT', amount: '0.01' },
        ],
      },
    )
    expect(viewOrder(facts(), null, sum(fill('1', '1', '1', { fee: '0', fee_asset: null })))).toMatchObject({
      fee: null,
      fees: [],
    })
  })

  it('takes price and quantity of the newest fill, trade ids going by number', () => {
    const view = viewOrder(facts(), null, sum(fill('10', '101', '1'), fill('9', '100', '2')))
    expect(view).toMatchObject({ last_price: '101', last_qty: '1', update_time: 1_001 })
  })

  it('sums the realized profit once any was told', () => {
    expect(viewOrder(facts(), null, sum(fill('1', '1', '1'))).realized_pnl).toBeNull()
    const told = sum(fill('1', '1', '1', { realized_pnl: '0.1' }), fill('2', '1', '1', { realized_pnl: '0.2' }))
    expect(viewOrder(facts(), null, told).realized_pnl).toBe('0.3')
  })
})

describe('an algo order', () => {
  const algo = { order_id: 'algo:77', type: 'STOP_MARKET', stop_price: '90' } as const

  it('is open while it waits, and over once it has triggered, for its child is what trades', () => {
    const waiting = viewOrder(facts({ ...algo, status: 'UNTRIGGERED' }), null, noExecutions)
    const triggered = viewOrder(facts({ ...algo, status: 'TRIGGERED' }), null, noExecutions)
    expect([isOpenOrder(waiting), isOpenOrder(triggered)]).toEqual([true, false])
    expect(isOpenOrder(viewOrder(facts({ status: 'TRIGGERED' }), null, noExecutions))).toBe(true)
  })

  it('that triggers while its cancel is on its way shows that it has triggered', () => {
    const cancel = request({ action: 'cancel' })
    expect(viewOrder(facts({ ...algo, status: 'UNTRIGGERED' }), cancel, noExecutions).status).toBe('PENDING_CANCEL')
    expect(viewOrder(facts({ ...algo, status: 'TRIGGERED' }), cancel, noExecutions).status).toBe('TRIGGERED')
  })
})
