import type { Execution, Order, Snapshot } from '@tradercoin/protocol'
import { describe, expect, it } from 'vitest'
import { type Batch, createLiveStore } from './live-store.ts'

const order = (id: number, status: Order['status']) => ({ id, status, create_time: id, update_time: id }) as Order
const snapshot: Snapshot = { epoch: 'e', seq: 10, orders: [order(1, 'NEW')], balances: [], positions: [], keys: [] }

function setUp() {
  let draw = () => {}
  const store = createLiveStore((run) => {
    draw = run
    return () => {
      draw = () => {}
    }
  })
  const batches: Batch[] = []
  store.onBatch((batch) => batches.push(batch))
  let notices = 0
  store.subscribe(() => {
    notices += 1
  })
  return { store, batches, draw: () => draw(), notices: () => notices }
}

describe('the live store', () => {
  it('shows a hundred events as one change, in order', () => {
    const { store, batches, draw, notices } = setUp()
    store.feed({ type: 'snapshot', data: snapshot })
    for (let seq = 11; seq <= 110; seq++) {
      store.feed({ type: 'order_update', seq, data: order(1, seq === 110 ? 'FILLED' : 'PARTIALLY_FILLED') })
    }
    expect(notices()).toBe(0)
    draw()
    expect(notices()).toBe(1)
    expect(store.account.orders.get(1)?.status).toBe('FILLED')
    expect(store.account.seq).toBe(110)
    expect(batches).toHaveLength(1)
  })

  it('hands each execution to the listeners once, whatever is repeated', () => {
    const { store, batches, draw } = setUp()
    const execution = { id: 5 } as Execution
    store.feed({ type: 'snapshot', data: snapshot })
    store.feed({ type: 'execution', seq: 11, data: execution })
    store.feed({ type: 'execution', seq: 11, data: execution })
    draw()
    expect(batches.flatMap((batch) => batch.executions)).toEqual([execution])
  })

  it('tells of a rejection when it happens and not again', () => {
    const { store, batches, draw } = setUp()
    store.feed({ type: 'snapshot', data: snapshot })
    store.feed({ type: 'order_update', seq: 11, data: order(2, 'REJECTED') })
    draw()
    store.feed({ type: 'order_update', seq: 12, data: order(2, 'REJECTED') })
    draw()
    expect(batches.map((batch) => batch.rejected.map(({ id }) => id))).toEqual([[2], []])
  })

  it('knows whether an order was heard of before or after REST was asked', () => {
    const { store, draw } = setUp()
    store.feed({ type: 'snapshot', data: snapshot })
    draw()
    const asked = store.mark()
    expect(store.heardOrderAt(1)).toBeLessThan(asked)
    store.feed({ type: 'order_update', seq: 11, data: order(1, 'FILLED') })
    draw()
    expect(store.heardOrderAt(1)).toBeGreaterThan(asked)
    expect(store.heardOrderAt(99)).toBe(0)
  })

  it('says when everything was replaced', () => {
    const { store, batches, draw } = setUp()
    store.feed({ type: 'snapshot', data: snapshot })
    draw()
    store.feed({ type: 'snapshot', data: { ...snapshot, seq: 20, orders: [order(3, 'NEW')] } })
    draw()
    expect(batches.map(({ isAnew }) => isAnew)).toEqual([true, true])
    expect([...store.account.orders.keys()]).toEqual([3])
    expect(store.heardOrderAt(1)).toBe(0)
  })
})
