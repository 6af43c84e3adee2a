import { createConnection } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { AccessTokens } from '../src/auth/access-tokens.ts'
import { bookBalances, startHub, storeKey, type TestHub } from './support/hub.ts'
import { liveTab, refusedStatus, TestTab } from './support/tab.ts'

let hub: TestHub
beforeAll(async () => {
  hub = await startHub({ overrides: { hub: { heartbeatMs: 1_000 } } })
})
afterAll(() => hub.close())

const auth = (token: string) => ({ type: 'auth', data: { token } })

describe('before the upgrade', () => {
  it.each(['https://evil.com', 'null', 'https://app.example.com.evil.com', 'http://127.0.0.1:1', 'HTTP://LOCALHOST'])(
    'refuses the origin %s with 403',
    async (origin) => {
      expect(await refusedStatus(hub.url, { origin })).toBe(403)
    },
  )

  it('accepts its own origin, its twin, and none', async () => {
    for (const origin of [hub.url, hub.url.replace('127.0.0.1', 'localhost'), undefined]) {
      const tab = await new TestTab(hub.url, origin === undefined ? {} : { origin }).opened()
      tab.end()
    }
  })

  it.each([
    ['too short', 'abc'],
    ['too long', 'a'.repeat(65)],
    ['ten thousand letters', 'a'.repeat(10_000)],
    ['a path', '../../etc'],
    ['an emoji', encodeURIComponent('🙂🙂🙂🙂🙂🙂🙂🙂')],
    ['nothing', ''],
    ['two', 'abcdefgh&session_id=abcdefgh'],
  ])('refuses a session_id that is %s with 400', async (_what, id) => {
    expect(await refusedStatus(hub.url, { query: `?session_id=${id}` })).toBe(400)
  })

  it('knows no other path', async () => {
    expect(await refusedStatus(hub.url, { path: '/api/v1/trading/ws/x' })).toBe(404)
    expect(await refusedStatus(hub.url, { path: '/' })).toBe(404)
  })

  it('offers no compression', async () => {
    const tab = await new TestTab(hub.url).opened()
    expect(tab.socket.extensions).toBe('')
    tab.end()
  })
})

