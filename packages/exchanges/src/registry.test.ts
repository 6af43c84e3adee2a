import type { ExchangeId } from '@tradercoin/protocol'
import { afterEach, expect, test } from 'vitest'
import { spotEndpoints, wsApiUrl } from './binance/spot/endpoints.ts'
import type { Exchange } from './exchange.ts'
import { createExchange, describeVenue, paperEndpoints } from './registry.ts'
import { testTransport } from './transport/test-transport.ts'

const opened: Exchange[] = []
afterEach(async () => {
  for (const exchange of opened.splice(0)) await exchange.close()
})

test.each(['spot', 'futures'] as const)('creates Binance %s', (mode) => {
  const exchange = createExchange('binance', mode, {
    environment: 'live',
    region: null,
    endpoints: null,
    transport: testTransport(),
  })
  opened.push(exchange)
  expect(exchange).toMatchObject({ exchange: 'binance', environment: 'live' })
})

test.each(['okx', 'bybit'] as const)('creates %s, one adapter for both modes', (exchange) => {
  const options = { environment: 'live', region: null, endpoints: null, transport: testTransport() } as const
  for (const mode of ['spot', 'futures'] as const) {
    const created = createExchange(exchange, mode, options)
    opened.push(created)
    expect(created).toMatchObject({ exchange, environment: 'live' })
  }
})

test('a venue that is not built says so', () => {
  expect(() => describeVenue('nowhere' as ExchangeId)).toThrow(
    expect.objectContaining({ kind: 'refused', code: 'exchange_not_supported' }),
  )
})

test('addresses on a paper exchange', () => {
  expect(paperEndpoints('http://127.0.0.1:9100/', 'binance', 'spot')).toEqual({
    rest: 'http://127.0.0.1:9100/binance/spot',
    ws_api: 'ws://127.0.0.1:9100/binance/spot',
    stream: 'ws://127.0.0.1:9100/binance/spot',
  })
  expect(paperEndpoints('https://paper.example', 'bybit', 'futures').rest).toBe('https://paper.example/bybit')
})

test('spot’s own addresses, and what replaces them', () => {
  expect(wsApiUrl(spotEndpoints('live', null))).toBe('wss://ws-api.binance.com:443/ws-api/v3?returnRateLimits=false')
  expect(spotEndpoints('testnet', null).rest).toBe('https://testnet.binance.vision')
  const override = { rest: 'http://127.0.0.1:1/x/', stream: 'ws://127.0.0.1:1' }
  expect(spotEndpoints('live', override)).toEqual({
    rest: 'http://127.0.0.1:1/x',
    wsApi: 'wss://ws-api.binance.com:443',
    stream: 'ws://127.0.0.1:1',
  })
  expect(spotEndpoints('live', { rest: null, ws_api: 'ws://127.0.0.1:1/' })).toEqual({
    rest: 'https://api.binance.com',
    wsApi: 'ws://127.0.0.1:1',
    stream: 'wss://stream.binance.com:443',
  })
  expect(() => spotEndpoints('paper', null)).toThrow(expect.objectContaining({ code: 'endpoint_missing' }))
})
