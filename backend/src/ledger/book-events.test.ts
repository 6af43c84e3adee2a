import { join } from 'node:path'
import type { AccountEvent, Execution, Order } from '@tradercoin/protocol'
import { executionSchema, orderSchema, userEventSchema } from '@tradercoin/protocol'
import fc from 'fast-check'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bookArgs, TestLedger } from '../../test/support/ledger.ts'
import { balanceEvent, executionReport, filledOrder, orderEvent, positionEvent } from '../../test/support/reports.ts'
import { createDatabase, temporaryDirectory } from '../../test/support/store.ts'
import { readOrderDetails } from '../store/order-list.ts'
import { rawEventsOfKey } from '../store/raw-events.ts'
import { readSnapshot } from '../store/snapshot.ts'

const directory = temporaryDirectory()
let files = 0
let ledger: TestLedger

const open = () => new TestLedger(createDatabase(join(directory.path, `${++files}.db`), 2))
beforeEach(() => {
  ledger = open()
})
afterEach(() => ledger.db.close())
afterAll(() => directory.remove())

const dataOf = <T>(index: number) => JSON.parse(ledger.events[index]?.frame ?? '{}').data as T

describe('an order told by its venue', () => {
  it('is stored, numbered and told as it goes, with its executions', () => {
    const result = ledger.book(filledOrder('77', 2))
    expect(result).toMatchObject({ order_update: 3, execution: 2, duplicates: 0, bad: 0 })
    expect(ledger.events.map(({ seq, type }) => [seq, type])).toEqual([
      [1, 'order_update'],
      [2, 'order_update'],
      [3, 'execution'],
      [4, 'order_update'],
      [5, 'execution'],
    ])
    for (const { frame } of ledger.events) userEventSchema.parse(JSON.parse(frame))
    expect(dataOf<Order>(3)).toMatchObject({
      user_id: 1,
      order_id: '77',
      status: 'FILLED',
      executed_qty: '0.2',
      executed_price: '64000.5',
      fee: '0.0002',
      fee_asset: 'BNB',
      origin: 'external',
    })
    expect(dataOf<Execution>(4)).toMatchObject({ trade_id: '772', source: 'stream', user_id: 1 })
  })

  it('keeps 64-bit ids, and tells the record that the database holds', () => {
    ledger.book([orderEvent({})])
    expect(dataOf<Order>(0).order_id).toBe('8389766145050669870')
    expect(readSnapshot(ledger.db, { user_id: 1 }).orders).toEqual([dataOf<Order>(0)])
  })

  it('has a timeline with source and times, and its executions', () => {
    ledger.book(filledOrder('77', 1))
    const details = readOrderDetails(ledger.db, { user_id: 1 }, dataOf<Order>(0).id)
    expect(
      details?.events.map(({ source, status, exchange_time, received_time, commit_time }) => [
        source,
        status,
        exchange_time,
        received_time,
        commit_time,
      ]),
    ).toEqual([
      ['stream', 'NEW', 1_000, 4_000, 5_000],
      ['stream', 'FILLED', 1_001, 4_000, 5_000],
    ])
    expect(details?.executions).toHaveLength(1)
    expect(readOrderDetails(ledger.db, { user_id: 2 }, dataOf<Order>(0).id)).toBeUndefined()
  })

  it('takes no seq and writes nothing when it is told again, from whatever source', () => {
    const story = filledOrder('77', 3)
    ledger.book(story)
    const before = ledger.tables()
    const seq = readSnapshot(ledger.db, { user_id: 1 }).seq
    const { writes } = ledger.db
    expect(ledger.book(story)).toMatchObject({ order_update: 0, execution: 0, duplicates: 4 })
    expect(ledger.book([...story].reverse(), 1, 'rest')).toMatchObject({ order_update: 0, execution: 0, duplicates: 4 })
    // Each repeated execution is offered to the table once; nothing else is written.
    expect(ledger.db.writes - writes).toBe(6)
    expect(ledger.tables()).toEqual(before)
    expect(readSnapshot(ledger.db, { user_id: 1 }).seq).toBe(seq)
  })

  it('books a fill that comes after the order was canceled', () => {
    ledger.book([
      orderEvent({ status: 'CANCELED', update_time: 1_005 }),
      orderEvent({ status: 'PARTIALLY_FILLED', executed_qty: '0.1', update_time: 1_001 }, {}),
    ])
    const [order] = readSnapshot(ledger.db, { user_id: 1 }).orders
    expect(order).toMatchObject({ status: 'CANCELED', executed_qty: '0.1', executed_price: '64000.5' })
  })

  it('keeps an execution whose order is unknown, and adds it once the order comes', () => {
    ledger.book([{ kind: 'execution', execution: executionReport({ symbol: 'NEWUSDT' }) }], 1, 'rest')
    expect(ledger.events.map(({ type }) => type)).toEqual(['execution'])
    ledger.book([orderEvent({ symbol: 'NEWUSDT' })])
    expect(dataOf<Order>(1)).toMatchObject({ status: 'PARTIALLY_FILLED', executed_qty: '0.1', fee: '0.0001' })
  })

  it('belongs to one account: the same ids at another are another order', () => {
    ledger.book(filledOrder('77', 1), 1)
    ledger.book(filledOrder('77', 1), 2)
    expect(readSnapshot(ledger.db, { user_id: 1 }).orders).toHaveLength(1)
    expect(readSnapshot(ledger.db, { user_id: 2 }).orders).toHaveLength(1)
    for (const { user_id, frame } of ledger.events) expect(JSON.parse(frame).data.user_id).toBe(user_id)
  })
})

