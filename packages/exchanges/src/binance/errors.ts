import { ExchangeError, type ExchangeErrorKind, type VenueErrorCode } from '../errors.ts'

/*
 * Binance's answers in our words. Equal numbers mean different things per product, so each product has its own table over the shared one.
 * https://developers.binance.com/docs/binance-spot-api-docs/errors
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/error-code
 */

export type Product = 'spot' | 'futures' | 'wallet'

/** What came back: HTTP status (or the WebSocket API's), and the body's `code` and `msg` where it had them. */
export interface Failure {
  status: number
  code: number | null
  msg: string | null
}

type Meaning = readonly [kind: ExchangeErrorKind | 'maybe', code: VenueErrorCode, sentence: string]

/** `maybe`: the venue does not know what became of the request; for a read that is only a failed read. */
const unknown: Meaning = ['maybe', 'unknown_outcome', 'Binance could not say whether it executed the request.']
const badParameter: Meaning = ['refused', 'invalid_parameter', 'Binance refused a value of the request.']
const badKey: Meaning = [
  'auth',
  'invalid_credentials',
  "Binance refused the API key: it is wrong, lacks a right, or this server's address is not on its IP list.",
]
const funds: Meaning = ['refused', 'insufficient_funds', 'The account has not enough funds for this order.']
const orderGone: Meaning = ['not_found', 'order_not_found', 'Binance does not know this order.']
const blocked: Meaning = ['refused', 'account_blocked', 'Binance does not let this account trade.']
const restricted: Meaning = [
  'refused',
  'region_restricted',
  'Binance restricts this account for reasons of compliance or region.',
]
const tooMany: Meaning = ['refused', 'too_many_orders', 'The limit of open orders is reached.']
const priceBand: Meaning = ['refused', 'price_band', 'The price is too far from the market.']
const priceTick: Meaning = ['refused', 'price_tick', "The price does not fit the symbol's range or tick size."]
const quantityStep: Meaning = ['refused', 'quantity_step', "The quantity does not fit the symbol's range or step size."]
const minNotional: Meaning = ['refused', 'min_notional', "The order's value is outside what the symbol allows."]
const minQuantity: Meaning = ['refused', 'min_quantity', 'The quantity is below the smallest the symbol allows.']
const stopPrice: Meaning = ['refused', 'stop_would_trigger', 'The order would trigger immediately.']
const postOnly: Meaning = ['refused', 'post_only_would_take', 'The post-only order would match at once.']
const market: Meaning = ['refused', 'market_closed', 'The symbol is not open for this order now.']
const duplicate: Meaning = ['refused', 'duplicate_client_order_id', 'An open order already has this client order id.']
const position: Meaning = ['refused', 'reduce_only_rejected', 'The order does not fit the open position.']
const positionSide: Meaning = [
  'refused',
  'position_side',
  "The position side does not fit the account's position mode.",
]
const leverage: Meaning = ['refused', 'max_position', 'The position would be too large at this leverage.']
const overloaded: Meaning = ['rate_limit', 'overloaded', 'Binance is overloaded; try again shortly.']
const busy: Meaning = ['rate_limit', 'rate_limit', 'Binance limits requests; try again later.']
const orderLimit: Meaning = [
  'rate_limit',
  'order_rate_limit',
  'This account has sent too many orders; try again shortly.',
]
const tooManyAmends: Meaning = ['refused', 'too_many_amends', 'This order has been amended as often as Binance allows.']
const nothingToAmend: Meaning = ['refused', 'nothing_to_amend', 'The amendment would change nothing.']
const notExecuted: Meaning = ['refused', 'not_fillable', 'The order could not be filled.']

const shared = new Map<number, Meaning>([
  [-1000, unknown],
  [-1001, unknown],
  [-1002, badKey],
  [-1003, busy],
  [-1006, unknown],
  [-1007, unknown],
  [-1008, overloaded],
  [-1015, orderLimit],
  [-1021, ['clock', 'clock_skew', "Our time does not agree with Binance's."]],
  [-1022, ['auth', 'invalid_credentials', 'Binance refused the signature: the API secret does not belong to the key.']],
  [-1111, ['refused', 'too_precise', 'A value has more digits than the symbol allows.']],
  [-1112, ['refused', 'no_liquidity', 'There are no orders on the other side of the book.']],
  [-1121, ['refused', 'unknown_symbol', 'Binance does not know this symbol.']],
  [-2010, ['refused', 'order_rejected', 'Binance rejected the order.']],
  [-2011, ['refused', 'cancel_rejected', 'Binance did not cancel the order.']],
  [-2013, orderGone],
  [-2014, badKey],
  [-2015, badKey],
])

const spot = new Map<number, Meaning>([
  [-2008, badKey],
  [-2016, market],
  [-2026, ['not_found', 'order_archived', 'The order ended unfilled more than 90 days ago and is archived.']],
  [-2038, ['refused', 'amend_rejected', 'Binance did not amend the order.']],
  [-2039, orderGone],
])

