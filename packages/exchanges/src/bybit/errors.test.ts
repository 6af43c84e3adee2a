import { expect, it } from 'vitest'
import { isBanned, readFailure, toExchangeError } from './errors.ts'
import { fixture } from './test-fixtures.ts'

const now = 1_795_300_000_000
const error = (code: number | null, msg: string | null = null, effect: 'read' | 'write' = 'write', status = 200) =>
  toExchangeError({ status, code, msg }, effect, now)

it.each<[number, string, string, string?]>([
  [110007, 'refused', 'insufficient_funds'],
  [170131, 'refused', 'insufficient_funds'],
  [110001, 'not_found', 'order_not_found'],
  [170213, 'not_found', 'order_not_found'],
  [110008, 'refused', 'order_closed'],
  [170142, 'refused', 'order_closed'],
  [110072, 'refused', 'duplicate_client_order_id'],
  [170141, 'refused', 'duplicate_client_order_id'],
  [30208, 'refused', 'price_band'],
  [170193, 'refused', 'price_band'],
  [170134, 'refused', 'price_tick'],
  [110094, 'refused', 'min_notional'],
  [170136, 'refused', 'min_quantity'],
  [110017, 'refused', 'reduce_only_rejected', 'current position is zero, cannot fix reduce-only order qty'],
  [110017, 'refused', 'min_quantity', 'orderQty will be truncated to zero'],
  [170124, 'refused', 'max_quantity'],
  [170137, 'refused', 'quantity_step'],
  [170148, 'refused', 'too_precise'],
  [170218, 'refused', 'post_only_would_take'],
  [110023, 'refused', 'reduce_only_rejected'],
  [110021, 'refused', 'max_position'],
  [110025, 'refused', 'position_side'],
  [10001, 'refused', 'position_side', 'position idx not match position mode'],
  [10001, 'refused', 'unknown_symbol', 'params error: symbol invalid'],
  [
    10001,
    'refused',
    'nothing_to_amend',
    'The order remains unchanged as the parameters entered match the existing ones.',
  ],
  [10001, 'refused', 'invalid_parameter', 'something else'],
  [110092, 'refused', 'stop_would_trigger'],
  [110079, 'refused', 'order_in_progress'],
  [110020, 'refused', 'too_many_orders'],
  [170810, 'refused', 'too_many_orders'],
  [110043, 'refused', 'leverage'],
  [110123, 'refused', 'terms_to_accept'],
  [110132, 'refused', 'region_restricted'],
  [110124, 'refused', 'cooling_off'],
  [10029, 'refused', 'symbol_not_permitted'],
  [110074, 'refused', 'market_closed'],
  [10000, 'unknown_outcome', 'unknown_outcome'],
  [10016, 'unknown_outcome', 'unknown_outcome'],
  [170007, 'unknown_outcome', 'unknown_outcome'],
  [170146, 'unknown_outcome', 'unknown_outcome'],
  [170147, 'unknown_outcome', 'unknown_outcome'],
  [10429, 'unknown_outcome', 'unknown_outcome'],
  [10002, 'clock', 'clock_skew'],
  [-1, 'clock', 'clock_skew'],
  [10003, 'auth', 'unknown_key'],
  [10004, 'auth', 'invalid_credentials'],
  [10005, 'auth', 'permission_missing'],
  [10008, 'auth', 'account_blocked'],
  [10009, 'auth', 'region_restricted'],
  [10024, 'auth', 'region_restricted'],
  [10010, 'auth', 'ip_not_allowed'],
  [10028, 'auth', 'classic_account'],
  [100028, 'auth', 'classic_account'],
  [33004, 'auth', 'key_expired'],
  [-2015, 'auth', 'key_expired'],
  [20096, 'auth', 'identity_check_required'],
  [81007, 'auth', 'region_restricted'],
  [10006, 'rate_limit', 'rate_limit'],
  [999_999, 'refused', 'order_rejected'],
  [12_345, 'refused', 'invalid_parameter'],
])('%d is %s %s', (code, kind, word, msg) => {
  const found = error(code, msg ?? null)
  expect(found).toMatchObject({ kind, code: word, venue_code: String(code), venue_message: msg ?? null })
  expect(found.message).toMatch(/\.$/)
})

it.each([
  [401, 'auth', 'invalid_credentials'],
  [403, 'auth', 'region_restricted'],
  [404, 'refused', 'not_offered'],
  [500, 'unknown_outcome', 'unknown_outcome'],
  [503, 'unknown_outcome', 'unknown_outcome'],
])('HTTP %d without a code', (status, kind, code) => {
  expect(error(null, null, 'write', status)).toMatchObject({ kind, code })
})

it('a read whose outcome is unknown is a failed read', () => {
  for (const code of [10000, 10016, 10429]) {
    expect(error(code, null, 'read')).toMatchObject({ kind: 'unavailable', code: 'unavailable' })
  }
})

it('each reason of a key check has a sentence of its own', () => {
  const sentences = [10003, 10004, 10005, 10009, 10010, 10002, 33004, 81007, 10028].map((code) => error(code).message)
  expect(new Set(sentences).size).toBe(sentences.length)
})

it('a limit ends when the venue says, or after a second', () => {
  expect(toExchangeError({ status: 200, code: 10006, msg: null }, 'read', now, now + 400).retry_at).toBe(now + 400)
  expect(error(10006).retry_at).toBe(now + 1_000)
})

it('reads a failure of whatever shape', () => {
  expect(readFailure(200, fixture('rest-refused').value)).toEqual({
    status: 200,
    code: 110007,
    msg: 'CheckMarginRatio fail! Insufficient available balance',
  })
  for (const body of [undefined, null, 7, [], { retCode: 'x', retMsg: 1 }]) {
    expect(readFailure(500, body)).toEqual({ status: 500, code: null, msg: null })
  }
})

it('only a 403 that names no place is a limit of requests', () => {
  expect(isBanned(403, '{"retCode":403,"retMsg":"access too frequent, please try again in 5 minutes"}')).toBe(true)
  expect(isBanned(403, 'Access Too Frequent')).toBe(true)
  expect(
    isBanned(403, '<p>The Amazon CloudFront distribution is configured to block access from your country.</p>'),
  ).toBe(false)
  expect(isBanned(200, 'access too frequent')).toBe(false)
})
