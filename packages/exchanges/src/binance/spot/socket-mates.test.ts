import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ExchangeError } from '../../errors.ts'
import type { StreamHandlers } from '../../exchange.ts'
import { Recorder } from '../../test-simulator.ts'
import { createGovernor } from '../../transport/governor.ts'
import { testTransport } from '../../transport/test-transport.ts'
import { createPool, type Pool } from './pool.ts'
import { SpotStream } from './stream.ts'
import { fixture } from './test-fixtures.ts'
import { WsApiServer } from './test-ws-api.ts'

const order = fixture('order-filled-partly').value as object

let server: WsApiServer
let pool: Pool
const transport = testTransport()

beforeEach(async () => {
  server = new WsApiServer()
  await server.start()
  const governor = createGovernor(transport, {
    venue: 'binance',
    product: 'spot',
    weightPerMinute: 6_000,
    connections: { limit: 100, windowMs: 60_000 },
  })
  const venueClock = { now: async () => Date.now(), estimate: () => Date.now(), refresh: async () => {} }
  pool = createPool({ transport, url: server.url, governor, venueClock })
})
afterEach(() => {
  pool.close()
  server.close()
})

const open = (api_key: string, handlers: StreamHandlers, probe = async () => {}) =>
  new SpotStream({ transport, pool, probe }, { api_key, api_secret: 'secret', passphrase: null }, handlers)

/** Sends the good account some orders around what happens to the other, and expects all of them, without an interruption. */
async function unharmed(api_key: string, happens: () => Promise<void>) {
  const good = new Recorder()
  open(api_key, good)
  await vi.waitFor(() => expect(good.ups).toBe(1))
  server.push(api_key, order)
  await happens()
  server.push(api_key, order)
  await vi.waitFor(() => expect(good.events).toHaveLength(2))
  expect(good.downs).toEqual([])
  expect(server.connections).toHaveLength(1)
}

test('an account that cannot take its events in harms nobody else, and reads again what it may have missed', async () => {
  const told: string[] = []
  const bad: StreamHandlers = {
    onUp: () => {
      told.push('up')
      throw new Error('up')
    },
    onDown: (_cause, detail) => {
      told.push(detail)
      throw new Error('down')
    },
    onEvents: () => {
      told.push('events')
      throw new TypeError('a parser chokes')
    },
  }
  open('bad', bad)
  await vi.waitFor(() => expect(told).toEqual(['up']))
  await unharmed('good', async () => {
    server.push('bad', order)
    await vi.waitFor(() => expect(told).toEqual(['up', 'events', 'an event could not be taken in', 'up']))
  })
  expect(transport.logs).toContainEqual({ event: 'stream_handler_failed', fields: { problem: 'TypeError' } })
  expect(JSON.stringify(transport.logs)).not.toContain('chokes')
})

test('what an account is sent in a form nobody knows is kept for it alone', async () => {
  const odd = new Recorder()
  open('odd', odd)
  await vi.waitFor(() => expect(odd.ups).toBe(1))
  await unharmed('good', async () => {
    server.push('odd', { e: 'executionReport', s: 5 })
    server.push('odd', { e: 'somethingNew' })
    server.push('odd', [] as never)
    await vi.waitFor(() => expect(odd.events.map(({ kind }) => kind)).toEqual(['raw', 'raw', 'raw']))
  })
  expect(odd.downs).toEqual([])
})

test('a key that is revoked while it is connected falls alone', async () => {
  const revoked = new Recorder()
  const stream = open('revoked', revoked, async () => {
    throw new ExchangeError('auth', 'invalid_credentials', 'Binance refused the API key.')
  })
  await vi.waitFor(() => expect(revoked.ups).toBe(1))
  await unharmed('good', async () => {
    await expect(stream.keepAlive()).rejects.toMatchObject({ kind: 'auth' })
    await vi.waitFor(() => expect(server.keys(0)).toEqual(['good']))
  })
  expect(revoked.downs).toMatchObject([{ cause: 'auth', retrying: false }])
})

test('a key that cannot sign falls alone', async () => {
  const broken = new Recorder()
  await unharmed('good', async () => {
    const credentials = { api_key: 'broken', api_secret: '-----BEGIN PRIVATE KEY-----\nno\n', passphrase: null }
    new SpotStream({ transport, pool, probe: async () => {} }, credentials, broken)
    await vi.waitFor(() => expect(broken.downs).toMatchObject([{ cause: 'auth', retrying: false }]))
  })
})