const futures = new Map<number, Meaning>([
  [-1109, blocked],
  [-1125, ['not_found', 'listen_key_gone', 'The listen key has ended.']],
  [-2017, ['auth', 'key_locked', "The account's API keys are locked."]],
  [-2018, funds],
  [-2019, ['refused', 'insufficient_funds', 'The account has not enough margin for this order.']],
  [-2020, notExecuted],
  [-2021, stopPrice],
  [-2022, position],
  [-2023, ['refused', 'account_closing', 'The account is being liquidated.']],
  [-2024, position],
  [-2025, tooMany],
  [-2026, position],
  [-2027, leverage],
  [-2028, leverage],
  [-4003, minQuantity],
  [-4004, minQuantity],
  [-4005, ['refused', 'max_quantity', 'The quantity is above the largest the symbol allows.']],
  [-4013, ['refused', 'min_price', 'The price is below the lowest the symbol allows.']],
  [-4014, priceTick],
  [-4015, ['refused', 'client_order_id', 'Binance does not take this client order id.']],
  [-4016, priceBand],
  [-4023, quantityStep],
  [-4024, priceBand],
  [-4045, tooMany],
  [-4061, positionSide],
  [-4109, blocked],
  [-4116, duplicate],
  [-4117, ['refused', 'order_in_progress', 'The conditional order is just being triggered.']],
  [-4118, position],
  [-4131, priceBand],
  [-4140, market],
  [-4141, market],
  [-4142, stopPrice],
  [-4164, minNotional],
  [-4183, priceBand],
  [-4184, priceBand],
  [-4192, ['refused', 'cooling_off', 'Binance forbids trading during the cooling-off period of this account.']],
  [-4400, blocked],
  [-4401, restricted],
  [-4402, restricted],
  [-4403, restricted],
  [-5021, ['refused', 'not_fillable', 'The fill-or-kill order could not be filled completely.']],
  [-5022, postOnly],
  [-5026, tooManyAmends],
  [-5027, nothingToAmend],
  [-5028, ['clock', 'clock_skew', 'The order reached the matching engine too late.']],
  [-5041, ['refused', 'no_liquidity', 'There is no depth to match the price with.']],
])

const none: ReadonlyMap<number, Meaning> = new Map()
const tables: Record<Product, ReadonlyMap<number, Meaning>> = { spot, futures, wallet: none }

/** One number for many reasons: the text decides. First match wins. */
const texts: readonly (readonly [code: number, pattern: RegExp, meaning: Meaning])[] = [
  [-2010, /insufficient balance/i, funds],
  [-2010, /duplicate order/i, duplicate],
  [-2010, /immediately match and take/i, postOnly],
  [-2010, /trigger immediately/i, stopPrice],
  [-2010, /market is closed/i, market],
  [-2010, /not permitted|restricted/i, ['refused', 'symbol_not_permitted', 'This account may not trade this symbol.']],
  [-2010, /may not place or cancel|action is disabled/i, blocked],
  [
    -2010,
    /relationship of the prices/i,
    ['refused', 'order_list_prices', "The order list's prices do not fit together."],
  ],
  [-2011, /unknown order/i, orderGone],
  [-2011, /may not place or cancel|action is disabled/i, blocked],
  [-2038, /unknown order/i, orderGone],
  [
    -2038,
    /quantity increase/i,
    ['refused', 'amend_not_supported', 'Only a smaller quantity is possible: cancel the order and place it anew.'],
  ],
  [-2038, /MAX_NUM_ORDER_AMENDS/, tooManyAmends],
  [-2038, /change no state/i, nothingToAmend],
  [-2038, /may not place or cancel|action is disabled/i, blocked],
  [-1013, /PERCENT_PRICE/, priceBand],
  [-1013, /PRICE_FILTER/, priceTick],
  [-1013, /LOT_SIZE|MAX_ASSET/, quantityStep],
  [-1013, /NOTIONAL/, minNotional],
  [-1013, /MAX_NUM|ICEBERG_PARTS/, tooMany],
  [-1013, /MAX_POSITION/, ['refused', 'max_position', 'The position would exceed what the symbol allows.']],
]

function meaningOf(product: Product, failure: Failure): Meaning {
  const { code, msg, status } = failure
  if (code !== null && code < 0) {
    const byText = texts.find(([number, pattern]) => number === code && pattern.test(msg ?? ''))
    const found = byText?.[2] ?? tables[product].get(code) ?? shared.get(code)
    if (found) return found
    if (status < 500) return badParameter
  }
  // A futures 503 with exactly this text says the request was not taken.
  if (status === 503 && /^service unavailable\.?$/i.test(msg ?? '')) return overloaded
  if (status === 401) return badKey
  if (status === 403) return ['refused', 'request_blocked', "Binance's firewall refused the request."]
  if (status === 451) return ['auth', 'region_restricted', 'Binance does not serve the place this server is in.']
  if (status === 418 || status === 429) return busy
  if (status === 404 || status === 410) return ['refused', 'not_offered', 'Binance does not offer this call.']
  return unknown
}

/** Pause after an answer that names no time to come back. */
const shortPauseMs = 1_000

/**
 * The error for a reply that is not a success. `effect`: a `read` that failed for an unknown reason is `unavailable`, a `write` is
 * `unknown_outcome`. `now`: our clock (ms).
 */
export function toExchangeError(
  product: Product,
  failure: Failure,
  effect: 'read' | 'write',
  now: number,
): ExchangeError {
  const [kind, code, sentence] = meaningOf(product, failure)
  const unsure = kind === 'maybe'
  return new ExchangeError(
    unsure ? (effect === 'write' ? 'unknown_outcome' : 'unavailable') : kind,
    unsure && effect === 'read' ? 'unavailable' : code,
    sentence,
    {
      ...(failure.code === null ? {} : { venue_code: String(failure.code) }),
      ...(failure.msg === null ? {} : { venue_message: failure.msg }),
      ...(kind === 'rate_limit' ? { retry_at: now + shortPauseMs } : {}),
    },
  )
}

/** Reads `code` and `msg` of an error body, whatever its shape. */
export function readFailure(status: number, body: unknown): Failure {
  const { code, msg } = (typeof body === 'object' && body !== null ? body : {}) as { code?: unknown; msg?: unknown }
  return {
    status,
    code: typeof code === 'number' ? code : null,
    msg: typeof msg === 'string' && msg !== '' ? msg.slice(0, 500) : null,
  }
}
