import { limits } from './limits.ts'
import { type ClientMessage, clientMessageSchema, type Resume, type ServerMessage } from './messages.ts'

/* The one reader and writer of frames for both ends. Readers never throw, whatever the text. */

export type ClientMessageError = 'bad_json' | 'too_deep' | 'unknown_type' | 'bad_message'

export type ParsedClientMessage =
  | { ok: true; message: ClientMessage }
  | { ok: false; code: ClientMessageError; message: string }

/**
 * Reads what a client sent; `message` of a refusal is a sentence fit to send back. A `resume.seq` that is a number but no position
 * (negative, fractional, beyond the head) is let through: it is simply not recoverable, see `canResume`.
 */
export function parseClientMessage(text: string): ParsedClientMessage {
  if (isTooDeep(text)) return refuse('too_deep', `The message nests deeper than ${maxDepth} levels.`)
  const value = parseObject(text)
  if (value === null) return refuse('bad_json', 'A message must be one JSON object.')
  if (!clientMessageTypes.has(value.type)) {
    return refuse('unknown_type', `The message type must be one of ${[...clientMessageTypes].join(', ')}.`)
  }
  const parsed = clientMessageSchema.safeParse(withFiniteResume(value))
  if (parsed.success) return { ok: true, message: parsed.data }
  const issue = parsed.error.issues[0]
  return refuse('bad_message', `${issue?.path.join('.') || 'message'}: ${issue?.message ?? 'not valid'}`)
}

/** Whether exactly the events after `resume` can follow. `oldest`: the first retained seq, head + 1 when none is. */
export function canResume(resume: Resume | undefined, log: { epoch: string; head: number; oldest: number }): boolean {
  if (resume === undefined || resume.epoch !== log.epoch) return false
  const { seq } = resume
  return Number.isSafeInteger(seq) && seq >= 0 && seq <= log.head && (seq === log.head || seq + 1 >= log.oldest)
}

export type ParsedServerMessage =
  | { ok: true; message: ServerMessage }
  /** `seq`: the position of an event of a type this client does not know; it counts as received. */
  | { ok: false; code: 'bad_json' | 'bad_message' | 'unknown_type'; seq: number | null }

/**
 * Reads what the hub sent. Only the frame is checked, not each field of a record: the hub has done so, and a client must survive a
 * newer hub's additions. Tests hold the records against `serverMessageSchema`.
 */
export function parseServerMessage(text: string): ParsedServerMessage {
  const value = parseObject(text)
  if (value === null || typeof value.type !== 'string') return { ok: false, code: 'bad_json', seq: null }
  const seq = Number.isSafeInteger(value.seq) ? (value.seq as number) : null
  if (!eventTypes.has(value.type) && !stateTypes.has(value.type)) return { ok: false, code: 'unknown_type', seq }
  const isComplete = value.type === 'pong' || isObject(value.data)
  if (!isComplete || (eventTypes.has(value.type) && seq === null)) return { ok: false, code: 'bad_message', seq: null }
  return { ok: true, message: value as unknown as ServerMessage }
}

export function stringifyClientMessage(message: ClientMessage): string {
  return JSON.stringify(message)
}

export function stringifyServerMessage(message: ServerMessage): string {
  return JSON.stringify(message)
}

const maxDepth = limits.maxDepth
const clientMessageTypes: ReadonlySet<unknown> = new Set(['auth', 'reauth', 'subscribe', 'unsubscribe', 'ping'])
const eventTypes: ReadonlySet<string> = new Set([
  'order_update',
  'execution',
  'balance_update',
  'position_update',
  'gap',
])
const stateTypes: ReadonlySet<string> = new Set([
  'ready',
  'snapshot',
  'key_status',
  'heartbeat',
  'pong',
  'reauth',
  'error',
  'order_book',
  'ticker',
  'candles',
  'market_status',
])

function refuse(code: ClientMessageError, message: string): ParsedClientMessage {
  return { ok: false, code, message }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** An object, without any `__proto__` key that a later copy could mistake for a prototype; null for anything else. */
function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown =
      text.includes('__proto__') || text.includes('\\u') ? JSON.parse(text, dropProto) : JSON.parse(text)
    return isObject(value) ? value : null
  } catch {
    return null
  }
}

/** A reviver that leaves `__proto__` keys out, however they were spelled. */
function dropProto(key: string, value: unknown): unknown {
  return key === '__proto__' ? undefined : value
}

/** Counts brackets before anything is built, so that a deep text costs one pass and no stack. */
function isTooDeep(text: string): boolean {
  let depth = 0
  let inString = false
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i)
    if (inString) {
      if (char === 0x5c) i++
      else if (char === 0x22) inString = false
    } else if (char === 0x22) inString = true
    else if (char === 0x7b || char === 0x5b) {
      if (++depth > maxDepth) return true
    } else if (char === 0x7d || char === 0x5d) depth--
  }
  return false
}

/** JSON can spell a number beyond all doubles (1e999); as a position it is as unknown as -1, and no reason to refuse the login. */
function withFiniteResume(value: Record<string, unknown>): Record<string, unknown> {
  if (value.type !== 'auth' || !isObject(value.data) || !isObject(value.data.resume)) return value
  const { resume } = value.data
  if (typeof resume.seq !== 'number' || Number.isFinite(resume.seq)) return value
  return { ...value, data: { ...value.data, resume: { ...resume, seq: -1 } } }
}
