import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'
import { inspect } from 'node:util'

/** Which field of which row a sealed text belongs to. It opens nowhere else. */
export interface SealedPlace {
  /** Unique in the table and fixed for the row's life. */
  row: string
  user_id: number
  exchange: string
  field: 'api_key' | 'api_secret' | 'passphrase' | 'listen_key'
}

/** A sealed text did not open: it was changed, moved to another row or field, or sealed with another key. */
export class VaultError extends Error {
  override readonly name = 'VaultError'
  readonly code = 'sealed_text_broken'
}

const version = 1
const nonceBytes = 12
const tagBytes = 16

/**
 * Seals the secrets of exchange keys with AES-256-GCM. The text is bound to its user, row and field through the additional data.
 * Layout: version (1 byte), length of the key id (1 byte), key id, nonce (12), ciphertext, tag (16).
 */
export class Vault {
  readonly keyId: string
  readonly #key: Buffer
  readonly #checkKey: Buffer

  /** @param masterSecret the text of ENCRYPTION_KEY, at least 32 bytes */
  constructor(masterSecret: string) {
    this.#key = derive(masterSecret, 'tradercoin/vault/v1/seal')
    this.#checkKey = derive(masterSecret, 'tradercoin/vault/v1/check')
    this.keyId = createHmac('sha256', this.#checkKey).update('key id').digest('hex').slice(0, 8)
  }

  seal(plain: string, place: SealedPlace): Uint8Array {
    const nonce = randomBytes(nonceBytes)
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce)
    cipher.setAAD(additionalData(place, this.keyId))
    const kid = Buffer.from(this.keyId)
    const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
    return Buffer.concat([Buffer.from([version, kid.length]), kid, nonce, body, cipher.getAuthTag()])
  }

  /** @throws VaultError when the text is not exactly what was sealed for this place with this key */
  open(sealed: Uint8Array, place: SealedPlace): string {
    const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength)
    const kidEnd = 2 + (bytes[1] ?? 0)
    if (bytes[0] !== version || bytes.length < kidEnd + nonceBytes + tagBytes) {
      throw new VaultError('A sealed secret has an unknown form')
    }
    if (bytes.toString('utf8', 2, kidEnd) !== this.keyId) {
      throw new VaultError('A sealed secret belongs to another ENCRYPTION_KEY')
    }
    const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(kidEnd, kidEnd + nonceBytes), {
      authTagLength: tagBytes,
    })
    decipher.setAAD(additionalData(place, this.keyId))
    decipher.setAuthTag(bytes.subarray(bytes.length - tagBytes))
    try {
      const body = decipher.update(bytes.subarray(kidEnd + nonceBytes, bytes.length - tagBytes))
      return Buffer.concat([body, decipher.final()]).toString('utf8')
    } catch {
      throw new VaultError('A sealed secret was changed or moved, so it does not open')
    }
  }

  /** A value that only this ENCRYPTION_KEY gives; the database keeps it to notice a wrong key at the start. */
  checkValue(): string {
    return createHmac('sha256', this.#checkKey).update('check value').digest('hex')
  }

  matches(checkValue: string): boolean {
    const [mine, theirs] = [Buffer.from(this.checkValue()), Buffer.from(checkValue)]
    return mine.length === theirs.length && timingSafeEqual(mine, theirs)
  }

  toJSON(): string {
    return '[vault]'
  }

  [inspect.custom](): string {
    return '[vault]'
  }
}

function derive(masterSecret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', masterSecret, 'tradercoin', purpose, 32))
}

function additionalData(place: SealedPlace, kid: string): Buffer {
  return Buffer.from(['v1', 'exchange_keys', place.row, place.user_id, place.exchange, place.field, kid].join('|'))
}
