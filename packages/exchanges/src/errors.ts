/**
 * What the caller can do next:
 * - `not_sent`: the request never left; sending it again is safe
 * - `refused`: the venue said no; the words are in `venue_message`
 * - `not_found`: the venue does not know the order
 * - `unknown_outcome`: the request may have been executed; ask by client order id before anything else
 * - `rate_limit`: not executed; wait until `retry_at`
 * - `auth`: the key, its rights, its IP list or its signature; the owner must act
 * - `clock`: the venue says our time is off, after one resync
 * - `unavailable`: a read failed (network, 5xx); it says nothing about the account, try again later
 */
export type ExchangeErrorKind =
  | 'not_sent'
  | 'refused'
  | 'not_found'
  | 'unknown_outcome'
  | 'rate_limit'
  | 'auth'
  | 'clock'
  | 'unavailable'

/**
 * Our stable words for what went wrong, one list for all venues, each with its meaning. Adapters map a venue's codes to these and keep
 * the venue's own text beside them; the rest of the system and its clients may rely on the words.
 */
export const venueErrorCodes = {
  /* The key and the account. */
  invalid_credentials: 'The API key or its secret is wrong.',
  unknown_key: 'The key does not exist on this site: it may belong to another region or environment.',
  wrong_environment: 'The key belongs to another environment (live, demo or testnet).',
  wrong_passphrase: 'The passphrase does not belong to the key.',
  key_expired: 'The key has expired.',
  key_locked: 'The venue has frozen or locked the key.',
  key_removed: 'The key was removed from this hub or switched off.',
  ip_not_allowed: 'The address of this hub is not on the key’s IP list.',
  ip_binding_required: 'The venue wants a key that is bound to IP addresses for this.',
  permission_missing: 'The key lacks a right that this needs.',
  read_permission_missing: 'The key may not read the account.',
  futures_not_enabled: 'The key or its account may not use futures.',
  account_blocked: 'The venue does not let this account trade.',
  account_closing: 'The account or its position is being liquidated.',
  account_mode: 'The account’s mode does not allow this.',
  classic_account: 'The account is a classic one, which is not supported: it must be upgraded to a unified account.',
  identity_check_required: 'The venue wants the owner’s identity checked first.',
  terms_to_accept: 'The owner must accept terms on the venue’s site first.',
  cooling_off: 'The account is in a cooling-off period.',
  region_restricted: 'The venue does not serve this account or this hub from where it is.',
  /* Time, limits, the line. */
  clock_skew: 'Our time does not agree with the venue’s.',
  rate_limit: 'The venue limits requests.',
  order_rate_limit: 'This account has sent too many orders in a short time.',
  overloaded: 'The venue is overloaded and has not executed the request.',
  request_blocked: 'The venue’s firewall refused the request.',
  not_sent: 'The request never left.',
  closed: 'The connection to the venue is being closed.',
  unavailable: 'The venue does not answer.',
  unexpected_answer: 'The venue answered in a form that is not known.',
  unknown_outcome: 'The request may have been executed.',
  listen_key_gone: 'The listen key has ended.',
  not_offered: 'The venue does not offer this call here.',
  exchange_not_supported: 'There is no adapter for this venue or trading mode.',
  endpoint_missing: 'The paper exchange has no address.',
  exchange_unavailable: 'The exchange could not be asked.',
  paper_not_available: 'This hub has no paper exchange.',
  paper_refused: 'The paper exchange refused to make an account.',
  /* The instrument. */
  unknown_symbol: 'The venue does not know this symbol.',
  symbol_not_permitted: 'This account or key may not trade this symbol.',
  market_closed: 'The symbol is not open for this order now.',
  no_liquidity: 'There is nothing on the other side of the book.',
  /* The values of an order. */
  invalid_parameter: 'The venue refused a value of the request.',
  too_precise: 'A value has more digits than the symbol allows.',
  price_tick: 'The price is not a multiple of the tick size.',
  price_band: 'The price is too far from the market.',
  min_price: 'The price is below the lowest allowed.',
  max_price: 'The price is above the highest allowed.',
  quantity_step: 'The quantity is not a multiple of the step size.',
  min_quantity: 'The quantity is below the smallest allowed.',
  max_quantity: 'The quantity is above the largest allowed.',
  quote_quantity_step: 'The amount in quote coin is not a multiple of its step.',
  min_notional: 'The value of the order is below the smallest allowed.',
  max_notional: 'The value of the order is above the largest allowed.',
  callback_rate: 'The callback rate is not one the venue takes.',
  client_order_id: 'The client order id is not one the venue takes.',
  duplicate_client_order_id: 'An order already has this client order id.',
  stop_would_trigger: 'The order would trigger immediately.',
  order_list_prices: 'The prices of an order list do not fit together.',
  quantity_required: 'The order needs a quantity.',
  price_required: 'The order needs a price.',
  stop_price_required: 'The order needs a stop price.',
  callback_rate_required: 'The order needs a callback rate.',
  order_not_named: 'The order has neither an id nor a client order id.',
  /* What the venue has not. */
  order_type_not_supported: 'The venue has no such order type here.',
  time_in_force_not_supported: 'The venue has no such time in force here.',
  post_only_not_supported: 'This order cannot be post-only.',
  reduce_only_not_supported: 'This order cannot be reduce-only.',
  quote_quantity_not_supported: 'This order cannot be sized in quote coin.',
  position_side_not_supported: 'There are no position sides here.',
  margin_mode_not_supported: 'The margin mode cannot be chosen for this order.',
  trigger_not_supported: 'This price cannot trigger an order here.',
  close_position_not_supported: 'This order cannot close a whole position.',
  amend_not_supported: 'The venue cannot change this of a resting order.',
  /* The account's means. */
  insufficient_funds: 'The account has not enough funds or margin.',
  too_many_orders: 'The limit of open orders is reached.',
  max_position: 'The position would be larger than allowed.',
  leverage: 'The leverage does not fit.',
  reduce_only_rejected: 'The order does not fit the open position.',
  position_side: 'The position side does not fit the account’s position mode.',
  /* What became of an order. */
  post_only_would_take: 'The post-only order would match at once.',
  not_fillable: 'The order could not be filled.',
  order_rejected: 'The venue rejected the order.',
  cancel_rejected: 'The venue did not cancel the order.',
  amend_rejected: 'The venue did not amend the order.',
  nothing_to_amend: 'The amendment changes nothing.',
  too_many_amends: 'The order has been amended too often.',
  order_not_found: 'The venue does not know the order.',
  order_archived: 'The order ended long ago and is archived.',
  order_closed: 'The order has ended already.',
  order_in_progress: 'The venue is still working on the order; try again in a moment.',
} as const satisfies Record<string, string>

export type VenueErrorCode = keyof typeof venueErrorCodes

/** The one error of this package. Its message is fit for the user and holds no secret. */
export class ExchangeError extends Error {
  override readonly name = 'ExchangeError'
  readonly kind: ExchangeErrorKind
  readonly code: VenueErrorCode
  readonly venue_code: string | null
  readonly venue_message: string | null
  /** Our clock (ms) before which no further request should go out; only with `rate_limit`. */
  readonly retry_at: number | null

  constructor(
    kind: ExchangeErrorKind,
    code: VenueErrorCode,
    message: string,
    details: { venue_code?: string; venue_message?: string; retry_at?: number; cause?: unknown } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.kind = kind
    this.code = code
    this.venue_code = details.venue_code ?? null
    this.venue_message = details.venue_message ?? null
    this.retry_at = details.retry_at ?? null
  }
}
