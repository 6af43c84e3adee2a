import { type Balance, isZeroDecimal, type Position } from '@tradercoin/protocol'
import { balanceColumns, positionColumns } from '../store/columns.ts'
import type { Database } from '../store/database.ts'
import { eraseKey, type NewKey, type RemovedKey, storeKey } from '../store/exchange-keys.ts'
import type { Job } from '../store/job.ts'
import { findOpenOrders, findOrdersOfRemovedKey } from '../store/orders.ts'
import { type Booking, ownBooking, publish } from './booking.ts'
import { ownStep, saveOrder } from './order-record.ts'

/**
 * Adds a key, or brings back the row of a removed one of the same account, so that nothing of the account is ever counted twice. What
 * the removal had hidden is told again; what happened since is read as a gap.
 * @throws JobError `account_already_added`
 */
export const addKey: Job<NewKey, void> = (db, key, context) => {
  if (!storeKey(db, key, context)) return
  const { user_id, id, exchange } = key
  const booking = ownBooking(db, context, { user_id, exchange_key_id: id, exchange })
  for (const stored of findOrdersOfRemovedKey(db, { user_id }, id)) {
    const { key_removed: _, ...state } = stored.state
    saveOrder(booking, stored, state, ownStep)
  }
  tellHoldings(booking)
}

/**
 * Removes the key and its secrets. Its history stays; an order that has not ended is shown as UNKNOWN, for the hub no longer hears of it.
 * @throws JobError `not_found`
 */
export const deleteKey: Job<RemovedKey, void> = (db, key, context) => {
  const { user_id, id } = key
  const exchange = eraseKey(db, key, context)
  const booking = ownBooking(db, context, { user_id, exchange_key_id: id, exchange })
  for (const stored of findOpenOrders(db, { user_id }, id)) {
    saveOrder(booking, stored, { ...stored.state, key_removed: true }, ownStep)
  }
}

/** Tabs forgot these when the key went; a query that finds them unchanged would say nothing. */
function tellHoldings(booking: Booking): void {
  for (const balance of rowsOf<Balance>(booking.db, 'balances', balanceColumns, booking)) {
    publish(booking, 'balance_update', balance)
  }
  for (const position of rowsOf<Position>(booking.db, 'positions', positionColumns, booking)) {
    if (!isZeroDecimal(position.quantity)) publish(booking, 'position_update', position)
  }
}

function rowsOf<Row>(
  db: Database,
  table: 'balances' | 'positions',
  columns: readonly string[],
  { account }: Booking,
): Row[] {
  return db.all<Row>(
    `SELECT ${columns.join(', ')} FROM ${table} WHERE user_id = ? AND exchange_key_id = ?`,
    account.user_id,
    account.exchange_key_id,
  )
}
