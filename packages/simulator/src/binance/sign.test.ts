import { createPrivateKey, createPublicKey, sign } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { AccountKey } from '../engine/account.ts'
import { hmacHex, restPayload, signatureMatches, wsPayload } from './sign.ts'

/** Vectors of the fact sheet, binance.md section 3.4. */
const API_KEY = 'HUBTESTKEY00000000000000000000000000000000000000000000000000DEMO'
const SECRET = 'HUBTESTSECRET0000000000000000000000000000000000000000000000DEMO'
const hmacKey: AccountKey = { apiKey: API_KEY, secret: SECRET, passphrase: '', publicKey: '', revoked: false }

describe('signatures', () => {
  const params: [string, string][] = [
    ['timestamp', '1795300000000'],
    ['signature', 'left out'],
    ['recvWindow', '5000'],
    ['apiKey', API_KEY],
  ]
  const wsText = `apiKey=${API_KEY}&recvWindow=5000&timestamp=1795300000000`

  it('sorts WebSocket params and leaves the signature out', () => {
    expect(wsPayload(params)).toBe(wsText)
    expect(hmacHex(SECRET, wsText)).toBe('3f3419b14b2532e5308406ff16de0dc8ed91054f523e4d3c588dcab4b909652f')
  })

  it('signs the exact text of query and body', () => {
    const query = 'symbol=BTCUSDT&startTime=1795200000000&limit=1000&recvWindow=5000&timestamp=1795300000000'
    const expected = '594b09a940efd3d79bac78e15b72b3bf78d3f65d28c0f696b304208e66c0cb66'
    expect(hmacHex(SECRET, restPayload(`${query}&signature=${expected}`, ''))).toBe(expected)
    expect(restPayload('a=1', 'b=2&signature=x')).toBe('a=1b=2')
    expect(signatureMatches(hmacKey, query, expected.toUpperCase())).toBe(true)
    expect(signatureMatches(hmacKey, `${query}0`, expected)).toBe(false)
  })

  it('accepts Ed25519', () => {
    const pem =
      '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB\n-----END PRIVATE KEY-----\n'
    const privateKey = createPrivateKey(pem)
    const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString()
    const key = { ...hmacKey, secret: '', publicKey }
    const signature = 'RRc5/YQs9LtIT+Cyd3b4GKpEg6VrydyxEMIpEqOi5qnJkHsaQm8wURa5+ULHVx4+xDow2aqlJy0Ez+4kPt3+Bg=='
    expect(sign(null, Buffer.from(wsText), privateKey).toString('base64')).toBe(signature)
    expect(signatureMatches(key, wsText, signature)).toBe(true)
    expect(signatureMatches(key, `${wsText}1`, signature)).toBe(false)
    expect(signatureMatches(key, wsText, 'nonsense')).toBe(false)
  })
})
