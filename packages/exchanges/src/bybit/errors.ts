import { ExchangeError, type ExchangeErrorKind, type VenueErrorCode } from '../errors.ts'

/*
 * Bybit's answers in our words. HTTP says 200 for most refusals; `retCode` tells.
 * https://bybit-exchange.github.io/docs/v5/error
 */

/** What came back: HTTP status, and the body's `retCode` and `retMsg` where it had them. */
export interface Failure {
  status: number
  code: number | null
  msg: string | null
}

type Meaning = readonly [kind: ExchangeErrorKind | 'maybe', code: VenueErrorCode, sentence: string]

/** `maybe`: the venue does not know what became of the request; for a read that is only a failed read. */
const unknown: Meaning = ['maybe', 'unknown_outcome', 'Bybit could not say whether it executed the request.']
const refused = (code: VenueErrorCode, sentence: string): Meaning => ['refused', code, sentence]
const auth = (code: VenueErrorCode, sentence: string): Meaning => ['auth', code, sentence]

const badParameter = refused('invalid_parameter', 'Bybit refused a value of the request.')
const rejected = refused('order_rejected', 'Bybit refused the order.')
const unknownKey = auth(
  'unknown_key',
  'Bybit does not know this API key here: it is wrong, or belongs to another region or environment.',
)
const badSignature = auth(
  'invalid_credentials',
  'Bybit refused the signature: the API secret does not belong to the key.',
)
const region = auth('region_restricted', 'Bybit does not serve this account or this server from where it is.')
const classic = auth(
  'classic_account',
  'The account is a classic one, which is not supported: upgrade it to a unified trading account on Bybit.',
)
const expired = auth('key_expired', 'The API key has expired: make a new one on Bybit.')
const funds = refused('insufficient_funds', 'The account has not enough funds or margin for this order.')
const orderGone: Meaning = ['not_found', 'order_not_found', 'Bybit does not know this order.']
const orderOver = refused('order_closed', 'The order has ended already.')
const duplicate = refused('duplicate_client_order_id', 'An order already has this client order id.')
const priceBand = refused('price_band', 'The price is too far from the market.')
const priceTick = refused('price_tick', "The price does not fit the symbol's tick size.")
const minNotional = refused('min_notional', "The order's value is below what the symbol allows.")
const minQuantity = refused('min_quantity', "The quantity is below the symbol's minimum.")
const maxQuantity = refused('max_quantity', "The quantity is above the symbol's maximum.")
const quantityStep = refused('quantity_step', "The quantity does not fit the symbol's step size.")
const precision = refused('too_precise', 'A value has more digits than the symbol allows.')
const postOnly = refused('post_only_would_take', 'The post-only order would match at once.')
const reduceOnly = refused('reduce_only_rejected', 'The order does not fit the open position.')
const maxPosition = refused('max_position', 'The position would be larger than the account or symbol allows.')
const positionSide = refused('position_side', "The position side does not fit the account's position mode.")
const wouldTrigger = refused('stop_would_trigger', 'The trigger price is on the wrong side of the market.')
const inProgress = refused('order_in_progress', 'Bybit is still working on the order; try again in a moment.')
const tooMany = refused('too_many_orders', 'The limit of open orders is reached.')
const leverage = refused('leverage', 'The leverage does not fit.')
const terms = refused('terms_to_accept', "The account's owner must accept terms on Bybit's site first.")
const notHere = refused('region_restricted', 'Bybit does not offer this product to this account.')
const notPermitted = refused('symbol_not_permitted', 'This key or account may not trade this symbol.')
const closedMarket = refused('market_closed', 'The symbol is not open for this order now.')
const unknownSymbol = refused('unknown_symbol', 'Bybit does not know this symbol.')
const overloaded: Meaning = [
  'maybe',
  'unknown_outcome',
  'Bybit is overloaded; whether it executed the request is not known.',
]

const many = (meaning: Meaning, ...codes: number[]) => codes.map((code) => [code, meaning] as const)

const meanings = new Map<number, Meaning>([
  ...many(unknown, 10000, 10014, 10016, 170007, 170146, 170147),
  ...many(overloaded, 429, 10429),
  ...many(badParameter, 10001),
  ...many(['clock', 'clock_skew', "Our time does not agree with Bybit's."], 10002, -1),
  ...many(unknownKey, 10003),
  ...many(badSignature, 10004),
  ...many(auth('permission_missing', 'The API key lacks a right that this needs.'), 10005),
  ...many(auth('invalid_credentials', 'Bybit could not authenticate the key.'), 10007),
  ...many(auth('account_blocked', 'Bybit has banned this account, or its mode does not allow this.'), 10008),
  ...many(region, 10009, 10024),
  ...many(auth('ip_not_allowed', "The address of this server is not on the key's IP list."), 10010),
  ...many(['rate_limit', 'rate_limit', 'This account has sent too many requests; try again shortly.'], 10006),
  ...many(classic, 10028, 100028),
  ...many(notPermitted, 10029, 170157),
  ...many(expired, 33004, -2015),
  ...many(auth('identity_check_required', 'Bybit wants the identity of the account’s owner checked first.'), 20096),
  ...many(
    auth('region_restricted', 'Customers of Bybit EU cannot make API keys of their own, only keys of listed apps.'),
    81007,
  ),
  ...many(funds, 110004, 110006, 110007, 110012, 110044, 110045, 110051, 110052, 110053, 170131, 170033, 176015),
  ...many(orderGone, 110001, 170213, 170143),
  ...many(orderOver, 110008, 110010, 170139, 170142, 170190),
  ...many(duplicate, 110072, 170141),
  ...many(priceBand, 110003, 30208, 30209, 110120, 110121, 170132, 170133, 170192, 170193, 170194, 170371, 170372),
  ...many(priceTick, 170134),
  ...many(minNotional, 110094, 170140),
  ...many(minQuantity, 110017, 170136),
  ...many(maxQuantity, 170124, 170381, 170382),
  ...many(quantityStep, 170137),
  ...many(precision, 170148),
  ...many(postOnly, 170218),
  ...many(reduceOnly, 110023, 110042),
  ...many(maxPosition, 110021, 110011, 110040),
  ...many(positionSide, 110024, 110025, 110026, 110027, 110028, 110029),
  ...many(wouldTrigger, 110092, 110093),
  ...many(inProgress, 110079, 170212, 40004),
  ...many(tooMany, 110020, 110009, 110061, 170810, 170005),
  ...many(leverage, 110043),
  ...many(terms, 110123, 110125),
  ...many(notHere, 110132, 170209, 170348),
  ...many(refused('cooling_off', 'The account is in a cooling-off period.'), 110124),
  ...many(closedMarket, 110074, 110066, 170151, 110063),
  ...many(unknownSymbol, 170121),
])

