import {
  type Heartbeat,
  type KeyStatus,
  type MarketStatus,
  protocolVersion,
  type ServerMessage,
  type Snapshot,
} from '@tradercoin/protocol'

/* What the hub itself says. Events come ready-made from the log. */

const frame = (message: ServerMessage): Buffer => Buffer.from(JSON.stringify(message))

export interface ReadyState {
  sessionId: string
  userId: number
  epoch: string
  seq: number
  recovered: boolean
  heartbeatMs: number
}

export function readyFrame(state: ReadyState): Buffer {
  const { sessionId, userId, epoch, seq, recovered, heartbeatMs } = state
  return frame({
    type: 'ready',
    data: {
      session_id: sessionId,
      user_id: userId,
      epoch,
      seq,
      recovered,
      protocol: protocolVersion,
      heartbeat_ms: heartbeatMs,
    },
  })
}

export const snapshotFrame = (snapshot: Snapshot): Buffer => frame({ type: 'snapshot', data: snapshot })

export const heartbeatFrame = (heartbeat: Heartbeat): Buffer => frame({ type: 'heartbeat', data: heartbeat })

export function keyStatusFrame(status: KeyStatus): Buffer {
  const { exchange_key_id, state, reason, last_event_at } = status
  return frame({ type: 'key_status', data: { exchange_key_id, state, reason, last_event_at } })
}

export const reauthFrame = (expiresAt: number): Buffer => frame({ type: 'reauth', data: { expires_at: expiresAt } })

export const errorFrame = (code: string, message: string): Buffer => frame({ type: 'error', data: { code, message } })

export const marketStatusFrame = (status: MarketStatus): Buffer => frame({ type: 'market_status', data: status })

export const pongFrame = (data: unknown): Buffer =>
  frame(data === undefined ? { type: 'pong' } : { type: 'pong', data })
