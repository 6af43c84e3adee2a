/** The first schema: users and their logs, keys, orders with their history, balances, positions, and what is kept for the record. */
export const initial = `
CREATE TABLE hub (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  fence INTEGER NOT NULL,
  taken_at INTEGER NOT NULL,
  vault_check TEXT
) STRICT;
INSERT INTO hub (id, fence, taken_at) VALUES (1, 0, 0);

CREATE TABLE users (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  email TEXT NOT NULL UNIQUE CHECK (email = lower(email)),
  password_hash TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('user', 'admin')),
  is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1)),
  created_at INTEGER NOT NULL,
  password_changed_at INTEGER NOT NULL
) STRICT;

CREATE TABLE user_logs (
  user_id INTEGER PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  epoch TEXT NOT NULL,
  seq INTEGER NOT NULL DEFAULT 0,
  pruned INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TRIGGER users_have_a_log AFTER INSERT ON users BEGIN
  INSERT INTO user_logs (user_id, epoch) VALUES (new.id, lower(hex(randomblob(8))));
END;

CREATE TABLE sessions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  refresh_hash TEXT NOT NULL UNIQUE,
  previous_hash TEXT,
  rotated_at INTEGER,
  created_at INTEGER NOT NULL,
  last_used_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  revoked_at INTEGER,
  user_agent TEXT,
  ip TEXT
) STRICT;
CREATE INDEX sessions_of_user ON sessions (user_id);
CREATE INDEX sessions_by_previous_hash ON sessions (previous_hash) WHERE previous_hash IS NOT NULL;
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
CREATE INDEX sessions_by_revocation ON sessions (revoked_at) WHERE revoked_at IS NOT NULL;

CREATE TABLE exchange_keys (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id INTEGER NOT NULL REFERENCES users (id),
  exchange TEXT NOT NULL,
  trading_mode TEXT NOT NULL,
  environment TEXT NOT NULL,
  region TEXT,
  label TEXT,
  account_uid TEXT NOT NULL,
  account_scope TEXT NOT NULL,
  api_key_last4 TEXT NOT NULL,
  api_key_sealed BLOB,
  api_secret_sealed BLOB,
  passphrase_sealed BLOB,
  listen_key_sealed BLOB,
  listen_key_expires_at INTEGER,
  is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1)),
  permissions TEXT,
  warnings TEXT NOT NULL DEFAULT '[]',
  state TEXT NOT NULL DEFAULT 'stopped',
  state_reason TEXT,
  last_event_at INTEGER,
  alive_at INTEGER,
  synced_to INTEGER,
  created_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;
CREATE UNIQUE INDEX exchange_keys_one_per_account ON exchange_keys (user_id, exchange, environment, account_scope)
  WHERE deleted_at IS NULL;
CREATE INDEX exchange_keys_active ON exchange_keys (id) WHERE deleted_at IS NULL AND is_active = 1;

CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER NOT NULL REFERENCES users (id),
  exchange_key_id INTEGER NOT NULL REFERENCES exchange_keys (id),
  exchange TEXT NOT NULL,
  trading_mode TEXT NOT NULL,
  order_id TEXT,
  client_order_id TEXT,
  symbol TEXT NOT NULL,
  side TEXT NOT NULL,
  position_side TEXT,
  type TEXT NOT NULL,
  venue_type TEXT,
  time_in_force TEXT,
  post_only INTEGER NOT NULL,
  reduce_only INTEGER NOT NULL,
  status TEXT NOT NULL,
  price TEXT,
  stop_price TEXT,
  quantity TEXT,
  quantity_unit TEXT NOT NULL,
  executed_qty TEXT NOT NULL,
  executed_price TEXT,
  last_price TEXT,
  last_qty TEXT,
  fee TEXT,
  fee_asset TEXT,
  fees TEXT NOT NULL,
  realized_pnl TEXT,
  origin TEXT NOT NULL CHECK (origin IN ('hub', 'external')),
  reason TEXT,
  parent_order_id TEXT,
  create_time INTEGER NOT NULL,
  update_time INTEGER NOT NULL,
  is_open INTEGER NOT NULL CHECK (is_open IN (0, 1)),
  placed_as TEXT,
  state TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX orders_by_venue_id ON orders (exchange_key_id, trading_mode, symbol, order_id) WHERE order_id IS NOT NULL;
CREATE UNIQUE INDEX orders_of_hub_by_client_id ON orders (exchange_key_id, placed_as) WHERE placed_as IS NOT NULL;
CREATE INDEX orders_newest ON orders (user_id, create_time, id);
CREATE INDEX orders_open ON orders (user_id, exchange_key_id) WHERE is_open = 1;

CREATE TABLE order_events (
  order_row_id INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  source TEXT NOT NULL,
  status TEXT NOT NULL,
  executed_qty TEXT NOT NULL,
  price TEXT,
  quantity TEXT,
  reason TEXT,
  exchange_time INTEGER,
  received_time INTEGER NOT NULL,
  commit_time INTEGER NOT NULL,
  PRIMARY KEY (order_row_id, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE executions (
  id INTEGER PRIMARY KEY,
  user_id INTEGER NOT NULL,
  exchange_key_id INTEGER NOT NULL,
  exchange TEXT NOT NULL,
  trading_mode TEXT NOT NULL,
  symbol TEXT NOT NULL,
  order_id TEXT NOT NULL,
  client_order_id TEXT,
  trade_id TEXT NOT NULL,
  side TEXT NOT NULL,
  position_side TEXT,
  price TEXT NOT NULL,
  quantity TEXT NOT NULL,
  quote_qty TEXT,
  fee TEXT,
  fee_asset TEXT,
  realized_pnl TEXT,
  is_maker INTEGER,
  kind TEXT NOT NULL,
  source TEXT NOT NULL CHECK (source IN ('stream', 'rest')),
  time INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX executions_once ON executions (exchange_key_id, trading_mode, symbol, order_id, trade_id);
CREATE INDEX executions_newest ON executions (user_id, time, id);

CREATE TABLE balances (
  exchange_key_id INTEGER NOT NULL REFERENCES exchange_keys (id),
  trading_mode TEXT NOT NULL,
  asset TEXT NOT NULL,
  user_id INTEGER NOT NULL REFERENCES users (id),
  exchange TEXT NOT NULL,
  total TEXT NOT NULL,
  available TEXT,
  locked TEXT,
  update_time INTEGER NOT NULL,
  told_time INTEGER NOT NULL,
  synced_total TEXT,
  PRIMARY KEY (exchange_key_id, trading_mode, asset)
) STRICT, WITHOUT ROWID;
CREATE INDEX balances_of_user ON balances (user_id);

CREATE TABLE positions (
  exchange_key_id INTEGER NOT NULL REFERENCES exchange_keys (id),
  trading_mode TEXT NOT NULL,
  symbol TEXT NOT NULL,
  position_side TEXT NOT NULL,
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
  told_times TEXT NOT NULL,
  PRIMARY KEY (exchange_key_id, trading_mode, symbol, position_side)
) STRICT, WITHOUT ROWID;
CREATE INDEX positions_of_user ON positions (user_id);

CREATE TABLE gaps (
  id INTEGER PRIMARY KEY,
  user_id INTEGER NOT NULL REFERENCES users (id),
  exchange_key_id INTEGER NOT NULL REFERENCES exchange_keys (id),
  "from" INTEGER NOT NULL,
  "to" INTEGER,
  cause TEXT NOT NULL,
  recovered_orders INTEGER NOT NULL DEFAULT 0,
  recovered_executions INTEGER NOT NULL DEFAULT 0,
  unproven TEXT
) STRICT;
CREATE INDEX gaps_newest ON gaps (user_id, "from", id);
CREATE UNIQUE INDEX gaps_one_open ON gaps (exchange_key_id) WHERE "to" IS NULL;

CREATE TABLE events (
  user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  seq INTEGER NOT NULL,
  type TEXT NOT NULL,
  data TEXT NOT NULL,
  time INTEGER NOT NULL,
  PRIMARY KEY (user_id, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE raw_events (
  id INTEGER PRIMARY KEY,
  user_id INTEGER NOT NULL REFERENCES users (id),
  exchange_key_id INTEGER NOT NULL REFERENCES exchange_keys (id),
  event_type TEXT NOT NULL,
  payload TEXT NOT NULL,
  problem TEXT,
  received_time INTEGER NOT NULL
) STRICT;
CREATE INDEX raw_events_of_key ON raw_events (exchange_key_id, id);

CREATE TABLE audit_log (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  time INTEGER NOT NULL,
  user_id INTEGER,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  detail TEXT NOT NULL,
  ip TEXT,
  prev_hash TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT;
CREATE INDEX audit_log_of_user ON audit_log (user_id, id);

CREATE TABLE idempotency_keys (
  user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  key TEXT NOT NULL,
  route TEXT NOT NULL,
  body_hash TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('running', 'done')),
  status INTEGER,
  answer TEXT,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (user_id, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
`
