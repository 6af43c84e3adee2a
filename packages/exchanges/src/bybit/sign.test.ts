import { createVerify, generateKeyPairSync } from 'node:crypto'
import { expect, it } from 'vitest'
import { encodeQuery, loginMessage, signedHeaders } from './sign.ts'

const who = { api_key: 'TESTKEY', api_secret: 'TESTSECRET0123456789ABCDEF', passphrase: null }
const timestamp = 1795336000123

it.each([
  [
    'a GET',
    'category=linear&settleCoin=USDT&limit=50',
    'ec96b1ecba16d19ac9eb5f125388be747aee91ef51437061db7536d1420792f6',
  ],
  ['a GET without a query', '', 'a02783abdac78c3489c04bcd9623afcee427d4b0c38c9f254a095f324693c2b4'],
  [
    'a POST',
    '{"category":"spot","symbol":"BTCUSDT","side":"Buy","orderType":"Limit","qty":"0.001","price":"50000","timeInForce":"GTC","orderLinkId":"hub-0001"}',
    '624e076ffa5ffdb974060a96e4e5584f2d636023aa65cf565c1401ef090d1eca',
  ],
])('%s', (_title, text, signature) => {
  expect(signedHeaders(who, text, timestamp)).toEqual({
    'X-BAPI-API-KEY': 'TESTKEY',
    'X-BAPI-TIMESTAMP': '1795336000123',
    'X-BAPI-RECV-WINDOW': '5000',
    'X-BAPI-SIGN': signature,
  })
})

it('the login of a stream ends ten seconds after it leaves', () => {
  expect(JSON.parse(loginMessage(who, 'a1', 1795336000000))).toEqual({
    req_id: 'a1',
    op: 'auth',
    args: ['TESTKEY', 1795336010000, 'f15bc4e49e73035f1d7bba9b237cf9ecb650dc3c3123af3a0f805598e1955494'],
  })
})

it('an RSA key signs in base64', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const api_secret = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const headers = signedHeaders({ ...who, api_secret }, 'a=1', timestamp)
  const verify = createVerify('sha256').update(`${timestamp}TESTKEY5000a=1`)
  expect(verify.verify(publicKey, headers['X-BAPI-SIGN'] ?? '', 'base64')).toBe(true)
})

it('a query escapes what it must, and gives a cursor back as it came', () => {
  expect(encodeQuery({ category: 'spot', symbol: '这', empty: undefined, cursor: 'page1%3Aabc' })).toBe(
    'category=spot&symbol=%E8%BF%99&cursor=page1%3Aabc',
  )
  expect(encodeQuery({ cursor: 'a b&c=%' })).toBe('cursor=a%20b%26c%3D%25')
})
