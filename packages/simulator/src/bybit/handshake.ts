import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { BybitVenue } from './venue.ts'

export interface HandshakeRefusal {
  status: number
  text: string
  retryAfter?: number
}

const BANNED: HandshakeRefusal = { status: 403, text: 'access too frequent' }

/**
 * Why a handshake is refused now. It does not say which account it will carry, so a fault of an account of Bybit
 * meets the next one of anybody.
 */
export function handshakeRefusal(venue: BybitVenue, ip: string): HandshakeRefusal | undefined {
  const { world, exchange, api } = venue
  const { faults } = world
  if (api.limits.isBanned(ip) || api.limits.tooManyConnections(ip)) return BANNED
  if (faults.empty) return undefined
  if (faults.active('ban_ip', { exchange })) return BANNED
  const named = faults.list().find(({ kind, scope }) => {
    if (kind !== 'reject_upgrade' || scope.accountId === undefined) return false
    return world.accounts.byId.get(scope.accountId)?.exchange === exchange
  })
  const reject = faults.take('reject_upgrade', { accountId: named?.scope.accountId, exchange })
  if (!reject) return undefined
  const { status, retry_after: retryAfter } = reject.settings
  return {
    status: typeof status === 'number' ? status : 503,
    text: 'Service Unavailable',
    ...(typeof retryAfter === 'number' && { retryAfter }),
  }
}

/** Answers a handshake with an HTTP error and closes the connection. */
export function refuseHandshake(socket: Duplex, { status, text, retryAfter }: HandshakeRefusal): void {
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Error'}`,
    'Content-Type: text/plain',
    ...(retryAfter === undefined ? [] : [`Retry-After: ${retryAfter}`]),
    `Content-Length: ${Buffer.byteLength(text)}`,
    'Connection: close',
  ]
  socket.end(`${lines.join('\r\n')}\r\n\r\n${text}`)
}
