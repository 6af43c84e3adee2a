import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { TradingMode } from '../engine/instrument.ts'
import type { World } from '../world.ts'
import { BANNED, retryAfter } from './api.ts'

export interface UpgradeAnswer {
  status: number
  headers?: Record<string, string>
  body?: string
}

/**
 * Whether a fault forbids a WebSocket handshake, and with what status. Whom the socket will carry is not known yet, so
 * a fault of one account of the venue counts for any.
 */
export function upgradeFault(
  world: World,
  venue: { exchange: string; mode?: TradingMode | undefined },
): UpgradeAnswer | undefined {
  const { faults } = world
  if (faults.empty) return undefined
  const armed = faults.list().find((fault) => {
    const account = fault.scope.accountId === undefined ? undefined : world.accounts.byId.get(fault.scope.accountId)
    return fault.kind === 'reject_upgrade' && account?.exchange === venue.exchange
  })
  const ban = faults.active('ban_ip', venue)
  if (ban) return { status: 429, headers: retryAfter(ban), body: BANNED }
  const reject =
    faults.take('reject_upgrade', venue) ??
    (armed && faults.take('reject_upgrade', { ...venue, accountId: armed.scope.accountId }))
  if (!reject) return undefined
  const { status, retry_after: wait } = reject.settings
  return {
    status: typeof status === 'number' ? status : 503,
    headers: typeof wait === 'number' ? { 'Retry-After': String(wait) } : {},
  }
}

/** Answers a handshake with an HTTP error and closes the connection. */
export function refuseUpgrade(socket: Duplex, { status, headers = {}, body = '' }: UpgradeAnswer): void {
  const all: Record<string, string> = {
    ...headers,
    'Content-Length': String(Buffer.byteLength(body)),
    Connection: 'close',
  }
  const head = Object.entries(all)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Error'}\r\n${head}\r\n${body}`)
}
