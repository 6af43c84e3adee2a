import { ExchangeError, type ExchangeErrorKind, type VenueErrorCode } from '../errors.ts'

/*
 * OKX's answers in our words; the same numbers are used by REST and by the sockets (60xxx, 63999: sockets only).
 * https://www.okx.com/docs-v5/en/#error-code
 */

/** What came back: HTTP status, and `code` and `msg` of the envelope, or `sCode`, `sMsg` and `subCode` of its one row. */
export interface Failure {
  status: number
  code: string | null
  sub_code: string | null
  msg: string | null
}

type Meaning = readonly [kind: ExchangeErrorKind | 'maybe', code: VenueErrorCode, sentence: string]

/** `maybe`: the venue does not know what became of the request; for a read that is only a failed read. */
const unknown: Meaning = ['maybe', 'unknown_outcome', 'OKX could not say whether it executed the request.']
const badKey: Meaning = ['auth', 'invalid_credentials', 'OKX refused the API key or its signature.']
const badSecret: Meaning = [
  'auth',
  'invalid_credentials',
  'OKX refused the signature: the API secret does not belong to the key.',
]
const passphrase: Meaning = ['auth', 'wrong_passphrase', 'OKX refused the passphrase of the API key.']
const noSuchKey: Meaning = [
  'auth',
  'unknown_key',
  'OKX does not know this API key here: it is of another site (region) or environment, or deleted.',
]
const environment: Meaning = [
  'auth',
  'wrong_environment',
  'The API key belongs to the other environment: live and demo keys are separate.',
]
const address: Meaning = ['auth', 'ip_not_allowed', "This server's address is not on the IP list of the API key."]
const clock: Meaning = ['clock', 'clock_skew', "Our time does not agree with OKX's."]
const late: Meaning = ['clock', 'clock_skew', 'The request reached OKX after its deadline and was not executed.']
const busy: Meaning = ['rate_limit', 'rate_limit', 'OKX limits requests; try again shortly.']
const orderLimit: Meaning = [
  'rate_limit',
  'order_rate_limit',
  'This account has sent too many orders; try again shortly.',
]
const parameter: Meaning = ['refused', 'invalid_parameter', 'OKX refused a value of the request.']
const funds: Meaning = ['refused', 'insufficient_funds', 'The account has not enough funds or margin for this order.']
const maxPosition: Meaning = ['refused', 'max_position', 'The position would be too large at this leverage.']
const minQuantity: Meaning = ['refused', 'min_quantity', 'The quantity is below the smallest the symbol allows.']
const maxQuantity: Meaning = ['refused', 'max_quantity', 'The quantity is above the largest the symbol allows.']
const lot: Meaning = ['refused', 'quantity_step', 'The quantity is not a whole number of lots.']
const priceBand: Meaning = ['refused', 'price_band', 'The price is too far from the market.']
const duplicate: Meaning = ['refused', 'duplicate_client_order_id', 'An open order already has this client order id.']
const symbol: Meaning = ['refused', 'unknown_symbol', 'OKX does not know this symbol.']
const market: Meaning = ['refused', 'market_closed', 'The symbol is not open for this order now.']
const position: Meaning = ['refused', 'reduce_only_rejected', 'The order does not fit the open position.']
const positionSide: Meaning = [
  'refused',
  'position_side',
  "The position side does not fit the account's position mode.",
]
const postOnly: Meaning = ['refused', 'post_only_would_take', 'The post-only order would match at once.']
const tooMany: Meaning = ['refused', 'too_many_orders', 'The limit of open orders is reached.']
const gone: Meaning = [
  'not_found',
  'order_not_found',
  'OKX does not know this order as open: it may have been filled or canceled.',
]
const ended: Meaning = ['refused', 'order_closed', 'The order has been filled or canceled already.']
const blocked: Meaning = ['refused', 'account_blocked', 'OKX does not let this account trade.']
const region: Meaning = ['refused', 'region_restricted', 'OKX does not offer this where the account is registered.']
const stopPrice: Meaning = ['refused', 'stop_would_trigger', 'The trigger price is on the wrong side of the market.']
const mode: Meaning = ['refused', 'account_mode', "The account's mode does not allow this."]

