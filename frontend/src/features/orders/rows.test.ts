import type { Order } from '@tradercoin/protocol'
import { describe, expect, it } from 'vitest'
import { composeRows, type LiveOrders, newerOrder, readSorting, sortRows } from './rows.ts'

function order(id: number, change: Partial<Order> = {}): Order {
  return {
    id,
    user_id: 1,
    exchange_key_id: 1,
    exchange: 'binance',
    trading_mode: 'spot',
    order_id: String(id),
    client_order_id: null,
    symbol: 'BTCUSDT',
    side: 'BUY',
    position_side: null,
    type: 'LIMIT',
    venue_type: null,
    time_in_force: 'GTC',
    post_only: false,
    reduce_only: false,
    status: 'NEW',
    price: '1',
    stop_price: null,
    quantity: '1',
    quantity_unit: 'BASE',
    venue_quantity: null,
    amend: null,
    executed_qty: '0',
    executed_price: null,
    last_price: null,
    last_qty: null,
    fee: null,
    fee_asset: null,
    fees: [],
    realized_pnl: null,
    origin: 'hub',
    reason: null,
    parent_order_id: null,
    create_time: id * 1000,
    update_time: id * 1000,
    ...change,
  }
}

function live(...told: [Order, number][]): LiveOrders {
  const heard = new Map(told.map(([item, at]) => [item.id, at]))
  return { orders: new Map(told.map(([item]) => [item.id, item])), heardOrderAt: (id) => heard.get(id) ?? 0 }
}

const all = () => true
const ids = (rows: readonly Order[]) => rows.map(({ id }) => id)

describe('an order told twice', () => {
  const filled = order(1, { status: 'FILLED', update_time: 2000 })

  it('is as REST says when the event was heard before REST was asked', () => {
    const rest = order(1, { status: 'FILLED', update_time: 1000 })
    expect(newerOrder(rest, 5, live([order(1, { update_time: 1000 }), 4]))).toBe(rest)
  })

  it('is as the event says when that came after', () => {
    expect(newerOrder(order(1), 5, live([filled, 6]))).toBe(filled)
  })

  it('does not fall back to an event that is older than the answer', () => {
    expect(newerOrder(filled, 5, live([order(1), 6]))).toBe(filled)
  })
})

describe('the rows of a view', () => {
  it('hold pages and live orders once each, newest first', () => {
    const pages = [{ items: [order(3), order(2)], next_cursor: null, askedAt: 1 }]
    expect(ids(composeRows(pages, live([order(4), 2], [order(3), 2], [order(1), 2]), all))).toEqual([4, 3, 2, 1])
  })

  it('wait with live orders older than the pages reach', () => {
    const pages = [{ items: [order(9), order(8)], next_cursor: 'more', askedAt: 1 }]
    expect(ids(composeRows(pages, live([order(10), 2], [order(5), 2]), all))).toEqual([10, 9, 8])
  })

  it('leave out a row that an event has moved out of the view', () => {
    const isNew = (item: Order) => item.status === 'NEW'
    const pages = [{ items: [order(2), order(1)], next_cursor: null, askedAt: 1 }]
    expect(ids(composeRows(pages, live([order(2, { status: 'CANCELED' }), 2]), isNew))).toEqual([1])
  })

  it('take ten thousand orders without strain', () => {
    const items = Array.from({ length: 10_000 }, (_, index) => order(10_000 - index))
    const rows = composeRows([{ items, next_cursor: null, askedAt: 1 }], live([order(10_001), 2]), all)
    expect(rows).toHaveLength(10_001)
    expect(rows[0]?.id).toBe(10_001)
  })
})

describe('sorting', () => {
  it('compares prices as numbers of any length, nulls at the small end', () => {
    const rows = [order(1, { price: '9' }), order(2, { price: '10' }), order(3, { price: null })]
    expect(ids(sortRows(rows, 'price', false))).toEqual([3, 1, 2])
    expect(ids(sortRows(rows, 'price', true))).toEqual([2, 1, 3])
  })

  it('keeps equal rows newest first either way', () => {
    const rows = [order(3), order(2), order(1)]
    expect(ids(sortRows(rows, 'symbol', false))).toEqual([3, 2, 1])
    expect(ids(sortRows(rows, 'symbol', true))).toEqual([3, 2, 1])
  })

  it('reads what the address says, or nothing', () => {
    expect(readSorting('-price')).toEqual({ column: 'price', isDescending: true })
    expect(readSorting('symbol')).toEqual({ column: 'symbol', isDescending: false })
    expect([readSorting(null), readSorting('-'), readSorting('constructor')]).toEqual([null, null, null])
  })
})
