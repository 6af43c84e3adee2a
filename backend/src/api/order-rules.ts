import type { PlaceOrderBody, Problem } from '@tradercoin/protocol'

type FieldProblem = NonNullable<Problem['errors']>[number]

const needsPrice: ReadonlySet<PlaceOrderBody['type']> = new Set(['LIMIT', 'STOP_LIMIT', 'TAKE_PROFIT_LIMIT'])
const needsTrigger: ReadonlySet<PlaceOrderBody['type']> = new Set([
  'STOP_MARKET',
  'STOP_LIMIT',
  'TAKE_PROFIT_MARKET',
  'TAKE_PROFIT_LIMIT',
])
/** Those that wait for a price; a trailing stop may be given the one at which it begins to follow. */
const waits: ReadonlySet<PlaceOrderBody['type']> = new Set([...needsTrigger, 'TRAILING_STOP'])
const closesWhole: ReadonlySet<PlaceOrderBody['type']> = new Set(['MARKET', 'STOP_MARKET', 'TAKE_PROFIT_MARKET'])

/** What is missing from an order, or contradicts itself, whatever the venue. */
export function orderProblems(body: PlaceOrderBody): FieldProblem[] {
  const { type, quantity, quote_quantity, price, stop_price, trigger_by } = body
  const { callback_rate, close_position, post_only } = body
  const sizes = [quantity, quote_quantity, close_position || undefined].filter((size) => size !== undefined).length
  const rules: [isBroken: boolean, field: string, message: string][] = [
    [sizes === 0, 'quantity', 'is needed'],
    [sizes > 1, 'quantity', 'give one of quantity, quote_quantity and close_position'],
    [quote_quantity !== undefined && type !== 'MARKET', 'quote_quantity', 'is for market orders'],
    [needsPrice.has(type) && price === undefined, 'price', `is needed for ${type}`],
    [!needsPrice.has(type) && price !== undefined, 'price', `is not taken by ${type}`],
    [needsTrigger.has(type) && stop_price === undefined, 'stop_price', `is needed for ${type}`],
    [!waits.has(type) && stop_price !== undefined, 'stop_price', `is not taken by ${type}`],
    [!waits.has(type) && trigger_by !== undefined, 'trigger_by', `is not taken by ${type}`],
    [type === 'TRAILING_STOP' && callback_rate === undefined, 'callback_rate', 'is needed for TRAILING_STOP'],
    [type !== 'TRAILING_STOP' && callback_rate !== undefined, 'callback_rate', `is not taken by ${type}`],
    [
      close_position === true && !closesWhole.has(type),
      'close_position',
      'is for MARKET, STOP_MARKET and TAKE_PROFIT_MARKET',
    ],
    [post_only === true && type !== 'LIMIT', 'post_only', 'is for limit orders'],
  ]
  return rules.filter(([isBroken]) => isBroken).map(([, field, message]) => ({ field, message }))
}
