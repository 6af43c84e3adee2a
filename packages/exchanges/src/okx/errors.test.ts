import { describe, expect, it, test } from 'vitest'
import { type Failure, readFailure, toExchangeError } from './errors.ts'
import { fixture } from './test-fixtures.ts'

const now = 1_795_300_000_000
const error = (failure: Partial<Failure>, effect: 'read' | 'write' = 'write') =>
  toExchangeError({ status: 200, code: null, sub_code: null, msg: null, ...failure }, effect, now)

test.each([
  ['51008', 'refused', 'insufficient_funds'],
  ['51119', 'refused', 'insufficient_funds'],
  ['51004', 'refused', 'max_position'],
  ['51107', 'refused', 'leverage'],
  ['51020', 'refused', 'min_quantity'],
  ['51121', 'refused', 'quantity_step'],
  ['51103', 'refused', 'max_quantity'],
  ['51201', 'refused', 'max_quantity'],
  ['51006', 'refused', 'price_band'],
  ['51137', 'refused', 'price_band'],
  ['54084', 'refused', 'price_band'],
  ['51016', 'refused', 'duplicate_client_order_id'],
  ['51001', 'refused', 'unknown_symbol'],
  ['51028', 'refused', 'market_closed'],
  ['51169', 'refused', 'reduce_only_rejected'],
  ['51511', 'refused', 'post_only_would_take'],
  ['51174', 'refused', 'too_many_orders'],
  ['51400', 'not_found', 'order_not_found'],
  ['51410', 'refused', 'order_in_progress'],
  ['51503', 'refused', 'order_closed'],
  ['51603', 'not_found', 'order_not_found'],
  ['51024', 'refused', 'account_blocked'],
  ['51734', 'refused', 'region_restricted'],
  ['54109', 'refused', 'terms_to_accept'],
  ['54094', 'refused', 'cooling_off'],
  ['51279', 'refused', 'stop_would_trigger'],
  ['54051', 'refused', 'min_notional'],
  ['50072', 'refused', 'account_mode'],
  ['50100', 'auth', 'key_locked'],
  ['50101', 'auth', 'wrong_environment'],
  ['50105', 'auth', 'wrong_passphrase'],
  ['60024', 'auth', 'wrong_passphrase'],
  ['50110', 'auth', 'ip_not_allowed'],
  ['50111', 'auth', 'invalid_credentials'],
  ['50113', 'auth', 'invalid_credentials'],
  ['60007', 'auth', 'invalid_credentials'],
  ['50119', 'auth', 'unknown_key'],
  ['60032', 'auth', 'unknown_key'],
  ['50120', 'auth', 'permission_missing'],
  ['50102', 'clock', 'clock_skew'],
  ['60006', 'clock', 'clock_skew'],
  ['50011', 'rate_limit', 'rate_limit'],
  ['50061', 'rate_limit', 'order_rate_limit'],
  ['50001', 'unknown_outcome', 'unknown_outcome'],
  ['50004', 'unknown_outcome', 'unknown_outcome'],
  ['50013', 'unknown_outcome', 'unknown_outcome'],
  ['51054', 'unknown_outcome', 'unknown_outcome'],
  ['51999', 'refused', 'order_rejected'],
  ['50999', 'refused', 'invalid_parameter'],
])('%s is %s %s', (code, kind, word) => {
  expect(error({ code })).toMatchObject({ kind, code: word, venue_code: code })
})

describe('what the number alone does not say', () => {
  it('a reason behind the code, or in the text', () => {
    expect(error({ code: '51004', sub_code: '51004_2' })).toMatchObject({ code: 'insufficient_funds' })
    expect(error({ code: '51000', msg: 'Parameter posSide error' })).toMatchObject({ code: 'position_side' })
    expect(error({ code: '51000', msg: 'Parameter sz error' })).toMatchObject({ code: 'order_rejected' })
    expect(error({ code: '51000', msg: 'Parameter expTime error' })).toMatchObject({ kind: 'clock' })
  })

  it('a status without a code', () => {
    expect(error({ status: 502 })).toMatchObject({ kind: 'unknown_outcome' })
    expect(error({ status: 502 }, 'read')).toMatchObject({ kind: 'unavailable', code: 'unavailable' })
    expect(error({ status: 500, code: '50026' }, 'read')).toMatchObject({ kind: 'unavailable' })
    expect(error({ status: 403 })).toMatchObject({ kind: 'refused', code: 'request_blocked' })
    expect(error({ status: 302 })).toMatchObject({ kind: 'unknown_outcome' })
    expect(error({ status: 401 })).toMatchObject({ kind: 'auth' })
    expect(error({ status: 451 })).toMatchObject({ kind: 'auth', code: 'region_restricted' })
  })

  it('a limit tells when to come back', () => {
    expect(error({ code: '50011' }).retry_at).toBe(now + 2_000)
  })
})

describe('reading a reply', () => {
  const read = (name: string, status = 200) => readFailure(status, fixture(name).frame)

  it('a success is no failure', () => {
    expect(read('rest-placed')).toBeNull()
    expect(read('rest-config')).toBeNull()
  })

  it('the code of the one row counts, not that all have failed', () => {
    expect(read('rest-refused')).toEqual({
      status: 200,
      code: '51008',
      sub_code: null,
      msg: 'Order failed. Insufficient USDT balance',
    })
  })

  it('a key that does not exist comes with status 200', () => {
    expect(read('rest-unknown-key')).toEqual({
      status: 200,
      code: '50119',
      sub_code: null,
      msg: "API key doesn't exist",
    })
  })

  it('any other body is a failure without a code, whatever the status', () => {
    for (const body of [undefined, null, [], 'text', {}, { data: 5 }, { code: '', msg: 7 }]) {
      expect(readFailure(200, body)).toEqual({ status: 200, code: null, sub_code: null, msg: null })
    }
    expect(readFailure(500, { code: '0', data: [] })).toMatchObject({ status: 500 })
  })
})
