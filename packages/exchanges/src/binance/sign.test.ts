import { generateKeyPairSync, verify } from 'node:crypto'
import { expect, test } from 'vitest'
import { createSigner } from '../signer.ts'
import { encodeQuery, signParams, signQuery } from './sign.ts'

const api_key = 'HUBTESTKEY00000000000000000000000000000000000000000000000000DEMO'
const hmac = {
  api_key,
  api_secret: 'HUBTESTSECRET0000000000000000000000000000000000000000000000DEMO',
  passphrase: null,
}
const ed25519Body = 'MC4CAQAwBQYDK2VwBCIEIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB'
const ed25519Pem = `-----BEGIN PRIVATE KEY-----\n${ed25519Body}\n-----END PRIVATE KEY-----\n`
const ed25519Signature = 'RRc5/YQs9LtIT+Cyd3b4GKpEg6VrydyxEMIpEqOi5qnJkHsaQm8wURa5+ULHVx4+xDow2aqlJy0Ez+4kPt3+Bg=='
const wsParams = { timestamp: 1795300000000, recvWindow: 5000, apiKey: api_key }

test('signs a WebSocket-API request with HMAC', () => {
  expect(signParams(wsParams, createSigner(hmac))).toEqual({
    ...wsParams,
    signature: '3f3419b14b2532e5308406ff16de0dc8ed91054f523e4d3c588dcab4b909652f',
  })
})

test('signs a REST query with HMAC', () => {
  const query = encodeQuery({
    symbol: 'BTCUSDT',
    startTime: 1795200000000,
    limit: 1000,
    recvWindow: 5000,
    timestamp: 1795300000000,
  })
  expect(signQuery(query, createSigner(hmac))).toBe(
    'symbol=BTCUSDT&startTime=1795200000000&limit=1000&recvWindow=5000&timestamp=1795300000000' +
      '&signature=594b09a940efd3d79bac78e15b72b3bf78d3f65d28c0f696b304208e66c0cb66',
  )
})

test.each([
  ['PEM', ed25519Pem],
  ['PEM with escaped line breaks', ed25519Pem.replaceAll('\n', '\\n')],
  ['bare base64', ed25519Body],
])('recognises an Ed25519 key as %s', (_form, api_secret) => {
  const signer = createSigner({ api_key, api_secret, passphrase: null })
  expect(signParams(wsParams, signer)).toMatchObject({ signature: ed25519Signature })
  expect(signQuery('a=1', signer)).toMatch(/^a=1&signature=[A-Za-z0-9%]+$/)
})

test('signs with RSA, PKCS#1 v1.5 and SHA-256', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const body = pem.replace(/-----[A-Z ]+-----|\n/g, '')
  for (const api_secret of [pem, body]) {
    const signature = createSigner({ api_key, api_secret, passphrase: null })('payload')
    expect(verify('sha256', Buffer.from('payload'), publicKey, Buffer.from(signature, 'base64'))).toBe(true)
  }
})

test('an unreadable or foreign key is refused without quoting it', () => {
  const broken = {
    api_key,
    api_secret: '-----BEGIN PRIVATE KEY-----\nsecret-text\n-----END PRIVATE KEY-----',
    passphrase: null,
  }
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString()
  for (const credentials of [broken, { ...broken, api_secret: ec }]) {
    expect(() => createSigner(credentials)).toThrow(
      expect.objectContaining({ kind: 'auth', code: 'invalid_credentials' }),
    )
    expect(() => createSigner(credentials)).not.toThrow(/secret-text/)
  }
})

test('escapes everything but unreserved characters and leaves out what is undefined', () => {
  expect(encodeQuery({ a: "x y!'()*ü", b: undefined, c: true })).toBe('a=x%20y%21%27%28%29%2A%C3%BC&c=true')
})
