import { join } from 'node:path'
import type { Order, OrderReport, OrderTerms } from '@tradercoin/protocol'
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest'
import { TestLedger } from '../../test/support/ledger.ts'
import { executionReport, orderEvent, orderReport } from '../../test/support/reports.ts'
import { createDatabase, temporaryDirectory } from '../../test/support/store.ts'
import { readOrder, readOrderDetails } from '../store/order-list.ts'
import { lostOrderReason } from './order-record.ts'

const directory = temporaryDirectory()
let files = 0
let ledger: TestLedger
beforeEach(() => {
  ledger = new TestLedger(createDatabase(join(directory.path, `${++files}.db`), 2))
})
afterEach(() => ledger.db.close())
afterAll(() => directory.remove())

const { trading_mode, symbol, order_id, client_order_id } = orderReport()
const ref = { trading_mode, symbol, order_id, client_order_id }
const asOf = 100_000
const lose = (as_of = asOf, orders = [ref], user = 1) =>
  ledger.run('closeLostOrders', {
    account: { user_id: user, exchange_key_id: user, exchange: 'binance' },
    orders,
    as_of,
  })
const current = () => readOrder(ledger.db, { user_id: 1 }, 1) as Order
const isOpen = () => ledger.db.get<{ is_open: number }>('SELECT is_open FROM orders WHERE id = 1')?.is_open
const partly: Partial<OrderReport> = {
  status: 'PARTIALLY_FILLED',
  executed_qty: '0.1',
  venue_average_price: '64000.5',
  update_time: 1_001,
}
const lost = { status: 'CANCELED', reason: lostOrderReason }

it('closes an order the venue does not know any more, once, with what is known of its fills', () => {
  ledger.book([orderEvent({}), orderEvent(partly, {})])
  expect(lose()).toMatchObject({ orders: 1, order_update: 1 })
  expect(current()).toMatchObject({ ...lost, executed_qty: '0.1', executed_price: '64000.5', update_time: 1_001 })
  expect(isOpen()).toBe(0)
  expect(ledger.events.at(-1)).toMatchObject({ user_id: 1, type: 'order_update' })
  const steps = readOrderDetails(ledger.db, { user_id: 1 }, 1)?.events
  expect(steps?.at(-1)).toMatchObject({ source: 'hub', ...lost, executed_qty: '0.1', exchange_time: null })

  const told = ledger.events.length
  expect(lose(asOf + 500_000)).toMatchObject({ orders: 0, order_update: 0 })
  expect(ledger.events).toHaveLength(told)
  expect(readOrderDetails(ledger.db, { user_id: 1 }, 1)?.events).toEqual(steps)
})

it('leaves alone what is young, over, unknown, of another user, or has a request of ours open', () => {
  ledger.book([orderEvent({ update_time: 1_000 })])
  const told = ledger.events.length
  lose(60_999)
  lose(asOf, [{ ...ref, order_id: 'unheard' }])
  lose(asOf, [ref], 2)
  expect(ledger.events).toHaveLength(told)
  // Old, and told of just now.
  ledger.book([orderEvent({ price: '63000', update_time: asOf - 30_000 })])
  lose()
  expect(current().status).toBe('NEW')
  for (const [ask, settle] of [
    [
      () => ledger.run('requestCancel', { user_id: 1, id: 1 }),
      () => ledger.run('settleCancel', { user_id: 1, id: 1, outcome: 'refused' }),
    ],
    [
      () => ledger.run('requestAmend', { user_id: 1, id: 1, price: '62000', quantity: null }),
      () => {
        const outcome = { kind: 'refused', reason: 'no' } as const
        return ledger.run('settleAmend', { user_id: 1, id: 1, time: ledger.now, outcome })
      },
    ],
  ] as const) {
    ask()
    lose(asOf + 60_000)
    expect(isOpen()).toBe(1)
    settle()
  }
  ledger.book([orderEvent({ status: 'EXPIRED', update_time: asOf })])
  lose(asOf + 500_000)
  expect(current()).toMatchObject({ status: 'EXPIRED', reason: null })
})

