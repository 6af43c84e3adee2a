import { expect, test } from 'vitest'
import { loginMessage, signedHeaders } from './sign.ts'

const who = { api_key: 'hub-key-1', api_secret: 'TESTSECRET0123456789ABCDEF', passphrase: 'hub-pass' }
const time = Date.UTC(2026, 10, 22, 8, 26, 40, 123)

test('a GET is signed with its query, exactly as it is sent', () => {
  expect(signedHeaders(who, 'GET', '/api/v5/trade/orders-pending?instType=SPOT&limit=100', '', time)).toEqual({
    'OK-ACCESS-KEY': 'hub-key-1',
    'OK-ACCESS-SIGN': 'al1wuJbPHWBpQ57lB52g1xvOPADoQV1iV/kCNOT/pWk=',
    'OK-ACCESS-TIMESTAMP': '2026-11-22T08:26:40.123Z',
    'OK-ACCESS-PASSPHRASE': 'hub-pass',
  })
})

test('a POST is signed with its body', () => {
  const body = '{"instId":"BTC-USDT","tdMode":"cash","side":"buy","ordType":"limit","px":"50000","sz":"0.001"}'
  expect(signedHeaders(who, 'POST', '/api/v5/trade/order', body, time)).toMatchObject({
    'OK-ACCESS-SIGN': 'Ah37Ab/M1dsDrS6ojmEaUkLsbMYcDpQu3QftAduuGc4=',
  })
})

test('a login is signed with whole seconds', () => {
  expect(loginMessage(who, 1_795_336_000_999)).toBe(
    '{"op":"login","args":[{"apiKey":"hub-key-1","passphrase":"hub-pass","timestamp":"1795336000","sign":"mCaUO2/tL+PZkHQaIKbG82A/d08g4vonyOzn1ehhi0Y="}]}',
  )
})
