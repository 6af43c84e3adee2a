import type {
  Balance,
  Environment,
  ExchangeId,
  Execution,
  KeyState,
  Order,
  OrderStatus,
  Position,
  TradingMode,
  UserEventType,
} from '@tradercoin/protocol'
import type { Generated } from 'kysely'

/* The rows as they are stored: the records' own field names; booleans are 0 or 1, lists and objects are JSON text. */

export interface HubTable {
  id: number
  fence: number
  taken_at: number
  /** What only the right ENCRYPTION_KEY gives. */
  vault_check: string | null
}

export interface UsersTable {
  id: Generated<number>
  email: string
  password_hash: string
  role: 'user' | 'admin'
  is_active: Generated<number>
  created_at: number
  password_changed_at: number
}

export interface UserLogsTable {
  user_id: number
  epoch: string
  seq: number
  pruned: number
}

export interface SessionsTable {
  id: Generated<number>
  user_id: number
  refresh_hash: string
  previous_hash: string | null
  rotated_at: number | null
  created_at: number
  last_used_at: number
  expires_at: number
  revoked_at: number | null
  user_agent: string | null
  ip: string | null
}

export interface ExchangeKeysTable {
  id: Generated<number>
  user_id: number
  exchange: ExchangeId
  trading_mode: TradingMode
  environment: Environment
  region: string | null
  label: string | null
  account_uid: string
  /** What makes an account unique at its venue: the uid, on Binance with the mode. */
  account_scope: string
  api_key_last4: string
  api_key_sealed: Uint8Array | null
  api_secret_sealed: Uint8Array | null
  passphrase_sealed: Uint8Array | null
  listen_key_sealed: Uint8Array | null
  listen_key_expires_at: number | null
  is_active: Generated<number>
  /** JSON of KeyPermissions. */
  permissions: string | null
  /** JSON list of sentences. */
  warnings: Generated<string>
  /** As last stored; the running Account knows better. */
  state: Generated<KeyState>
  state_reason: string | null
  last_event_at: number | null
  /** Our clock (ms) of the last stored proof that the private stream was alive. */
  alive_at: number | null
  /** Venue time (ms) up to which everything is known by query. */
  synced_to: number | null
  /** Our clock (ms) when the venue was last asked for the key's rights; null since before the hub noted it. */
  checked_at: number | null
  /** Why the key is suspended: rights that could move money away, as a sentence; null when it is not. */
  suspended_reason: string | null
  created_at: number
  deleted_at: number | null
}

type Stored<Record, Json extends keyof Record, Flag extends keyof Record> = Omit<Record, Json | Flag> & {
  [Field in Json]: string
} & { [Field in Flag]: null extends Record[Field] ? number | null : number }

export type OrdersTable = Stored<Omit<Order, 'id' | 'amend'>, 'fees', 'post_only' | 'reduce_only'> & {
  id: Generated<number>
  is_open: number
  /** JSON of OpenAmend. */
  amend: string | null
  /** The client order id under which the hub placed it; null for an external order. */
  placed_as: string | null
  /** JSON of OrderState: what the record follows from. */
  state: string
}

export interface OrderEventsTable {
  order_row_id: number
  /** Of the order_update that told the user of this step. */
  seq: number
  source: 'stream' | 'rest' | 'hub'
  status: OrderStatus
  executed_qty: string
  price: string | null
  quantity: string | null
  reason: string | null
  /** JSON of OpenAmend. */
  amend: string | null
  exchange_time: number | null
  received_time: number
  commit_time: number
}

export type ExecutionsTable = Stored<Omit<Execution, 'id'>, never, 'is_maker'> & { id: Generated<number> }

export type BalancesTable = Balance & {
  user_id: number
  /** The newest update_time that told this content; a report that repeats it moves this and nothing a tab sees. */
  told_time: number
  /** What the last query said, to tell from the next one which assets have moved; null when none has. */
  synced_total: string | null
}

export type PositionsTable = Position & {
  user_id: number
  /** JSON: the newest update_time that told each field. */
  told_times: string
}

export interface GapsTable {
  id: Generated<number>
  user_id: number
  exchange_key_id: number
  from: number
  to: number | null
  cause: string
  recovered_orders: number
  recovered_executions: number
  unproven: string | null
}

export interface EventsTable {
  user_id: number
  seq: number
  type: UserEventType
  /** JSON of the record. */
  data: string
  time: number
}

export interface RawEventsTable {
  id: Generated<number>
  user_id: number
  exchange_key_id: number
  event_type: string
  payload: string
  problem: string | null
  received_time: number
}

export interface AuditLogTable {
  id: Generated<number>
  time: number
  user_id: number | null
  actor: string
  action: string
  detail: string
  ip: string | null
  prev_hash: string
  hash: string
}

export interface IdempotencyKeysTable {
  user_id: number
  key: string
  route: string
  body_hash: string
  state: 'running' | 'done'
  status: number | null
  answer: string | null
  created_at: number
}

export interface Schema {
  hub: HubTable
  users: UsersTable
  user_logs: UserLogsTable
  sessions: SessionsTable
  exchange_keys: ExchangeKeysTable
  orders: OrdersTable
  order_events: OrderEventsTable
  executions: ExecutionsTable
  balances: BalancesTable
  positions: PositionsTable
  gaps: GapsTable
  events: EventsTable
  raw_events: RawEventsTable
  audit_log: AuditLogTable
  idempotency_keys: IdempotencyKeysTable
}