describe('what cannot be booked', () => {
  it('keeps a bad event raw and counts it, and books those beside it', () => {
    const result = ledger.book([
      orderEvent({ order_id: '1' }),
      orderEvent({ order_id: '2', price: '1e5' }),
      orderEvent({ order_id: '3' }, { order_id: '3', price: 'NaN' }),
      orderEvent({ order_id: '4', update_time: Number.NaN }),
      orderEvent({ order_id: '5' }),
    ])
    expect(result).toMatchObject({ order_update: 2, bad: 3 })
    expect(rawEventsOfKey(ledger.db, 1, 1).map(({ problem }) => problem)).toEqual([
      'order has no time',
      'execution.price is not a decimal number',
      'order.price is not a decimal number',
    ])
    expect(ledger.events.map(({ seq }) => seq)).toEqual([1, 2])
  })

  it('keeps one that the database itself refuses, without a trace of it in the log', () => {
    const broken = orderEvent({ order_id: '2', side: null as unknown as 'BUY' }, { order_id: '2' })
    const [first, second] = ledger.batch([
      ['bookEvents', bookArgs([orderEvent({ order_id: '1' }), broken, orderEvent({ order_id: '3' })])],
      ['bookEvents', bookArgs([orderEvent({ order_id: '4' })], 2)],
    ])
    expect(first).toMatchObject({ ok: true, value: { order_update: 2, bad: 1, execution: 0 } })
    expect(second).toMatchObject({ ok: true, value: { order_update: 1 } })
    expect(ledger.tables().executions).toEqual([])
    expect(rawEventsOfKey(ledger.db, 1, 1)[0]?.problem).toContain('side')
    expect(readSnapshot(ledger.db, { user_id: 1 }).seq).toBe(2)
  })

  it('keeps what the adapter did not understand, the newest of each key', () => {
    const raw = (n: number): AccountEvent => ({
      kind: 'raw',
      event_type: 'newThing',
      payload: `{"n":${n}}`,
      problem: null,
    })
    const result = ledger.book(Array.from({ length: 700 }, (_, n) => raw(n)))
    expect(result).toMatchObject({ raw: 700, bad: 0 })
    const kept = rawEventsOfKey(ledger.db, 1, 1)
    expect(kept[0]?.payload).toBe('{"n":699}')
    expect(ledger.book([{ kind: 'raw', event_type: 'fill?', payload: '{}', problem: 'no price' }])).toMatchObject({
      raw: 0,
      bad: 1,
    })
    const { n } = ledger.db.get<{ n: number }>('SELECT count(*) AS n FROM raw_events') ?? { n: 0 }
    expect(n).toBeLessThanOrEqual(540)
  })
})

