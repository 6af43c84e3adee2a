import { rejectedHandshake } from '../faults/handshake.ts'
import type { UpgradeAnswer } from '../http/refuse-upgrade.ts'
import type { BybitVenue } from './venue.ts'

const BANNED: UpgradeAnswer = { status: 403, body: 'access too frequent' }

/**
 * Why a handshake is refused now. It does not say which account it will carry, so a fault of an account of Bybit
 * meets the next one of anybody.
 */
export function handshakeRefusal(venue: BybitVenue, ip: string): UpgradeAnswer | undefined {
  const { world, exchange, api } = venue
  if (api.limits.isBanned(ip) || api.limits.tooManyConnections(ip)) return BANNED
  if (world.faults.active('ban_ip', { exchange })) return BANNED
  const rejected = rejectedHandshake(world, { exchange })
  return rejected && { ...rejected, body: 'Service Unavailable' }
}
