import { join } from 'node:path'
import type { Order, OrderTerms } from '@tradercoin/protocol'
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest'
import { TestLedger } from '../../test/support/ledger.ts'
import { executionReport, orderEvent } from '../../test/support/reports.ts'
import { createDatabase, temporaryDirectory } from '../../test/support/store.ts'
import { readOrder, readOrderDetails } from '../store/order-list.ts'
import { readOrderStats } from '../store/order-stats.ts'
import { readSnapshot } from '../store/snapshot.ts'

const directory = temporaryDirectory()
let files = 0
let ledger: TestLedger
beforeEach(() => {
  ledger = new TestLedger(createDatabase(join(directory.path, `${++files}.db`), 2))
})
afterEach(() => ledger.db.close())
afterAll(() => directory.remove())

const terms: OrderTerms & { client_order_id: string } = {
  trading_mode: 'spot',
  symbol: 'BTCUSDT',
  client_order_id: 'tc1',
  side: 'BUY',
  position_side: null,
  type: 'LIMIT',
  time_in_force: 'GTC',
  post_only: false,
  reduce_only: false,
  price: '64000.5',
  stop_price: null,
  quantity: '0.3',
  quantity_unit: 'BASE',
}
const venueId = '8389766145050669870'
const ours = { client_order_id: 'tc1', order_id: venueId }

const place = (user = 1) =>
  ledger.run('createPendingOrder', { user_id: user, exchange_key_id: user, exchange: 'binance', terms })
const accept = (id: number) =>
  ledger.run('settlePlace', { user_id: 1, id, outcome: { kind: 'accepted', order_id: venueId } })
const isOpen = (id: number) =>
  ledger.db.get<{ is_open: number }>('SELECT is_open FROM orders WHERE id = ?', id)?.is_open
const current = (id: number) => readOrder(ledger.db, { user_id: 1 }, id) as Order
const orderCount = () => ledger.db.get<{ n: number }>('SELECT count(*) AS n FROM orders')?.n

it('is pending, then bound by the answer, then what the venue says, as one order', () => {
  const { id, status, origin } = place()
  expect({ status, origin }).toEqual({ status: 'PENDING_NEW', origin: 'hub' })
  expect(accept(id)).toMatchObject({ status: 'PENDING_NEW', order_id: venueId })
  ledger.book([orderEvent({ ...ours, update_time: 6_000 })])
  expect(current(id)).toMatchObject({ status: 'NEW', origin: 'hub', create_time: 1_000 })
  expect(orderCount()).toBe(1)
  // The venue's id is news for tabs, and no step of the order.
  expect(ledger.events.map(({ type }) => type)).toEqual(['order_update', 'order_update', 'order_update'])
  const steps = readOrderDetails(ledger.db, { user_id: 1 }, id)?.events.map(({ source, status }) => [source, status])
  expect(steps).toEqual([
    ['hub', 'PENDING_NEW'],
    ['stream', 'NEW'],
  ])
})

it('is not taken for an order of the same name on the account’s other market', () => {
  const { id } = place()
  ledger.book([orderEvent({ ...ours, order_id: '77', trading_mode: 'futures', update_time: 6_000 })])
  expect(current(id)).toMatchObject({ status: 'PENDING_NEW', order_id: null })
  expect(orderCount()).toBe(2)
  accept(id)
  ledger.book([orderEvent({ ...ours, trading_mode: 'spot', order_id: '77', update_time: 6_000 })])
  expect(orderCount()).toBe(3)
})

it('is the same order when the stream is quicker than the answer', () => {
  const { id } = place()
  ledger.book([
    { kind: 'execution', execution: executionReport({ client_order_id: null }) },
    orderEvent(
      { ...ours, status: 'FILLED', executed_qty: '0.3', update_time: 6_000 },
      { trade_id: '2', quantity: '0.2' },
    ),
  ])
  expect(current(id)).toMatchObject({ status: 'FILLED', executed_qty: '0.3', fee: '0.0002' })
  expect(accept(id)).toMatchObject({ status: 'FILLED' })
  expect(orderCount()).toBe(1)
})

it('counts a fill that came under the venue id before that id was known', () => {
  const { id } = place()
  ledger.book([{ kind: 'execution', execution: executionReport({ client_order_id: null }) }])
  expect(current(id).executed_qty).toBe('0')
  expect(accept(id)).toMatchObject({ status: 'PARTIALLY_FILLED', executed_qty: '0.1' })
  ledger.book([{ kind: 'execution', execution: executionReport({ trade_id: '2' }) }])
  expect(current(id)).toMatchObject({ executed_qty: '0.2' })
})

it('is rejected with the reason, unknown while nobody knows, and the venue has the last word', () => {
  const { id } = place()
  expect(ledger.run('settlePlace', { user_id: 1, id, outcome: { kind: 'unknown' } }).status).toBe('UNKNOWN')
  const refused = ledger.run('settlePlace', { user_id: 1, id, outcome: { kind: 'refused', reason: 'no money' } })
  expect(refused).toMatchObject({ status: 'REJECTED', reason: 'no money' })
  ledger.book([orderEvent({ ...ours })])
  expect(current(id)).toMatchObject({ status: 'NEW', reason: null })
})