/** `[first, last, meaning]`; the narrower entry stands before the wider. */
const table: readonly (readonly [first: number, last: number, meaning: Meaning])[] = [
  [50001, 50001, unknown],
  [50004, 50004, unknown],
  [50005, 50005, unknown],
  [50007, 50007, blocked],
  [50009, 50009, ['refused', 'account_closing', 'The account is being liquidated.']],
  [50011, 50011, busy],
  [50013, 50013, unknown],
  [50026, 50026, unknown],
  [50027, 50027, blocked],
  [50035, 50035, ['refused', 'ip_binding_required', 'OKX wants a key that is bound to IP addresses for this.']],
  [50036, 50036, late],
  [50038, 50038, ['refused', 'not_offered', 'OKX does not offer this in demo trading.']],
  [50061, 50061, orderLimit],
  [50072, 50072, mode],
  [50100, 50100, ['auth', 'key_locked', 'OKX has frozen the API key.']],
  [50101, 50101, environment],
  [50102, 50102, clock],
  [50104, 50105, passphrase],
  [50103, 50107, badKey],
  [50110, 50110, address],
  [50112, 50112, clock],
  [50113, 50113, badSecret],
  [50111, 50114, badKey],
  [50119, 50119, noSuchKey],
  [50120, 50120, ['auth', 'permission_missing', 'The API key lacks the right that this needs.']],
  [51001, 51001, symbol],
  [51004, 51004, maxPosition],
  [51006, 51006, priceBand],
  [51008, 51008, funds],
  [51010, 51010, mode],
  [51012, 51012, symbol],
  [51015, 51015, symbol],
  [51016, 51016, duplicate],
  [51020, 51020, minQuantity],
  [51021, 51022, market],
  [51024, 51024, blocked],
  [51025, 51025, tooMany],
  [51027, 51030, market],
  [51046, 51047, stopPrice],
  [51051, 51051, stopPrice],
  [51054, 51054, unknown],
  [51100, 51100, minQuantity],
  [51101, 51106, maxQuantity],
  [51107, 51107, ['refused', 'leverage', 'The leverage does not fit.']],
  [51110, 51110, market],
  [51112, 51112, position],
  [51113, 51113, tooMany],
  [51116, 51116, priceBand],
  [51118, 51118, minQuantity],
  [51119, 51119, funds],
  [51120, 51120, minQuantity],
  [51121, 51121, lot],
  [51122, 51122, priceBand],
  [51124, 51124, market],
  [51127, 51127, funds],
  [51129, 51129, maxPosition],
  [51131, 51131, funds],
  [51135, 51138, priceBand],
  [51148, 51148, position],
  [51155, 51155, region],
  [51169, 51170, position],
  [51174, 51174, tooMany],
  [51185, 51185, maxQuantity],
  [51201, 51203, maxQuantity],
  [51205, 51205, position],
  [51277, 51280, stopPrice],
  [51400, 51400, gone],
  [51404, 51404, market],
  [51405, 51405, gone],
  [51410, 51410, ['refused', 'order_in_progress', 'OKX is already canceling the order.']],
  [51502, 51502, funds],
  [51503, 51503, ended],
  [51506, 51506, ended],
  [51511, 51511, postOnly],
  [51603, 51603, ['not_found', 'order_not_found', 'OKX does not know this order.']],
  [51733, 51733, blocked],
  [51734, 51734, region],
  [51736, 51736, funds],
  [51773, 51773, region],
  [54051, 54051, ['refused', 'min_notional', "The order's value is below the smallest allowed."]],
  [54084, 54085, priceBand],
  [54094, 54094, ['refused', 'cooling_off', 'The account is in a cooling-off period.']],
  [54109, 54109, ['refused', 'terms_to_accept', "USDC trading must be activated on OKX's site first."]],
  [60001, 60003, badKey],
  [60004, 60004, clock],
  [60005, 60005, badKey],
  [60006, 60006, clock],
  [60007, 60007, badSecret],
  [60014, 60014, busy],
  [60024, 60024, passphrase],
  [60032, 60032, noSuchKey],
]

