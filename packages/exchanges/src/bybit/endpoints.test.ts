import { expect, it } from 'vitest'
import { bybitEndpoints, privateStreamUrl, regions } from './endpoints.ts'

it.each([
  ['live', null, 'https://api.bybit.com', 'wss://stream.bybit.com', {}],
  ['testnet', null, 'https://api-testnet.bybit.com', 'wss://stream-testnet.bybit.com', {}],
  ['demo', null, 'https://api-demo.bybit.com', 'wss://stream-demo.bybit.com', {}],
  ['live', 'tr', 'https://api.bybit.tr', 'wss://stream.bybit.tr', {}],
  ['live', 'kz', 'https://api.bybit.kz', 'wss://stream.bybit.kz', {}],
  ['live', 'ge', 'https://api.bybitgeorgia.ge', 'wss://stream.bybitgeorgia.ge', {}],
  ['live', 'id', 'https://api.bybit.id', 'wss://stream.bybit.id', {}],
  ['live', 'jp', 'https://api.manepa.jp', 'wss://stream.manepa.jp', {}],
  ['testnet', 'jp', 'https://api-testnet.manepa.jp', 'wss://stream-testnet.manepa.jp', {}],
  ['live', 'hk', 'https://api.spark-fintech.com', 'wss://stream.spark-fintech.com', { 'x-refer-site-id': 'HKG' }],
  ['live', 'ae', 'https://api.bybit.ae', 'wss://stream.bybit.com', {}],
  ['live', 'eu', 'https://api.bybit.eu', 'wss://stream.bybit.com', {}],
  ['testnet', 'tr', 'https://api-testnet.bybit.com', 'wss://stream-testnet.bybit.com', {}],
] as const)('%s %s', (environment, region, rest, stream, headers) => {
  const endpoints = bybitEndpoints(environment, region, null)
  expect(endpoints).toEqual({ rest, stream, headers })
  expect(privateStreamUrl(endpoints)).toBe(`${stream}/v5/private`)
})

it('what is replaced, each for itself', () => {
  expect(bybitEndpoints('live', null, { rest: 'https://gate.example/x/', stream: null })).toMatchObject({
    rest: 'https://gate.example/x',
    stream: 'wss://stream.bybit.com',
  })
})

it('the paper exchange names its own, and a site must be known', () => {
  expect(() => bybitEndpoints('paper', null, null)).toThrow(expect.objectContaining({ code: 'endpoint_missing' }))
  expect(() => bybitEndpoints('live', 'moon', null)).toThrow(expect.objectContaining({ code: 'not_offered' }))
  expect(regions.map(({ region }) => region)).toContain('hk')
})
