import { expect, it } from 'vitest'
import { isLateLogin, loginRefusal } from './errors.ts'
import { readFrame, readReply, redacted } from './frame.ts'
import { fixture } from './test-fixtures.ts'

const reply = (name: string) => readReply(fixture(name).value)

it.each([
  ['reply-auth', { op: 'auth', ok: true, code: null, msg: '', requestId: null }],
  ['reply-auth-named', { op: 'auth', ok: true, code: null, msg: '', requestId: 'a1' }],
  ['reply-auth-camel', { op: 'auth', ok: true, code: 0, msg: 'OK', requestId: null }],
  ['reply-auth-refused', { op: 'auth', ok: false, code: null, msg: 'Params Error', requestId: null }],
  ['reply-auth-refused-camel', { op: 'auth', ok: false, code: 10004, msg: 'invalid sign', requestId: null }],
  ['reply-auth-invalid-key', { op: 'auth', ok: false, code: 10003, msg: 'Invalid apikey', requestId: null }],
  // What the request is called stands inside the echo of it only.
  ['reply-auth-echo', { op: 'auth', ok: false, code: null, msg: 'error:USVC1111', requestId: 'auth' }],
  ['reply-subscribed', { op: 'subscribe', ok: true, code: null, msg: '', requestId: 's1' }],
  ['reply-subscribe-refused', { op: 'subscribe', ok: false, code: null, msg: 'Invalid topic: oder', requestId: 's1' }],
  [
    'reply-subscribe-unauthorised',
    { op: 'subscribe', ok: false, code: null, msg: 'error:topic:order needs auth first', requestId: null },
  ],
])('%s', (name, expected) => {
  expect(reply(name)).toEqual(expected)
})

it.each(['reply-pong', 'reply-pong-trade', 'reply-pong-public', 'reply-pong-option'])('%s is a pong', (name) => {
  expect(reply(name)).toMatchObject({ op: 'pong', ok: true })
})

it.each(['order-new', 'wallet', 'greeks'])('%s is no reply', (name) => {
  expect(reply(name)).toBeNull()
})

it.each(['7', 'null', '[]', '{}', '{"hello":1}'])('%s is neither', (text) => {
  expect(readReply(readFrame(text))).toBeNull()
})

it('what is no JSON is told as such', () => {
  expect(readFrame('{"topic":"ord')).toBeUndefined()
})

it('the echo of a login gives away neither key nor signature, also when it is torn', () => {
  const { text } = fixture('reply-auth-echo')
  for (const torn of [text, text.slice(0, -40)]) {
    const safe = redacted(torn, 'TESTKEY')
    expect(safe).not.toContain('TESTKEY')
    expect(safe).not.toContain('f15bc4e4')
  }
})

it.each([
  ['reply-auth-refused', 'unknown_key'],
  ['reply-auth-invalid-key', 'unknown_key'],
  ['reply-auth-refused-camel', 'invalid_credentials'],
])('%s: the key needs its owner', (name, code) => {
  const refused = reply(name)
  expect(refused && loginRefusal(refused)).toMatchObject({ kind: 'auth', code })
})

it.each([
  ['reply-auth-expired', true],
  ['reply-auth-service', false],
])('%s says nothing of the key', (name, isLate) => {
  const refused = reply(name)
  expect(refused && loginRefusal(refused)).toBeNull()
  expect(isLateLogin(refused?.msg ?? null)).toBe(isLate)
})
