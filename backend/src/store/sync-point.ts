import type { OrderRef, SnapshotSince } from '@tradercoin/exchanges'
import { type TradingMode, tradingModeSchema } from '@tradercoin/protocol'
import type { AccountKey } from './account-keys.ts'
import type { Database } from './database.ts'

/** What the ledger knows of an account, as a query of its venue wants to be told. For the Account itself, not for a user. */
export function readSyncPoint(db: Database, key: AccountKey): SnapshotSince {
  return db.snapshot(() => ({
    time:
      db.get<{ synced_to: number | null }>('SELECT synced_to FROM exchange_keys WHERE id = ?', key.id)?.synced_to ??
      null,
    // Orders that the venue has not confirmed yet are looked up by themselves (see readOpenRequests).
    open_orders: db
      .all<OrderRef>(
        `SELECT trading_mode, symbol, order_id, client_order_id FROM orders
         WHERE user_id = ? AND exchange_key_id = ? AND is_open = 1 AND json_extract(state, '$.facts') IS NOT NULL`,
        key.user_id,
        key.id,
      )
      .map((ref) => ({ ...ref })),
    symbols: tradingModeSchema.options.flatMap((mode) => symbolsOf(db, key.id, mode)),
    // As of `time`: what the stream has told since must not hide from a query that an asset has moved.
    balances: db
      .all<{ asset: string; total: string }>(
        'SELECT asset, synced_total AS total FROM balances WHERE exchange_key_id = ? AND synced_total IS NOT NULL',
        key.id,
      )
      .map((balance) => ({ ...balance })),
    positions: db
      .all<SnapshotSince['positions'][number]>(
        `SELECT trading_mode, symbol, position_side, position_id FROM positions WHERE exchange_key_id = ? AND quantity <> '0'`,
        key.id,
      )
      .map((position) => ({ ...position })),
  }))
}

/** Every symbol the account has orders on. Hops from symbol to symbol in the index, however many orders there are. */
function symbolsOf(db: Database, keyId: number, tradingMode: TradingMode): SnapshotSince['symbols'] {
  const symbols: { trading_mode: TradingMode; symbol: string }[] = []
  const next = `SELECT min(symbol) AS symbol FROM orders
    WHERE exchange_key_id = ? AND trading_mode = ? AND symbol > ? AND order_id IS NOT NULL`
  for (let after = ''; ; ) {
    const symbol = db.get<{ symbol: string | null }>(next, keyId, tradingMode, after)?.symbol
    if (!symbol) return symbols
    symbols.push({ trading_mode: tradingMode, symbol })
    after = symbol
  }
}

/** An order of ours whose outcome no fact of the venue shows yet. */
export interface OpenRequestRow extends OrderRef {
  id: number
  user_id: number
  /** Whether the venue has ever told of it. */
  is_known: number
  /** Our clock (ms) of what was asked last. */
  asked_at: number
  is_cancel: number
  /** Our clock (ms) when the open change of it was asked; null when there is none. */
  amend_time: number | null
}

/** Placings, changes and cancels of one key that are still to be settled, oldest first. */
export function readOpenRequests(db: Database, key: AccountKey): OpenRequestRow[] {
  return db.all(
    `SELECT id, user_id, trading_mode, symbol, order_id, client_order_id,
       json_extract(state, '$.facts') IS NOT NULL AS is_known,
       json_extract(state, '$.cancel') IS NOT NULL AS is_cancel,
       json_extract(state, '$.amend.time') AS amend_time,
       coalesce(json_extract(state, '$.cancel.time'), json_extract(state, '$.amend.time'), json_extract(state, '$.place.time'), 0)
         AS asked_at
     FROM orders
     WHERE user_id = ? AND exchange_key_id = ? AND is_open = 1
       AND (json_extract(state, '$.facts') IS NULL OR json_extract(state, '$.cancel') IS NOT NULL
         OR json_extract(state, '$.amend') IS NOT NULL)
     ORDER BY id`,
    key.user_id,
    key.id,
  )
}
