import { join } from 'node:path'
import { ExchangeError } from '@tradercoin/exchanges'
import type { AmendOrderBody, Order } from '@tradercoin/protocol'
import { afterAll, afterEach, beforeEach, expect, it, vi } from 'vitest'
import { AccountsBench } from '../../test/support/accounts.ts'
import { orderEvent } from '../../test/support/reports.ts'
import { ScriptedExchange } from '../../test/support/scripted-exchange.ts'
import { createDatabase, temporaryDirectory } from '../../test/support/store.ts'
import { TestClock } from '../../test/support/test-clock.ts'
import { readOrder, readOrderDetails } from '../store/order-list.ts'

/* Changing a resting order: asked for, sent, and shown only once the venue confirms it. */

const directory = temporaryDirectory()
afterAll(() => directory.remove())
let files = 0
let path: string
let clock: TestClock
let venue: ScriptedExchange
let bench: AccountsBench
let id: number

const until = (check: () => void) => vi.waitFor(check, { timeout: 10_000, interval: 5 })
const goLive = async () => {
  bench.accounts.startAll()
  venue.stream.up()
  await until(() => expect(bench.state()).toBe('live'))
}
const scope = { user_id: 1 }
const resting = { order_id: 'v1', client_order_id: 'mine', price: '64000', quantity: '0.3' }
const current = () => readOrder(bench.store.db, scope, id) as Order
const amend = (body: AmendOrderBody) => bench.accounts.amendOrder(scope, id, body)
const steps = () => readOrderDetails(bench.store.db, scope, id)?.events ?? []

beforeEach(async () => {
  path = join(directory.path, `${++files}.db`)
  createDatabase(path, 1).close()
  clock = new TestClock()
  venue = new ScriptedExchange(clock)
  bench = await AccountsBench.open(path, clock, venue)
  await goLive()
  venue.stream.send(orderEvent(resting))
  await until(() => expect(bench.records('order_update')).toHaveLength(1))
  id = bench.records<Order>('order_update')[0]?.id ?? 0
})
afterEach(() => bench.close())

it('is stored before it is sent, and shows up and down once the venue tells', async () => {
  venue.amend = async () => {
    expect(current()).toMatchObject({ price: '64000', amend: { price: '65000', quantity: null, state: 'sent' } })
  }
  expect(await amend({ price: '65000' })).toMatchObject({ order: { status: 'NEW', price: '64000' }, refusal: null })
  venue.amend = async () => {}
  expect(venue.amended).toMatchObject([
    {
      order_id: 'v1',
      price: '65000',
      quantity: null,
      known: { side: 'BUY', type: 'LIMIT', price: '64000', quantity: '0.3', executed_qty: '0' },
    },
  ])
  venue.stream.send(orderEvent({ ...resting, price: '65000', update_time: 2_000 }))
  await until(() => expect(current()).toMatchObject({ price: '65000', amend: null }))
  await amend({ price: '63000', quantity: '0.1' })
  venue.stream.send(orderEvent({ ...resting, price: '63000', quantity: '0.1', update_time: 3_000 }))
  await until(() => expect(current()).toMatchObject({ price: '63000', quantity: '0.1', amend: null }))
  await amend({ quantity: '0.9' })
  venue.stream.send(orderEvent({ ...resting, price: '63000', quantity: '0.9', update_time: 4_000 }))
  await until(() => expect(current()).toMatchObject({ price: '63000', quantity: '0.9', amend: null }))
  expect(steps().map(({ source, price, amend }) => [source, price, amend?.price ?? null])).toEqual([
    ['stream', '64000', null],
    ['hub', '64000', '65000'],
    ['stream', '65000', null],
    ['hub', '65000', '63000'],
    ['stream', '63000', null],
    ['hub', '63000', null],
    ['stream', '63000', null],
  ])
})

it('is not sent while another is on its way, nor when the order is as asked already', async () => {
  let accept = () => {}
  venue.amend = () =>
    new Promise((resolve) => {
      accept = resolve
    })
  const first = amend({ price: '65000' })
  await until(() => expect(venue.amended).toHaveLength(1))
  await expect(amend({ price: '66000' })).rejects.toMatchObject({ code: 'amend_in_progress' })
  accept()
  await first
  venue.stream.send(orderEvent({ ...resting, price: '65000', update_time: 2_000 }))
  await until(() => expect(current().amend).toBeNull())
  expect(await amend({ price: '65000.0' })).toMatchObject({ refusal: null, order: { amend: null } })
  expect(venue.amended).toHaveLength(1)
})

