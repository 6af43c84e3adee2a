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

/** The one error of this package. Its message is fit for the user and holds no secret. */
export class ExchangeError extends Error {
  override readonly name = 'ExchangeError'
  readonly kind: ExchangeErrorKind
  /** One of our stable words, for example `insufficient_funds`, `price_tick`, `invalid_credentials`, `ip_not_allowed`. */
  readonly code: string
  readonly venue_code: string | null
  readonly venue_message: string | null
  /** Our clock (ms) before which no further request should go out; only with `rate_limit`. */
  readonly retry_at: number | null

  constructor(
    kind: ExchangeErrorKind,
    code: string,
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
