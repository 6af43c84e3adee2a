import { z } from 'zod'
import { decimalSchema } from './decimal.ts'

/*
 * The records that travel: one snake_case shape from the parser through the database to the tab. Decimals and venue ids are
 * strings, our own ids and times are integers (milliseconds since 1970), absent is null.
 */

export const exchangeIds = ['binance', 'okx', 'bybit'] as const
export const exchangeIdSchema = z.enum(exchangeIds)
export type ExchangeId = z.infer<typeof exchangeIdSchema>

export const tradingModeSchema = z.enum(['spot', 'futures'])
export type TradingMode = z.infer<typeof tradingModeSchema>

export const environmentSchema = z.enum(['live', 'demo', 'testnet', 'paper'])
export type Environment = z.infer<typeof environmentSchema>

export const sideSchema = z.enum(['BUY', 'SELL'])
export type Side = z.infer<typeof sideSchema>

export const positionSideSchema = z.enum(['LONG', 'SHORT', 'NET'])
export type PositionSide = z.infer<typeof positionSideSchema>

export const marginModeSchema = z.enum(['CROSS', 'ISOLATED'])
export type MarginMode = z.infer<typeof marginModeSchema>

export const orderTypeSchema = z.enum([
  'LIMIT',
  'MARKET',
  'STOP_MARKET',
  'STOP_LIMIT',
  'TAKE_PROFIT_MARKET',
  'TAKE_PROFIT_LIMIT',
  'TRAILING_STOP',
  'OTHER',
])
export type OrderType = z.infer<typeof orderTypeSchema>

export const timeInForceSchema = z.enum(['GTC', 'IOC', 'FOK', 'GTD'])
export type TimeInForce = z.infer<typeof timeInForceSchema>

/** What a venue can say of an order. */
export const venueStatusSchema = z.enum([
  'UNTRIGGERED',
  'TRIGGERED',
  'NEW',
  'PARTIALLY_FILLED',
  'FILLED',
  'CANCELED',
  'REJECTED',
  'EXPIRED',
])
export type VenueStatus = z.infer<typeof venueStatusSchema>

/** What a tab shows: a venue's word, or the overlay of our own open request (PENDING_NEW, PENDING_CANCEL, UNKNOWN). */
export const orderStatusSchema = z.enum([...venueStatusSchema.options, 'PENDING_NEW', 'PENDING_CANCEL', 'UNKNOWN'])
export type OrderStatus = z.infer<typeof orderStatusSchema>

const terminalStatuses: ReadonlySet<OrderStatus> = new Set(['FILLED', 'CANCELED', 'REJECTED', 'EXPIRED'])

/** Whether an order of this status can never trade again by itself. */
export function isTerminal(status: OrderStatus): boolean {
  return terminalStatuses.has(status)
}

/** The reason shown on an order that had not ended when its key was removed; its status is UNKNOWN then. */
export const removedKeyReason = 'The key was removed: the hub no longer hears of this order.'

/** The prefix of order ids from a venue's second id space, that of its algo (conditional) orders. */
export const algoIdPrefix = 'algo:'

/**
 * Whether an order can never trade again by itself. An algo order has done its part once it has triggered: what trades is another
 * order, its child, which names it as `parent_order_id`.
 */
export function hasEnded({ status, order_id }: { status: OrderStatus; order_id: string | null }): boolean {
  return isTerminal(status) || (status === 'TRIGGERED' && order_id !== null && order_id.startsWith(algoIdPrefix))
}

/** Whether an order may still trade and the hub hears of it. */
export function isOpenOrder(order: Pick<Order, 'status' | 'reason' | 'order_id'>): boolean {
  return !hasEnded(order) && !(order.status === 'UNKNOWN' && order.reason === removedKeyReason)
}

export const originSchema = z.enum(['hub', 'external'])
export type Origin = z.infer<typeof originSchema>

export const quantityUnitSchema = z.enum(['BASE', 'CONTRACT'])
export type QuantityUnit = z.infer<typeof quantityUnitSchema>

export const feeSchema = z.object({ asset: z.string(), amount: decimalSchema })
/** Positive = paid by the user, negative = a rebate. */
export type Fee = z.infer<typeof feeSchema>

const id = z.int().nonnegative()
const time = z.int()

export const openAmendSchema = z.object({
  /** What was asked for; null: left as it is. `quantity` is the new total. */
  price: decimalSchema.nullable(),
  quantity: decimalSchema.nullable(),
  /** `unknown`: the answer was lost, a query will settle it. */
  state: z.enum(['sent', 'unknown']),
  /** When it was asked, by the hub's clock (ms). */
  time,
})
/** A change of a resting order that was asked for through the hub and that the venue has not confirmed yet. */
export type OpenAmend = z.infer<typeof openAmendSchema>

export const orderSchema = z.object({
  id,
  user_id: id,
  exchange_key_id: id,
  exchange: exchangeIdSchema,
  trading_mode: tradingModeSchema,
  /** The venue's id; null until the venue has told it. */
  order_id: z.string().nullable(),
  client_order_id: z.string().nullable(),
  symbol: z.string(),
  side: sideSchema,
  position_side: positionSideSchema.nullable(),
  type: orderTypeSchema,
  venue_type: z.string().nullable(),
  time_in_force: timeInForceSchema.nullable(),
  post_only: z.boolean(),
  reduce_only: z.boolean(),
  status: orderStatusSchema,
  price: decimalSchema.nullable(),
  stop_price: decimalSchema.nullable(),
  /** Null for a market order sized in quote until the venue has told the base quantity. */
  quantity: decimalSchema.nullable(),
  quantity_unit: quantityUnitSchema,
  /** `quantity` in the venue's own figure, such as contracts; null where that is `quantity` itself. */
  venue_quantity: decimalSchema.nullable(),
  executed_qty: decimalSchema,
  /** Volume-weighted average of the executions; the venue's own average until all of them are known; null while unfilled. */
  executed_price: decimalSchema.nullable(),
  last_price: decimalSchema.nullable(),
  last_qty: decimalSchema.nullable(),
  /** Null when nothing is known or when `fees` names more than one asset. */
  fee: decimalSchema.nullable(),
  fee_asset: z.string().nullable(),
  fees: z.array(feeSchema),
  realized_pnl: decimalSchema.nullable(),
  amend: openAmendSchema.nullable(),
  origin: originSchema,
  /** Why it was refused, expired or canceled, in the venue's words. */
  reason: z.string().nullable(),
  parent_order_id: z.string().nullable(),
  create_time: time,
  update_time: time,
})
export type Order = z.infer<typeof orderSchema>

