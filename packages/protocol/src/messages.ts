import { z } from 'zod'
import { candlesSchema, marketRequestSchema, marketStatusSchema, orderBookSchema, tickerSchema } from './market.ts'
import { balanceSchema, executionSchema, gapSchema, keyStatusSchema, orderSchema, positionSchema } from './records.ts'

export const sessionIdSchema = z.string().regex(/^[A-Za-z0-9_-]{8,64}$/)

const seq = z.int().nonnegative()

export const resumeSchema = z.object({ epoch: z.string().max(64), seq: z.number() })
/** Where a tab stopped: `seq` is the last event it applied, 0 for none. */
export type Resume = { epoch: string; seq: number }

/** What a client may send. */
export const clientMessageSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('auth'),
    data: z.object({ token: z.string().max(8192), resume: resumeSchema.optional() }),
  }),
  z.object({ type: z.literal('reauth'), data: z.object({ token: z.string().max(8192) }) }),
  z.object({ type: z.literal('subscribe'), data: marketRequestSchema }),
  z.object({ type: z.literal('unsubscribe'), data: marketRequestSchema }),
  z.object({ type: z.literal('ping'), data: z.unknown().optional() }),
])
export type ClientMessage = z.infer<typeof clientMessageSchema>

/** Committed events: each carries the user's next `seq`. */
export const userEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('order_update'), seq, data: orderSchema }),
  z.object({ type: z.literal('execution'), seq, data: executionSchema }),
  z.object({ type: z.literal('balance_update'), seq, data: balanceSchema }),
  z.object({ type: z.literal('position_update'), seq, data: positionSchema }),
  z.object({ type: z.literal('gap'), seq, data: gapSchema }),
])
export type UserEvent = z.infer<typeof userEventSchema>
export type UserEventType = UserEvent['type']

export const readySchema = z.object({
  session_id: z.string(),
  user_id: z.int(),
  epoch: z.string(),
  seq,
  recovered: z.boolean(),
  protocol: z.int(),
  heartbeat_ms: z.int(),
})
export type Ready = z.infer<typeof readySchema>

export const snapshotSchema = z.object({
  epoch: z.string(),
  seq,
  orders: z.array(orderSchema),
  balances: z.array(balanceSchema),
  positions: z.array(positionSchema),
  keys: z.array(keyStatusSchema),
})
export type Snapshot = z.infer<typeof snapshotSchema>

export const heartbeatSchema = z.object({
  ts: z.int(),
  seq,
  keys: z.array(z.object({ exchange_key_id: z.int(), state: keyStatusSchema.shape.state, age_ms: z.int().nullable() })),
})
/** `age_ms`: since the key's exchange link last proved itself alive; null when it never has. */
export type Heartbeat = z.infer<typeof heartbeatSchema>

/** State messages: latest wins, no `seq`. */
const stateMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready'), data: readySchema }),
  z.object({ type: z.literal('snapshot'), data: snapshotSchema }),
  z.object({ type: z.literal('key_status'), data: keyStatusSchema }),
  z.object({ type: z.literal('heartbeat'), data: heartbeatSchema }),
  z.object({ type: z.literal('pong'), data: z.unknown().optional() }),
  z.object({ type: z.literal('reauth'), data: z.object({ expires_at: z.int() }) }),
  z.object({ type: z.literal('error'), data: z.object({ code: z.string(), message: z.string() }) }),
  z.object({ type: z.literal('order_book'), data: orderBookSchema }),
  z.object({ type: z.literal('ticker'), data: tickerSchema }),
  z.object({ type: z.literal('candles'), data: candlesSchema }),
  z.object({ type: z.literal('market_status'), data: marketStatusSchema }),
])

export const serverMessageSchema = z.union([userEventSchema, stateMessageSchema])
export type ServerMessage = UserEvent | z.infer<typeof stateMessageSchema>