it('leaves a placing that the venue has not confirmed to its own look-up', () => {
  const { side, position_side, type, time_in_force, post_only, reduce_only, price, stop_price } = orderReport()
  const order = { side, position_side, type, time_in_force, post_only, reduce_only, price, stop_price }
  const size = { quantity: '0.3', quantity_unit: 'BASE' } as const
  const terms: OrderTerms & { client_order_id: string } = {
    trading_mode,
    symbol,
    client_order_id: 'tc1',
    ...order,
    ...size,
  }
  const { id } = ledger.run('createPendingOrder', { user_id: 1, exchange_key_id: 1, exchange: 'binance', terms })
  ledger.run('settlePlace', { user_id: 1, id, outcome: { kind: 'accepted', order_id } })
  lose(ledger.now + 500_000)
  expect(current().status).toBe('PENDING_NEW')
})

it('books a fill that comes late, and stays closed for one from before', () => {
  ledger.book([orderEvent({})])
  lose()
  ledger.book([{ kind: 'execution', execution: executionReport({ time: 2_000 }) }], 1, 'rest')
  expect(current()).toMatchObject({ ...lost, executed_qty: '0.1', executed_price: '64000.5', update_time: 2_000 })
  expect(ledger.events.slice(-2).map(({ type }) => type)).toEqual(['order_update', 'execution'])
  // All of it was filled: then it was not canceled.
  ledger.book([{ kind: 'execution', execution: executionReport({ trade_id: '2', quantity: '0.2', time: 2_001 }) }])
  expect(current()).toMatchObject({ status: 'FILLED', reason: null, executed_qty: '0.3' })
  const filled = { status: 'FILLED', executed_qty: '0.3', update_time: 2_001 } as const
  expect(ledger.book([orderEvent(filled)])).toMatchObject({ order_update: 0 })
  expect(ledger.book([orderEvent(filled)], 1, 'rest')).toMatchObject({ order_update: 0 })
  expect(current()).toMatchObject({ status: 'FILLED', reason: null, executed_qty: '0.3' })
})

it('takes the venue’s own word of how it ended, whenever that comes', () => {
  for (const end of [
    { status: 'FILLED', executed_qty: '0.3', update_time: 90_000, reason: null },
    { status: 'CANCELED', executed_qty: '0', update_time: 90_000, reason: 'the owner did it' },
  ] as const) {
    const id = end.status
    ledger.book([orderEvent({ order_id: id })])
    lose(asOf, [{ ...ref, order_id: id }])
    const sent = ledger.events.length
    ledger.book([orderEvent({ ...end, order_id: id })])
    const { frame } = ledger.events[sent] as { frame: string }
    const { status, reason, executed_qty } = end
    expect(JSON.parse(frame).data).toMatchObject({ order_id: id, status, reason, executed_qty })
  }
})

it('is open again when the venue does know it, and can be lost again', () => {
  ledger.book([orderEvent({})])
  lose()
  // Told late, or told again: no sign of life.
  ledger.book([orderEvent({ price: '64001', update_time: 1_500 }), orderEvent({})])
  expect(current()).toMatchObject({ ...lost, price: '64001' })
  // A query lists it as it was.
  ledger.book([orderEvent({ price: '64001', update_time: 1_500 })], 1, 'rest')
  expect(current()).toMatchObject({ status: 'NEW', reason: null })
  expect(isOpen()).toBe(1)
  lose(asOf + 1)
  expect(current()).toMatchObject(lost)
  ledger.book([orderEvent({ ...partly, update_time: asOf + 2 }, { time: asOf + 2 })])
  expect(current()).toMatchObject({ status: 'PARTIALLY_FILLED', reason: null, executed_qty: '0.1' })
  lose(asOf + 500_000)
  ledger.book([{ kind: 'execution', execution: executionReport({ trade_id: '2', time: asOf + 500_001 }) }])
  expect(current()).toMatchObject({ status: 'PARTIALLY_FILLED', reason: null, executed_qty: '0.2' })
})
