import type { AccountEvent } from '@tradercoin/protocol'
import {
  balanceSchema,
  decimalSchema,
  executionSchema,
  orderSchema,
  positionSchema,
  venueStatusSchema,
} from '@tradercoin/protocol'
import { z } from 'zod'

/* The records an adapter may hand on, as the protocol writes them. */

const named = z.string().min(1)

const order = orderSchema
  .pick({
    trading_mode: true,
    client_order_id: true,
    side: true,
    position_side: true,
    type: true,
    venue_type: true,
    time_in_force: true,
    post_only: true,
    reduce_only: true,
    price: true,
    stop_price: true,
    quantity: true,
    quantity_unit: true,
    executed_qty: true,
    reason: true,
    parent_order_id: true,
    update_time: true,
  })
  .extend({
    symbol: named,
    order_id: named,
    status: venueStatusSchema,
    venue_average_price: decimalSchema.nullable(),
    create_time: z.int().nullable(),
  })

const execution = executionSchema
  .omit({ id: true, user_id: true, exchange_key_id: true, exchange: true, source: true })
  .extend({ symbol: named, order_id: named, trade_id: named })
const balance = balanceSchema.omit({ exchange_key_id: true, exchange: true }).extend({ asset: named })
const refusal = executionSchema
  .pick({ trading_mode: true, time: true })
  .extend({ symbol: named, order_id: named, reason: named })
const position = positionSchema.omit({ exchange_key_id: true, exchange: true }).extend({ symbol: named })

/** Why an event is not one; null when it is. */
export function problemWith(event: AccountEvent): string | null {
  switch (event.kind) {
    case 'order':
      return problem(order, event.order) ?? (event.execution && problem(execution, event.execution))
    case 'execution':
      return problem(execution, event.execution)
    case 'balance':
      return problem(balance, event.balance)
    case 'position':
      return problem(position, event.position)
    case 'amend_refused':
      return problem(refusal, event.refusal)
    case 'raw':
      return typeof event.event_type === 'string' && event.event_type !== '' && typeof event.payload === 'string'
        ? null
        : 'a raw event without a type or payload'
    default:
      return 'an event of no kind'
  }
}

function problem(schema: z.ZodType, value: unknown): string | null {
  const result = schema.safeParse(value)
  return result.success ? null : z.prettifyError(result.error)
}
