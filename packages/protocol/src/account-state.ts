import { isZeroDecimal } from './decimal.ts'
import type { Heartbeat, ServerMessage, Snapshot, UserEvent } from './messages.ts'
import {
  type Balance,
  type Execution,
  type Gap,
  isOpenOrder,
  type KeyStatus,
  type Order,
  type Position,
} from './records.ts'

/** A snapshot carries every open order and this many of the newest others. */
export const snapshotClosedOrders = 100

/** How a key's exchange link does: the last key_status, refreshed by each heartbeat. */
export interface KeyLink extends KeyStatus {
  /** Milliseconds since the link last proved itself alive, as of the last heartbeat; null when not told or never. */
  age_ms: number | null
}

/**
 * One user's account as a tab knows it after event `seq` of `epoch`. The maps are changed in place, so that an event costs the same
 * with ten orders and ten thousand; `versions` says which part has changed since a reader last looked.
 */
export interface AccountState {
  /** Null before the first snapshot. */
  epoch: string | null
  seq: number
  orders: Map<number, Order>
  /** By id; holds at most the newest `executionsKept`. */
  executions: Map<number, Execution>
  balances: Map<string, Balance>
  positions: Map<string, Position>
  gaps: Map<number, Gap>
  keys: Map<number, KeyLink>
  versions: Record<'orders' | 'executions' | 'balances' | 'positions' | 'gaps' | 'keys', number>
}

/** A tab keeps this many executions and gaps; the rest is a REST query away. */
export const executionsKept = 1_000
export const gapsKept = 200

/**
 * `applied`: the event was the next one. `ignored`: it was applied before (or there is no snapshot yet). `gap`: an event before it is
 * missing, the state is unchanged and the tab must resume.
 */
export type Applied = 'applied' | 'ignored' | 'gap'

export function createAccountState(): AccountState {
  return {
    epoch: null,
    seq: 0,
    orders: new Map(),
    executions: new Map(),
    balances: new Map(),
    positions: new Map(),
    gaps: new Map(),
    keys: new Map(),
    versions: { orders: 0, executions: 0, balances: 0, positions: 0, gaps: 0, keys: 0 },
  }
}

/** Puts the snapshot in the place of everything known. Executions and gaps are not part of one and start empty. */
export function applySnapshot(state: AccountState, snapshot: Snapshot): void {
  state.epoch = snapshot.epoch
  state.seq = snapshot.seq
  state.orders = new Map(snapshot.orders.map((order) => [order.id, order]))
  state.executions = new Map()
  state.balances = new Map(snapshot.balances.map((balance) => [balanceKey(balance), balance]))
  state.positions = new Map(snapshot.positions.map((position) => [positionKey(position), position]))
  state.gaps = new Map()
  state.keys = new Map(snapshot.keys.map((key) => [key.exchange_key_id, { ...key, age_ms: null }]))
  for (const part of Object.keys(state.versions) as (keyof AccountState['versions'])[]) state.versions[part] += 1
}

/** Applies each event once and in order, whatever is replayed. */
export function applyEvent(state: AccountState, event: UserEvent): Applied {
  if (state.epoch === null || event.seq <= state.seq) return 'ignored'
  if (event.seq > state.seq + 1) return 'gap'
  state.seq = event.seq
  switch (event.type) {
    case 'order_update':
      state.orders.set(event.data.id, event.data)
      state.versions.orders += 1
      break
    case 'execution':
      keepNewest(state.executions, event.data.id, event.data, executionsKept)
      state.versions.executions += 1
      break
    case 'balance_update':
      state.balances.set(balanceKey(event.data), event.data)
      state.versions.balances += 1
      break
    case 'position_update':
      state.positions.set(positionKey(event.data), event.data)
      state.versions.positions += 1
      break
    case 'gap':
      keepNewest(state.gaps, event.data.id, event.data, gapsKept)
      state.versions.gaps += 1
      break
  }
  return 'applied'
}

