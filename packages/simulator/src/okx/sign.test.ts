import { describe, expect, it } from 'vitest'
import { loginPayload, restPayload, sign, signatureMatches } from './sign.ts'

const SECRET = 'TESTSECRET0123456789ABCDEF'
const TIME = '2026-11-22T08:26:40.123Z'

describe('signatures', () => {
  it('of a REST read cover the path with its query', () => {
    const text = restPayload(TIME, 'get', '/api/v5/trade/orders-pending?instType=SPOT&limit=100', '')
    expect(sign(SECRET, text)).toBe('al1wuJbPHWBpQ57lB52g1xvOPADoQV1iV/kCNOT/pWk=')
  })

  it('of a REST order cover the exact body', () => {
    const body = '{"instId":"BTC-USDT","tdMode":"cash","side":"buy","ordType":"limit","px":"50000","sz":"0.001"}'
    expect(sign(SECRET, restPayload(TIME, 'POST', '/api/v5/trade/order', body))).toBe(
      'Ah37Ab/M1dsDrS6ojmEaUkLsbMYcDpQu3QftAduuGc4=',
    )
  })

  it('of a WebSocket login cover seconds and a fixed text', () => {
    const signature = 'mCaUO2/tL+PZkHQaIKbG82A/d08g4vonyOzn1ehhi0Y='
    expect(sign(SECRET, loginPayload('1795336000'))).toBe(signature)
    expect(signatureMatches(SECRET, loginPayload('1795336000'), signature)).toBe(true)
    expect(signatureMatches(SECRET, loginPayload('1795336001'), signature)).toBe(false)
  })
})
