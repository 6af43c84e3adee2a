import { mkdtempSync, readFileSync, statSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sessionAnswerSchema } from '@tradercoin/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AccessTokens } from '../src/auth/access-tokens.ts'
import { demoEmail } from '../src/auth/demo-user.ts'
import { type Answer, refreshCookieOf, startHub, type TestHub, type TestUser } from './support/hub.ts'
import { liveTab } from './support/tab.ts'

let hub: TestHub
beforeAll(async () => {
  hub = await startHub()
})
afterAll(() => hub.close())

const login = (email: string, password: string) => hub.ask('POST', '/api/v1/auth/login', { body: { email, password } })
const refresh = (cookie: string) => hub.ask('POST', '/api/v1/auth/refresh', { headers: { cookie } })
const me = (token: string) => hub.ask('GET', '/api/v1/auth/me', { token })
const withoutId = ({ body }: Answer) => ({ ...body, request_id: '' })

describe('register and login', () => {
  it('answers with the session and a cookie that scripts cannot read', async () => {
    const body = { email: 'Anna@Example.org', password: 'correct horse battery' }
    const answer = await hub.ask('POST', '/api/v1/auth/register', { body })
    expect(answer.status).toBe(201)
    expect(sessionAnswerSchema.strict().parse(answer.body).user).toMatchObject({
      email: 'anna@example.org',
      role: 'user',
    })
    const [line = ''] = answer.headers.getSetCookie()
    for (const part of ['__Host-refresh=', 'Path=/', 'HttpOnly', 'Secure', 'SameSite=Strict', 'Max-Age=2592000']) {
      expect(line).toContain(part)
    }
    expect(line).not.toContain('Domain')
    expect((await hub.ask('POST', '/api/v1/auth/register', { body })).body).toMatchObject({
      status: 409,
      code: 'email_taken',
    })
    expect((await login('anna@example.ORG', 'correct horse battery')).status).toBe(200)
  })

  it('refuses weak, missing and extra fields by name', async () => {
    const email = 'x@example.org'
    const cases: [object, string][] = [
      [{ email, password: 'short' }, 'password'],
      [{ email: 'nobody', password: 'long enough for it' }, 'email'],
      [{ email }, 'password'],
      [{ email, password: 'long enough for it', role: 'admin' }, 'role'],
      [{ email, password: 'long enough for it', is_admin: true }, 'is_admin'],
    ]
    for (const [body, field] of cases) {
      const answer = await hub.ask('POST', '/api/v1/auth/register', { body })
      expect(answer.status).toBe(400)
      expect(answer.headers.get('content-type')).toContain('application/problem+json')
      expect(answer.body.errors.map((error: { field: string }) => error.field)).toContain(field)
    }
  })

  it('tells an unknown address and a wrong password alike', async () => {
    const user = await hub.newUser()
    const [wrong, unknown] = [await login(user.email, 'not this one'), await login('no@example.org', 'not this one')]
    expect(wrong.status).toBe(401)
    expect(withoutId(wrong)).toEqual(withoutId(unknown))
  })

  it('takes about the same time for both', async () => {
    const user = await hub.newUser()
    const median = async (email: string) => {
      const times: number[] = []
      for (let i = 0; i < 15; i++) {
        const from = performance.now()
        await login(email, 'not this one')
        times.push(performance.now() - from)
      }
      return times.sort((a, b) => a - b)[7] ?? 0
    }
    const [known, unknown] = [await median(user.email), await median('nobody-at-all@example.org')]
    // A look-up without a hash would take a tenth.
    expect(Math.max(known, unknown) / Math.min(known, unknown)).toBeLessThan(2)
  })

  it('makes an account wait after five failures, without telling, and lets its owner go on', async () => {
    const user = await hub.newUser()
    for (let i = 0; i < 5; i++) expect((await login(user.email, 'wrong wrong wrong')).status).toBe(401)
    const right = await login(user.email, user.password)
    const wrong = await login(user.email, 'wrong wrong wrong')
    expect(right.status).toBe(401)
    expect(withoutId(right)).toEqual(withoutId(wrong))
    expect((await me(user.token)).status).toBe(200)
    await expect.poll(async () => (await login(user.email, user.password)).status, { timeout: 5_000 }).toBe(200)
  })

  it('takes passwords whole and exactly, and refuses huge ones before it hashes them', async () => {
    const email = 'exact@example.org'
    const password = `${'p'.repeat(100)} 🙂\u0000 `
    expect((await hub.ask('POST', '/api/v1/auth/register', { body: { email, password } })).status).toBe(201)
    expect((await login(email, password.trimEnd())).status).toBe(401)
    expect((await login(email, password.slice(0, 72))).status).toBe(401)
    expect((await login(email, password)).status).toBe(200)
    expect((await login(email, 'x'.repeat(1_000_000))).status).toBe(413)
    expect((await login(email, 'x'.repeat(300))).status).toBe(400)
  })

  it('is closed when REGISTRATION says so', async () => {
    await using closed = await startHub({ config: { registration: 'closed' } })
    const body = { email: 'x@example.org', password: 'long enough for it' }
    const answer = await closed.ask('POST', '/api/v1/auth/register', { body })
    expect(answer.body).toMatchObject({ status: 403, code: 'registration_closed' })
  })

  it('asks for https from anywhere but this machine', async () => {
    await using proxied = await startHub({ config: { trustProxy: ['loopback'] } })
    const body = { email: 'x@example.org', password: 'long enough for it' }
    const from = (headers: Record<string, string>) => proxied.ask('POST', '/api/v1/auth/register', { body, headers })
    const plain = await from({ 'x-forwarded-for': '203.0.113.7', 'x-forwarded-proto': 'http' })
    expect(plain.body).toMatchObject({ status: 403, code: 'https_required' })
    expect((await from({ 'x-forwarded-for': '203.0.113.7', 'x-forwarded-proto': 'https' })).status).toBe(201)
    // What an untrusted peer says of itself counts for nothing.
    expect(
      (await hub.ask('POST', '/api/v1/auth/login', { body, headers: { 'x-forwarded-for': '203.0.113.7' } })).status,
    ).toBe(401)
  })

  it('takes twenty passwords a minute from one address, then says when to come back', async () => {
    await using strict = await startHub({ overrides: { passwordRoutesPerMinute: 20 } })
    const body = { email: 'x@example.org', password: 'long enough for it' }
    const statuses: number[] = []
    for (let i = 0; i < 20; i++) statuses.push((await strict.ask('POST', '/api/v1/auth/login', { body })).status)
    expect(new Set(statuses)).toEqual(new Set([401]))
    const answer = await strict.ask('POST', '/api/v1/auth/login', { body })
    expect(answer.body).toMatchObject({ status: 429, code: 'too_many_requests' })
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(answer.headers.get('content-type')).toContain('application/problem+json')
  })
})

