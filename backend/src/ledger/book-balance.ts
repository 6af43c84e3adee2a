import type { Balance, BalanceReport } from '@tradercoin/protocol'
import { confirmBalance, findBalance, markSynced, upsertBalance } from '../store/balances.ts'
import { type Booking, publish } from './booking.ts'

/**
 * Books an asset's balance. The newest told wins, whatever order they come in; at the same time the later to arrive, for a stream
 * is in order and a query looks after it. Content that is the same is no news, so a query that finds all well shows nothing.
 * What a report does not tell (null) stays as it is known while the total stands; once that has moved it is unknown until told anew.
 */
export function bookBalance(booking: Booking, report: BalanceReport): void {
  const { db, account, source, result } = booking
  const { trading_mode, asset, total, update_time } = report
  const { exchange_key_id, exchange } = account
  const known = findBalance(db, { exchange_key_id, trading_mode, asset })
  const standing = known?.total === total ? known : null
  const available = report.available ?? standing?.available ?? null
  const locked = report.locked ?? standing?.locked ?? null
  const balance: Balance = { exchange_key_id, exchange, trading_mode, asset, total, available, locked, update_time }
  const isSame = standing?.available === available && standing.locked === locked
  if (!known || (!isSame && update_time >= known.told_time)) {
    upsertBalance(db, account.user_id, balance)
    publish(booking, 'balance_update', balance)
  } else {
    if (isSame && update_time > known.told_time) confirmBalance(db, balance, update_time)
    result.duplicates += 1
  }
  if (source === 'rest' && known?.synced_total !== total) markSynced(db, balance, total)
}
