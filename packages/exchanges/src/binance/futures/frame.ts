import type { DownCause } from '../../exchange.ts'
import { parseJson } from '../../transport/json.ts'
import type { SocketEnd } from '../../transport/socket.ts'

/** An event from /private/stream comes wrapped with the name of its stream. `frame` is undefined when the text is not JSON. */
export function readFrame(text: string): { frame: unknown; payload: string } {
  try {
    const frame = parseJson(text)
    return isWrapped(frame)
      ? { frame: frame.data, payload: JSON.stringify(frame.data) ?? '' }
      : { frame, payload: text }
  } catch {
    return { frame: undefined, payload: text }
  }
}

/** The text without the listen key. */
export function redacted(text: string, key: string): string {
  return text.includes(key) ? text.replaceAll(key, '[redacted]') : text
}

function isWrapped(frame: unknown): frame is { data: unknown } {
  return typeof frame === 'object' && frame !== null && 'stream' in frame && 'data' in frame
}

/** The answer to a request of ours; events have no `id`. */
export function isReply(frame: unknown): frame is { result?: unknown } {
  return typeof frame === 'object' && frame !== null && 'id' in frame && !('e' in frame)
}

/** Whether the event says that this key has ended. */
export function isExpiry(frame: unknown, key: string): boolean {
  if (typeof frame !== 'object' || frame === null) return false
  const { e, listenKey } = frame as { e?: unknown; listenKey?: unknown }
  return e === 'listenKeyExpired' && (listenKey === undefined || listenKey === key)
}

/** Why a socket ended, in our words. */
export function causeOf(end: SocketEnd): [cause: DownCause, detail: string] {
  const words = end.error ?? (end.reason === '' ? `closed with ${end.code}` : end.reason)
  if (end.silent) return ['silent', 'no answer to a heartbeat']
  if (end.status === 429 || end.status === 418) return ['rate_limited', words]
  return [end.opened ? 'connection_lost' : 'connect_failed', words]
}
