import { createHmac, createPrivateKey, type KeyObject, sign } from 'node:crypto'
import { ExchangeError } from './errors.ts'
import type { Credentials } from './exchange.ts'

/* Signing with the key types venues issue: an HMAC-SHA256 secret, or a private key. */

/** Signs UTF-8 text: hex for an HMAC secret, base64 for RSA (PKCS#1 v1.5, SHA-256) and Ed25519 keys. */
export type Signer = (payload: string) => string

/** Start of every Ed25519 PKCS#8 key in base64; an HMAC secret of 64 characters cannot begin like this by chance. */
const ed25519Body = /^MC4CAQAwBQYDK2VwBCIEI[A-Za-z0-9+/]{43}=?=?$/
const longBase64 = /^[A-Za-z0-9+/\s]{300,}={0,2}$/

function privateKey(secret: string, passphrase: string | null): KeyObject | null {
  const text = secret.trim()
  if (text.includes('-----BEGIN')) {
    // A PEM pasted through a form or an environment file may carry its line breaks as the two characters \n.
    const key = text.replaceAll('\\n', '\n')
    return createPrivateKey(passphrase === null ? key : { key, passphrase })
  }
  if (ed25519Body.test(text) || longBase64.test(text)) {
    return createPrivateKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'pkcs8' })
  }
  return null
}

/**
 * Recognises the key type from the secret's form: PEM or bare base64 of a PKCS#8 key is RSA or Ed25519, anything else an HMAC secret.
 * Throws ExchangeError `auth` when the key cannot be read.
 */
export function createSigner(credentials: Credentials): Signer {
  let key: KeyObject | null
  try {
    key = privateKey(credentials.api_secret, credentials.passphrase)
  } catch {
    // The cause could quote the key.
    throw new ExchangeError('auth', 'invalid_credentials', 'The API secret is not a readable private key.')
  }
  if (key === null) {
    const secret = credentials.api_secret.trim()
    return (payload) => createHmac('sha256', secret).update(payload).digest('hex')
  }
  const pem = key
  if (pem.asymmetricKeyType === 'ed25519') return (payload) => sign(null, Buffer.from(payload), pem).toString('base64')
  if (pem.asymmetricKeyType === 'rsa') return (payload) => sign('sha256', Buffer.from(payload), pem).toString('base64')
  throw new ExchangeError('auth', 'invalid_credentials', 'The private key must be RSA or Ed25519.')
}

const signers = new WeakMap<Credentials, Signer>()

/** The signer of these credentials; a private key is read once. Throws as createSigner does. */
export function signerOf(credentials: Credentials): Signer {
  let signer = signers.get(credentials)
  if (!signer) {
    signer = createSigner(credentials)
    signers.set(credentials, signer)
  }
  return signer
}
