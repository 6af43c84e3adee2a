import { closeCodes, type KeyLink } from '@tradercoin/protocol'

/** Why the socket is not open. */
export interface DisconnectReason {
  kind: 'closed' | 'timeout' | 'stale' | 'gap' | 'signed_out' | 'network'
  /** The WebSocket's close code, when it was closed by one. */
  code: number | null
  /** A sentence for the log or the user. */
  message: string
  /** Trying again as it is would fail again: the client waits for `connect()`. */
  final: boolean
}

interface Common {
  /** Attempts since the last stable connection: 0 while it is stable, 1 for the first retry. */
  attempt: number
  /** Since when (ms) what the page shows may be out of date; null while it is live, and before there is anything to show. */
  staleSince: number | null
  /** The user's exchange links as the hub last told. Not fresher than this socket: see `staleSince`. */
  keys: readonly KeyLink[]
}

/** `disconnected` with `nextRetryAt` tries again then (ms); with null it does not, and `reason` says why (null: as asked). */
export type ConnectionState =
  | (Common & { status: 'disconnected'; nextRetryAt: number | null; reason: DisconnectReason | null })
  | (Common & { status: 'connecting'; nextRetryAt: null; reason: DisconnectReason | null })
  | (Common & { status: 'connected'; nextRetryAt: null; reason: null; session_id: string; user_id: number })

const sentences: Readonly<Record<number, string>> = {
  1006: 'The connection to the hub broke.',
  1008: 'The hub refused a message of this client.',
  1009: 'This client sent a message that is too large.',
  [closeCodes.goingAway]: 'The hub is going away.',
  [closeCodes.tooSlow]: 'This page read too slowly.',
  [closeCodes.gap]: 'The hub noticed a gap and asks to resume.',
  [closeCodes.tokenExpired]: 'The session token expired.',
  [closeCodes.tooManyMessages]: 'This client sent too many messages.',
  [closeCodes.badToken]: 'The hub did not accept the session token. Log in again.',
  [closeCodes.noAuth]: 'The hub received no token in time.',
  [closeCodes.sessionRevoked]: 'This session was ended. Log in again.',
  [closeCodes.protocolError]: 'The hub and this page do not understand each other. Reload the page.',
  [closeCodes.tooManySockets]: 'Too many pages are connected for this user. Close some and connect again.',
}

export function describeClose(code: number, reason: string): string {
  return sentences[code] ?? `The connection to the hub closed with code ${code}${reason ? ` (${reason})` : ''}.`
}