/** One number for many reasons: the text decides. First match wins. */
const texts: readonly (readonly [code: number, pattern: RegExp, meaning: Meaning])[] = [
  [10001, /position ?idx/i, positionSide],
  [10001, /remains? unchanged|not modified/i, refused('nothing_to_amend', 'The amendment changes nothing.')],
  [10001, /symbol/i, unknownSymbol],
  [10001, /price invalid/i, priceTick],
  [10001, /qty invalid/i, quantityStep],
  [10001, /order ?link ?id/i, refused('client_order_id', 'Bybit does not take this client order id.')],
  [110017, /reduce/i, reduceOnly],
]

/** A refusal of the firewall that names the place says so; otherwise it is the limit of requests. */
const placeWords = /country|region|location|jurisdiction|CloudFront/i

/** Whether this IP has sent too much: all its requests must rest for ten minutes, or the block stays. */
export function isBanned(status: number, text: string): boolean {
  return status === 403 && !placeWords.test(text)
}

function meaningOf({ status, code, msg }: Failure): Meaning {
  if (code !== null && code !== 0) {
    const byText = texts.find(([number, pattern]) => number === code && pattern.test(msg ?? ''))
    const found = byText?.[2] ?? meanings.get(code)
    if (found) return found
    if (status < 500) return code >= 30_000 ? rejected : badParameter
  }
  if (status === 401) return badSignature
  if (status === 403) return region
  if (status === 404) return refused('not_offered', 'Bybit does not offer this call to this account.')
  return unknown
}

/** Pause after an answer that names no time to come back. */
const shortPauseMs = 1_000

/**
 * The error for a reply that is not a success. `effect`: a `read` that failed for an unknown reason is `unavailable`, a `write` is
 * `unknown_outcome`. `retryAt`: our clock (ms), from which the limit of requests allows more; null when the venue did not tell.
 */
export function toExchangeError(
  failure: Failure,
  effect: 'read' | 'write',
  now: number,
  retryAt: number | null = null,
): ExchangeError {
  const [kind, code, sentence] = meaningOf(failure)
  const unsure = kind === 'maybe'
  return new ExchangeError(
    unsure ? (effect === 'write' ? 'unknown_outcome' : 'unavailable') : kind,
    unsure && effect === 'read' ? 'unavailable' : code,
    sentence,
    {
      ...(failure.code === null ? {} : { venue_code: String(failure.code) }),
      ...(failure.msg === null ? {} : { venue_message: failure.msg }),
      ...(kind === 'rate_limit' ? { retry_at: retryAt ?? now + shortPauseMs } : {}),
    },
  )
}

/** Reads `retCode` and `retMsg` of a body, whatever its shape. */
export function readFailure(status: number, body: unknown): Failure {
  const { retCode, retMsg } = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>
  return {
    status,
    code: typeof retCode === 'number' ? retCode : null,
    msg: typeof retMsg === 'string' && retMsg !== '' ? retMsg.slice(0, 500) : null,
  }
}

/** What a refused login on the stream says of the key. Null: nothing certain, it may be tried again. */
export function loginRefusal({ code, msg }: { code: number | null; msg: string | null }): ExchangeError | null {
  const known = code !== null && code !== 0 ? code : codeInWords(msg ?? '')
  if (known === null) return null
  const error = toExchangeError({ status: 200, code: known, msg }, 'read', 0)
  return error.kind === 'auth' ? error : null
}

/** The private stream refuses in words. */
function codeInWords(msg: string): number | null {
  if (/params? error|invalid api ?key|api ?key (?:is )?invalid/i.test(msg)) return 10003
  if (/invalid sign|sign(?:ature)? error|error sign/i.test(msg)) return 10004
  if (/unmatched ip|invalid ip/i.test(msg)) return 10010
  if (/permission denied/i.test(msg)) return 10005
  return /api ?key (?:has )?expired|33004/i.test(msg) ? 33004 : null
}

/** Whether a refused login was late rather than wrong. */
export function isLateLogin(msg: string | null): boolean {
  return /request expired|timestamp/i.test(msg ?? '')
}
