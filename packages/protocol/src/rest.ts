import { z } from 'zod'
import { decimalSchema, normaliseDecimal } from './decimal.ts'
import { marketChannelSchema } from './market.ts'
import {
  environmentSchema,
  exchangeIdSchema,
  executionSchema,
  feeSchema,
  keyStateSchema,
  marginModeSchema,
  openAmendSchema,
  orderSchema,
  orderStatusSchema,
  orderTypeSchema,
  positionSideSchema,
  sideSchema,
  timeInForceSchema,
  tradingModeSchema,
  userSchema,
} from './records.ts'

/* Bodies, queries and answers of the REST API. Objects are strict: an unknown field is refused. */

/** RFC 9457 problem details, with our `code` and, for bad fields, `errors`. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  request_id: z.string(),
  errors: z
    .array(
      z.object({
        field: z.string(),
        message: z.string(),
        /** Of a value that breaks a rule of the exchange: which rule, its limit, and the nearest values that keep it. */
        rule: z.string().optional(),
        limit: z.string().nullable().optional(),
        nearest: z.array(z.string()).readonly().optional(),
      }),
    )
    .optional(),
})
export type Problem = z.infer<typeof problemSchema>

export const registerBodySchema = z.strictObject({ email: z.email().max(254), password: z.string().min(12).max(256) })
export const loginBodySchema = z.strictObject({
  email: z.string().max(254),
  password: z.string().max(256),
  totp: z.string().max(16).optional(),
})
export const sessionAnswerSchema = z.object({ user: userSchema, access_token: z.string(), expires_in: z.int() })
export type SessionAnswer = z.infer<typeof sessionAnswerSchema>

export const addKeyBodySchema = z.strictObject({
  exchange: exchangeIdSchema,
  trading_mode: tradingModeSchema,
  environment: environmentSchema,
  region: z.string().max(32).optional(),
  label: z.string().max(64).optional(),
  api_key: z.string().min(1).max(512),
  api_secret: z.string().min(1).max(8192),
  passphrase: z.string().max(256).optional(),
})
export type AddKeyBody = z.infer<typeof addKeyBodySchema>

export const addPaperKeyBodySchema = z.strictObject({
  exchange: exchangeIdSchema,
  trading_mode: tradingModeSchema,
  label: z.string().max(64).optional(),
  balances: z.record(z.string().max(32), decimalSchema).optional(),
})
export type AddPaperKeyBody = z.infer<typeof addPaperKeyBodySchema>

export const patchKeyBodySchema = z
  .strictObject({
    label: z.string().max(64).nullable().optional(),
    is_active: z.boolean().optional(),
  })
  .refine(({ label, is_active }) => label !== undefined || is_active !== undefined, 'send label, is_active or both')
export type PatchKeyBody = z.infer<typeof patchKeyBodySchema>

const triggerBySchema = z.enum(['LAST', 'MARK', 'INDEX'])

/** What a venue offers in one trading mode. */
export const capabilitiesSchema = z.object({
  upkeep: z.enum(['listen_key', 'signed_session']),
  order_types: z.array(orderTypeSchema).readonly(),
  time_in_force: z.array(timeInForceSchema).readonly(),
  /** Of orders which wait for a trigger. */
  conditional_time_in_force: z.array(timeInForceSchema).readonly(),
  post_only: z.boolean(),
  conditional_post_only: z.boolean(),
  reduce_only: z.boolean(),
  hedge_mode: z.boolean(),
  margin_modes: z.array(marginModeSchema).readonly(),
  /** Those that an order may name; empty where the mode is set for the symbol or the account. */
  order_margin_modes: z.array(marginModeSchema).readonly(),
  quote_quantity: z.boolean(),
  trigger_by: z.array(triggerBySchema).readonly(),
  close_position: z.boolean(),
  amend: z.object({ price: z.boolean(), quantity: z.enum(['any', 'down']) }).nullable(),
  market_channels: z.array(marketChannelSchema).readonly(),
  unprovable: z.string().nullable(),
})

/** What forms must know of a venue that this hub speaks with. */
export const venueSchema = z.object({
  exchange: exchangeIdSchema,
  name: z.string(),
  /** Whether an API key works for one trading mode, or for the whole account. */
  key_covers: z.enum(['one_mode', 'all_modes']),
  trading_modes: z.array(tradingModeSchema),
  /** `paper` only where this hub has a paper exchange. */
  environments: z.array(environmentSchema),
  regions: z.array(z.object({ region: z.string(), name: z.string() })),
  needs_passphrase: z.boolean(),
  capabilities: z.partialRecord(tradingModeSchema, capabilitiesSchema),
})
export type Venue = z.infer<typeof venueSchema>

export const listenKeyAnswerSchema = z.object({
  exchange_key_id: z.int(),
  exchange: exchangeIdSchema,
  trading_mode: tradingModeSchema,
  upkeep: z.enum(['listen_key', 'signed_session']),
  state: keyStateSchema,
  expires_at: z.int().nullable(),
})
export type ListenKeyAnswer = z.infer<typeof listenKeyAnswerSchema>

const commaList = <T>(item: z.ZodType<T, string>) =>
  z
    .string()
    .max(512)
    .transform((text) => text.split(','))
    .pipe(z.array(item).max(32))

