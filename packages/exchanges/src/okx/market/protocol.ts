import type { PublicProtocol } from '../../market/public-protocol.ts'
import { parseJson } from '../../transport/json.ts'

/** A channel of one instrument, as one text: `books:BTC-USDT`. */
export const channelName = (channel: string, instId: string) => `${channel}:${instId}`

function argOf(name: string): { channel: string; instId: string } {
  const at = name.indexOf(':')
  return { channel: name.slice(0, at), instId: name.slice(at + 1) }
}

interface Frame {
  event?: unknown
  code?: unknown
  msg?: unknown
  id?: unknown
  arg?: { channel?: unknown; instId?: unknown }
  action?: unknown
  data?: unknown
}

/** Trouble of the venue's own: to be tried again, on another connection. */
const passingCodes: ReadonlySet<unknown> = new Set(['60014', '63999', '64007'])

/**
 * The public sockets `/public` and `/business`. An answer names one channel each; a refusal names the request only. Silence of 30 s is
 * cut by the venue: the text `ping` keeps it.
 * https://www.okx.com/docs-v5/en/#overview-websocket
 */
export const okxProtocol: PublicProtocol = {
  request: (op, channels, id) => JSON.stringify({ id, op, args: channels.map(argOf) }),
  read(text) {
    if (text === 'pong') return { kind: 'other' }
    const frame = parseJson(text) as Frame
    const { event, arg, action, data } = frame
    const channel = arg === undefined ? null : channelName(String(arg.channel), String(arg.instId))
    const id = typeof frame.id === 'string' ? frame.id : null
    if (event === 'subscribe') return { kind: 'answer', id, channel, reason: null }
    if (event === 'notice') return { kind: 'closing', reason: 'the venue closes the connection' }
    if (event === 'error') {
      if (passingCodes.has(frame.code)) return { kind: 'closing', reason: 'the venue is busy' }
      return { kind: 'answer', id, channel: null, reason: String(frame.msg ?? frame.code) }
    }
    if (event !== undefined || channel === null || data === undefined) return { kind: 'other' }
    return { kind: 'data', channel, payload: { action, data } }
  },
  probe: 'ping',
  // Fewer than 30 books a connection: a book, ticker and mark price of twenty instruments.
  channelsPerConnection: 60,
  channelsPerRequest: 20,
  // 480 an hour and connection, unsubscribing included.
  requests: { limit: 440, windowMs: 60 * 60_000 },
}

/** Books are heavy: a connection carries few. */
export const okxBookProtocol: PublicProtocol = { ...okxProtocol, channelsPerConnection: 25 }
