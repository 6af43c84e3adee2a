import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { type Clock, systemClock } from '@tradercoin/exchanges'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startHub, type TestHub, type TestUser } from './support/hub.ts'

/* Adding a key while its exchange does not do its part. */

/** Twelve seconds of waiting pass in 0.6. */
const speed = 20
const fastClock: Clock = { ...systemClock, after: (ms, fn) => systemClock.after(ms / speed, fn) }

const key = { exchange: 'binance', environment: 'paper', api_key: 'k'.repeat(64), api_secret: 's'.repeat(64) }

let server: Server
const sockets = new Set<Socket>()
let hub: TestHub
let user: TestUser

beforeEach(async () => {
  // Takes every connection and never says a word.
  server = createServer((socket) => sockets.add(socket.on('error', () => {}))).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  hub = await startHub({
    config: { paper: { mode: 'url', url: `http://127.0.0.1:${port}` }, production: true },
    overrides: { clock: fastClock },
  })
  user = await hub.newUser()
})
afterEach(async () => {
  hangUp()
  await hub.close()
})

function hangUp(): void {
  server.close()
  for (const socket of sockets) socket.destroy()
  sockets.clear()
}

describe.each(['spot', 'futures'])('a %s key', (trading_mode) => {
  const add = async () => {
    const from = performance.now()
    const answer = await user.ask('POST', '/trading/exchange-keys', { ...key, trading_mode })
    return { ...answer, seconds: ((performance.now() - from) / 1000) * speed }
  }

  it('whose exchange takes the call and never answers is given up within twelve seconds', async () => {
    const { status, body, headers, seconds } = await add()
    expect({ status, body }).toMatchObject({ status: 503, body: { code: 'exchange_unavailable' } })
    expect(body.detail).toContain('The paper exchange did not answer in time')
    expect(headers.get('retry-after')).toBe('10')
    // The machine's own slowness counts twentyfold here.
    expect(seconds).toBeLessThan(20)
    expect((await user.ask('GET', '/trading/exchange-keys')).body.items).toEqual([])
  })

  it('whose exchange is down is refused at once, saying so', async () => {
    hangUp()
    const { status, body } = await add()
    expect({ status, body }).toMatchObject({ status: 503, body: { code: 'exchange_unavailable' } })
    expect(body.detail).toContain('The paper exchange does not answer')
    expect((await user.ask('GET', '/trading/exchange-keys')).body.items).toEqual([])
  })
})

it('a paper account on a paper exchange that is down is refused, saying so', async () => {
  hangUp()
  const body = { exchange: 'binance', trading_mode: 'spot' }
  const answer = await user.ask('POST', '/trading/exchange-keys/paper', body)
  expect(answer.body).toMatchObject({ status: 503, code: 'exchange_unavailable' })
  expect(answer.body.detail).toContain('The paper exchange does not answer')
})
