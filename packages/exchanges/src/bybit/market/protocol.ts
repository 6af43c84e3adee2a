import type { PublicProtocol } from '../../market/public-protocol.ts'
import { parseJson } from '../../transport/json.ts'

interface Frame {
  topic?: unknown
  op?: unknown
  success?: unknown
  ret_msg?: unknown
  req_id?: unknown
}

/**
 * The public sockets `/v5/public/{spot,linear,inverse}`. A request is answered as a whole: one wrong topic fails it. The pong of a public
 * socket calls itself `ping`.
 * https://bybit-exchange.github.io/docs/v5/ws/connect
 */
export const bybitProtocol: PublicProtocol = {
  request: (op, channels, id) => JSON.stringify({ req_id: id, op, args: channels }),
  read(text) {
    const frame = parseJson(text) as Frame
    if (typeof frame.topic === 'string') return { kind: 'data', channel: frame.topic, payload: frame }
    if (frame.ret_msg === 'pong' || frame.op === 'pong' || frame.op !== 'subscribe') return { kind: 'other' }
    const id = typeof frame.req_id === 'string' ? frame.req_id : null
    const reason = frame.success === true ? null : String(frame.ret_msg ?? 'refused')
    return { kind: 'answer', id, channel: null, reason }
  },
  probe: '{"op":"ping"}',
  // All names of a connection together have at most 21,000 characters.
  channelsPerConnection: 300,
  // What spot takes; the others take more.
  channelsPerRequest: 10,
  requests: { limit: 10, windowMs: 1_000 },
}