describe('access tokens', () => {
  it('refuses everything that is not a good one of a living session, with a problem and no hint', async () => {
    const user = await hub.newUser()
    const foreign = new AccessTokens('another secret of more than 32 bytes!', Date.now)
    const old = new AccessTokens(hub.secrets.jwtSecret, () => Date.now() - 3_600_000)
    const own = new AccessTokens(hub.secrets.jwtSecret, Date.now)
    const [, payload = '', signature] = user.token.split('.')
    const none = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')
    const cookie = user.cookie.split('=')[1] ?? ''
    const tokens = {
      unsigned: `${none}.${payload}.`,
      relabelled: `${none}.${payload}.${signature}`,
      foreign: await foreign.sign(user.id, 1),
      expired: await old.sign(user.id, 1),
      'no session': await own.sign(user.id, 123),
      'refresh token': cookie,
      empty: '',
    }
    for (const [what, token] of Object.entries(tokens)) {
      const answer = await me(token)
      expect([what, answer.status]).toEqual([what, 401])
      expect(answer.headers.get('www-authenticate')).toBe('Bearer')
      expect(answer.body.code).toBe(what === 'expired' ? 'token_expired' : 'unauthorized')
    }
    expect((await hub.ask('GET', '/api/v1/auth/me')).status).toBe(401)
    expect((await hub.ask('GET', `/api/v1/auth/me?token=${user.token}`)).status).toBe(401)
  })
})

