import { expect, test } from 'vitest'
import { type Failure, type Product, readFailure, toExchangeError } from './errors.ts'

const now = 1_795_300_000_000
const error = (product: Product, failure: Partial<Failure>, effect: 'read' | 'write' = 'write') =>
  toExchangeError(product, { status: 400, code: null, msg: null, ...failure }, effect, now)

test.each<[string, Product, Partial<Failure>, string, string]>([
  [
    'funds',
    'spot',
    { code: -2010, msg: 'Account has insufficient balance for requested action.' },
    'refused',
    'insufficient_funds',
  ],
  ['duplicate', 'spot', { code: -2010, msg: 'Duplicate order sent.' }, 'refused', 'duplicate_client_order_id'],
  [
    'post-only',
    'spot',
    { code: -2010, msg: 'Order would immediately match and take.' },
    'refused',
    'post_only_would_take',
  ],
  ['an unread -2010', 'spot', { code: -2010, msg: 'Something new.' }, 'refused', 'order_rejected'],
  ['tick', 'spot', { code: -1013, msg: 'Filter failure: PRICE_FILTER' }, 'refused', 'price_tick'],
  ['band', 'spot', { code: -1013, msg: 'Filter failure: PERCENT_PRICE_BY_SIDE' }, 'refused', 'price_band'],
  ['step', 'spot', { code: -1013, msg: 'Filter failure: LOT_SIZE' }, 'refused', 'quantity_step'],
  ['notional', 'spot', { code: -1013, msg: 'Filter failure: NOTIONAL' }, 'refused', 'min_notional'],
  ['smallest quantity', 'futures', { code: -4004 }, 'refused', 'min_quantity'],
  ['largest quantity', 'futures', { code: -4005 }, 'refused', 'max_quantity'],
  ['being triggered', 'futures', { code: -4117 }, 'refused', 'order_in_progress'],
  ['amended too often', 'futures', { code: -5026 }, 'refused', 'too_many_amends'],
  ['an amendment without effect', 'futures', { code: -5027 }, 'refused', 'nothing_to_amend'],
  ['amending a gone order', 'spot', { code: -2038, msg: 'Unknown order sent.' }, 'not_found', 'order_not_found'],
  [
    'amending upwards',
    'spot',
    { code: -2038, msg: 'Order amend (quantity increase) is not supported.' },
    'refused',
    'amend_not_supported',
  ],
  [
    'amended too often on spot',
    'spot',
    { code: -2038, msg: 'Filter failure: MAX_NUM_ORDER_AMENDS' },
    'refused',
    'too_many_amends',
  ],
  ['an unread -2038', 'spot', { code: -2038, msg: 'Something new.' }, 'refused', 'amend_rejected'],
  ['symbol', 'spot', { code: -1121, msg: 'Invalid symbol.' }, 'refused', 'unknown_symbol'],
  ['unknown order on cancel', 'spot', { code: -2011, msg: 'Unknown order sent.' }, 'not_found', 'order_not_found'],
  ['no such order', 'futures', { code: -2013 }, 'not_found', 'order_not_found'],
  ['bad key', 'spot', { status: 401, code: -2015 }, 'auth', 'invalid_credentials'],
  ['bad signature', 'spot', { code: -1022 }, 'auth', 'invalid_credentials'],
  ['time', 'futures', { code: -1021 }, 'clock', 'clock_skew'],
  ['backend timeout', 'spot', { status: 500, code: -1007 }, 'unknown_outcome', 'unknown_outcome'],
  ['bare 500', 'spot', { status: 500 }, 'unknown_outcome', 'unknown_outcome'],
  [
    '503 unknown error',
    'futures',
    { status: 503, msg: 'Unknown error, please check your request or try again later.' },
    'unknown_outcome',
    'unknown_outcome',
  ],
  ['503 not taken', 'futures', { status: 503, msg: 'Service Unavailable.' }, 'rate_limit', 'overloaded'],
  ['throttled', 'futures', { status: 503, code: -1008 }, 'rate_limit', 'overloaded'],
  ['order count', 'spot', { status: 429, code: -1015 }, 'rate_limit', 'order_rate_limit'],
  ['an undocumented code', 'futures', { code: -9999 }, 'refused', 'invalid_parameter'],
  ['firewall', 'spot', { status: 403 }, 'refused', 'request_blocked'],
  ['country', 'spot', { status: 451, code: 0 }, 'auth', 'region_restricted'],
])('%s', (_name, product, failure, kind, code) => {
  expect(error(product, failure)).toMatchObject({
    kind,
    code,
    venue_code: failure.code == null ? null : String(failure.code),
  })
})

test('equal numbers mean different things per product', () => {
  expect(error('futures', { code: -2021 })).toMatchObject({ code: 'stop_would_trigger' })
  expect(error('spot', { code: -2021 })).toMatchObject({ code: 'invalid_parameter' })
  expect(error('futures', { code: -2026 })).toMatchObject({ code: 'reduce_only_rejected' })
  expect(error('spot', { code: -2026 })).toMatchObject({ kind: 'not_found', code: 'order_archived' })
})

test('a read that failed for an unknown reason says nothing about the account', () => {
  expect(error('spot', { status: 500, code: -1000 }, 'read')).toMatchObject({
    kind: 'unavailable',
    code: 'unavailable',
  })
  expect(error('spot', { status: 302 }, 'read')).toMatchObject({ kind: 'unavailable' })
})

test('reads any body', () => {
  expect(readFailure(400, { code: -1121, msg: 'Invalid symbol.' })).toEqual({
    status: 400,
    code: -1121,
    msg: 'Invalid symbol.',
  })
  for (const body of [undefined, null, [], 'text', { code: '200', msg: 7 }]) {
    expect(readFailure(500, body)).toEqual({ status: 500, code: null, msg: null })
  }
})
