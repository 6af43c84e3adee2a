import { z } from 'zod'
import { ExchangeError } from '../errors.ts'
import type { Credentials, KeyCheck } from '../exchange.ts'
import type { OkxRest } from './rest.ts'

const text = z.string().default('')
const configRow = z.object({ uid: z.string().min(1), perm: text, ip: text, acctLv: text, posMode: text })

/**
 * Reads /account/config, which proves key, passphrase, site, environment and rights at once. The account is known by its uid, which
 * every push repeats. Throws ExchangeError.
 */
export async function checkOkxKey(rest: OkxRest, who: Credentials): Promise<KeyCheck> {
  const answer = configRow.safeParse((await rest.config(who))[0])
  if (!answer.success) {
    const message = 'OKX answered in a form we do not know.'
    throw new ExchangeError('unavailable', 'unexpected_answer', message, { cause: answer.error })
  }
  const { uid, perm, ip, acctLv, posMode } = answer.data
  const rights = new Set(perm.split(',').map((word) => word.trim()))
  const permissions = {
    // Whatever else a key may do, it may read.
    read: perm !== '',
    trade: rights.has('trade'),
    withdraw: rights.has('withdraw'),
    // OKX has no right to transfer by itself: moving between own accounts goes with `trade`.
    transfer: false,
    ip_restricted: ip.trim() !== '',
    expires_at: null,
  }
  return { account_uid: uid, permissions, warnings: warningsOf(permissions, acctLv, posMode) }
}

function warningsOf(
  permissions: { trade: boolean; ip_restricted: boolean },
  accountLevel: string,
  positionMode: string,
): string[] {
  const warnings: string[] = []
  if (!permissions.trade) warnings.push('The key may not trade: orders can be followed but not placed.')
  if (!permissions.ip_restricted) {
    const first = 'The key works from every address: restrict it to the address of this server.'
    const second = 'OKX deletes a key with trading rights that is bound to no address once it is not used for 14 days.'
    warnings.push(permissions.trade ? `${first} ${second}` : first)
  }
  if (accountLevel === '1') warnings.push('The account is in spot mode: futures cannot be traded with it.')
  if (positionMode === 'long_short_mode' && accountLevel !== '1') {
    warnings.push('The account keeps long and short positions apart: orders on futures must name a position side.')
  }
  return warnings
}