it('is taken back with the words of the venue when that refuses it', async () => {
  venue.amend = async () => {
    throw new ExchangeError('refused', 'amend_rejected', 'Refused.', { venue_message: 'Order was not modifiable' })
  }
  expect(await amend({ price: '65000' })).toMatchObject({
    order: { status: 'NEW', price: '64000', amend: null, reason: null },
    refusal: { code: 'amend_rejected', reason: 'Order was not modifiable' },
  })
  expect(steps().at(-1)).toMatchObject({ source: 'hub', reason: 'Order was not modifiable', amend: null })
})

it('is taken back at once when the venue refuses on its stream what it had taken', async () => {
  const order = { trading_mode: 'spot', symbol: 'BTCUSDT', order_id: 'v1' } as const
  const refused = (time: number) =>
    ({ kind: 'amend_refused', refusal: { ...order, reason: 'Insufficient balance', time } }) as const
  expect(await amend({ quantity: '900' })).toMatchObject({ order: { amend: { state: 'sent' } }, refusal: null })
  const late = current().amend?.time ?? 0
  venue.stream.send(orderEvent({ ...resting, update_time: 2_000 }), refused(2_000))
  await until(() => expect(current()).toMatchObject({ status: 'NEW', quantity: '0.3', amend: null, reason: null }))
  const refusal = { source: 'stream', reason: 'Insufficient balance', amend: null, exchange_time: 2_000 }
  expect(steps().at(-1)).toMatchObject(refusal)
  // An answer that comes after it changes nothing, and none of ours is open when it is told again.
  const outcome = { kind: 'refused', reason: 'late' } as const
  await bench.store.writer.run('settleAmend', { user_id: 1, id, time: late, outcome })
  const count = steps().length
  venue.stream.send(refused(3_000))
  const kept = () => bench.store.db.all<{ event_type: string }>('SELECT event_type FROM raw_events')
  await until(() => expect(kept()).toMatchObject([{ event_type: 'amend_refused' }]))
  expect(steps()).toHaveLength(count)
  expect(await amend({ price: '65000' })).toMatchObject({ order: { amend: { state: 'sent' } }, refusal: null })
})

it('is unknown when the answer is lost, and settled by asking; it is never sent again', async () => {
  venue.amend = async () => {
    throw new ExchangeError('unknown_outcome', 'unknown_outcome', 'No answer.')
  }
  venue.order = async () => [orderEvent({ ...resting, price: '65000', update_time: 2_000 })]
  expect(await amend({ price: '65000' })).toMatchObject({ order: { amend: { state: 'unknown' } }, refusal: null })
  await until(() => {
    clock.advance(1_000)
    expect(current()).toMatchObject({ price: '65000', amend: null })
  })
  expect(venue.amended).toHaveLength(1)
})

it('is given up after a restart once the venue shows that it did not happen', async () => {
  venue.amend = () => new Promise(() => {})
  void amend({ quantity: '0.5' })
  await until(() => expect(venue.amended).toHaveLength(1))
  await bench.close()
  venue = new ScriptedExchange(clock)
  venue.order = async () => [orderEvent(resting)]
  venue.snapshot = async () => venue.snapshotOf([orderEvent(resting)])
  bench = await AccountsBench.open(path, clock, venue)
  await goLive()
  expect(current().amend).toMatchObject({ quantity: '0.5' })
  await until(() => {
    clock.advance(1_000)
    expect(current()).toMatchObject({ quantity: '0.3', amend: null })
  })
  expect(steps().at(-1)?.reason).toBe('The exchange did not make this change.')
  expect(venue.amended).toEqual([])
})

it('ends with the order, and is refused after it, below what is filled, and beside a cancel', async () => {
  await amend({ price: '65000' })
  venue.stream.send(
    orderEvent({ ...resting, status: 'PARTIALLY_FILLED', executed_qty: '0.2', price: '65000', update_time: 2_000 }),
  )
  await until(() => expect(current().amend).toBeNull())
  await expect(amend({ quantity: '0.2' })).rejects.toMatchObject({ code: 'quantity_executed', message: '0.2' })
  await bench.accounts.cancelOrder(scope, id)
  await expect(amend({ price: '66000' })).rejects.toMatchObject({ code: 'cancel_in_progress' })
  venue.stream.send(orderEvent({ ...resting, status: 'CANCELED', executed_qty: '0.2', update_time: 3_000 }))
  await until(() => expect(current().status).toBe('CANCELED'))
  await expect(amend({ price: '66000' })).rejects.toMatchObject({ code: 'order_closed', message: 'CANCELED' })
  expect(venue.amended).toHaveLength(1)
})

it('of an order that the venue has not confirmed is refused', async () => {
  const placed = await bench.accounts.placeOrder(scope, {
    exchange_key_id: 1,
    symbol: 'BTCUSDT',
    side: 'BUY',
    type: 'LIMIT',
    quantity: '0.3',
    price: '64000.5',
  })
  await expect(bench.accounts.amendOrder(scope, placed.id, { price: '1' })).rejects.toMatchObject({
    code: 'order_not_confirmed',
  })
})
