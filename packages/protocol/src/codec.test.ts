import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  canResume,
  parseClientMessage,
  parseServerMessage,
  stringifyClientMessage,
  stringifyServerMessage,
} from './codec.ts'
import { limits } from './limits.ts'
import { type ClientMessage, serverMessageSchema } from './messages.ts'

const codeOf = (text: string) => {
  const parsed = parseClientMessage(text)
  return parsed.ok ? 'ok' : parsed.code
}

describe('parseClientMessage', () => {
  it('reads what stringifyClientMessage wrote', () => {
    const messages: ClientMessage[] = [
      { type: 'auth', data: { token: 't' } },
      { type: 'auth', data: { token: 't', resume: { epoch: 'e', seq: 42 } } },
      { type: 'reauth', data: { token: 't' } },
      { type: 'subscribe', data: { channel: 'ticker', exchange: 'okx', trading_mode: 'spot', symbol: 'BTC-USDT' } },
      { type: 'ping', data: { at: 1 } },
      { type: 'ping' },
    ]
    for (const message of messages) {
      expect(parseClientMessage(stringifyClientMessage(message))).toEqual({ ok: true, message })
    }
  })

  it.each([
    ['', 'bad_json'],
    ['{"type":"ping"', 'bad_json'],
    ['null', 'bad_json'],
    ['42', 'bad_json'],
    ['"ping"', 'bad_json'],
    ['[{"type":"ping"}]', 'bad_json'],
    ['{}', 'unknown_type'],
    ['{"type":"constructor"}', 'unknown_type'],
    ['{"type":["ping"]}', 'unknown_type'],
    ['{"type":"order_update","seq":1,"data":{}}', 'unknown_type'],
    ['{"type":"auth"}', 'bad_message'],
    ['{"type":"auth","data":{"token":7}}', 'bad_message'],
    ['{"type":"auth","data":{"token":"t","resume":{"epoch":"e","seq":"1"}}}', 'bad_message'],
    ['{"type":"subscribe","data":{"channel":"secrets"}}', 'bad_message'],
  ])('refuses %s as %s', (text, code) => {
    expect(codeOf(text)).toBe(code)
  })

  it.each(['-1', '1.5', '1e999', '-1e999', '9007199254740993', '1e300'])(
    'takes resume.seq %s as not recoverable',
    (seq) => {
      const parsed = parseClientMessage(`{"type":"auth","data":{"token":"t","resume":{"epoch":"e","seq":${seq}}}}`)
      expect(parsed.ok).toBe(true)
      const resume = parsed.ok && parsed.message.type === 'auth' ? parsed.message.data.resume : undefined
      expect(resume).toBeDefined()
      expect(canResume(resume, { epoch: 'e', head: 10, oldest: 1 })).toBe(false)
    },
  )

  it('refuses depth before building anything, and counts no brackets within texts', () => {
    const deep = (levels: number) => `{"type":"ping","data":${'['.repeat(levels)}${']'.repeat(levels)}}`
    expect(codeOf(deep(limits.maxDepth - 1))).toBe('ok')
    expect(codeOf(deep(limits.maxDepth))).toBe('too_deep')
    expect(codeOf('['.repeat(5_000_000))).toBe('too_deep')
    expect(codeOf(JSON.stringify({ type: 'ping', data: '[{"\\'.repeat(1_000) }))).toBe('ok')
  })

  it('cannot be used to reach a prototype', () => {
    for (const key of ['__proto__', '\\u005f_proto__']) {
      const parsed = parseClientMessage(`{"type":"ping","${key}":{"isAdmin":true},"data":{"${key}":{"isAdmin":true}}}`)
      const message = parsed.ok && parsed.message.type === 'ping' ? parsed.message : null
      expect(Object.hasOwn(message?.data as object, '__proto__')).toBe(false)
      expect(Object.assign({}, message, message?.data)).not.toHaveProperty('isAdmin')
    }
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined()
  })

  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.json().map((data) => `{"type":"auth","data":${data}}`),
        ),
        (text) => {
          parseClientMessage(text)
          parseServerMessage(text)
        },
      ),
      { numRuns: 1_000 },
    )
  })
})

describe('canResume', () => {
  const log = { epoch: 'e', head: 100, oldest: 41 }
  it.each([
    [{ epoch: 'e', seq: 100 }, true],
    [{ epoch: 'e', seq: 40 }, true],
    [{ epoch: 'e', seq: 39 }, false],
    [{ epoch: 'e', seq: 101 }, false],
    [{ epoch: 'e', seq: 0 }, false],
    [{ epoch: 'f', seq: 100 }, false],
    [undefined, false],
  ])('%j: %s', (resume, expected) => {
    expect(canResume(resume, log)).toBe(expected)
  })

  it('takes 0 as "none" of a log that is whole, and the head of one that is pruned to nothing', () => {
    expect(canResume({ epoch: 'e', seq: 0 }, { epoch: 'e', head: 5, oldest: 1 })).toBe(true)
    expect(canResume({ epoch: 'e', seq: 0 }, { epoch: 'e', head: 0, oldest: 1 })).toBe(true)
    expect(canResume({ epoch: 'e', seq: 5 }, { epoch: 'e', head: 5, oldest: 6 })).toBe(true)
    expect(canResume({ epoch: 'e', seq: 4 }, { epoch: 'e', head: 5, oldest: 6 })).toBe(false)
  })
})

describe('parseServerMessage', () => {
  const ready = {
    type: 'ready',
    data: { session_id: 's', user_id: 1, epoch: 'e', seq: 2, recovered: false, protocol: 1, heartbeat_ms: 5_000 },
  } as const

  it('reads what stringifyServerMessage wrote', () => {
    expect(serverMessageSchema.safeParse(ready).success).toBe(true)
    expect(parseServerMessage(stringifyServerMessage(ready))).toEqual({ ok: true, message: ready })
    expect(parseServerMessage('{"type":"pong"}')).toEqual({ ok: true, message: { type: 'pong' } })
  })

  it('leaves fields of a newer hub as they are', () => {
    const newer = { type: 'order_update', seq: 1, data: { id: 1, status: 'A_NEW_ONE' } }
    expect(parseServerMessage(JSON.stringify(newer))).toEqual({ ok: true, message: newer })
  })

  it.each([
    ['{', 'bad_json', null],
    ['[]', 'bad_json', null],
    ['{"type":"order_update","data":{}}', 'bad_message', null],
    ['{"type":"order_update","seq":1.5,"data":{}}', 'bad_message', null],
    ['{"type":"order_update","seq":1,"data":[]}', 'bad_message', null],
    ['{"type":"ready"}', 'bad_message', null],
    ['{"type":"news","data":{}}', 'unknown_type', null],
    ['{"type":"transfer_update","seq":7,"data":{}}', 'unknown_type', 7],
  ])('%s: %s', (text, code, seq) => {
    expect(parseServerMessage(text)).toEqual({ ok: false, code, seq })
  })
})
