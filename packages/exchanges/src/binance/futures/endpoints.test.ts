import { expect, it } from 'vitest'
import { futuresEndpoints, privateStreamUrl } from './endpoints.ts'

it('knows the venue’s own addresses; only live tells a key’s rights', () => {
  expect(futuresEndpoints('live', null)).toEqual({
    rest: 'https://fapi.binance.com',
    stream: 'wss://fstream.binance.com',
    wallet: 'https://api.binance.com',
  })
  expect(futuresEndpoints('testnet', null).wallet).toBeNull()
  expect(futuresEndpoints('demo', null)).toMatchObject({ rest: 'https://demo-fapi.binance.com', wallet: null })
  expect(() => futuresEndpoints('paper', null)).toThrow(TypeError)
})

it('finds the wallet calls of a paper exchange beside its Spot ones, wherever they were replaced', () => {
  const paper = { rest: 'http://127.0.0.1:9100/binance/futures/', stream: 'ws://127.0.0.1:9100/binance/futures' }
  for (const environment of ['paper', 'live'] as const) {
    expect(futuresEndpoints(environment, paper)).toEqual({
      rest: 'http://127.0.0.1:9100/binance/futures',
      stream: 'ws://127.0.0.1:9100/binance/futures',
      wallet: 'http://127.0.0.1:9100/binance/spot',
    })
  }
  const gateway = { rest: 'https://gateway.example/fapi', stream: 'wss://gateway.example' }
  expect(futuresEndpoints('live', gateway).wallet).toBe('https://api.binance.com')
  expect(futuresEndpoints('live', { ...gateway, wallet: 'https://gateway.example/api' }).wallet).toBe(
    'https://gateway.example/api',
  )
  expect(futuresEndpoints('demo', gateway).wallet).toBeNull()
})

it('replaces each address for itself', () => {
  const live = futuresEndpoints('live', null)
  expect(futuresEndpoints('live', { rest: null, stream: null, wallet: null })).toEqual(live)
  expect(futuresEndpoints('live', { rest: 'https://gateway.example' })).toEqual({
    ...live,
    rest: 'https://gateway.example',
  })
  expect(futuresEndpoints('live', { stream: 'wss://gateway.example/' })).toEqual({
    ...live,
    stream: 'wss://gateway.example',
  })
  expect(futuresEndpoints('live', { wallet: 'https://gateway.example/' })).toEqual({
    ...live,
    wallet: 'https://gateway.example',
  })
  expect(() => futuresEndpoints('paper', { rest: 'http://127.0.0.1:1' })).toThrow(TypeError)
})

it('asks for every event by name on the private path', () => {
  expect(privateStreamUrl('wss://fstream.binance.com', 'K1')).toBe(
    'wss://fstream.binance.com/private/ws?listenKey=K1&events=ORDER_TRADE_UPDATE/ACCOUNT_UPDATE/ACCOUNT_CONFIG_UPDATE/MARGIN_CALL/ALGO_UPDATE/TRADE_LITE/STRATEGY_UPDATE/GRID_UPDATE/CONDITIONAL_ORDER_TRIGGER_REJECT/listenKeyExpired',
  )
})