describe('sign-in', () => {
  it('assigns a session_id when none is given, and takes the same one twice', async () => {
    const user = await hub.newUser()
    const own = await liveTab(hub.url, user.token)
    expect((await own.message('ready')).data.session_id).toMatch(/^[A-Za-z0-9_-]{8,64}$/)
    const twins = [1, 2].map(() => new TestTab(hub.url, { token: user.token, sessionId: 'same-label-1' }))
    for (const twin of twins) expect((await twin.message('ready')).data.session_id).toBe('same-label-1')
    for (const tab of [own, ...twins]) tab.end()
  })

  it('closes 4502 after five seconds without a token, having said nothing', async () => {
    const tab = await new TestTab(hub.url).opened()
    const from = Date.now()
    expect(await tab.closed()).toBe(4502)
    expect(Date.now() - from).toBeGreaterThan(4_500)
    expect(tab.messages).toEqual([])
  })

  it('takes no token from the URL', async () => {
    const user = await hub.newUser()
    const tab = await new TestTab(hub.url, { query: `?token=${user.token}` }).opened()
    tab.send({ type: 'ping' })
    expect(await tab.closed()).toBe(4504)
    expect(hub.logText()).not.toContain(user.token)
  })

  it.each([
    ['nonsense', 4501, async () => 'nonsense'],
    [
      'a foreign signature',
      4501,
      async () => new AccessTokens('another secret of thirty-two bytes.', Date.now).sign(1, 1),
    ],
    [
      'an expired token',
      4011,
      async () => new AccessTokens(hub.secrets.jwtSecret, () => Date.now() - 3_600_000).sign(1, 1),
    ],
    ['a session that never was', 4503, async () => new AccessTokens(hub.secrets.jwtSecret, Date.now).sign(1, 999)],
  ])('closes for %s with %i', async (_what, code, token) => {
    const tab = new TestTab(hub.url, { token: await token() })
    expect(await tab.closed()).toBe(code)
    expect(tab.messages).toEqual([])
  })

  it('closes 4504 when auth comes twice, also at once', async () => {
    const user = await hub.newUser()
    const later = await liveTab(hub.url, user.token)
    later.send(auth(user.token))
    expect(await later.closed()).toBe(4504)
    const atOnce = await new TestTab(hub.url).opened()
    atOnce.send(auth(user.token))
    atOnce.send(auth(user.token))
    expect(await atOnce.closed()).toBe(4504)
  })

  it('closes 4504 when another message comes first', async () => {
    const tab = await new TestTab(hub.url).opened()
    tab.send({ type: 'ping' })
    expect(await tab.closed()).toBe(4504)
  })

  it('refuses the twenty-first socket of a user with 4505 and leaves the twenty alone', async () => {
    const user = await hub.newUser()
    const tabs = await Promise.all(Array.from({ length: 20 }, () => liveTab(hub.url, user.token)))
    expect(await new TestTab(hub.url, { token: user.token }).closed()).toBe(4505)
    expect(tabs.every(({ closeCode }) => closeCode === null)).toBe(true)
    for (const tab of tabs) tab.end()
  })

  it('limits sockets that do not sign in, by address', async () => {
    await using small = await startHub({ overrides: { unauthenticatedSockets: { perIp: 3 } } })
    const user = await small.newUser()
    const live = await liveTab(small.url, user.token)
    const waiting = await Promise.all([1, 2, 3].map(() => new TestTab(small.url).opened()))
    expect(await refusedStatus(small.url)).toBe(429)
    waiting[0]?.end()
    await vi.waitFor(async () => (await new TestTab(small.url).opened()).end())
    expect(live.closeCode).toBeNull()
    for (const tab of [...waiting, live]) tab.end()
  })

  it('slows down a user whose tabs sign in over and over', async () => {
    await using small = await startHub({ overrides: { hub: { signInsPerTwoSeconds: 5 } } })
    const user = await small.newUser()
    const codes: number[] = []
    for (let i = 0; i < 8; i++) {
      const tab = new TestTab(small.url, { token: user.token })
      const code = await Promise.race([tab.closed(), tab.message('ready').then(() => 0)])
      codes.push(code)
      tab.end()
    }
    expect(codes).toContain(4029)
  })
})

