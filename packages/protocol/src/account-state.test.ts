import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type AccountState,
  applyEvent,
  applyMessage,
  applySnapshot,
  createAccountState,
  executionsKept,
  snapshotClosedOrders,
  toSnapshot,
} from './account-state.ts'
import { type Snapshot, snapshotSchema, type UserEvent, userEventSchema } from './messages.ts'
import { type Balance, type Execution, type Gap, type Order, type Position, removedKeyReason } from './records.ts'

const venue = { exchange_key_id: 1, exchange: 'binance', trading_mode: 'spot' } as const

const order = (id: number, status: Order['status'], create_time = id): Order => ({
  ...venue,
  id,
  user_id: 7,
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
  status,
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
  origin: 'external',
  reason: null,
  parent_order_id: null,
  create_time,
  update_time: create_time,
})

const execution = (id: number): Execution => ({
  ...venue,
  id,
  user_id: 7,
  symbol: 'BTCUSDT',
  order_id: '1',
  client_order_id: null,
  trade_id: String(id),
  side: 'BUY',
  position_side: null,
  price: '1',
  quantity: '1',
  quote_qty: null,
  fee: null,
  fee_asset: null,
  realized_pnl: null,
  is_maker: null,
  kind: 'TRADE',
  source: 'stream',
  time: id,
})

const balance = (asset: string, total: string): Balance => ({
  ...venue,
  asset,
  total,
  available: null,
  locked: null,
  update_time: 1,
})

const position = (symbol: string, quantity: string): Position => ({
  ...venue,
  trading_mode: 'futures',
  symbol,
  position_side: 'NET',
  position_id: null,
  margin_mode: null,
  quantity,
  entry_price: null,
  mark_price: null,
  unrealized_pnl: null,
  realized_pnl: null,
  leverage: null,
  liquidation_price: null,
  update_time: 1,
})

const gap = (id: number): Gap => ({
  id,
  exchange_key_id: 1,
  from: 1,
  to: null,
  cause: 'connection_lost',
  recovered: { orders: 0, executions: 0 },
  unproven: null,
})

const empty = (seq = 0, epoch = 'e1'): Snapshot => ({ epoch, seq, orders: [], balances: [], positions: [], keys: [] })

function begin(snapshot = empty()): AccountState {
  const state = createAccountState()
  applySnapshot(state, snapshot)
  return state
}

type Body = UserEvent extends infer E ? (E extends UserEvent ? Omit<E, 'seq'> : never) : never
const bodies: fc.Arbitrary<Body> = fc.oneof(
  fc
    .tuple(fc.integer({ min: 1, max: 6 }), fc.constantFrom<Order['status']>('NEW', 'FILLED', 'CANCELED'))
    .map(([id, status]): Body => ({ type: 'order_update', data: order(id, status) })),
  fc.integer({ min: 1, max: 6 }).map((id): Body => ({ type: 'execution', data: execution(id) })),
  fc
    .tuple(fc.constantFrom('BTC', 'USDT'), fc.constantFrom('1', '2'))
    .map(([asset, total]): Body => ({ type: 'balance_update', data: balance(asset, total) })),
  fc
    .tuple(fc.constantFrom('BTCUSDT', 'ETHUSDT'), fc.constantFrom('0', '-1.5', '0.00'), fc.constantFrom(null, '7', '8'))
    .map(([symbol, quantity, position_id]): Body => {
      return { type: 'position_update', data: { ...position(symbol, quantity), position_id } }
    }),
  fc.integer({ min: 1, max: 3 }).map((id): Body => ({ type: 'gap', data: gap(id) })),
)
const logs = fc
  .array(bodies, { minLength: 1, maxLength: 30 })
  .map((items) => items.map((body, index): UserEvent => ({ ...body, seq: index + 1 })))

function applyAll(state: AccountState, events: readonly UserEvent[]): AccountState {
  for (const event of events) applyEvent(state, event)
  return state
}

