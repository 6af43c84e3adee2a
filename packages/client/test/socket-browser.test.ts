import { readFile } from 'node:fs/promises'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import WebSocket from 'ws'
import { createClient } from '../src/client.ts'
import { openSocket } from '../src/socket-browser.ts'
import { eventually } from './eventually.ts'
import { balance, type FakeHub, ready, snapshot, startFakeHub } from './fake-hub.ts'

let hub: FakeHub

beforeEach(async () => {
  hub = await startFakeHub()
  // The ws package's class has the browser's interface too.
  vi.stubGlobal('WebSocket', WebSocket)
})
afterEach(async () => {
  vi.unstubAllGlobals()
  await hub.close()
})

it('carries the protocol over the WebSocket of a browser', async () => {
  const client = createClient({ baseUrl: hub.baseUrl, getToken: () => 'token', openSocket })
  const seen: number[] = []
  client.onBalanceUpdate((_, seq) => seen.push(seq))
  client.connect()
  const first = await hub.lines.next()
  expect(await first.messages.next()).toMatchObject({ type: 'auth' })
  for (const message of [ready(), snapshot(0), balance(1)]) first.send(message)
  await eventually(() => expect(seen).toEqual([1]))
  first.terminate()
  const second = await hub.lines.next()
  expect(await second.messages.next()).toMatchObject({ data: { resume: { epoch: 'e1', seq: 1 } } })
  for (const message of [ready({ seq: 2, recovered: true }), balance(2)]) second.send(message)
  await eventually(() => expect(seen).toEqual([1, 2]))
  client.disconnect()
  expect(await second.closed).toEqual({ code: 1000 })
})

it('tells nobody of a connection that was given up', async () => {
  const handlers = { onOpen: vi.fn(), onText: vi.fn(), onClose: vi.fn() }
  const socket = openSocket(hub.baseUrl.replace('http', 'ws'), handlers)
  const line = await hub.lines.next()
  await eventually(() => expect(handlers.onOpen).toHaveBeenCalled())
  socket.abandon()
  await line.closed
  expect(handlers.onClose).not.toHaveBeenCalled()
})

it('is what a browser build takes, without the ws package', async () => {
  const { imports } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'))
  const conditions = imports['#socket']
  for (const path of [conditions.browser, conditions['tradercoin-source'].browser]) {
    const source = path.replace('/dist/', '/src/').replace(/\.js$/, '.ts')
    const text = await readFile(new URL(`../${source}`, import.meta.url), 'utf8')
    expect(text).not.toMatch(/from ['"](ws|node:)/)
  }
  expect(Object.keys(conditions)).toEqual(['tradercoin-source', 'browser', 'default'])
})
