import { describe, expect, it } from 'vitest'
import { hmacHex } from '../binance/sign.ts'
import { restPayload, socketPayload } from './sign.ts'

/** The vectors of the fact sheet. */
const SECRET = 'TESTSECRET0123456789ABCDEF'
const rest = (payload: string) => hmacHex(SECRET, restPayload('1795336000123', 'TESTKEY', '5000', payload))

describe('Bybit signatures', () => {
  it('signs the query of a GET exactly as it is sent', () => {
    expect(rest('category=linear&settleCoin=USDT&limit=50')).toBe(
      'ec96b1ecba16d19ac9eb5f125388be747aee91ef51437061db7536d1420792f6',
    )
    expect(rest('')).toBe('a02783abdac78c3489c04bcd9623afcee427d4b0c38c9f254a095f324693c2b4')
  })

  it('signs the body of a POST', () => {
    expect(
      rest(
        '{"category":"spot","symbol":"BTCUSDT","side":"Buy","orderType":"Limit","qty":"0.001","price":"50000","timeInForce":"GTC","orderLinkId":"hub-0001"}',
      ),
    ).toBe('624e076ffa5ffdb974060a96e4e5584f2d636023aa65cf565c1401ef090d1eca')
  })

  it('signs the expiry of a socket', () => {
    expect(hmacHex(SECRET, socketPayload(1795336010000))).toBe(
      'f15bc4e49e73035f1d7bba9b237cf9ecb650dc3c3123af3a0f805598e1955494',
    )
  })
})
