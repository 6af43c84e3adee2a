import { createHmac, createPublicKey, type KeyObject, timingSafeEqual, verify } from 'node:crypto'
import type { AccountKey } from '../engine/account.ts'

const publicKeys = new Map<string, KeyObject>()

/** What a REST caller signs: the query text and the body text, each without its signature field, nothing between. */
export function restPayload(query: string, body: string): string {
  return withoutSignature(query) + withoutSignature(body)
}

function withoutSignature(text: string): string {
  if (!text.includes('signature=')) return text
  return text
    .split('&')
    .filter((pair) => !pair.startsWith('signature='))
    .join('&')
}

/** What a WebSocket API caller signs: all params but the signature, by name, `name=value` joined with `&`. */
export function wsPayload(entries: Iterable<[string, string]>): string {
  return [...entries]
    .filter(([name]) => name !== 'signature')
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
}

export function hmacHex(secret: string, payload: string): string {
  return createHmac('sha256', secret).update(payload).digest('hex')
}

/** Whether a signature was made with the account's key: HMAC in hex, or RSA / Ed25519 in base64. */
export function signatureMatches(key: AccountKey, payload: string, signature: string): boolean {
  if (key.publicKey === '') {
    const expected = Buffer.from(hmacHex(key.secret, payload))
    const given = Buffer.from(signature.toLowerCase())
    return expected.length === given.length && timingSafeEqual(expected, given)
  }
  const object = publicKey(key.publicKey)
  const algorithm = object.asymmetricKeyType === 'ed25519' ? null : 'sha256'
  try {
    return verify(algorithm, Buffer.from(payload), object, Buffer.from(signature, 'base64'))
  } catch {
    return false
  }
}

/** Reads a PEM public key; throws when it is neither RSA nor Ed25519. */
export function publicKey(pem: string): KeyObject {
  let key = publicKeys.get(pem)
  if (!key) {
    key = createPublicKey(pem)
    if (key.asymmetricKeyType !== 'ed25519' && key.asymmetricKeyType !== 'rsa') {
      throw new TypeError('public_key must be an RSA or Ed25519 key in PEM form')
    }
    publicKeys.set(pem, key)
  }
  return key
}

export function isEd25519(key: AccountKey): boolean {
  return key.publicKey !== '' && publicKey(key.publicKey).asymmetricKeyType === 'ed25519'
}
