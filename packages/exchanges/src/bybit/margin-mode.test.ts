import type { AccountEvent } from '@tradercoin/protocol'
import { afterEach, expect, it, vi } from 'vitest'
import { testTransport } from '../transport/test-transport.ts'
import { createBybit } from './index.ts'
import { fixture } from './test-fixtures.ts'
import { type Asked, startRestServer, success } from './test-rest-server.ts'
import { startStreamServer } from './test-stream-server.ts'

const who = { api_key: 'TESTKEY', api_secret: 'TESTSECRET0123456789ABCDEF', passphrase: null }

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

it('positions of the stream have the margin mode that the account had when it was last read', async () => {
  let marginMode = 'ISOLATED_MARGIN'
  const answer = ({ path }: Asked) => {
    if (path === '/v5/market/time') return success({ timeNano: `${Date.now()}000000` })
    return success(path === '/v5/account/info' ? { unifiedMarginStatus: 5, marginMode } : { list: [] })
  }
  const rest = await startRestServer(answer)
  const lines = await startStreamServer(who.api_secret)
  const endpoints = { rest: rest.url, stream: lines.url.replace('/v5/private', '') }
  const exchange = createBybit({ environment: 'paper', region: null, endpoints, transport: testTransport() })
  cleanups.push(
    () => rest.close(),
    () => lines.close(),
    () => exchange.close(),
  )
  const events: AccountEvent[] = []
  const onUp = vi.fn()
  const stream = exchange.openStream(who, { onUp, onDown: () => {}, onEvents: (each) => events.push(...each) })
  await vi.waitFor(() => expect(onUp).toHaveBeenCalled())

  const told = async () => {
    const before = events.length
    lines.send(fixture('position').text)
    await vi.waitFor(() => expect(events.length).toBeGreaterThan(before))
    const last = events.at(-1)
    return last?.kind === 'position' ? last.position.margin_mode : 'no position'
  }
  expect(await told()).toBeNull()
  await exchange.fetchSnapshot(who, { time: Date.now(), open_orders: [], symbols: [], balances: [], positions: [] })
  expect(await told()).toBe('ISOLATED')
  marginMode = 'PORTFOLIO_MARGIN'
  await stream.keepAlive()
  expect(await told()).toBe('CROSS')
})
