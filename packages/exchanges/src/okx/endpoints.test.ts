import { expect, it } from 'vitest'
import { okxEndpoints, privateSocketUrl } from './endpoints.ts'

it('each site has its own addresses, demo its own sockets, none a port', () => {
  expect(okxEndpoints('live', null, null)).toEqual({ rest: 'https://openapi.okx.com', stream: 'wss://ws.okx.com' })
  expect(okxEndpoints('demo', null, null)).toEqual({ rest: 'https://openapi.okx.com', stream: 'wss://wspap.okx.com' })
  expect(okxEndpoints('live', 'eea', null)).toEqual({ rest: 'https://eea.okx.com', stream: 'wss://wseea.okx.com' })
  expect(okxEndpoints('demo', 'eea', null).stream).toBe('wss://wseeapap.okx.com')
  expect(okxEndpoints('live', 'us', null)).toEqual({ rest: 'https://us.okx.com', stream: 'wss://wsus.okx.com' })
  expect(okxEndpoints('demo', 'us', null).stream).toBe('wss://wsuspap.okx.com')
})

it('what is replaced is replaced by itself', () => {
  expect(okxEndpoints('live', 'eea', { rest: 'http://127.0.0.1:1/okx/' })).toEqual({
    rest: 'http://127.0.0.1:1/okx',
    stream: 'wss://wseea.okx.com',
  })
  const paper = okxEndpoints('paper', null, { rest: 'http://127.0.0.1:1/okx', stream: 'ws://127.0.0.1:1/okx/' })
  expect(privateSocketUrl(paper.stream, 'business')).toBe('ws://127.0.0.1:1/okx/ws/v5/business')
})

it('an unknown site and a paper exchange without addresses are refused', () => {
  for (const region of ['toString', 'mars']) {
    expect(() => okxEndpoints('live', region, null)).toThrow(expect.objectContaining({ code: 'endpoint_missing' }))
  }
  expect(() => okxEndpoints('paper', null, { rest: 'http://127.0.0.1:1' })).toThrow(
    expect.objectContaining({ code: 'endpoint_missing' }),
  )
})
