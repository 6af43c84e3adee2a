import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { problemSchema } from '@tradercoin/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Secrets } from '../src/secrets.ts'
import { bookBalances, startHub, storeKey, type TestHub, type TestUser } from './support/hub.ts'

let hub: TestHub
let user: TestUser
beforeAll(async () => {
  hub = await startHub()
  user = await hub.newUser()
})
afterAll(() => hub.close())

/** All that the hub answers to these bytes until it hangs up. */
function answerOnLine(bytes: string): Promise<string> {
  const { hostname, port } = new URL(hub.url)
  const line = createConnection(Number(port), hostname, () => line.write(bytes))
  let text = ''
  return new Promise((resolve) => {
    line.on('data', (data) => {
      text += data
    })
    line.on('error', () => {})
    line.on('close', () => resolve(text))
  })
}

describe('every refusal is a problem', () => {
  it.each([
    ['GET', '/api/v1/nothing/here', undefined, {}, 404, 'not_found'],
    ['GET', '/nothing-here', undefined, {}, 404, 'not_found'],
    ['GET', '/api/v1/market/nothing', undefined, {}, 404, 'not_found'],
    ['PUT', '/api/v1/auth/login', {}, {}, 405, 'method_not_allowed'],
    ['DELETE', '/api/v1/auth/me', undefined, {}, 405, 'method_not_allowed'],
    ['POST', '/api/v1/auth/login', '{"email":', {}, 400, 'invalid_request'],
    ['POST', '/api/v1/auth/login', '{"email":"a","__proto__":{"x":1}}', {}, 400, 'invalid_request'],
    [
      'POST',
      '/api/v1/auth/login',
      'email=a',
      { 'content-type': 'application/x-www-form-urlencoded' },
      415,
      'unsupported_media_type',
    ],
    ['POST', '/api/v1/auth/login', 'x', { 'content-type': 'text/plain' }, 415, 'unsupported_media_type'],
    ['POST', '/api/v1/auth/login', `{"email":"${'x'.repeat(70_000)}"}`, {}, 413, 'too_large'],
    ['GET', '/api/v1/auth/me', undefined, {}, 401, 'unauthorized'],
    ['GET', '/healthz', undefined, { origin: 'https://evil.com' }, 403, 'origin_not_allowed'],
    ['GET', '/healthz', undefined, { origin: 'null' }, 403, 'origin_not_allowed'],
    ['OPTIONS', '/api/v1/auth/login', undefined, { origin: 'https://evil.com' }, 403, 'origin_not_allowed'],
  ] as const)('%s %s', async (method, path, body, headers, status, code) => {
    const answer = await hub.ask(method, path, { body, headers })
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toContain('application/problem+json')
    const problem = problemSchema.strict().parse(answer.body)
    expect(problem).toMatchObject({ status, code })
    expect(problem.detail.length).toBeGreaterThan(10)
    expect(answer.text).not.toMatch(/node_modules|\.ts:|at /)
  })

  it.each(['/api/v1/trading/orders/%E4', '/api/v1/trading/orders/%', '/%E4', '/api/v1/%C0%AE/%zz?x=%E4'])(
    'GET %s, a path that does not decode, like any other that leads nowhere',
    async (path) => {
      const answer = await hub.ask('GET', path, { token: user.token })
      const other = await hub.ask('GET', path.replace(/%.*/, 'nothing'), { token: user.token })
      const { request_id, ...problem } = problemSchema.strict().parse(answer.body)
      expect(problem).toEqual({ ...other.body, request_id: undefined })
      expect(request_id).toMatch(/^[0-9a-f-]{36}$/)
      const names = (headers: Headers) => [...headers.keys()].filter((name) => !name.startsWith('ratelimit'))
      expect(names(answer.headers)).toEqual(names(other.headers))
      const foreign = await hub.ask('GET', path, { token: user.token, headers: { origin: 'https://evil.com' } })
      expect(foreign.body).toMatchObject({ status: 403, code: 'origin_not_allowed' })
    },
  )

  const upgrade = (method: string, ...more: string[]) =>
    [`${method} /api/v1/trading/ws HTTP/1.1`, 'Host: hub', 'Connection: Upgrade', ...more, '', ''].join('\r\n')
  it.each([
    ['garbage', '\x16\x03\x01 no http\r\n\r\n', 400, 'invalid_request'],
    ['huge headers', `GET / HTTP/1.1\r\nHost: hub\r\nX: ${'x'.repeat(70_000)}\r\n\r\n`, 431, 'headers_too_large'],
    ['headers that never end', 'GET / HTTP/1.1\r\nHost: hub\r\n', 408, 'request_timeout'],
    ['another protocol', upgrade('GET', 'Upgrade: h2c'), 400, 'bad_upgrade'],
    ['no key', upgrade('GET', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'), 400, 'bad_upgrade'],
    ['an upgrade by POST', upgrade('POST', 'Upgrade: websocket'), 405, 'method_not_allowed'],
  ] as const)('%s on the line', { timeout: 15_000 }, async (_name, sent, status, code) => {
    const [head = '', body = ''] = (await answerOnLine(sent)).split('\r\n\r\n')
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    expect(head.toLowerCase()).toContain('content-type: application/problem+json')
    expect(problemSchema.strict().parse(JSON.parse(body))).toMatchObject({ status, code })
  })

  it('names the methods an address takes', async () => {
    expect((await hub.ask('PUT', '/api/v1/auth/login', { body: {} })).headers.get('allow')).toBe('POST')
  })

  it.each([
    '/trading/orders?user_id=1',
    '/trading/orders?limit=0',
    '/trading/orders?from=1e3',
    '/trading/orders?from=0x10',
    '/trading/orders?to=',
    '/trading/executions?from=%20',
    '/trading/executions?exchange_key_id=1e0',
    '/events?after=1e0',
    '/trading/orders?limit=501',
    '/trading/orders?limit=1&limit=2',
    '/trading/orders?status=DONE',
    '/trading/orders?from=yesterday',
    '/trading/executions?x=1',
    '/trading/balances?cursor=nonsense',
    '/trading/orders?cursor=bm9uc2Vuc2U',
    '/trading/orders/stats?limit=1',
    '/events?after=-1',
    '/events?since=1',
  ])('refuses GET %s', async (path) => {
    const answer = await user.ask('GET', path)
    expect(answer.status).toBe(400)
    expect(problemSchema.parse(answer.body).errors?.length).toBeGreaterThan(0)
  })

  it('has no stack and no cause for what nobody expected', async () => {
    await using own = await startHub()
    const victim = await own.newUser()
    await own.store.writer.close()
    const answer = await own.ask('POST', '/api/v1/auth/refresh', { headers: { cookie: victim.cookie } })
    expect(answer.body).toMatchObject({ status: 503, code: 'unavailable' })
    const ready = await own.ask('GET', '/readyz')
    expect([200, 503]).toContain(ready.status)
  })
})

describe('lists', () => {
  it('page through everything once, newest first, with cursors that belong to one user and one query', async () => {
    const [owner, other] = [await hub.newUser(), await hub.newUser()]
    const keyId = await storeKey(hub, owner.id)
    for (let asset = 0; asset < 7; asset++) await bookBalances(hub, owner.id, keyId, [asset + 1], `A${asset}`)
    const seen: string[] = []
    let cursor = ''
    let first = ''
    for (let page = 0; page < 10; page++) {
      const { body } = await owner.ask('GET', `/trading/balances?limit=3${cursor && `&cursor=${cursor}`}`)
      seen.push(...body.items.map(({ asset }: { asset: string }) => asset))
      if (body.next_cursor === null) break
      cursor = encodeURIComponent(body.next_cursor)
      first ||= cursor
    }
    expect(seen).toEqual(['A6', 'A5', 'A4', 'A3', 'A2', 'A1', 'A0'])
    for (const [who, path] of [
      [other, `/trading/balances?limit=3&cursor=${first}`],
      [owner, `/trading/balances?limit=3&symbol=A1&cursor=${first}`],
      [owner, `/trading/executions?limit=3&cursor=${first}`],
    ] as const) {
      expect((await who.ask('GET', path)).body).toMatchObject({ status: 400, code: 'bad_cursor' })
    }
    expect((await other.ask('GET', `/trading/balances?exchange_key_id=${keyId}`)).body.items).toEqual([])
  })
})

describe('the event log over HTTP', () => {
  it('is the same as over the WebSocket, and says when it cannot go on', async () => {
    const owner = await hub.newUser()
    const keyId = await storeKey(hub, owner.id)
    await bookBalances(hub, owner.id, keyId, [1, 2, 3, 4, 5])
    const { body } = await owner.ask('GET', '/events?after=2&limit=2')
    expect(body.items.map(({ seq }: { seq: number }) => seq)).toEqual([3, 4])
    expect(body.next).toBe(4)
    const rest = await owner.ask('GET', `/events?epoch=${body.epoch}&after=4`)
    expect(rest.body).toMatchObject({ next: 5, items: [{ seq: 5, type: 'balance_update', data: { total: '5' } }] })
    expect((await owner.ask('GET', `/events?epoch=${body.epoch}&after=5`)).body).toMatchObject({ items: [], next: 5 })
    expect((await owner.ask('GET', '/events?epoch=ffff&after=1')).status).toBe(409)
    expect((await owner.ask('GET', '/events?after=99')).status).toBe(409)
    await hub.store.writer.run('pruneEvents', { keep_events: 1, keep_ms: 0, limit: 1_000 })
    expect((await owner.ask('GET', '/events?after=1')).status).toBe(410)
  })

  it('streams what comes, resumes by Last-Event-ID, and ends with the session', async () => {
    const owner = await hub.newUser()
    const keyId = await storeKey(hub, owner.id)
    await bookBalances(hub, owner.id, keyId, [1, 2])
    const open = async (headers: Record<string, string>) => {
      const answer = await fetch(`${hub.url}/api/v1/events?after=1`, {
        headers: { accept: 'text/event-stream', authorization: `Bearer ${owner.token}`, ...headers },
      })
      expect(answer.headers.get('content-type')).toBe('text/event-stream')
      const reader = (answer.body as ReadableStream<Uint8Array>).getReader()
      let text = ''
      return async (done: (text: string) => boolean) => {
        while (!done(text)) {
          const { value, done: ended } = await reader.read()
          if (ended) return `${text}[end]`
          text += Buffer.from(value).toString()
        }
        return text
      }
    }
    const read = await open({})
    await bookBalances(hub, owner.id, keyId, [3])
    const text = await read((soFar) => soFar.includes(':3\n'))
    const ids = [...text.matchAll(/^id: ([0-9a-f]+):(\d+)$/gm)]
    expect(ids.map(([, , seq]) => seq)).toEqual(['2', '3'])
    const again = await open({ 'last-event-id': `${ids[0]?.[1]}:2` })
    expect(await again((soFar) => soFar.includes(':3\n'))).not.toContain(':2\n')
    await owner.ask('POST', '/auth/logout')
    expect(await read(() => false)).toContain('[end]')
  })
})

describe('limits', () => {
  it('gives each user fifty requests a second of their own', async () => {
    await using strict = await startHub({ overrides: { requestsPerSecond: 50 } })
    const [busy, quiet] = [await strict.newUser(), await strict.newUser()]
    const answers = await Promise.all(Array.from({ length: 60 }, () => busy.ask('GET', '/auth/me')))
    const refused = answers.filter(({ status }) => status === 429)
    expect(refused.length).toBeGreaterThanOrEqual(5)
    expect(refused[0]?.body).toMatchObject({ code: 'too_many_requests' })
    expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await quiet.ask('GET', '/auth/me')).status).toBe(200)
  })

  it('hangs up on a request whose headers never end', async () => {
    const { port } = new URL(hub.url)
    const socket = createConnection({ host: '127.0.0.1', port: Number(port) })
    socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ')
    const from = Date.now()
    await new Promise<void>((resolve) => {
      socket.on('error', () => {})
      socket.on('close', () => resolve())
      socket.resume()
    })
    expect(Date.now() - from).toBeLessThan(9_000)
  })

  it('survives two thousand headers', async () => {
    const headers = Object.fromEntries(Array.from({ length: 2_000 }, (_, index) => [`x-many-${index}`, 'x'.repeat(20)]))
    const answer = await hub.ask('GET', '/healthz', { headers }).catch(() => ({ status: 0 }))
    expect([0, 431]).toContain(answer.status)
    expect((await hub.ask('GET', '/healthz')).status).toBe(200)
  })
})

