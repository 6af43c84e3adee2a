import type { PublicProtocol } from '../../market/public-protocol.ts'
import { parseJson } from '../../transport/json.ts'

interface Frame {
  stream?: unknown
  data?: unknown
  id?: unknown
  result?: unknown
  code?: unknown
  msg?: unknown
  error?: { msg?: unknown }
  e?: unknown
}

/**
 * The market streams at `/stream`: frames are wrapped as {stream, data}. A name that does not exist is acknowledged and stays silent.
 * https://developers.binance.com/docs/binance-spot-api-docs/web-socket-streams
 */
export const streamProtocol: PublicProtocol = {
  request: (op, channels, id) => JSON.stringify({ method: op.toUpperCase(), params: channels, id }),
  read(text) {
    const frame = parseJson(text) as Frame
    if (typeof frame.stream === 'string') {
      if (frame.stream === '!serverShutdown') return { kind: 'closing', reason: 'the server goes down' }
      return { kind: 'data', channel: frame.stream, payload: frame.data }
    }
    if (frame.e === 'serverShutdown') return { kind: 'closing', reason: 'the server goes down' }
    const refusal = frame.error?.msg ?? frame.msg
    if (frame.result === undefined && refusal === undefined) return { kind: 'other' }
    const id = typeof frame.id === 'string' ? frame.id : null
    return { kind: 'answer', id, channel: null, reason: refusal === undefined ? null : String(refusal) }
  },
  // The venue counts pings as messages: 5 a second on spot.
  probe: null,
  channelsPerConnection: 200,
  channelsPerRequest: 100,
  requests: { limit: 3, windowMs: 1_000 },
}