describe('applyEvent', () => {
  it('applies the next, ignores what was applied, and reports a gap without touching anything', () => {
    const state = begin(empty(41))
    const event = (seq: number): UserEvent => ({ type: 'balance_update', seq, data: balance('USDT', String(seq)) })
    expect(applyEvent(state, event(42))).toBe('applied')
    expect(applyEvent(state, event(42))).toBe('ignored')
    expect(applyEvent(state, event(1))).toBe('ignored')
    const before = structuredClone(state)
    expect(applyEvent(state, event(44))).toBe('gap')
    expect(state).toEqual(before)
    expect(applyEvent(state, event(43))).toBe('applied')
    expect(state.balances.get('1:spot:USDT')?.total).toBe('43')
  })

  it('ignores everything before the first snapshot', () => {
    expect(applyEvent(createAccountState(), { type: 'gap', seq: 1, data: gap(1) })).toBe('ignored')
  })

  it('gives the same state for any replay and overlap of the log', () => {
    const replays = logs.chain((log) =>
      fc.tuple(fc.constant(log), fc.array(fc.integer({ min: 0, max: log.length }), { maxLength: 8 })),
    )
    fc.assert(
      fc.property(replays, ([log, starts]) => {
        const expected = applyAll(begin(), log)
        const state = begin()
        // Each reconnect replays from some place that is not beyond what was applied.
        for (const start of starts) applyAll(state, log.slice(Math.min(start, state.seq), state.seq + 3))
        applyAll(state, log.slice(Math.min(starts[0] ?? 0, state.seq)))
        const { versions: _, ...rest } = state
        const { versions: __, ...expectedRest } = expected
        expect(rest).toEqual(expectedRest)
      }),
      { numRuns: 500 },
    )
  })

  it('agrees with a snapshot taken anywhere in the log', () => {
    fc.assert(
      fc.property(logs, fc.nat(), (log, at) => {
        for (const event of log) expect(userEventSchema.safeParse(event).success).toBe(true)
        const place = at % (log.length + 1)
        const snapshot = toSnapshot(applyAll(begin(), log.slice(0, place)))
        expect(snapshotSchema.safeParse(snapshot).success).toBe(true)
        const resumed = applyAll(begin(snapshot), log)
        expect(toSnapshot(resumed)).toEqual(toSnapshot(applyAll(begin(), log)))
      }),
      { numRuns: 500 },
    )
  })

  it('keeps the newest executions only', () => {
    const state = begin()
    for (let seq = 1; seq <= executionsKept + 5; seq++)
      applyEvent(state, { type: 'execution', seq, data: execution(seq) })
    expect(state.executions.size).toBe(executionsKept)
    expect(state.executions.has(5)).toBe(false)
    expect(state.executions.has(6)).toBe(true)
  })

  it('keeps positions of one symbol and side apart by the venue’s id', () => {
    const state = begin()
    const cross = { ...position('BTC-USDT-SWAP', '0.1'), position_id: '7', margin_mode: 'CROSS' } as const
    const isolated = { ...cross, position_id: '8', margin_mode: 'ISOLATED', quantity: '0.2' } as const
    const closed = { ...isolated, quantity: '0' }
    for (const [index, data] of [cross, isolated].entries()) {
      applyEvent(state, { type: 'position_update', seq: index + 1, data })
    }
    expect(toSnapshot(state).positions).toEqual([cross, isolated])
    applyEvent(state, { type: 'position_update', seq: 3, data: closed })
    expect(toSnapshot(state).positions).toEqual([cross])
  })

  it('says which part has changed', () => {
    const state = begin()
    const before = { ...state.versions }
    applyEvent(state, { type: 'order_update', seq: 1, data: order(1, 'NEW') })
    expect(state.versions).toEqual({ ...before, orders: before.orders + 1 })
  })

  it('costs the same with 10,000 orders', () => {
    const state = begin({ ...empty(), orders: Array.from({ length: 10_000 }, (_, index) => order(index + 1, 'NEW')) })
    const started = performance.now()
    for (let seq = 1; seq <= 5_000; seq++) {
      applyEvent(state, { type: 'order_update', seq, data: order(1 + (seq % 10_000), 'FILLED') })
    }
    // Ten seconds of the largest load; copying the orders each time would take minutes.
    expect(performance.now() - started).toBeLessThan(1_000)
  })
})