describe('operations', () => {
  it('answers health and readiness barely', async () => {
    expect((await hub.ask('GET', '/healthz')).body).toEqual({ status: 'ok' })
    expect((await hub.ask('GET', '/readyz')).body).toEqual({ status: 'ready' })
  })

  it('shows metrics to this machine alone, and to no proxy on it', async () => {
    const { text } = await hub.ask('GET', '/metrics')
    for (const name of [
      'tradercoin_events_total',
      'tradercoin_duplicate_events_total',
      'tradercoin_event_latency_seconds',
      'tradercoin_commit_seconds',
      'tradercoin_tabs',
      'tradercoin_upstream_connections',
      'tradercoin_upstream_accounts',
      'tradercoin_reconnects_total',
      'tradercoin_gaps_total',
      'tradercoin_gap_fill_seconds',
      'tradercoin_rate_limit_used_ratio',
      'tradercoin_tab_queue_bytes',
      'tradercoin_tab_closed_total',
      'tradercoin_leases',
    ]) {
      expect(text).toContain(`# TYPE ${name} `)
    }
    expect((await hub.ask('GET', '/metrics', { headers: { 'x-forwarded-for': '127.0.0.1' } })).status).toBe(404)
  })

  it('asks for METRICS_TOKEN once it is set', async () => {
    const secrets = new Secrets({ ...secretsOf(hub), metricsToken: 'a-token-of-the-operator' })
    await using own = await startHub({ secrets })
    expect((await own.ask('GET', '/metrics')).status).toBe(401)
    expect((await own.ask('GET', '/metrics', { token: 'another-token-altogether' })).status).toBe(401)
    const forwarded = { 'x-forwarded-for': '203.0.113.7' }
    expect((await own.ask('GET', '/metrics', { token: 'a-token-of-the-operator', headers: forwarded })).status).toBe(
      200,
    )
  })

  it('describes itself in OpenAPI 3.1 and shows that under its own policy', async () => {
    const { body } = await hub.ask('GET', '/openapi.json')
    expect(body.openapi).toBe('3.1.0')
    for (const path of [
      '/api/v1/auth/login',
      '/api/v1/trading/orders',
      '/api/v1/trading/orders/{id}',
      '/api/v1/events',
    ]) {
      expect(Object.keys(body.paths)).toContain(path)
    }
    expect(body.paths['/api/v1/trading/orders'].post.security).toEqual([{ bearer: [] }])
    expect(body.paths['/api/v1/auth/login'].post.security).toBeUndefined()
    expect(JSON.stringify(body)).not.toMatch(/"example/)
    const page = await hub.ask('GET', '/docs/')
    expect(page.status).toBe(200)
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'")
    expect(page.text).not.toMatch(/<script(?![^>]*src=)|https?:\/\//)
  })

  it('keeps answers out of caches and other pages', async () => {
    const { headers } = await user.ask('GET', '/auth/me')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('x-powered-by')).toBeNull()
    expect(headers.get('access-control-allow-origin')).toBeNull()
  })

  it('lets the pages of CORS_ORIGINS in, and tells the browser so', async () => {
    await using own = await startHub({ config: { corsOrigins: ['https://pages.example.org'] } })
    const headers = { origin: 'https://pages.example.org', 'access-control-request-method': 'POST' }
    const answer = await own.ask('OPTIONS', '/api/v1/auth/login', { headers })
    expect(answer.status).toBe(204)
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://pages.example.org')
    expect(answer.headers.get('access-control-allow-credentials')).toBe('true')
    const refused = await own.ask('GET', '/healthz', { headers: { origin: 'https://pages.example.org:444' } })
    expect(refused.status).toBe(403)
  })
})

describe('the web pages', () => {
  it('are explained when they are not built', async () => {
    await using own = await startHub({ config: { webRoot: '/nowhere/at/all' } })
    const page = await own.ask('GET', '/')
    expect(page.status).toBe(200)
    expect(page.text).toContain('npm start')
  })

  it('are served with a policy that names their scripts, and cached by what their names promise', async () => {
    const webRoot = mkdtempSync(join(tmpdir(), 'tradercoin-web-'))
    mkdirSync(join(webRoot, '_next/static'), { recursive: true })
    mkdirSync(join(webRoot, 'orders'))
    const html = '<!doctype html><script>let a = 1</script><script src="/_next/static/x-1a2b.js"></script>'
    writeFileSync(join(webRoot, 'index.html'), html)
    writeFileSync(join(webRoot, 'orders/index.html'), html.replace('1', '2'))
    writeFileSync(join(webRoot, '404.html'), 'nothing of that name')
    writeFileSync(join(webRoot, '_next/static/x-1a2b.js'), 'export {}')
    await using own = await startHub({ config: { webRoot, publicUrl: 'https://hub.example.org' } })
    const home = await own.ask('GET', '/')
    expect(home.text).toBe(html)
    expect(home.headers.get('cache-control')).toBe('no-cache')
    const policy = home.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("'sha256-")
    expect(policy).not.toMatch(/script-src[^;]*unsafe-inline/)
    expect(policy).toContain('wss://hub.example.org')
    expect(home.headers.get('strict-transport-security')).toContain('max-age=')
    const orders = await own.ask('GET', '/orders/')
    expect(orders.headers.get('content-security-policy')).not.toBe(policy)
    const moved = await own.ask('GET', '/orders')
    expect([moved.status, moved.headers.get('location')]).toEqual([301, '/orders/'])
    const asset = await own.ask('GET', '/_next/static/x-1a2b.js')
    expect(asset.headers.get('cache-control')).toContain('immutable')
    const lost = await own.ask('GET', '/lost/', { headers: { accept: 'text/html' } })
    expect([lost.status, lost.text]).toEqual([404, 'nothing of that name'])
    expect((await own.ask('GET', '/api/v1/lost')).body.code).toBe('not_found')
    expect((await own.ask('GET', '/..%2f..%2fetc/passwd')).status).toBe(404)
  })
})

const secretsOf = ({ secrets: { jwtSecret, encryptionKey, metricsToken } }: TestHub) => ({
  jwtSecret,
  encryptionKey,
  metricsToken,
})