describe('balances and positions', () => {
  it('takes the newest told, tells only news, and keeps what a report left untold', () => {
    ledger.book([
      positionEvent({ quantity: '0.1', leverage: '20', margin_mode: 'CROSS', update_time: 1_000 }),
      positionEvent({ quantity: '0.3', update_time: 3_000 }),
      positionEvent({ quantity: '0.2', leverage: '10', update_time: 2_000 }),
      positionEvent({ quantity: '0.3', update_time: 4_000 }),
      positionEvent({ quantity: '0.25', update_time: 3_500 }),
    ])
    expect(readSnapshot(ledger.db, { user_id: 1 }).positions).toMatchObject([
      { quantity: '0.3', leverage: '10', margin_mode: 'CROSS', update_time: 3_000 },
    ])
    expect(ledger.events).toHaveLength(3)
  })

  it('keeps cross beside isolated apart; which one a report means its id says, not its margin mode', () => {
    const cross = { position_id: '7', margin_mode: 'CROSS', quantity: '0.1' } as const
    const isolated = { position_id: '8', margin_mode: 'ISOLATED', quantity: '0.2' } as const
    ledger.book([positionEvent(cross), positionEvent(isolated)])
    const open = () => readSnapshot(ledger.db, { user_id: 1 }).positions
    expect(open()).toMatchObject([cross, isolated])
    ledger.book([positionEvent({ position_id: '8', quantity: '0', update_time: 2_000 })])
    expect(open()).toMatchObject([cross])
    expect(dataOf(2)).toMatchObject({ ...isolated, quantity: '0' })
  })

  it('has one position without an id, whichever margin mode it is switched to', () => {
    ledger.book([
      positionEvent({ margin_mode: 'CROSS' }),
      positionEvent({ margin_mode: 'ISOLATED', quantity: '0.2', update_time: 2_000 }),
    ])
    expect(readSnapshot(ledger.db, { user_id: 1 }).positions).toMatchObject([
      { margin_mode: 'ISOLATED', quantity: '0.2', position_id: null },
    ])
  })

  it('has no liquidation price once the venue says there is none; one that is not told stays', () => {
    const price = () => readSnapshot(ledger.db, { user_id: 1 }).positions.map((each) => each.liquidation_price)
    ledger.book([positionEvent({ liquidation_price: '55310' }), positionEvent({ update_time: 2_000 })])
    expect(price()).toEqual(['55310'])
    const none = positionEvent({ liquidation_price: '0', update_time: 3_000 })
    expect(ledger.book([none]).position_update).toBe(1)
    expect(price()).toEqual([null])
    expect(ledger.book([none]).position_update).toBe(0)
    ledger.book([positionEvent({ liquidation_price: '54000', update_time: 2_500 })])
    expect(price()).toEqual([null])
  })

  it('shows a closed position as closed, and leaves it out of the snapshot', () => {
    ledger.book([positionEvent({}), positionEvent({ quantity: '0', update_time: 2_000 })])
    expect(dataOf(1)).toMatchObject({ quantity: '0' })
    expect(readSnapshot(ledger.db, { user_id: 1 }).positions).toEqual([])
  })

  it('says nothing of a balance that is told anew without having moved', () => {
    ledger.book([
      balanceEvent({}),
      balanceEvent({ update_time: 2_000 }),
      balanceEvent({ total: '5', update_time: 1_500 }),
    ])
    expect(ledger.events).toHaveLength(1)
    expect(readSnapshot(ledger.db, { user_id: 1 }).balances).toMatchObject([{ total: '100', update_time: 1_000 }])
  })
})