const meanings = new Map<number, Meaning>()
for (const [first, last, meaning] of table) {
  for (let code = first; code <= last; code += 1) if (!meanings.has(code)) meanings.set(code, meaning)
}

/** One number for many reasons: the text decides. */
const texts: readonly (readonly [code: string, pattern: RegExp, meaning: Meaning])[] = [
  ['51000', /posSide/i, positionSide],
  ['51000', /expTime/i, late],
  ['51000', /clOrdId|algoClOrdId/i, ['refused', 'client_order_id', 'OKX does not take this client order id.']],
]

function meaningOf({ status, code, sub_code, msg }: Failure): Meaning {
  if (code !== null && code !== '0') {
    // A size beyond what the funds carry is told under the position limit, with the reason behind an underscore.
    if (sub_code?.startsWith('51004_')) return funds
    const byText = texts.find(([number, pattern]) => number === code && pattern.test(msg ?? ''))?.[2]
    const found = byText ?? meanings.get(Number(code)) // not money: a code
    if (found) return found
    if (status < 500) return /^5[1-9]\d{3}$/.test(code) ? rejected : parameter
  }
  if (status === 401) return badKey
  if (status === 403) return ['refused', 'request_blocked', "OKX's firewall refused the request."]
  if (status === 451) return ['auth', 'region_restricted', 'OKX does not serve the place this server is in.']
  if (status === 429 || status === 418) return busy
  if (status === 404 || status === 405) return ['refused', 'not_offered', 'OKX does not offer this call.']
  return unknown
}

const rejected: Meaning = ['refused', 'order_rejected', 'OKX refused the order.']

/** A limit counts the last two seconds. */
export const shortPauseMs = 2_000

/**
 * The error for an answer that is not a success. `effect`: a `read` that failed for an unknown reason is `unavailable`, a `write` is
 * `unknown_outcome`. `now`: our clock (ms).
 */
export function toExchangeError(failure: Failure, effect: 'read' | 'write', now: number): ExchangeError {
  const [kind, code, sentence] = meaningOf(failure)
  const unsure = kind === 'maybe'
  return new ExchangeError(
    unsure ? (effect === 'write' ? 'unknown_outcome' : 'unavailable') : kind,
    unsure && effect === 'read' ? 'unavailable' : code,
    sentence,
    {
      ...(failure.code === null ? {} : { venue_code: failure.code }),
      ...(failure.msg === null ? {} : { venue_message: failure.msg }),
      ...(kind === 'rate_limit' ? { retry_at: now + shortPauseMs } : {}),
    },
  )
}

/**
 * Reads why a reply is no success; null when it is one. Code 1 and 2 mean that rows failed: our calls have one row, whose own code tells.
 */
export function readFailure(status: number, body: unknown): Failure | null {
  const { code, msg, data } = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>
  const outer = codeOf(code)
  const row = (Array.isArray(data) ? data[0] : null) as Record<string, unknown> | null | undefined
  const inner = codeOf(row?.sCode)
  if (inner !== null && inner !== '0') {
    return { status, code: inner, sub_code: codeOf(row?.subCode), msg: textOf(row?.sMsg) ?? textOf(msg) }
  }
  const isSuccess = status >= 200 && status < 300 && outer === '0'
  return isSuccess ? null : { status, code: outer, sub_code: null, msg: textOf(msg) }
}

/** What a push says of a request that failed after it was taken: the venue's words, or ours for its code. */
export function refusalText({ code, msg }: { code?: unknown; msg?: unknown }): string {
  const [, , sentence] = meaningOf({ status: 200, code: codeOf(code), sub_code: null, msg: textOf(msg) })
  return textOf(msg) ?? sentence
}

function codeOf(value: unknown): string | null {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value !== '' ? value.slice(0, 40) : null
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value.slice(0, 500) : null
}
