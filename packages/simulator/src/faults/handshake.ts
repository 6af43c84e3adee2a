import type { TradingMode } from '../engine/instrument.ts'
import type { World } from '../world.ts'

export interface Handshake {
  exchange: string
  mode?: TradingMode | undefined
  /** Absent where the handshake does not say whom the socket will carry: then a fault of any account of the venue counts. */
  accountId?: string | undefined
}

/** With what status and headers the reject_upgrade fault answers this handshake, if one is armed for it. */
export function rejectedHandshake(
  world: World,
  handshake: Handshake,
): { status: number; headers: Record<string, string> } | undefined {
  const { faults } = world
  if (faults.empty) return undefined
  const accountId = handshake.accountId ?? namedAccount(world, handshake)
  const reject = faults.take('reject_upgrade', { ...handshake, accountId })
  if (!reject) return undefined
  const { status, retry_after: wait } = reject.settings
  return {
    status: typeof status === 'number' ? status : 503,
    headers: typeof wait === 'number' ? { 'Retry-After': String(wait) } : {},
  }
}

function namedAccount(world: World, { exchange, mode }: Handshake): string | undefined {
  const armed = world.faults.list().find(({ kind, scope }) => {
    if (kind !== 'reject_upgrade' || scope.accountId === undefined) return false
    const account = world.accounts.byId.get(scope.accountId)
    return account?.exchange === exchange && (mode === undefined || account.mode === mode)
  })
  return armed?.scope.accountId
}