/** A whole number in a query, in plain digits only: no sign, exponent, hexadecimal or blank. */
export const queryInteger = (min: number, max = 999_999_999_999_999) =>
  z
    .string()
    .regex(/^\d{1,15}$/, 'must be a whole number in plain digits')
    .transform(Number) // not money: an id, a time or a count
    .pipe(z.int().min(min).max(max))

/** Filters of `/trading/orders`, `/stats` and `/export`; `status` may name several, comma-separated. */
export const orderFilterSchema = z.strictObject({
  exchange_key_id: queryInteger(1).optional(),
  exchange: exchangeIdSchema.optional(),
  trading_mode: tradingModeSchema.optional(),
  symbol: z.string().max(64).optional(),
  side: sideSchema.optional(),
  status: commaList(orderStatusSchema).optional(),
  origin: z.enum(['hub', 'external']).optional(),
  from: queryInteger(0).optional(),
  to: queryInteger(0).optional(),
  /** Part of a symbol, an order id or a client order id. */
  q: z.string().max(64).optional(),
})
export type OrderFilter = z.infer<typeof orderFilterSchema>

export const pageSchema = z.strictObject({
  limit: queryInteger(1, 500).default(100),
  cursor: z.string().max(512).optional(),
})

export const orderStatsSchema = z.object({
  total: z.int(),
  open: z.int(),
  filled: z.int(),
  canceled: z.int(),
  rejected: z.int(),
  expired: z.int(),
  partially_filled: z.int(),
  /** Filled / all terminal orders, a decimal from "0" to "1"; null when no order has ended. */
  fill_rate: decimalSchema.nullable(),
  by_quote: z.array(z.object({ asset: z.string(), volume: decimalSchema, realized_pnl: decimalSchema.nullable() })),
  fees: z.array(feeSchema),
})
export type OrderStats = z.infer<typeof orderStatsSchema>

export const orderTimelineEntrySchema = z.object({
  source: z.enum(['stream', 'rest', 'hub']),
  status: orderStatusSchema,
  executed_qty: decimalSchema,
  price: decimalSchema.nullable(),
  quantity: decimalSchema.nullable(),
  /** Why the order ended, or why a change of it was refused. */
  reason: z.string().nullable(),
  /** The change asked for at this step and open since. */
  amend: openAmendSchema.nullable(),
  /** The venue's time; null for a step of our own. */
  exchange_time: z.int().nullable(),
  received_time: z.int(),
  commit_time: z.int(),
})
export type OrderTimelineEntry = z.infer<typeof orderTimelineEntrySchema>

export const orderDetailsSchema = orderSchema.extend({
  events: z.array(orderTimelineEntrySchema),
  executions: z.array(executionSchema),
})
export type OrderDetails = z.infer<typeof orderDetailsSchema>

/** Ends in the one plain spelling: what is stored, sent and shown is the same from the start. */
const positiveDecimal = decimalSchema
  .refine((text) => /[1-9]/.test(text) && !text.startsWith('-'), 'must be more than 0')
  .transform(normaliseDecimal)

export const placeOrderBodySchema = z.strictObject({
  exchange_key_id: z.int().positive(),
  trading_mode: tradingModeSchema.optional(),
  symbol: z.string().min(1).max(64),
  side: sideSchema,
  type: orderTypeSchema.exclude(['OTHER']),
  quantity: positiveDecimal.optional(),
  quote_quantity: positiveDecimal.optional(),
  price: positiveDecimal.optional(),
  time_in_force: timeInForceSchema.optional(),
  post_only: z.boolean().optional(),
  reduce_only: z.boolean().optional(),
  position_side: positionSideSchema.optional(),
  margin_mode: marginModeSchema.optional(),
  stop_price: positiveDecimal.optional(),
  trigger_by: triggerBySchema.optional(),
  callback_rate: positiveDecimal.optional(),
  close_position: z.boolean().optional(),
  client_order_id: z
    .string()
    .regex(/^[A-Za-z0-9]{1,32}$/, 'must be 1 to 32 letters and digits')
    .optional(),
})
export type PlaceOrderBody = z.infer<typeof placeOrderBodySchema>

export const placeOrderAnswerSchema = z.object({
  id: z.int(),
  client_order_id: z.string(),
  status: orderStatusSchema,
})
export type PlaceOrderAnswer = z.infer<typeof placeOrderAnswerSchema>

export const amendOrderBodySchema = z
  .strictObject({ price: positiveDecimal.optional(), quantity: positiveDecimal.optional() })
  .refine(({ price, quantity }) => price !== undefined || quantity !== undefined, 'send price, quantity or both')
/** `quantity`: the new total, what is filled included. */
export type AmendOrderBody = z.infer<typeof amendOrderBodySchema>

export const amendOrderAnswerSchema = z.object({ id: z.int(), status: orderStatusSchema })
export type AmendOrderAnswer = z.infer<typeof amendOrderAnswerSchema>

export const cancelOrderAnswerSchema = z.object({ id: z.int(), status: orderStatusSchema })
export type CancelOrderAnswer = z.infer<typeof cancelOrderAnswerSchema>

export interface Page<T> {
  items: T[]
  next_cursor: string | null
}

/** The answer of a list: `items` newest first, `next_cursor` null on the last page. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), next_cursor: z.string().nullable() })
