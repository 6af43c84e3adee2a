import {
  type Balance,
  balanceKey,
  compareNewest,
  isZeroDecimal,
  type Position,
  positionKey,
  type Snapshot,
  snapshotClosedOrders,
} from '@tradercoin/protocol'
import { balanceColumns, type OrderRow, orderColumns, orderOfRow, positionColumns } from './columns.ts'
import type { Database } from './database.ts'
import type { UserScope } from './scope.ts'
import { readUserLog } from './user-logs.ts'

const orderList = orderColumns.join(', ')
const openSql = `SELECT ${orderList} FROM orders WHERE user_id = ? AND is_open = 1`
const closedSql = `SELECT ${orderList} FROM orders WHERE user_id = ? AND is_open = 0 ORDER BY create_time DESC, id DESC LIMIT ?`
const ofPresentKeys =
  'user_id = ? AND exchange_key_id IN (SELECT id FROM exchange_keys WHERE user_id = ? AND deleted_at IS NULL)'
const balancesSql = `SELECT ${balanceColumns.join(', ')} FROM balances WHERE ${ofPresentKeys}`
const positionsSql = `SELECT ${positionColumns.join(', ')} FROM positions WHERE ${ofPresentKeys}`

/**
 * What a tab that cannot resume starts from: open orders and the newest others, balances, positions, all in one read transaction and
 * in the canonical order of protocol's `toSnapshot`; `seq` is its exact position in the user's log.
 * @throws when there is no such user
 */
export function readSnapshot(db: Database, scope: UserScope): Omit<Snapshot, 'keys'> {
  return db.snapshot(() => {
    const log = readUserLog(db, scope)
    if (!log) throw new Error('the user has no log')
    const open = db.all<OrderRow>(openSql, scope.user_id)
    const closed = db.all<OrderRow>(closedSql, scope.user_id, snapshotClosedOrders)
    const balances = db.all<Balance>(balancesSql, scope.user_id, scope.user_id)
    const positions = db.all<Position>(positionsSql, scope.user_id, scope.user_id)
    return {
      epoch: log.epoch,
      seq: log.seq,
      orders: [...open, ...closed].sort(compareNewest).map(orderOfRow),
      balances: sortBy(balances, balanceKey),
      positions: sortBy(positions, positionKey).filter(({ quantity }) => !isZeroDecimal(quantity)),
    }
  })
}

function sortBy<T>(items: T[], keyOf: (item: T) => string): T[] {
  const keyed = items.map((item) => [keyOf(item), { ...item }] as const)
  return keyed.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item)
}
