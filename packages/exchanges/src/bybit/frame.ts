import type { DownCause } from '../exchange.ts'
import { parseJson } from '../transport/json.ts'
import type { SocketEnd } from '../transport/socket.ts'
import type { RawFrame } from './wire.ts'

/** What the venue answered to a message of ours, in one shape for its several forms. */
export interface Reply {
  op: 'auth' | 'subscribe' | 'pong' | 'other'
  ok: boolean
  code: number | null
  msg: string | null
  requestId: string | null
}

/** A frame is a reply of ours, a push, or nothing that can be read (`undefined`). */
export function readFrame(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

/**
 * The reply in a frame; null when it is a push. The private stream says `success` and `ret_msg`, other forms `retCode` and `retMsg`, and
 * some name the request only inside its echo, which repeats key and signature: nothing of the frame itself is passed on.
 */
export function readReply(frame: unknown): Reply | null {
  if (typeof frame !== 'object' || frame === null || 'topic' in frame) return null
  const { op, success, ret_msg, retCode, retMsg, req_id, reqId, request }: RawFrame = frame
  const asked = (typeof request === 'object' && request !== null ? request : {}) as { op?: unknown; req_id?: unknown }
  const word = op ?? asked.op
  if (word === undefined && success === undefined && retCode === undefined) return null
  const msg = typeof ret_msg === 'string' ? ret_msg : typeof retMsg === 'string' ? retMsg : null
  const code = typeof retCode === 'number' ? retCode : null
  return {
    op: opOf(word, msg),
    // A pong tells neither.
    ok: success === true || code === 0 || (success === undefined && code === null),
    code,
    msg,
    requestId: textOf(req_id) ?? textOf(reqId) ?? textOf(asked.req_id),
  }
}

/** A pong is called `pong`, or `ping` with the message `pong`. */
function opOf(word: unknown, msg: string | null): Reply['op'] {
  if (word === 'pong' || msg === 'pong') return 'pong'
  return word === 'auth' || word === 'subscribe' ? word : 'other'
}

const textOf = (value: unknown) => (typeof value === 'string' && value !== '' ? value : null)

/** A frame's text without what an echo of a login would tell. */
export function redacted(text: string, apiKey: string): string {
  return text.replaceAll(apiKey, '[key]').replace(/("args"\s*:).*/s, '$1[redacted]')
}

/** Why a socket ended, in our words. */
export function causeOf(end: SocketEnd): [cause: DownCause, detail: string] {
  const words = end.error ?? (end.reason === '' ? `closed with ${end.code}` : end.reason)
  if (end.silent) return ['silent', 'no answer to a heartbeat']
  if (end.status === 429 || end.status === 403) return ['rate_limited', words]
  return [end.opened ? 'connection_lost' : 'connect_failed', words]
}
