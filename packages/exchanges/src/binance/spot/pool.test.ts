import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { DownCause } from '../../exchange.ts'
import { type Clock, systemClock } from '../../transport/clock.ts'
import { createGovernor } from '../../transport/governor.ts'
import { testTransport } from '../../transport/test-transport.ts'
import type { UserEvent } from './connection.ts'
import { createPool, type Pool } from './pool.ts'
import type { Member, Seat } from './seat.ts'
import { WsApiServer } from './test-ws-api.ts'

class Account implements Member {
  readonly credentials
  readonly told: string[] = []
  readonly names: string[] = []
  seat: Seat | null = null

  constructor(api_key: string) {
    this.credentials = { api_key, api_secret: 'secret', passphrase: null }
  }

  up() {
    this.told.push('up')
  }

  down(cause: DownCause, _detail: string, retrying: boolean) {
    this.told.push(retrying ? cause : `${cause} for good`)
  }

  receive({ event }: UserEvent) {
    this.names.push((event as { e: string }).e)
  }

  unreadable() {
    this.told.push('unreadable')
  }
}

let server: WsApiServer
const pools: Pool[] = []

beforeEach(async () => {
  server = new WsApiServer()
  await server.start()
})
afterEach(() => {
  for (const pool of pools.splice(0)) pool.close()
  server.close()
})

function setUp(options: { perSocket?: number; clock?: Partial<Clock> } = {}) {
  const transport = testTransport({ clock: { ...systemClock, ...options.clock } })
  const governor = createGovernor(transport, {
    venue: 'binance',
    product: 'spot',
    weightPerMinute: 6_000,
    connections: { limit: 100, windowMs: 60_000 },
  })
  const venueClock = { now: async () => Date.now(), estimate: () => Date.now(), refresh: async () => {} }
  const pool = createPool({ transport, url: server.url, governor, venueClock }, options.perSocket)
  pools.push(pool)
  const join = (...names: string[]) =>
    names.map((name) => {
      const account = new Account(name)
      account.seat = pool.join(account)
      return account
    })
  return { pool, join, governor }
}

const allUp = (accounts: Account[]) =>
  vi.waitFor(() => expect(accounts.map((account) => account.told.at(-1))).toEqual(accounts.map(() => 'up')))

test('many accounts share a connection, and each gets its own events only', async () => {
  const accounts = setUp().join('a', 'b', 'c')
  await allUp(accounts)
  expect(server.connections).toHaveLength(1)
  server.push('a', { e: 'one' })
  server.push('b', { e: 'two' })
  server.push('a', { e: 'three' })
  await vi.waitFor(() => expect(accounts.map((account) => account.names)).toEqual([['one', 'three'], ['two'], []]))
})

test('a full connection is followed by another', async () => {
  const accounts = setUp({ perSocket: 2 }).join('a', 'b', 'c')
  await allUp(accounts)
  expect([server.keys(0), server.keys(1)]).toEqual([['a', 'b'], ['c']])
})

test('an event that overtakes its confirmation is kept for its owner', async () => {
  server.onSubscribe = () => ({ kind: 'accept', early: [{ e: 'early' }] })
  const [account] = setUp().join('a')
  await vi.waitFor(() => expect(account?.names).toEqual(['early']))
  expect(account?.told).toEqual(['up'])
})

test('a second key of one account moves to another connection', async () => {
  server.onSubscribe = (apiKey, connection) =>
    apiKey === 'a2' && connection === 0
      ? { kind: 'refuse', status: 400, code: -2035, msg: 'subscription active' }
      : { kind: 'accept' }
  const accounts = setUp().join('a1', 'a2')
  await allUp(accounts)
  expect([server.keys(0), server.keys(1)]).toEqual([['a1'], ['a2']])
  expect(accounts.map((account) => account.told)).toEqual([['up'], ['up']])
})

test('a bad key harms nobody else on its connection', async () => {
  server.onSubscribe = (apiKey) =>
    apiKey === 'bad' ? { kind: 'refuse', status: 401, code: -2015, msg: 'Invalid API-key' } : { kind: 'accept' }
  const [good, bad, late] = setUp().join('good', 'bad', 'late')
  await vi.waitFor(() => expect(bad?.told).toEqual(['auth for good']))
  await allUp([good as Account, late as Account])
  server.push('good', { e: 'still here' })
  await vi.waitFor(() => expect(good?.names).toEqual(['still here']))
  expect(server.connections).toHaveLength(1)
})

