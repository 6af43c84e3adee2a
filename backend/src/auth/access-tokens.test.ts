import { createSecretKey, generateKeyPairSync, hkdfSync } from 'node:crypto'
import { SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { AccessTokens } from './access-tokens.ts'

const secret = 'a signing secret of more than thirty-two bytes'
let time = 1_800_000_000_000
const tokens = new AccessTokens(secret, () => time)
const key = createSecretKey(new Uint8Array(hkdfSync('sha256', secret, 'tradercoin', 'tradercoin/access-token/v1', 32)))
const now = time / 1000

const b64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const claims = {
  sub: '7',
  sid: '31',
  jti: 'j1',
  iss: 'tradercoin',
  aud: 'tradercoin/user-api',
  iat: now,
  nbf: now,
  exp: now + 600,
}
const forge = (header: object, payload: object) =>
  new SignJWT({ ...payload } as Record<string, unknown>)
    .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', ...header })
    .sign(key)

describe('AccessTokens', () => {
  it('reads its own', async () => {
    expect(await tokens.verify(await tokens.sign(7, 31))).toEqual({
      userId: 7,
      sessionId: 31,
      expiresAt: time + 600_000,
    })
    expect(await tokens.verify(await forge({}, claims))).toMatchObject({ userId: 7 })
  })

  it('calls its own expired after ten minutes and thirty seconds', async () => {
    const token = await tokens.sign(7, 31)
    time += 629_000
    expect(await tokens.verify(token)).toMatchObject({ userId: 7 })
    time += 2_000
    expect(await tokens.verify(token)).toBe('expired')
    time -= 631_000
  })

  it.each(['none', 'None', 'nOnE'])('refuses alg %s', async (alg) => {
    const unsigned = `${b64({ alg, typ: 'at+jwt' })}.${b64(claims)}.`
    expect(await tokens.verify(unsigned)).toBe('bad_token')
    const signature = (await tokens.sign(7, 31)).split('.')[2]
    expect(await tokens.verify(unsigned + signature)).toBe('bad_token')
  })

  it('refuses an empty or a changed signature', async () => {
    const [header, payload, signature] = (await tokens.sign(7, 31)).split('.')
    expect(await tokens.verify(`${header}.${payload}.`)).toBe('bad_token')
    expect(await tokens.verify(`${header}.${b64({ ...claims, sub: '8' })}.${signature}`)).toBe('bad_token')
  })

  it('refuses a token of another key and of another algorithm', async () => {
    const foreign = new AccessTokens('another secret of more than thirty-two bytes', () => time)
    expect(await tokens.verify(await foreign.sign(7, 31))).toBe('bad_token')
    const { privateKey } = generateKeyPairSync('ed25519')
    const eddsa = await new SignJWT(claims).setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt' }).sign(privateKey)
    expect(await tokens.verify(eddsa)).toBe('bad_token')
    const hs512 = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS512', typ: 'at+jwt' })
      .sign(Buffer.alloc(64, 1))
    expect(await tokens.verify(hs512)).toBe('bad_token')
  })

  it.each([
    ['no exp', { exp: undefined }, 'bad_token'],
    ['exp as text', { exp: `${now + 600}` }, 'bad_token'],
    ['exp far away', { exp: 9e18 }, 'bad_token'],
    ['not yet valid', { nbf: now + 60 }, 'bad_token'],
    ['negative iat', { iat: -1 }, 'bad_token'],
    ['expired', { iat: now - 700, nbf: now - 700, exp: now - 100 }, 'expired'],
    ['another audience', { aud: 'tradercoin/admin-api' }, 'bad_token'],
    ['another issuer', { iss: 'someone' }, 'bad_token'],
    ['no session', { sid: undefined }, 'bad_token'],
    ['sub that is no id', { sub: '7 OR 1=1' }, 'bad_token'],
  ])('refuses %s, though well signed', async (_what, change, answer) => {
    expect(await tokens.verify(await forge({}, { ...claims, ...change }))).toBe(answer)
  })

  it('refuses another type and takes no key from the header', async () => {
    expect(await tokens.verify(await forge({ typ: 'JWT' }, claims))).toBe('bad_token')
    const jwk = { kty: 'oct', k: Buffer.alloc(32, 1).toString('base64url') }
    const own = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', jwk, kid: '../../dev/null', jku: 'http://127.0.0.1:9/' })
      .sign(Buffer.alloc(32, 1))
    expect(await tokens.verify(own)).toBe('bad_token')
  })

  it.each(['', 'x', 'a.b.c', `${'a'.repeat(9000)}.b.c`, 'not a token at all'])('refuses %j', async (text) => {
    expect(await tokens.verify(text)).toBe('bad_token')
  })
})
