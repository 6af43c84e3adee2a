import type { Balance, BalanceReport } from '@tradercoin/protocol'
import { confirmBalance, findBalance, markSynced, upsertBalance } from '../store/balances.ts'
import { type Booking, publish } from './booking.ts'

/**
 * Books an asset's balance. The newest told wins, whatever order they come in; at the same time the later to arrive, for a stream
 * is in order and a query looks after it. Content that is the same is no news, so a query that finds all well shows nothing.
 */
export function bookBalance(booking: Booking, report: BalanceReport): void {
  const { db, account, source, result } = booking
  const balance: Balance = {
    exchange_key_id: account.exchange_key_id,
    exchange: account.exchange,
    trading_mode: report.trading_mode,
    asset: report.asset,
    total: report.total,
    available: report.available,
    locked: report.locked,
    update_time: report.update_time,
  }
  const known = findBalance(db, balance)
  const isSame = known?.total === report.total && known.available === report.available && known.locked === report.locked
  if (!known || (!isSame && report.update_time >= known.told_time)) {
    upsertBalance(db, account.user_id, balance)
    publish(booking, 'balance_update', balance)
  } else {
    if (isSame && report.update_time > known.told_time) confirmBalance(db, balance, report.update_time)
    result.duplicates += 1
  }
  if (source === 'rest' && known?.synced_total !== report.total) markSynced(db, balance, report.total)
}
