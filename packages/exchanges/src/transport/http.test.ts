import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { createGovernor } from './governor.ts'
import { createHttp, type Http, type HttpRequest } from './http.ts'
import { testTransport } from './test-transport.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

function client(baseUrl: string): Http {
  const transport = testTransport()
  const governor = createGovernor(transport, {
    venue: 'test',
    product: 'rest',
    weightPerMinute: 1000,
    connections: { limit: 10, windowMs: 1000 },
  })
  const http = createHttp(transport, {
    baseUrl,
    venue: 'Test',
    governor,
    usedWeight: (headers) => Number(headers['x-used'] ?? 0),
    pause: (reply, now) =>
      (reply.body as { code?: number }).code === -1015 ? { until: now + 10_000, scope: 'account' } : null,
  })
  cleanups.push(() => http.close())
  return http
}

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanups.push(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const read: HttpRequest = {
  method: 'GET',
  path: '/x?a=1',
  effect: 'read',
  weight: 1,
  priority: 'normal',
  timeoutMs: 2_000,
}
const write: HttpRequest = { ...read, method: 'POST', effect: 'write', priority: 'trade' }

test('appends the path to a base with a prefix and parses without losing digits', async () => {
  const url = await serve((request, response) =>
    response.end(JSON.stringify({ url: request.url }).replace('}', ',"id":8389766145050669870}')),
  )
  const reply = await client(`${url}/binance/spot/`).request(read)
  expect(reply).toMatchObject({ status: 200, body: { url: '/binance/spot/x?a=1', id: '8389766145050669870' } })
})

test('a refused connection was never sent', async () => {
  const url = await serve(() => {})
  await cleanups.pop()?.()
  const http = client(url)
  await expect(http.request(write)).rejects.toMatchObject({ kind: 'not_sent' })
  await expect(http.request(read)).rejects.toMatchObject({ kind: 'unavailable' })
})

test('a reset or a silence after sending leaves a write unknown', async () => {
  const url = await serve((request) => {
    if (request.url === '/reset') request.socket.destroy()
  })
  const http = client(url)
  await expect(http.request({ ...write, path: '/reset' })).rejects.toMatchObject({ kind: 'unknown_outcome' })
  await expect(http.request({ ...write, path: '/silent', timeoutMs: 50 })).rejects.toMatchObject({
    kind: 'unknown_outcome',
  })
  await expect(http.request({ ...read, path: '/silent', timeoutMs: 50 })).rejects.toMatchObject({ kind: 'unavailable' })
})

test('other statuses, HTML and redirects are returned as they are', async () => {
  const url = await serve((request, response) => {
    const status = Number(request.url?.slice(1))
    response.writeHead(status, { location: '/200' })
    response.end('<html>')
  })
  const http = client(url)
  for (const status of [302, 403, 500]) {
    expect(await http.request({ ...read, path: `/${status}` })).toMatchObject({ status, body: undefined })
  }
})

test('after a 429 nobody sends until Retry-After has passed', async () => {
  const arrivals: number[] = []
  const url = await serve((_request, response) => {
    arrivals.push(Date.now())
    if (arrivals.length === 1) response.writeHead(429, { 'retry-after': '1' })
    response.end('{"code":-1003,"msg":"Too much request weight used"}')
  })
  const http = client(url)
  const error = await http.request(read).catch((problem) => problem)
  expect(error).toMatchObject({ kind: 'rate_limit', venue_code: '-1003' })
  expect(error.retry_at).toBeGreaterThan(Date.now())
  await Promise.all([http.request(read), http.request(write)])
  expect(arrivals[1]).toBeGreaterThanOrEqual((arrivals[0] ?? 0) + 950)
  expect(arrivals).toHaveLength(3)
})

test('a limit on one account holds nobody else', async () => {
  let answered = 0
  const url = await serve((_request, response) => {
    answered += 1
    if (answered === 1) response.writeHead(429)
    response.end(answered === 1 ? '{"code":-1015,"msg":"Too many new orders"}' : '{}')
  })
  const http = client(url)
  await expect(http.request(write)).rejects.toMatchObject({ kind: 'rate_limit', code: 'order_rate_limit' })
  expect(await http.request(write)).toMatchObject({ status: 200 })
})

test('an answer beyond the size limit is a failed read, not a full memory', async () => {
  const url = await serve((_request, response) => {
    response.writeHead(200)
    const chunk = Buffer.alloc(1024 * 1024, '1')
    const more = () => {
      while (!response.destroyed && response.write(chunk));
    }
    response.on('drain', more)
    more()
  })
  await expect(client(url).request({ ...read, timeoutMs: 15_000 })).rejects.toMatchObject({ kind: 'unavailable' })
})