export const executionKindSchema = z.enum(['TRADE', 'LIQUIDATION', 'ADL', 'SETTLEMENT'])
export type ExecutionKind = z.infer<typeof executionKindSchema>

export const eventSourceSchema = z.enum(['stream', 'rest'])
export type EventSource = z.infer<typeof eventSourceSchema>

export const executionSchema = z.object({
  id,
  user_id: id,
  exchange_key_id: id,
  exchange: exchangeIdSchema,
  trading_mode: tradingModeSchema,
  symbol: z.string(),
  order_id: z.string(),
  client_order_id: z.string().nullable(),
  trade_id: z.string(),
  side: sideSchema,
  position_side: positionSideSchema.nullable(),
  price: decimalSchema,
  quantity: decimalSchema,
  quote_qty: decimalSchema.nullable(),
  fee: decimalSchema.nullable(),
  fee_asset: z.string().nullable(),
  realized_pnl: decimalSchema.nullable(),
  is_maker: z.boolean().nullable(),
  kind: executionKindSchema,
  source: eventSourceSchema,
  time,
})
export type Execution = z.infer<typeof executionSchema>

export const balanceSchema = z.object({
  exchange_key_id: id,
  exchange: exchangeIdSchema,
  trading_mode: tradingModeSchema,
  asset: z.string(),
  total: decimalSchema,
  available: decimalSchema.nullable(),
  locked: decimalSchema.nullable(),
  update_time: time,
})
export type Balance = z.infer<typeof balanceSchema>

export const positionSchema = z.object({
  exchange_key_id: id,
  exchange: exchangeIdSchema,
  trading_mode: tradingModeSchema,
  symbol: z.string(),
  position_side: positionSideSchema,
  /** The venue's own, where one symbol and side may have several positions, such as cross beside isolated; null where they name it. */
  position_id: z.string().nullable(),
  margin_mode: marginModeSchema.nullable(),
  /** Signed; "0" closed. */
  quantity: decimalSchema,
  entry_price: decimalSchema.nullable(),
  mark_price: decimalSchema.nullable(),
  unrealized_pnl: decimalSchema.nullable(),
  realized_pnl: decimalSchema.nullable(),
  leverage: decimalSchema.nullable(),
  liquidation_price: decimalSchema.nullable(),
  update_time: time,
})
export type Position = z.infer<typeof positionSchema>

export const gapSchema = z.object({
  id,
  exchange_key_id: id,
  from: time,
  to: time.nullable(),
  cause: z.string(),
  recovered: z.object({ orders: z.int(), executions: z.int() }),
  /** What no query of the venue can prove for that span, as a sentence; null when everything is proven. */
  unproven: z.string().nullable(),
})
/** One interruption of a key's private stream. */
export type Gap = z.infer<typeof gapSchema>

export const keyStateSchema = z.enum([
  'connecting',
  'syncing',
  'live',
  'reconnecting',
  'stale',
  'action_needed',
  'stopped',
])
export type KeyState = z.infer<typeof keyStateSchema>

export const keyStatusSchema = z.object({
  exchange_key_id: id,
  state: keyStateSchema,
  reason: z.string().nullable(),
  last_event_at: time.nullable(),
})
export type KeyStatus = z.infer<typeof keyStatusSchema>

export const keyPermissionsSchema = z.object({
  read: z.boolean(),
  trade: z.boolean(),
  withdraw: z.boolean(),
  transfer: z.boolean(),
  ip_restricted: z.boolean().nullable(),
  expires_at: time.nullable(),
})
/** What the venue says an API key may do. */
export type KeyPermissions = z.infer<typeof keyPermissionsSchema>

export const exchangeKeySchema = z.object({
  id,
  exchange: exchangeIdSchema,
  trading_mode: tradingModeSchema,
  environment: environmentSchema,
  region: z.string().nullable(),
  label: z.string().nullable(),
  api_key_last4: z.string(),
  is_active: z.boolean(),
  /** Null where the venue offers no check (Binance testnet and demo). */
  permissions: keyPermissionsSchema.nullable(),
  /** Sentences for its owner from the last check, such as a missing restriction to addresses. */
  warnings: z.array(z.string()),
  /** When the exchange was last asked what the key may do; null before the first time that was noted. */
  checked_at: time.nullable(),
  /** The key could move money away when it was last checked: its stream is closed and nothing is traded with it until it cannot. */
  is_suspended: z.boolean(),
  state: keyStateSchema,
  state_reason: z.string().nullable(),
  last_event_at: time.nullable(),
  listen_key_expires_at: time.nullable(),
  created_at: time,
})
export type ExchangeKey = z.infer<typeof exchangeKeySchema>

export const userSchema = z.object({ id, email: z.string(), role: z.enum(['user', 'admin']), created_at: time })
export type User = z.infer<typeof userSchema>