test('a revoked session: everyone signs anew on a new connection, only the dead key falls', async () => {
  const [good, dead] = setUp().join('good', 'dead')
  await allUp([good as Account, dead as Account])
  server.onSubscribe = (apiKey) =>
    apiKey === 'dead' ? { kind: 'refuse', status: 401, code: -2015, msg: 'Invalid API-key' } : { kind: 'accept' }
  server.connections[0]?.ws.send('{"id":null,"status":401,"error":{"code":-2015,"msg":"Invalid API-key"}}')
  await vi.waitFor(() => expect(dead?.told).toEqual(['up', 'auth for good']))
  await vi.waitFor(() => expect(server.keys(1)).toEqual(['good']))
  expect(good?.told).toEqual(['up'])
})

test('an ended subscription is made again on the same connection', async () => {
  const [account] = setUp().join('a')
  await allUp([account as Account])
  const [connection] = server.connections
  const [id] = connection?.subscriptions.keys() ?? []
  connection?.subscriptions.clear()
  connection?.ws.send(JSON.stringify({ subscriptionId: id, event: { e: 'eventStreamTerminated', E: 1 } }))
  await vi.waitFor(() => expect(account?.told).toEqual(['up', 'terminated', 'up']))
  expect(server.connections).toHaveLength(1)
})

test('a server that goes away is left without a gap: the new connection first, the old one until all have moved', async () => {
  // What is "some seconds" for the venue is 100 ms here.
  const after: Clock['after'] = (ms, fn) => systemClock.after(ms === 5_000 ? 100 : ms, fn)
  const accounts = setUp({ clock: { after } }).join('a', 'b')
  await allUp(accounts)
  const old = server.connections[0]
  old?.ws.send('{"event":{"e":"serverShutdown","E":1}}')
  await vi.waitFor(() => expect(server.keys(1)).toEqual(['a', 'b']))
  expect(old?.closed).toBe(false)
  server.push('a', { e: 'on both' })
  await vi.waitFor(() => expect(accounts[0]?.names).toEqual(['on both', 'on both']))
  await vi.waitFor(() => expect(old?.closed).toBe(true))
  server.push('b', { e: 'on the new' })
  await vi.waitFor(() => expect(accounts[1]?.names).toEqual(['on the new']))
  expect(accounts.map((account) => account.told)).toEqual([['up'], ['up']])
})

test('an old server that dies before everyone has moved is an interruption of those that had not', async () => {
  const [quick, slow] = setUp().join('quick', 'slow')
  await allUp([quick as Account, slow as Account])
  let release = false
  server.onSubscribe = (apiKey) =>
    apiKey === 'slow' && !release ? { kind: 'refuse', status: 500, code: -1000, msg: '' } : { kind: 'accept' }
  server.connections[0]?.ws.send('{"event":{"e":"serverShutdown","E":1}}')
  await vi.waitFor(() => expect(server.keys(1)).toEqual(['quick']))
  server.push('slow', { e: 'on the old' })
  await vi.waitFor(() => expect(slow?.names).toEqual(['on the old']))
  server.connections[0]?.ws.terminate()
  await vi.waitFor(() => expect(slow?.told).toEqual(['up', 'server_shutdown']))
  release = true
  await vi.waitFor(() => expect(slow?.told).toEqual(['up', 'server_shutdown', 'up']), 5_000)
  expect(quick?.told).toEqual(['up'])
})

test('an old server is kept while its successor comes and goes', async () => {
  const [slow] = setUp().join('slow')
  await allUp([slow as Account])
  server.onSubscribe = () => ({ kind: 'refuse', status: 500, code: -1000, msg: '' })
  server.connections[0]?.ws.send('{"event":{"e":"serverShutdown","E":1}}')
  await vi.waitFor(() => expect(server.connections).toHaveLength(2))
  await vi.waitFor(() => expect(server.connections[1]?.requests).not.toHaveLength(0))
  server.connections[1]?.ws.terminate()
  server.onSubscribe = () => ({ kind: 'accept' })
  await vi.waitFor(() => expect(server.keys(2)).toEqual(['slow']))
  expect(server.connections[0]?.closed).toBe(false)
  expect(slow?.told).toEqual(['up'])
})