it("does not take a client order id twice, nor a key that is not the user's or not active", () => {
  place()
  expect(place).toThrow('client_order_id_used')
  expect(() =>
    ledger.run('createPendingOrder', { user_id: 2, exchange_key_id: 1, exchange: 'binance', terms }),
  ).toThrow('not_found')
  ledger.db.run('UPDATE exchange_keys SET is_active = 0 WHERE id = 2')
  expect(() => place(2)).toThrow('not_found')
})

it('shows a cancel as pending until the venue reports it, and as it was when it is refused', () => {
  const { id } = place()
  accept(id)
  ledger.book([orderEvent(ours)])
  expect(ledger.run('requestCancel', { user_id: 1, id })).toMatchObject({
    isNew: true,
    order: { status: 'PENDING_CANCEL' },
  })
  expect(ledger.run('requestCancel', { user_id: 1, id })).toMatchObject({ isNew: false })
  expect(ledger.run('settleCancel', { user_id: 1, id, outcome: 'unknown' }).status).toBe('UNKNOWN')
  expect(ledger.run('settleCancel', { user_id: 1, id, outcome: 'refused' }).status).toBe('NEW')
  ledger.run('requestCancel', { user_id: 1, id })
  ledger.book([orderEvent({ ...ours, status: 'CANCELED', update_time: 2_000 })])
  expect(current(id).status).toBe('CANCELED')
  expect(() => ledger.run('requestCancel', { user_id: 1, id })).toThrow('CANCELED')
})

it('ends as filled when the fill wins the race against the cancel', () => {
  const { id } = place()
  accept(id)
  ledger.run('requestCancel', { user_id: 1, id })
  ledger.book([orderEvent({ ...ours, status: 'FILLED', executed_qty: '0.3', update_time: 2_000 }, { quantity: '0.3' })])
  expect(ledger.run('settleCancel', { user_id: 1, id, outcome: 'refused' }).status).toBe('FILLED')
})

it("answers alike for another user's order and one that does not exist", () => {
  const { id } = place()
  for (const args of [
    { user_id: 2, id },
    { user_id: 1, id: 999 },
  ]) {
    expect(() => ledger.run('requestCancel', args)).toThrow('not_found')
    expect(() => ledger.run('settleCancel', { ...args, outcome: 'refused' })).toThrow('not_found')
    expect(() => ledger.run('settlePlace', { ...args, outcome: { kind: 'unknown' } })).toThrow('not_found')
  }
})

it('is ours too when one of ours gave rise to it', () => {
  const { id } = place()
  ledger.run('settlePlace', { user_id: 1, id, outcome: { kind: 'accepted', order_id: 'algo:1' } })
  ledger.book([orderEvent({ ...ours, order_id: '500', parent_order_id: 'algo:1' })])
  expect(orderCount()).toBe(2)
  const child = ledger.db.get<{ origin: string }>("SELECT origin FROM orders WHERE order_id = '500'")
  expect(child?.origin).toBe('hub')
})

it('is over once it has triggered as an algo order: its child carries the fill, and is counted alone', async () => {
  const { id } = place()
  const algo = { ...ours, order_id: 'algo:9', type: 'STOP_MARKET', price: null, stop_price: '60000' } as const
  ledger.book([orderEvent({ ...algo, status: 'UNTRIGGERED', update_time: 6_000 })])
  expect(isOpen(id)).toBe(1)
  const child = { order_id: '10', parent_order_id: 'algo:9', client_order_id: 'tc1', update_time: 6_001 } as const
  ledger.book([
    orderEvent({ ...algo, status: 'TRIGGERED', update_time: 6_001 }),
    orderEvent({ ...child, status: 'FILLED', executed_qty: '0.1' }, { order_id: '10' }),
  ])
  expect(current(id)).toMatchObject({ status: 'TRIGGERED', executed_qty: '0', executed_price: null })
  expect(isOpen(id)).toBe(0)
  expect(() => ledger.run('requestCancel', { user_id: 1, id })).toThrow('order_closed: TRIGGERED')
  expect(readSnapshot(ledger.db, { user_id: 1 }).orders.map(({ status, origin }) => [status, origin])).toEqual([
    ['FILLED', 'hub'],
    ['TRIGGERED', 'hub'],
  ])
  const stats = await readOrderStats(ledger.db, { user_id: 1 }, {}, () => ({
    quote_asset: 'USDT',
    settle_asset: 'USDT',
    contract_value: null,
  }))
  expect(stats).toMatchObject({ open: 0, filled: 1, fill_rate: '1', by_quote: [{ asset: 'USDT', volume: '6400.05' }] })
})
