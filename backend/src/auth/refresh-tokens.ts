import { createHash, createHmac, hkdfSync, randomInt, timingSafeEqual } from 'node:crypto'

/** What a refresh token of ours says: its session, and how many came before it. */
export interface RefreshClaims {
  sessionId: number
  generation: number
}

const macBytes = 32
const headBytes = 12

/**
 * Refresh tokens: a session, a generation and a 256-bit code that only this hub can make. The successor of a token follows from it, so
 * a lost reply can be repeated without the database ever holding a token; it keeps hashes. And any token that was ever issued is known
 * as such, so that the return of an old one shows a theft.
 */
export class RefreshTokens {
  readonly #key: Buffer

  /** @param jwtSecret the text of JWT_SECRET */
  constructor(jwtSecret: string) {
    this.#key = Buffer.from(hkdfSync('sha256', jwtSecret, 'tradercoin', 'tradercoin/refresh-token/v1', 32))
  }

  /** The first token of a new session, whose id it draws. */
  first(): { sessionId: number; token: string } {
    const sessionId = randomInt(1, 2 ** 48 - 1)
    return { sessionId, token: this.#write({ sessionId, generation: 0 }) }
  }

  next({ sessionId, generation }: RefreshClaims): string {
    return this.#write({ sessionId, generation: generation + 1 })
  }

  /** Null for anything that this hub has not issued. */
  read(token: string): RefreshClaims | null {
    const bytes = Buffer.from(token, 'base64url')
    if (bytes.length !== headBytes + macBytes || bytes.toString('base64url') !== token) return null
    const head = bytes.subarray(0, headBytes)
    if (!timingSafeEqual(bytes.subarray(headBytes), this.#mac(head))) return null
    return { sessionId: head.readUIntBE(2, 6), generation: head.readUInt32BE(8) }
  }

  #write({ sessionId, generation }: RefreshClaims): string {
    const head = Buffer.alloc(headBytes)
    head.writeUIntBE(sessionId, 2, 6)
    head.writeUInt32BE(generation, 8)
    return Buffer.concat([head, this.#mac(head)]).toString('base64url')
  }

  #mac(head: Buffer): Buffer {
    return createHmac('sha256', this.#key).update(head).digest()
  }
}

/** What the database keeps of a refresh token. */
export const refreshHash = (token: string): string => createHash('sha256').update(token).digest('base64url')
