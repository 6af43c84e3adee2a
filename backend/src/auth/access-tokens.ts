import { createSecretKey, hkdfSync, randomUUID } from 'node:crypto'
import { errors, jwtVerify, SignJWT } from 'jose'

/** Seconds an access token lives. */
export const accessTokenSeconds = 600
const issuer = 'tradercoin'
const audience = 'tradercoin/user-api'
const leewaySeconds = 30

/** What a good access token says. `expiresAt` in ms. */
export interface AccessClaims {
  userId: number
  sessionId: number
  expiresAt: number
}

/** Why a token was refused. `expired`: it was ours and its time is over. */
export type TokenRefusal = 'expired' | 'bad_token'

/** Signs and checks access tokens: HS256 and nothing else, one issuer, one audience, one type. */
export class AccessTokens {
  readonly #key
  readonly #now: () => number

  /**
   * @param jwtSecret the text of JWT_SECRET
   * @param now our clock, ms
   */
  constructor(jwtSecret: string, now: () => number) {
    const bytes = hkdfSync('sha256', jwtSecret, 'tradercoin', 'tradercoin/access-token/v1', 32)
    this.#key = createSecretKey(new Uint8Array(bytes))
    this.#now = now
  }

  async sign(userId: number, sessionId: number): Promise<string> {
    const seconds = Math.floor(this.#now() / 1000)
    return new SignJWT({ sid: `${sessionId}` })
      .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(`${userId}`)
      .setJti(randomUUID())
      .setIssuedAt(seconds)
      .setNotBefore(seconds)
      .setExpirationTime(seconds + accessTokenSeconds)
      .sign(this.#key)
  }

  async verify(token: string): Promise<AccessClaims | TokenRefusal> {
    try {
      const { payload } = await jwtVerify(token, this.#key, {
        algorithms: ['HS256'],
        typ: 'at+jwt',
        issuer,
        audience,
        clockTolerance: leewaySeconds,
        currentDate: new Date(this.#now()),
        requiredClaims: ['sub', 'sid', 'jti', 'iat', 'nbf', 'exp'],
      })
      const { sub, sid, exp, iat } = payload
      const lifetime = (exp ?? 0) - (iat ?? 0)
      if (!isId(sub) || !isId(sid) || lifetime <= 0 || lifetime > accessTokenSeconds) return 'bad_token'
      return { userId: Number(sub), sessionId: Number(sid), expiresAt: (exp ?? 0) * 1000 } // not money: ids
    } catch (error) {
      return error instanceof errors.JWTExpired ? 'expired' : 'bad_token'
    }
  }
}

const isId = (text: unknown): text is string => typeof text === 'string' && /^[1-9]\d{0,15}$/.test(text)
