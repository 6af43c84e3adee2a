import type { Decimal } from '@tradercoin/protocol'
import type { VenueErrorCode } from './errors.ts'
import type { PlaceRequest } from './exchange.ts'
import type { Capabilities } from './venue.ts'

/** What is wrong with one field of an order, in the words the venue's own refusal would be given. */
export interface OrderProblem {
  field: Exclude<keyof PlaceRequest, 'trading_mode' | 'side' | 'client_order_id'>
  rule: VenueErrorCode
  /** A sentence for the trader. */
  message: string
  /** The value of the rule: a bound, a step, or what is offered instead; null where the rule has none. */
  limit: string | null
  /** The nearest values that would do, lower first; empty where there is none to name. */
  nearest: Decimal[]
}

/** What the venue has no such thing as. */
export function checkOffered(request: PlaceRequest, offered: Capabilities): OrderProblem[] {
  const { type, time_in_force: force, trigger_by: trigger, margin_mode: margin } = request
  const problems: OrderProblem[] = []
  const refuse = (field: OrderProblem['field'], rule: VenueErrorCode, message: string, list?: readonly string[]) =>
    problems.push(problem(field, rule, message, list === undefined || list.length === 0 ? null : list.join(', ')))
  if (!offered.order_types.includes(type))
    refuse('type', 'order_type_not_supported', `There are no ${spoken(type)} orders here.`, offered.order_types)
  const waits = isConditional(request)
  const forces = waits ? offered.conditional_time_in_force : offered.time_in_force
  if (force !== null && !forces.includes(force)) {
    const whom = waits ? ' for an order that waits for a trigger' : ''
    refuse('time_in_force', 'time_in_force_not_supported', `${force} is not offered here${whom}.`, forces)
  } else if (force === 'FOK' && !isLimit(request))
    refuse('time_in_force', 'time_in_force_not_supported', 'Only an order with a price can be fill-or-kill.')
  if (request.post_only && !offered.post_only)
    refuse('post_only', 'post_only_not_supported', 'There are no post-only orders here.')
  else if (request.post_only && (!isLimit(request) || (force !== null && force !== 'GTC')))
    refuse('post_only', 'post_only_not_supported', 'Only a good-till-canceled limit order can be post-only.')
  else if (request.post_only && waits && !offered.conditional_post_only)
    refuse('post_only', 'post_only_not_supported', 'An order that waits for a trigger cannot be post-only here.')
  if (request.reduce_only && !offered.reduce_only)
    refuse('reduce_only', 'reduce_only_not_supported', 'There are no positions here that an order could reduce.')
  if (request.close_position && !offered.close_position)
    refuse('close_position', 'close_position_not_supported', 'An order cannot close a whole position here.')
  if (request.quote_quantity !== null && !(offered.quote_quantity && type === 'MARKET'))
    refuse('quote_quantity', 'quote_quantity_not_supported', 'This order must be sized by its quantity.')
  if ((request.position_side === 'LONG' || request.position_side === 'SHORT') && !offered.hedge_mode)
    refuse('position_side', 'position_side_not_supported', 'There are no long and short positions side by side here.')
  if (margin !== null && !offered.margin_modes.includes(margin))
    refuse('margin_mode', 'margin_mode_not_supported', `${spoken(margin)} margin is not offered.`, offered.margin_modes)
  else if (margin !== null && !offered.order_margin_modes.includes(margin))
    refuse(
      'margin_mode',
      'margin_mode_not_supported',
      'The margin mode is set for the symbol or the account here: an order cannot name one.',
    )
  if (trigger !== null && !offered.trigger_by.includes(trigger))
    refuse(
      'trigger_by',
      'trigger_not_supported',
      `The ${spoken(trigger)} price is no trigger here.`,
      offered.trigger_by,
    )
  return problems
}

/** What an order of its type must have. */
export function checkMissing(request: PlaceRequest): OrderProblem[] {
  const { type } = request
  const isMissing: [OrderProblem['field'], VenueErrorCode, boolean][] = [
    ['price', 'price_required', type === 'LIMIT' || type === 'STOP_LIMIT' || type === 'TAKE_PROFIT_LIMIT'],
    ['stop_price', 'stop_price_required', type.startsWith('STOP_') || type.startsWith('TAKE_PROFIT_')],
    ['callback_rate', 'callback_rate_required', type === 'TRAILING_STOP'],
    ['quantity', 'quantity_required', request.quote_quantity === null && !request.close_position],
  ]
  return isMissing
    .filter(([field, , isNeeded]) => isNeeded && request[field] === null)
    .map(([field, rule]) => problem(field, rule, `A ${spoken(type)} order needs a ${spoken(field)}.`))
}

export function problem(
  field: OrderProblem['field'],
  rule: VenueErrorCode,
  message: string,
  limit: string | null = null,
): OrderProblem {
  return { field, rule, message, limit, nearest: [] }
}

/** An order with a price of its own; a trailing stop has one where the venue lets it. */
export function isLimit({ type, price }: PlaceRequest): boolean {
  if (type === 'TRAILING_STOP') return price !== null
  return type === 'LIMIT' || type === 'STOP_LIMIT' || type === 'TAKE_PROFIT_LIMIT'
}

/** An order that waits for a trigger before it goes to market. */
function isConditional({ type }: PlaceRequest): boolean {
  return type.startsWith('STOP_') || type.startsWith('TAKE_PROFIT_') || type === 'TRAILING_STOP'
}

/** A word of a record in a sentence: `stop_price` is “stop price”. */
export const spoken = (word: string) => word.toLowerCase().replaceAll('_', ' ')