test('before a day has passed the connection is replaced', async () => {
  const day: (() => void)[] = []
  const after: Clock['after'] = (ms, fn) => {
    if (ms < 20 * 60 * 60_000) return systemClock.after(ms, fn)
    expect(ms).toBeLessThan(24 * 60 * 60_000)
    day.push(fn)
    return () => {}
  }
  const accounts = setUp({ clock: { after } }).join('a')
  await allUp(accounts)
  day[0]?.()
  await vi.waitFor(() => expect(server.keys(1)).toEqual(['a']))
  expect(accounts[0]?.told).toEqual(['up'])
})

test('a lost connection comes back for all of its accounts at once', async () => {
  const accounts = setUp().join('a', 'b', 'c')
  await allUp(accounts)
  server.connections[0]?.ws.terminate()
  await vi.waitFor(() => expect(server.keys(1)).toEqual(['a', 'b', 'c']))
  await allUp(accounts)
  expect(accounts.map((account) => account.told)).toEqual(accounts.map(() => ['up', 'connection_lost', 'up']))
  expect(server.connections).toHaveLength(2)
})

test('a confirmation that comes too late is undone, and the account asked for again', async () => {
  const after: Clock['after'] = (ms, fn) => systemClock.after(ms === 10_000 ? 50 : ms, fn)
  let asked = 0
  server.onSubscribe = () => (++asked === 1 ? { kind: 'ignore' } : { kind: 'accept' })
  const [account] = setUp({ clock: { after } }).join('a')
  await vi.waitFor(() => expect(account?.told).toEqual(['connect_failed', 'up']))
  const [connection] = server.connections
  connection?.ws.send('{"id":"sub1","status":200,"result":{"subscriptionId":77}}')
  await vi.waitFor(() =>
    expect(connection?.requests).toContainEqual(
      expect.objectContaining({ method: 'userDataStream.unsubscribe', params: { subscriptionId: 77 } }),
    ),
  )
})

test('a limit on subscriptions is waited out', async () => {
  let asked = 0
  server.onSubscribe = () => {
    asked += 1
    const data = { retryAfter: Date.now() + 300 }
    return asked === 1 ? { kind: 'refuse', status: 429, code: -1003, msg: 'Too much', data } : { kind: 'accept' }
  }
  const started = Date.now()
  const [account] = setUp().join('a')
  await vi.waitFor(() => expect(account?.told).toEqual(['rate_limited', 'up']))
  expect(Date.now() - started).toBeGreaterThanOrEqual(290)
})

test('an unreadable frame is told to whom it may have been for', async () => {
  const accounts = setUp().join('a', 'b')
  await allUp(accounts)
  const [connection] = server.connections
  const ids = [...(connection?.subscriptions.keys() ?? [])]
  connection?.ws.send(`{"subscriptionId":${ids[0]},"event":{"e":"exec`)
  await vi.waitFor(() => expect(accounts.map((account) => account.told)).toEqual([['up', 'unreadable'], ['up']]))
  connection?.ws.send('<html>')
  await vi.waitFor(() => expect(accounts[1]?.told).toEqual(['up', 'unreadable']))
})

test('who leaves ends its own subscription only; the last one closes the connection', async () => {
  const [a, b] = setUp().join('a', 'b')
  await allUp([a as Account, b as Account])
  a?.seat?.leave()
  await vi.waitFor(() => expect(server.keys(0)).toEqual(['b']))
  expect(
    server.connections[0]?.requests.filter((request) => request.method === 'userDataStream.unsubscribe'),
  ).toMatchObject([{ params: { subscriptionId: expect.any(Number) } }])
  b?.seat?.leave()
  await vi.waitFor(() => expect(server.open).toHaveLength(0))
  expect([a?.told, b?.told]).toEqual([['up'], ['up']])
})

test('a limit told to a sign of life holds everyone', async () => {
  const after: Clock['after'] = (ms, fn) => systemClock.after(ms === 8_000 || ms === 5_000 ? 50 : ms, fn)
  // Our time runs a thousand times faster, so that the line counts as idle soon.
  const now = () => systemClock.now() * 1_000
  const error = { code: -1003, msg: 'banned', data: { retryAfter: Date.now() + 600_000 } }
  server.onPing = () => ({ status: 418, error })
  const { join, governor } = setUp({ clock: { after, now } })
  await allUp(join('a'))
  await vi.waitFor(() => expect(governor.admit(1, 'trade')).rejects.toMatchObject({ kind: 'rate_limit' }))
})
