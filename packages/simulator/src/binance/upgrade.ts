import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { toJson } from '../http/json.ts'
import type { BinanceApi } from './api.ts'
import { ApiError } from './errors.ts'
import { ipBanned } from './rate-limits.ts'

/** Whether a fault forbids a WebSocket handshake, and with what answer. */
export function upgradeRefusal(api: BinanceApi, accountId: string | undefined): ApiError | undefined {
  const { faults, clock } = api.world
  if (faults.empty) return undefined
  const scope = { accountId, exchange: api.exchange, mode: api.mode }
  const ban = faults.active('ban_ip', scope)
  if (ban) return ipBanned(clock.now(), ban.until === null ? 120_000 : ban.until - Date.now())
  // Which account a shared socket will carry is unknown at its handshake, so an account's fault counts for any.
  const reject =
    faults.take('reject_upgrade', scope) ??
    (accountId === undefined ? faults.take('reject_upgrade', scopeOfAnyAccount(api)) : undefined)
  if (!reject) return undefined
  const { status, retry_after: retryAfter } = reject.settings
  return new ApiError(-1000, 'Service Unavailable', {
    status: typeof status === 'number' ? status : 503,
    headers: typeof retryAfter === 'number' ? { 'Retry-After': String(retryAfter) } : {},
  })
}

function scopeOfAnyAccount(api: BinanceApi): {
  accountId: string | undefined
  exchange: string
  mode: BinanceApi['mode']
} {
  const armed = api.world.faults.list().find((fault) => {
    if (fault.kind !== 'reject_upgrade' || fault.scope.accountId === undefined) return false
    const account = api.world.accounts.byId.get(fault.scope.accountId)
    return account?.exchange === api.exchange && account.mode === api.mode
  })
  return { accountId: armed?.scope.accountId, exchange: api.exchange, mode: api.mode }
}

/** Answers a handshake with an HTTP error and closes the connection. */
export function refuseUpgrade(socket: Duplex, error: ApiError): void {
  const body = toJson({ code: error.code, msg: error.message })
  const headers = {
    ...error.headers,
    'Content-Type': 'application/json',
    'Content-Length': String(Buffer.byteLength(body)),
    Connection: 'close',
  }
  const head = Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')
  socket.end(`HTTP/1.1 ${error.status} ${STATUS_CODES[error.status] ?? 'Error'}\r\n${head}\r\n${body}`)
}
