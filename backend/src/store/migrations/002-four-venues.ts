/**
 * What trading on four venues needs: the venue's own figure of a quantity, changes asked for, the rights of a key as last looked at, more
 * than one position of a symbol and side.
 */
export const fourVenues = `
ALTER TABLE orders ADD COLUMN venue_quantity TEXT;
ALTER TABLE orders ADD COLUMN amend TEXT;
ALTER TABLE order_events ADD COLUMN amend TEXT;
UPDATE orders SET state = json_set(state, '$.facts.venue_quantity', NULL) WHERE json_type(state, '$.facts') = 'object';

ALTER TABLE exchange_keys ADD COLUMN checked_at INTEGER;
ALTER TABLE exchange_keys ADD COLUMN suspended_reason TEXT;

ALTER TABLE positions RENAME TO positions_before;
DROP INDEX positions_of_user;
CREATE TABLE positions (
  exchange_key_id INTEGER NOT NULL REFERENCES exchange_keys (id),
  trading_mode TEXT NOT NULL,
  symbol TEXT NOT NULL,
  position_side TEXT NOT NULL,
  position_id TEXT,
  user_id INTEGER NOT NULL REFERENCES users (id),
  exchange TEXT NOT NULL,
  margin_mode TEXT,
  quantity TEXT NOT NULL,
  entry_price TEXT,
  mark_price TEXT,
  unrealized_pnl TEXT,
  realized_pnl TEXT,
  leverage TEXT,
  liquidation_price TEXT,
  update_time INTEGER NOT NULL,
  told_times TEXT NOT NULL
) STRICT;
-- Nulls are never equal in a unique index, and there is one position without an id.
CREATE UNIQUE INDEX positions_identity
  ON positions (exchange_key_id, trading_mode, symbol, position_side, coalesce(position_id, ''));
CREATE INDEX positions_of_user ON positions (user_id);
INSERT INTO positions (exchange_key_id, trading_mode, symbol, position_side, user_id, exchange, margin_mode, quantity, entry_price,
  mark_price, unrealized_pnl, realized_pnl, leverage, liquidation_price, update_time, told_times)
SELECT exchange_key_id, trading_mode, symbol, position_side, user_id, exchange, margin_mode, quantity, entry_price,
  mark_price, unrealized_pnl, realized_pnl, leverage, liquidation_price, update_time, told_times FROM positions_before;
DROP TABLE positions_before;
`