describe('messages', () => {
  it('answers a ping and says what is not available', async () => {
    const user = await hub.newUser()
    const tab = await liveTab(hub.url, user.token)
    tab.send({ type: 'ping', data: { n: 1 } })
    expect(await tab.message('pong')).toEqual({ type: 'pong', data: { n: 1 } })
    tab.send({
      type: 'subscribe',
      data: { channel: 'ticker', exchange: 'binance', trading_mode: 'spot', symbol: 'BTCUSDT', environment: 'paper' },
    })
    expect((await tab.message('error')).data.code).toBe('paper_not_available')
    tab.end()
  })

  it.each([
    ['broken JSON', '{"type":'],
    ['an array', '[]'],
    ['an unknown type', '{"type":"order_update","data":{}}'],
    ['no data', '{"type":"reauth"}'],
    ['a type of 10 kB', JSON.stringify({ type: 'x'.repeat(10_000) })],
    ['depth', `{"type":"ping","data":${'['.repeat(4_000)}${']'.repeat(4_000)}}`],
    ['a prototype', '{"__proto__":{"type":"ping"}}'],
  ])('tells about %s twice, and closes 4504 at the third', async (_what, text) => {
    const user = await hub.newUser()
    const tab = await liveTab(hub.url, user.token)
    for (let i = 0; i < 3; i++) tab.send(text)
    expect(await tab.closed()).toBe(4504)
    expect(tab.messages.filter(({ type }) => type === 'error')).toHaveLength(2)
    expect(({} as { x?: unknown }).x).toBeUndefined()
  })

  it('closes 1009 for 16 KiB and one byte', async () => {
    const user = await hub.newUser()
    const fits = await liveTab(hub.url, user.token)
    const ping = (size: number) => JSON.stringify({ type: 'ping', data: 'x'.repeat(size) })
    const room = 16 * 1024 - ping(0).length
    fits.send(ping(room))
    await fits.message('pong')
    fits.send(ping(room + 1))
    expect(await fits.closed()).toBe(1009)
  })

  it('closes 1008 at the seventeenth fragment', async () => {
    const user = await hub.newUser()
    const tab = await liveTab(hub.url, user.token)
    for (let i = 0; i < 20; i++) tab.socket.send('x', { fin: false })
    expect(await tab.closed()).toBe(1008)
  })

  it('closes 4029 at the twenty-first message in ten seconds, whatever its kind', async () => {
    const user = await hub.newUser()
    const [talker, pinger] = [await liveTab(hub.url, user.token), await liveTab(hub.url, user.token)]
    for (let i = 0; i < 21; i++) talker.send({ type: 'ping' })
    expect(await talker.closed()).toBe(4029)
    for (let i = 0; i < 25; i++) pinger.socket.ping()
    expect(await pinger.closed()).toBe(4029)
  })

  it('closes a binary frame, text that is no UTF-8, and what is no frame', async () => {
    const user = await hub.newUser()
    const binary = await liveTab(hub.url, user.token)
    binary.socket.send(Buffer.from('{"type":"ping"}'), { binary: true })
    expect(await binary.closed()).toBe(1003)
    const broken = await liveTab(hub.url, user.token)
    broken.socket.send(Buffer.from([0xff, 0xfe]), { binary: false })
    expect(await broken.closed()).toBe(1007)
    const raw = await rawTab(hub.url)
    raw.write(Buffer.from([0x81, 0x01, 0x78]))
    await new Promise<void>((resolve) => raw.once('close', () => resolve()))
  })
})

/** A socket past its upgrade that writes bytes as it likes. */
async function rawTab(url: string) {
  const { port } = new URL(url)
  const socket = createConnection({ host: '127.0.0.1', port: Number(port) })
  socket.write(
    'GET /api/v1/trading/ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
  )
  await new Promise<void>((resolve) => socket.once('data', () => resolve()))
  socket.on('error', () => {})
  socket.resume()
  return socket
}

describe('tokens of open tabs', () => {
  it('asks for a new one a minute before the end, takes it, and closes 4011 without', async () => {
    let offset = 0
    const clock = {
      now: () => Date.now() + offset,
      after: (ms: number, fn: () => void) => {
        const timer = setTimeout(fn, ms)
        return () => clearTimeout(timer)
      },
      random: () => 0.5,
    }
    await using own = await startHub({ overrides: { clock, hub: { heartbeatMs: 60_000 } } })
    const user = await own.newUser()
    const [renewing, silent] = [await liveTab(own.url, user.token), await liveTab(own.url, user.token)]
    const pass = async (ms: number) => {
      for (let left = ms; left > 0; left -= 50_000) {
        offset += Math.min(50_000, left)
        await new Promise((resolve) => setTimeout(resolve, 110))
      }
    }
    await pass(541_000)
    const asked = await renewing.message('reauth')
    expect(asked.data.expires_at - clock.now()).toBeLessThanOrEqual(60_000)
    const next = await own.ask('POST', '/api/v1/auth/refresh', { headers: { cookie: user.cookie } })
    renewing.send({ type: 'reauth', data: { token: next.body.access_token } })
    renewing.send({ type: 'ping' })
    await renewing.message('pong')
    await pass(61_000)
    expect(await silent.closed()).toBe(4011)
    expect(renewing.closeCode).toBeNull()
    renewing.end()
  })

  it('closes 4504 for the token of another user and 4501 for a bad one', async () => {
    const [user, other] = [await hub.newUser(), await hub.newUser()]
    const tab = await liveTab(hub.url, user.token)
    tab.send({ type: 'reauth', data: { token: other.token } })
    expect(await tab.closed()).toBe(4504)
    const second = await liveTab(hub.url, user.token)
    second.send({ type: 'reauth', data: { token: 'x' } })
    expect(await second.closed()).toBe(4501)
  })

  it('closes 4503 at logout, for that session alone', async () => {
    const user = await hub.newUser()
    const login = await hub.ask('POST', '/api/v1/auth/login', { body: { email: user.email, password: user.password } })
    const [leaving, staying] = [await liveTab(hub.url, user.token), await liveTab(hub.url, login.body.access_token)]
    expect((await user.ask('POST', '/auth/logout')).status).toBe(204)
    expect(await leaving.closed(2_000)).toBe(4503)
    staying.send({ type: 'ping' })
    await staying.message('pong')
    staying.end()
    expect(await new TestTab(hub.url, { token: user.token }).closed()).toBe(4503)
  })

  it('closes 4503 within two seconds when a user is disabled from elsewhere', async () => {
    const user = await hub.newUser()
    const tab = await liveTab(hub.url, user.token)
    const { openStore } = await import('../src/store/store.ts')
    const { systemClock } = await import('@tradercoin/exchanges')
    const beside = await openStore({ path: hub.store.path, mode: 'guest', clock: systemClock, onFailure: () => {} })
    await beside.writer.run('disableUser', { email: user.email, actor: 'cli' })
    await beside.close()
    expect(await tab.closed(2_500)).toBe(4503)
    expect((await user.ask('GET', '/auth/me')).status).toBe(401)
  })
})

