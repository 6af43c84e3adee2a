import { expect, test } from 'vitest'
import type { StreamHandlers } from './exchange.ts'
import { guardHandlers } from './guarded-handlers.ts'
import { testTransport } from './transport/test-transport.ts'

function setUp(isBroken: (call: string) => boolean) {
  const told: string[] = []
  const tell = (call: string) => {
    told.push(call)
    if (isBroken(call)) throw new RangeError(`secret of ${call}`)
  }
  const handlers: StreamHandlers = {
    onUp: () => tell('up'),
    onDown: (cause) => tell(cause),
    onEvents: () => tell('events'),
  }
  const transport = testTransport()
  return { told, transport, guarded: guardHandlers(handlers, transport) }
}

test('what works passes unchanged', () => {
  const { told, transport, guarded } = setUp(() => false)
  guarded.onUp()
  guarded.onEvents([], 1)
  guarded.onDown('silent', 'no answer', true)
  expect(told).toEqual(['up', 'events', 'silent'])
  expect(transport.logs).toEqual([])
})

test('events that could not be taken in are an interruption', () => {
  const { told, transport, guarded } = setUp((call) => call === 'events')
  guarded.onUp()
  guarded.onEvents([], 1)
  expect(told).toEqual(['up', 'events', 'connection_lost', 'up'])
  expect(transport.logs).toEqual([{ event: 'stream_handler_failed', fields: { problem: 'RangeError' } }])
})

test('before the stream is up, and once it is down, there is nothing to interrupt', () => {
  const { told, guarded } = setUp((call) => call === 'events')
  guarded.onEvents([], 1)
  guarded.onUp()
  guarded.onDown('auth', 'revoked', false)
  guarded.onEvents([], 2)
  expect(told).toEqual(['events', 'up', 'auth', 'events'])
})

test('nothing is ever thrown, and nothing of what was thrown is told', () => {
  const { transport, guarded } = setUp(() => true)
  guarded.onUp()
  guarded.onEvents([], 1)
  guarded.onDown('silent', 'no answer', true)
  expect(transport.logs).not.toHaveLength(0)
  expect(JSON.stringify(transport.logs)).not.toContain('secret')
})
