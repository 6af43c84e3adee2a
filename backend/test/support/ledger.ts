import type { AccountEvent, EventSource } from '@tradercoin/protocol'
import type { BookResult } from '../../src/ledger/booking.ts'
import type { Database } from '../../src/store/database.ts'
import { type JobArgs, type JobName, type JobResult, jobs } from '../../src/store/jobs.ts'
import type { CommittedEvent } from '../../src/store/outbox.ts'
import { type JobCall, runBatch } from '../../src/store/transaction.ts'

/** The ledger on a real database, without the worker between. User and key have the same id. */
export class TestLedger {
  readonly events: CommittedEvent[] = []
  readonly db: Database
  now = 5_000

  constructor(db: Database) {
    this.db = db
  }

  batch(calls: JobCall[]) {
    const result = runBatch({ db: this.db, jobs, fence: 0, now: this.now }, calls)
    this.events.push(...result.events)
    return result.replies
  }

  run<Name extends JobName>(name: Name, args: JobArgs<Name>): JobResult<Name> {
    const [reply] = this.batch([[name, args]])
    if (!reply?.ok) throw new Error(`${reply?.code}: ${reply?.message}`)
    return reply.value as JobResult<Name>
  }

  book(events: AccountEvent[], user = 1, source: EventSource = 'stream', recovering = false): BookResult {
    return this.run('bookEvents', bookArgs(events, user, source, recovering))
  }

  /** The tables an account's events end in, without ids and without what tells when or by whom something was told. */
  tables() {
    return {
      orders: this.db.all(
        `SELECT user_id, order_id, client_order_id, symbol, side, type, status, price, quantity, executed_qty, executed_price,
           last_price, last_qty, fee, fee_asset, fees, realized_pnl, reason, create_time, update_time, is_open, state
         FROM orders ORDER BY user_id, symbol, order_id`,
      ),
      executions: this.db.all(
        `SELECT user_id, symbol, order_id, trade_id, side, price, quantity, quote_qty, fee, fee_asset, realized_pnl, time
         FROM executions ORDER BY user_id, symbol, order_id, trade_id`,
      ),
      balances: this.db.all('SELECT user_id, asset, total, available, locked FROM balances ORDER BY user_id, asset'),
      positions: this.db.all(
        `SELECT user_id, symbol, position_side, position_id, margin_mode, quantity, entry_price, unrealized_pnl, leverage
         FROM positions ORDER BY user_id, symbol, position_side, position_id`,
      ),
    }
  }
}

export function bookArgs(
  events: AccountEvent[],
  user = 1,
  source: EventSource = 'stream',
  recovering = false,
): JobArgs<'bookEvents'> {
  const account = { user_id: user, exchange_key_id: user, exchange: 'binance' as const }
  return { account, source, received: [{ received_at: 4_000, events }], recovering }
}