describe('a balance of which only the total is told', () => {
  const told = (total: string, update_time: number) =>
    balanceEvent({ trading_mode: 'futures', total, available: null, locked: null, update_time })
  const known = () => readSnapshot(ledger.db, { user_id: 1 }).balances[0]

  beforeEach(() => {
    ledger.book([balanceEvent({ trading_mode: 'futures', total: '100', available: '90', locked: '10' })], 1, 'rest')
  })

  it('keeps the rest while the total stands', () => {
    expect(ledger.book([told('100', 2_000)])).toMatchObject({ balance_update: 0, duplicates: 1 })
    expect(known()).toMatchObject({ total: '100', available: '90', locked: '10' })
  })

  it('does not go on showing the rest as true once the total has moved, until a query tells it', () => {
    ledger.book([told('80', 2_000)])
    expect(known()).toMatchObject({ total: '80', available: null, locked: null })
    const query = balanceEvent({
      trading_mode: 'futures',
      total: '80',
      available: '75',
      locked: '5',
      update_time: 2_000,
    })
    ledger.book([query], 1, 'rest')
    expect(known()).toMatchObject({ total: '80', available: '75', locked: '5' })
    expect(ledger.book([told('80', 2_000)])).toMatchObject({ balance_update: 0 })
    expect(known()).toMatchObject({ available: '75' })
  })
})

describe('in any order and any number of times', () => {
  const story = [
    ...filledOrder('77', 3),
    orderEvent({ order_id: '78', client_order_id: 'x', status: 'NEW', update_time: 2_000, create_time: 2_000 }),
    orderEvent({ order_id: '78', client_order_id: 'x', price: '63999', update_time: 2_001, create_time: 2_000 }),
    orderEvent(
      {
        order_id: '78',
        client_order_id: 'x',
        price: '63999',
        status: 'CANCELED',
        executed_qty: '0.1',
        update_time: 2_003,
        create_time: 2_000,
      },
      {
        order_id: '78',
        trade_id: '9',
        price: '63999',
        fee: '0.7',
        fee_asset: 'USDT',
        client_order_id: 'x',
        time: 2_002,
      },
    ),
    ...[1, 2, 3].map((n) => balanceEvent({ total: `${n}`, available: `${n}`, locked: '0', update_time: 1_000 + n })),
    ...[1, 2, 3].map((n) =>
      positionEvent({ quantity: `${n}`, leverage: n === 2 ? '5' : null, update_time: 1_000 + n }),
    ),
  ]

  it('ends in the same tables, and every log is without a gap', () => {
    const reference = open()
    reference.book(story)
    const expected = reference.tables()
    reference.db.close()
    const told = fc.shuffledSubarray([...story, ...story], { minLength: story.length })
    fc.assert(
      fc.property(told, fc.array(fc.nat({ max: 5 }), { minLength: 1, maxLength: 8 }), (events, cuts) => {
        const other = open()
        try {
          // Whatever the subset left out comes last, so that everything has been told.
          const all = [...events, ...story]
          for (let i = 0; i < all.length; ) {
            const length = 1 + (cuts[i % cuts.length] ?? 0)
            other.book(all.slice(i, i + length), 1, i % 2 === 0 ? 'stream' : 'rest')
            i += length
          }
          expect(other.tables()).toEqual(expected)
          expect(other.events.map(({ seq }) => seq)).toEqual(other.events.map((_, index) => index + 1))
          const snapshot = readSnapshot(other.db, { user_id: 1 })
          const last = new Map<number, Order>()
          for (const { type, frame } of other.events) {
            if (type === 'order_update') last.set(JSON.parse(frame).data.id, orderSchema.parse(JSON.parse(frame).data))
            if (type === 'execution') executionSchema.parse(JSON.parse(frame).data)
          }
          // What tabs were told last is what the database holds.
          expect([...last.values()].sort((a, b) => b.create_time - a.create_time)).toEqual(snapshot.orders)
        } finally {
          other.db.close()
        }
      }),
      { numRuns: 60 },
    )
  })
})
