import type { Order } from '@tradercoin/protocol'
import { describe, expect, it } from 'vitest'
import {
  allStatuses,
  countFilters,
  type Filters,
  matches,
  noFilters,
  rangeStart,
  readFilters,
  readView,
  statusGroups,
  toQuery,
  writeFilters,
} from './filters.ts'

const order: Order = {
  id: 7,
  user_id: 1,
  exchange_key_id: 3,
  exchange: 'binance',
  trading_mode: 'spot',
  order_id: '9007199254740993',
  client_order_id: 'tcAbC1',
  symbol: 'BTCUSDT',
  side: 'BUY',
  position_side: null,
  type: 'LIMIT',
  venue_type: 'LIMIT',
  time_in_force: 'GTC',
  post_only: false,
  reduce_only: false,
  status: 'NEW',
  price: '64210.5',
  stop_price: null,
  quantity: '0.4',
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
  create_time: 1_000_000,
  update_time: 1_000_000,
}

const all: Filters = {
  keyId: 3,
  exchange: 'binance',
  mode: 'spot',
  symbol: 'BTCUSDT',
  side: 'BUY',
  status: 'open',
  origin: 'hub',
  range: '7d',
  q: 'btc',
}

describe('filters in the address', () => {
  it('come back as they were written, beside what else the address holds', () => {
    const search = writeFilters(new URLSearchParams('tab=open&id=12'), all)
    expect(search.get('tab')).toBe('open')
    expect(search.get('id')).toBe('12')
    expect(readFilters(search)).toEqual(all)
    expect(writeFilters(search, noFilters).toString()).toBe('tab=open&id=12')
  })

  it('ignore what makes no sense instead of failing', () => {
    const search = new URLSearchParams('key=1e9&exchange=mtgox&mode=x&side=buy&status=FILLED&range=1y&origin=app&tab=x')
    expect(readFilters(search)).toEqual(noFilters)
    expect(readView(search)).toBe('orders')
  })

  it('count only what is set', () => {
    expect(countFilters(noFilters)).toBe(0)
    expect(countFilters(all)).toBe(9)
  })
})

describe('filters for the server', () => {
  it('use the names of the API and expand a status group', () => {
    expect(toQuery(all, 5)).toEqual({
      exchange_key_id: 3,
      exchange: 'binance',
      trading_mode: 'spot',
      symbol: 'BTCUSDT',
      side: 'BUY',
      status: statusGroups.open,
      origin: 'hub',
      from: 5,
      q: 'btc',
    })
    expect(toQuery(noFilters, null)).toEqual({})
  })

  it('cover every status there is', () => {
    const covered = new Set<string>(Object.values(statusGroups).flat())
    expect(allStatuses.filter((status) => !covered.has(status))).toEqual([])
  })
})

describe('filters on live orders', () => {
  it('take an order that fits all of them', () => {
    expect(matches(order, all, 1_000_000)).toBe(true)
    expect(matches(order, noFilters, null)).toBe(true)
  })

  it.each<[string, Partial<Filters>]>([
    ['another account', { keyId: 4 }],
    ['another exchange', { exchange: 'okx' }],
    ['another market', { mode: 'futures' }],
    ['another symbol', { symbol: 'ETHUSDT' }],
    ['the other side', { side: 'SELL' }],
    ['another status', { status: 'filled' }],
    ['another source', { origin: 'external' }],
    ['text it does not hold', { q: 'eth' }],
  ])('leave out an order of %s', (_, change) => {
    expect(matches(order, { ...noFilters, ...change }, null)).toBe(false)
  })

  it('leave out what is older than the range', () => {
    expect(matches(order, noFilters, 1_000_001)).toBe(false)
  })

  it.each(['tcabc', '740993', 'CUSD'])('find %s in ids and symbols', (q) => {
    expect(matches(order, { ...noFilters, q }, null)).toBe(true)
  })
})

describe('range', () => {
  const now = Date.UTC(2025, 10, 22, 12)
  it('begins where its name says', () => {
    expect(rangeStart(null, now, 'utc')).toBeNull()
    expect(rangeStart('today', now, 'utc')).toBe(Date.UTC(2025, 10, 22))
    expect(rangeStart('24h', now, 'utc')).toBe(Date.UTC(2025, 10, 21, 12))
    expect(rangeStart('7d', now, 'utc')).toBe(Date.UTC(2025, 10, 16))
    expect(rangeStart('30d', now, 'utc')).toBe(Date.UTC(2025, 9, 24))
  })
})