/** The state of a key now; latest wins. */
export function applyKeyStatus(state: AccountState, status: KeyStatus): void {
  const known = state.keys.get(status.exchange_key_id)
  state.keys.set(status.exchange_key_id, { ...status, age_ms: known?.age_ms ?? null })
  state.versions.keys += 1
}

/**
 * A heartbeat names every key of the user that the hub holds, so a key it leaves out is gone, and with it what was only true now: its
 * balances and positions. Its orders and executions are history and stay.
 */
export function applyHeartbeat(state: AccountState, heartbeat: Heartbeat): void {
  const keys = new Map<number, KeyLink>()
  for (const { exchange_key_id, state: keyState, age_ms } of heartbeat.keys) {
    const known = state.keys.get(exchange_key_id)
    const reason = known?.state === keyState ? known.reason : null
    keys.set(exchange_key_id, {
      exchange_key_id,
      state: keyState,
      reason,
      last_event_at: known?.last_event_at ?? null,
      age_ms,
    })
  }
  state.keys = keys
  state.versions.keys += 1
  if (dropOtherKeys(state.balances, keys)) state.versions.balances += 1
  if (dropOtherKeys(state.positions, keys)) state.versions.positions += 1
}

/** @returns whether something was dropped */
function dropOtherKeys(records: Map<string, { exchange_key_id: number }>, keys: Map<number, KeyLink>): boolean {
  const before = records.size
  for (const [name, { exchange_key_id }] of records) if (!keys.has(exchange_key_id)) records.delete(name)
  return records.size < before
}

/** Applies whatever the hub sent; what is no part of an account (`ready`, `pong`, …) is `ignored`. */
export function applyMessage(state: AccountState, message: ServerMessage): Applied {
  if ('seq' in message) return applyEvent(state, message)
  if (message.type === 'snapshot') applySnapshot(state, message.data)
  else if (message.type === 'key_status') applyKeyStatus(state, message.data)
  else if (message.type === 'heartbeat') applyHeartbeat(state, message.data)
  else return 'ignored'
  return 'applied'
}

/**
 * The snapshot of a state in its one canonical form: open orders and the 100 newest others, newest first; balances by key; positions
 * by key without closed ones. Two parties agree when these are equal.
 */
export function toSnapshot(state: AccountState): Snapshot {
  const orders = [...state.orders.values()].sort(compareNewest)
  let closed = 0
  return {
    epoch: state.epoch ?? '',
    seq: state.seq,
    orders: orders.filter((order) => isOpenOrder(order) || ++closed <= snapshotClosedOrders),
    balances: sortedValues(state.balances),
    positions: sortedValues(state.positions).filter(({ quantity }) => !isZeroDecimal(quantity)),
    keys: [...state.keys.values()]
      .map(({ age_ms: _, ...key }) => key)
      .sort((a, b) => a.exchange_key_id - b.exchange_key_id),
  }
}

/** The order of every list: newest first by (create_time, id). */
export function compareNewest(a: Pick<Order, 'create_time' | 'id'>, b: Pick<Order, 'create_time' | 'id'>): number {
  return b.create_time - a.create_time || b.id - a.id
}

/** What identifies a balance within a user. */
export function balanceKey(balance: Pick<Balance, 'exchange_key_id' | 'trading_mode' | 'asset'>): string {
  return `${balance.exchange_key_id}:${balance.trading_mode}:${balance.asset}`
}

/** What identifies a position within a user. */
export function positionKey(
  position: Pick<Position, 'exchange_key_id' | 'trading_mode' | 'symbol' | 'position_side' | 'position_id'>,
): string {
  const { exchange_key_id, trading_mode, symbol, position_side, position_id } = position
  return `${exchange_key_id}:${trading_mode}:${symbol}:${position_side}:${position_id ?? ''}`
}

function sortedValues<T>(map: Map<string, T>): T[] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value)
}

/** A map remembers the order of first insertion, and ids arrive in the order things were committed. */
function keepNewest<T>(map: Map<number, T>, id: number, value: T, kept: number): void {
  map.set(id, value)
  if (map.size <= kept) return
  const oldest = map.keys().next()
  if (!oldest.done) map.delete(oldest.value)
}
