import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Clock, systemClock } from '@tradercoin/exchanges'
import { afterEach, describe, expect, test } from 'vitest'
import { type Config, readConfig } from './config.ts'
import { accountScope, coversMode, Exchanges, endpointsOf, type Venue } from './exchanges.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const spot: Venue = { exchange: 'binance', trading_mode: 'spot', environment: 'live', region: null }
const futures: Venue = { ...spot, trading_mode: 'futures' }
const credentials = { api_key: 'k'.repeat(64), api_secret: 's'.repeat(64), passphrase: null }
const none = {}

const urls = (env: Record<string, string>) => readConfig(env).config.liveUrls

const answers: Record<string, string> = {
  '/api/v3/time': '{"serverTime":1795300000000}',
  '/api/v3/exchangeInfo': '{"symbols":[]}',
  '/fapi/v1/exchangeInfo': '{"symbols":[]}',
}

/** A venue that notes the paths it is asked for and knows no key. `usedWeights`: what it says of the running minute, by path. */
async function serve(usedWeights: Record<string, number> = {}): Promise<{ url: string; paths: string[] }> {
  const paths: string[] = []
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0] ?? ''
    paths.push(path)
    const answer = answers[path]
    response.writeHead(answer === undefined ? 401 : 200, { 'x-mbx-used-weight-1m': usedWeights[path] ?? 1 })
    response.end(answer ?? '{"code":-2015,"msg":"Invalid API-key, IP, or permissions for action."}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanups.push(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, paths }
}

function open(liveUrls: Config['liveUrls'], clock: Clock = systemClock) {
  const budgets: [exchange: string, usedRatio: number][] = []
  const exchanges = new Exchanges(liveUrls, null, {
    clock,
    budget: 'on',
    ca: null,
    log: () => {},
    onBudget: (...told) => budgets.push(told),
  })
  cleanups.push(() => exchanges.close())
  return { exchanges, budgets }
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
  const { exchanges } = open(liveUrls)
  await expect(exchanges.get(futures).checkKey(credentials)).rejects.toMatchObject({ kind: 'auth' })
  expect(wallet.paths).toEqual(['/api/v3/time', '/sapi/v1/account/apiRestrictions'])
  expect(rest.paths).toEqual([])
})

test('of the budgets of one exchange the fullest is told, as it is at the moment', async () => {
  const server = await serve({ '/api/v3/exchangeInfo': 4_500, '/fapi/v1/exchangeInfo': 1_200 })
  const { exchanges, budgets } = open(
    urls({ BINANCE_SPOT_REST_URL: server.url, BINANCE_FUTURES_REST_URL: server.url }),
    { ...systemClock, now: () => 1_795_300_000_000 },
  )
  await exchanges.get(spot).fetchInstruments()
  expect(budgets.at(-1)).toEqual(['binance', 0.75])
  await exchanges.get(futures).fetchInstruments()
  expect(budgets.at(-1)).toEqual(['binance', 0.75])
  await expect(exchanges.get(spot).checkKey(credentials)).rejects.toMatchObject({ kind: 'auth' })
  expect(budgets.at(-1)).toEqual(['binance', 0.5])
})

test('a key that covers the whole account has one adapter for all its modes', () => {
  const { exchanges } = open(urls({}))
  const whole: Venue = { ...spot, exchange: 'bybit' }
  expect(exchanges.get({ ...whole, trading_mode: 'futures' })).toBe(exchanges.get(whole))
  expect(exchanges.get({ ...whole, environment: 'testnet' })).not.toBe(exchanges.get(whole))
  expect(exchanges.get(futures)).not.toBe(exchanges.get(spot))
  expect([accountScope(whole, '7'), accountScope({ ...whole, trading_mode: 'futures' }, '7')]).toEqual(['7', '7'])
  expect([accountScope(spot, '7'), accountScope(futures, '7')]).toEqual(['spot:7', 'futures:7'])
  expect([coversMode(whole, 'futures'), coversMode(spot, 'futures')]).toEqual([true, false])
})