describe('isolation', () => {
  it('sends every event to the tabs of its user and to no other', async () => {
    const users = await Promise.all(Array.from({ length: 6 }, () => hub.newUser()))
    const keys = await Promise.all(users.map(({ id }) => storeKey(hub, id)))
    const tabs = await Promise.all(users.map(({ token }) => liveTab(hub.url, token, { sessionId: 'shared-label' })))
    await Promise.all(
      users.map(({ id }, index) =>
        bookBalances(
          hub,
          id,
          keys[index] ?? 0,
          Array.from({ length: 50 }, (_, at) => at + 1),
          `CANARY${id}`,
        ),
      ),
    )
    for (const [index, tab] of tabs.entries()) {
      await tab.seq(50)
      const text = JSON.stringify(tab.messages)
      for (const [other, { id }] of users.entries()) expect(text.includes(`CANARY${id}"`)).toBe(other === index)
      tab.end()
    }
  })
})

describe('a hub that stops', () => {
  it('sends its tabs away with 4000', async () => {
    const own = await startHub()
    const user = await own.newUser()
    const tabs = await Promise.all([1, 2, 3].map(() => liveTab(own.url, user.token)))
    const waiting = await new TestTab(own.url).opened()
    const from = Date.now()
    await own.close()
    expect(Date.now() - from).toBeLessThan(5_000)
    for (const tab of [...tabs, waiting]) expect(await tab.closed()).toBe(4000)
  })

  it('lets go of one that does not answer', async () => {
    const own = await startHub()
    const user = await own.newUser()
    const tab = await liveTab(own.url, user.token)
    tab.socket.pause()
    const from = Date.now()
    await own.close()
    expect(Date.now() - from).toBeLessThan(6_000)
    tab.end()
  })
})

describe('a tab whose line is cut', () => {
  it('is noticed and forgotten within three heartbeats', async () => {
    const user = await hub.newUser()
    const tab = await liveTab(hub.url, user.token)
    const tabs = async () => (await hub.hub.deps.metrics.tabs.get()).values[0]?.value
    const before = (await tabs()) ?? 0
    // It reads nothing and answers nothing from here on, as a machine that has gone.
    tab.socket.pause()
    const from = Date.now()
    while (((await tabs()) ?? 0) >= before) {
      expect(Date.now() - from).toBeLessThan(5_000)
      await new Promise((resolve) => setImmediate(resolve))
    }
    tab.end()
  })
})
