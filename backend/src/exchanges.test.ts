import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { systemClock, type Transport } from '@tradercoin/exchanges'
import { afterEach, describe, expect, test } from 'vitest'
import { readConfig } from './config.ts'
import { Exchanges, endpointsOf, type Venue } from './exchanges.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const spot: Venue = { exchange: 'binance', trading_mode: 'spot', environment: 'live', region: null }
const futures: Venue = { ...spot, trading_mode: 'futures' }
const none = { rest: null, ws_api: null, stream: null, wallet: null }

const urls = (env: Record<string, string>) => readConfig(env).config.liveUrls

/** A server that notes the paths it is asked for and answers as the venue's clock, or refuses. */
async function serve(): Promise<{ url: string; paths: string[] }> {
  const paths: string[] = []
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0] ?? ''
    paths.push(path)
    const isTime = path.endsWith('/time')
    response.writeHead(isTime ? 200 : 401, { 'content-type': 'application/json' })
    response.end(
      isTime ? `{"serverTime":${systemClock.now()}}` : '{"code":-2015,"msg":"Invalid API-key, IP, or permissions."}',
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanups.push(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, paths }
}

describe('addresses', () => {
  test('without a setting every address is the venue’s own', () => {
    expect(endpointsOf(spot, urls({}), null)).toEqual(none)
    expect(endpointsOf(futures, urls({}), null)).toEqual(none)
  })

  test('one setting replaces one address', () => {
    const stream = urls({ BINANCE_FUTURES_STREAM_URL: 'wss://gateway.example' })
    expect(endpointsOf(futures, stream, null)).toEqual({ ...none, stream: 'wss://gateway.example' })
    expect(endpointsOf(spot, stream, null)).toEqual(none)
    const wsApi = urls({ BINANCE_SPOT_WS_API_URL: 'wss://gateway.example' })
    expect(endpointsOf(spot, wsApi, null)).toEqual({ ...none, ws_api: 'wss://gateway.example' })
  })

  test('the rights of a futures key are asked for where Spot’s REST is', () => {
    const rest = urls({ BINANCE_SPOT_REST_URL: 'https://gateway.example/spot' })
    expect(endpointsOf(futures, rest, null)).toEqual({ ...none, wallet: 'https://gateway.example/spot' })
    expect(endpointsOf(spot, rest, null)).toEqual({ ...none, rest: 'https://gateway.example/spot' })
  })

  test('only live is replaced; paper needs a paper exchange', () => {
    const all = urls({ BINANCE_SPOT_REST_URL: 'https://gateway.example' })
    expect(endpointsOf({ ...spot, environment: 'testnet' }, all, null)).toBeNull()
    expect(endpointsOf({ ...spot, environment: 'demo' }, all, null)).toBeNull()
    const paper: Venue = { ...spot, environment: 'paper' }
    expect(endpointsOf(paper, all, 'http://127.0.0.1:9100')).toMatchObject({
      rest: 'http://127.0.0.1:9100/binance/spot',
    })
    expect(() => endpointsOf(paper, all, null)).toThrow(expect.objectContaining({ code: 'paper_not_available' }))
  })
})

test('a live futures key is checked at the replaced addresses only', async () => {
  const [wallet, rest] = [await serve(), await serve()]
  // The path of a paper exchange: should the wallet's address be lost, its calls still go to this machine, where they show.
  const liveUrls = urls({ BINANCE_SPOT_REST_URL: wallet.url, BINANCE_FUTURES_REST_URL: `${rest.url}/binance/futures` })
  const transport: Transport = { clock: systemClock, budget: 'on', ca: null, log: () => {}, onBudget: () => {} }
  const exchanges = new Exchanges(liveUrls, null, transport)
  cleanups.push(() => exchanges.close())
  const credentials = { api_key: 'k'.repeat(64), api_secret: 's'.repeat(64), passphrase: null }
  await expect(exchanges.get(futures).checkKey(credentials)).rejects.toMatchObject({ kind: 'auth' })
  expect(wallet.paths).toEqual(['/api/v3/time', '/sapi/v1/account/apiRestrictions'])
  expect(rest.paths).toEqual([])
})
