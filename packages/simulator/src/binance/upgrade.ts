import type { Duplex } from 'node:stream'
import { rejectedHandshake } from '../faults/handshake.ts'
import { toJson } from '../http/json.ts'
import * as http from '../http/refuse-upgrade.ts'
import type { BinanceApi } from './api.ts'
import { ApiError } from './errors.ts'
import { ipBanned } from './rate-limits.ts'

/** Whether a fault forbids a WebSocket handshake, and with what answer. */
export function upgradeRefusal(api: BinanceApi, accountId: string | undefined): ApiError | undefined {
  const { exchange, mode, world } = api
  const ban = world.faults.active('ban_ip', { accountId, exchange, mode })
  if (ban) return ipBanned(world.clock.now(), ban.until === null ? 120_000 : ban.until - Date.now())
  const rejected = rejectedHandshake(world, { accountId, exchange, mode })
  return rejected && new ApiError(-1000, 'Service Unavailable', rejected)
}

/** Answers a handshake with an HTTP error and closes the connection. */
export function refuseUpgrade(socket: Duplex, { code, message, status, headers }: ApiError): void {
  http.refuseUpgrade(socket, { status, headers, type: 'application/json', body: toJson({ code, msg: message }) })
}
