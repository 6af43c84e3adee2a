import type { KeyCheck } from '@tradercoin/exchanges'
import type { KeyPermissions } from '@tradercoin/protocol'

/** Whether a key could move money away: such a key is not taken, and one that comes to it is suspended. */
export const canMoveMoney = (permissions: KeyPermissions | null) =>
  permissions !== null && (permissions.withdraw || permissions.transfer)

const dayMs = 24 * 3_600_000
/** The owner is warned of a key's end this long before. */
const expiryWarningMs = 14 * dayMs

/** What the owner of a key is warned of, as sentences. */
export function warningsOf({ permissions, warnings }: KeyCheck, now: number): string[] {
  const expiresAt = permissions?.expires_at ?? null
  if (expiresAt === null || expiresAt - now > expiryWarningMs) return warnings
  const days = Math.floor((expiresAt - now) / dayMs)
  if (days < 0) return [...warnings, 'The key has expired: make a new one at the exchange.']
  const when = days === 0 ? 'within a day' : days === 1 ? 'in a day' : `in ${days} days`
  return [...warnings, `The key expires ${when}: make a new one at the exchange in time.`]
}