describe('refresh', () => {
  it('rotates, and gives the same successor to those who ask at once', async () => {
    const user = await hub.newUser()
    const answers = await Promise.all(Array.from({ length: 50 }, () => refresh(user.cookie)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    const cookies = new Set(answers.map(refreshCookieOf))
    expect(cookies.size).toBe(1)
    const [next = ''] = cookies
    expect(next).not.toBe(user.cookie)
    expect((await refresh(next)).status).toBe(200)
    expect((await me(user.token)).status).toBe(200)
  })

  it('takes the return of an old token for a theft: the session ends, with its tabs', async () => {
    let offset = 0
    const clock = {
      now: () => Date.now() + offset,
      after: (ms: number, fn: () => void) => {
        const timer = setTimeout(fn, ms)
        return () => clearTimeout(timer)
      },
      random: Math.random,
    }
    await using own = await startHub({ overrides: { clock } })
    const user = await own.newUser()
    const again = (cookie: string) => own.ask('POST', '/api/v1/auth/refresh', { headers: { cookie } })
    const second = await again(user.cookie)
    const third = await again(refreshCookieOf(second))
    const tab = await liveTab(own.url, third.body.access_token)
    offset = 11_000
    const stolen = await again(user.cookie)
    expect(stolen.body).toMatchObject({ status: 401, code: 'session_ended' })
    expect(refreshCookieOf(stolen)).toBe('__Host-refresh=')
    expect(await tab.closed(2_000)).toBe(4503)
    expect((await again(refreshCookieOf(third))).status).toBe(401)
    expect((await own.ask('GET', '/api/v1/auth/me', { token: third.body.access_token })).status).toBe(401)
  })

  it('makes a new session at login, whatever cookie was there before', async () => {
    const user = await hub.newUser()
    const body = { email: user.email, password: user.password }
    const answer = await hub.ask('POST', '/api/v1/auth/login', { body, headers: { cookie: user.cookie } })
    expect(refreshCookieOf(answer)).not.toBe(user.cookie)
    const forged = await hub.ask('POST', '/api/v1/auth/login', { body, headers: { cookie: '__Host-refresh=fixed' } })
    expect(refreshCookieOf(forged)).not.toContain('fixed')
  })

  it.each(['', '__Host-refresh=', '__Host-refresh=x', `__Host-refresh=${'A'.repeat(59)}`])(
    'refuses the cookie %j',
    async (cookie) => {
      expect((await refresh(cookie)).body).toMatchObject({ status: 401, code: 'session_ended' })
    },
  )
})

describe('sessions', () => {
  const sessionsOf = async (user: TestUser) => (await user.ask('GET', '/auth/sessions')).body.items

  it('are listed and ended by their owner alone', async () => {
    const [user, other] = [await hub.newUser(), await hub.newUser()]
    const second = await login(user.email, user.password)
    const list = await sessionsOf(user)
    expect(list).toHaveLength(2)
    const secondId = list.find((session: { is_current: boolean }) => !session.is_current).id
    expect((await other.ask('DELETE', `/auth/sessions/${secondId}`)).status).toBe(404)
    expect((await user.ask('DELETE', `/auth/sessions/${secondId}`)).status).toBe(204)
    expect((await me(second.body.access_token)).status).toBe(401)
    expect((await refresh(refreshCookieOf(second))).status).toBe(401)
    expect(await sessionsOf(user)).toHaveLength(1)
  })

  it('end at logout, by access token or by cookie', async () => {
    const [one, two] = [await hub.newUser(), await hub.newUser()]
    const left = await one.ask('POST', '/auth/logout')
    expect(left.status).toBe(204)
    expect(refreshCookieOf(left)).toBe('__Host-refresh=')
    expect((await me(one.token)).status).toBe(401)
    expect((await hub.ask('POST', '/api/v1/auth/logout', { headers: { cookie: two.cookie } })).status).toBe(204)
    expect((await me(two.token)).status).toBe(401)
    expect((await hub.ask('POST', '/api/v1/auth/logout')).status).toBe(204)
  })

  it('end at a change of password, but for the one that made it', async () => {
    const user = await hub.newUser()
    const second = await login(user.email, user.password)
    const tab = await liveTab(hub.url, second.body.access_token)
    const new_password = 'another good password'
    const change = (current_password: string) => user.ask('POST', '/auth/password', { current_password, new_password })
    expect((await change('not the current one')).body).toMatchObject({ status: 403, code: 'wrong_password' })
    expect((await change(user.password)).status).toBe(204)
    expect(await tab.closed(2_000)).toBe(4503)
    expect((await me(second.body.access_token)).status).toBe(401)
    expect((await me(user.token)).status).toBe(200)
    expect((await login(user.email, user.password)).status).toBe(401)
    expect((await login(user.email, new_password)).status).toBe(200)
  })
})

describe('the demo user', () => {
  it('is an administrator with a random password for the owner of the machine, the same at each start', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'tradercoin-demo-'))
    const paper = { mode: 'url', url: 'http://127.0.0.1:9' } as const
    const file = join(dataDir, 'demo-login.json')
    let secrets: TestHub['secrets'] | undefined
    let first = ''
    for (let start = 0; start < 2; start++) {
      await using own = await startHub({ config: { paper }, dataDir, ...(secrets && { secrets }) })
      secrets = own.secrets
      const kept = readFileSync(file, 'utf8')
      first ||= kept
      expect(kept).toBe(first)
      expect(statSync(file).mode & 0o777).toBe(0o600)
      const answer = await own.ask('POST', '/api/v1/auth/login', { body: JSON.parse(kept) })
      expect(answer.body.user).toMatchObject({ email: demoEmail, role: 'admin' })
    }
    const { password } = JSON.parse(first)
    await using production = await startHub({ config: { production: true }, dataDir, ...(secrets && { secrets }) })
    const answer = await production.ask('POST', '/api/v1/auth/login', { body: { email: demoEmail, password } })
    expect(answer.status).toBe(401)
    await rm(dataDir, { recursive: true })
  })

  it('does not exist without a paper exchange', async () => {
    expect((await login(demoEmail, 'anything at all')).status).toBe(401)
    expect(() => statSync(join(hub.dataDir, 'demo-login.json'))).toThrow()
  })
})