describe('toSnapshot', () => {
  it('holds open orders, the newest closed ones, and no closed position', () => {
    const state = begin()
    const old = order(1, 'NEW', 1)
    const closed = Array.from({ length: 150 }, (_, index) => order(index + 2, 'FILLED', 1_000 + index))
    for (const [index, data] of [old, ...closed].entries()) {
      applyEvent(state, { type: 'order_update', seq: index + 1, data })
    }
    applyEvent(state, { type: 'position_update', seq: state.seq + 1, data: position('BTCUSDT', '0.000') })
    const snapshot = toSnapshot(state)
    expect(snapshot.orders).toHaveLength(snapshotClosedOrders + 1)
    expect(snapshot.orders[0]).toEqual(closed.at(-1))
    expect(snapshot.orders.at(-1)).toEqual(old)
    expect(snapshot.positions).toEqual([])
  })
})

describe('an order whose key was removed', () => {
  it('is not open: a snapshot holds it among the newest others only', () => {
    const lost = { ...order(1, 'UNKNOWN', 1), reason: removedKeyReason }
    const closed = Array.from({ length: snapshotClosedOrders }, (_, index) => order(index + 2, 'FILLED', 1_000 + index))
    expect(toSnapshot(begin({ ...empty(), orders: [lost, ...closed] })).orders).not.toContainEqual(lost)
    expect(toSnapshot(begin({ ...empty(), orders: [order(1, 'UNKNOWN', 1), ...closed] })).orders).toHaveLength(
      snapshotClosedOrders + 1,
    )
  })
})

describe('applyMessage', () => {
  it('keeps the state of the keys: snapshot, key_status, heartbeat', () => {
    const state = createAccountState()
    const key = { exchange_key_id: 1, state: 'live', reason: null, last_event_at: 5 } as const
    applyMessage(state, { type: 'snapshot', data: { ...empty(), keys: [key] } })
    expect(state.keys.get(1)).toEqual({ ...key, age_ms: null })
    const keys = [{ exchange_key_id: 1, state: 'live', age_ms: 12 } as const]
    applyMessage(state, { type: 'heartbeat', data: { ts: 1, seq: 0, keys } })
    expect(state.keys.get(1)).toEqual({ ...key, age_ms: 12 })
    applyMessage(state, { type: 'key_status', data: { ...key, state: 'stale', reason: 'silent' } })
    expect(state.keys.get(1)).toMatchObject({ state: 'stale', reason: 'silent', age_ms: 12 })
    applyMessage(state, { type: 'heartbeat', data: { ts: 2, seq: 0, keys: [] } })
    expect(state.keys.size).toBe(0)
    expect(applyMessage(state, { type: 'pong' })).toBe('ignored')
  })

  it('drops the balances and positions of a key that a heartbeat no longer names, and says so once', () => {
    const state = begin()
    const other = { ...balance('BTC', '2'), exchange_key_id: 2 }
    applyEvent(state, { type: 'balance_update', seq: 1, data: balance('USDT', '1') })
    applyEvent(state, { type: 'balance_update', seq: 2, data: other })
    applyEvent(state, { type: 'position_update', seq: 3, data: position('BTCUSDT', '1') })
    applyEvent(state, { type: 'order_update', seq: 4, data: order(1, 'FILLED') })
    const before = { ...state.versions }
    const keys = [{ exchange_key_id: 2, state: 'live', age_ms: 1 } as const]
    applyMessage(state, { type: 'heartbeat', data: { ts: 1, seq: 4, keys } })
    expect([...state.balances.values()]).toEqual([other])
    expect(state.positions.size).toBe(0)
    expect(state.orders.size).toBe(1)
    const after = { ...before, keys: before.keys + 1, balances: before.balances + 1, positions: before.positions + 1 }
    expect(state.versions).toEqual(after)
    applyMessage(state, { type: 'heartbeat', data: { ts: 2, seq: 4, keys } })
    expect(state.versions).toEqual({ ...after, keys: after.keys + 1 })
  })

  it('replaces everything by a snapshot of another epoch', () => {
    const state = begin()
    applyEvent(state, { type: 'order_update', seq: 1, data: order(1, 'NEW') })
    applyEvent(state, { type: 'execution', seq: 2, data: execution(1) })
    applyMessage(state, { type: 'snapshot', data: { ...empty(9, 'e2'), orders: [order(2, 'NEW')] } })
    expect(toSnapshot(state)).toMatchObject({ epoch: 'e2', seq: 9, orders: [{ id: 2 }] })
    expect(state.executions.size).toBe(0)
  })
})
