import { createHash } from 'node:crypto'
import type { Environment, KeyPermissions } from '@tradercoin/protocol'
import { z } from 'zod'
import { ExchangeError } from '../errors.ts'
import type { Credentials, KeyCheck } from '../exchange.ts'
import type { BybitRest } from './rest.ts'

const dayMs = 24 * 60 * 60_000

const words = z.array(z.string()).catch([])
const keyAnswer = z.object({
  readOnly: z.union([z.int(), z.string()]).transform(String).catch('0'),
  permissions: z.record(z.string(), words).catch({}),
  ips: words,
  userID: z.union([z.int(), z.string().min(1)]).transform(String),
  deadlineDay: z.int().nullish().catch(null),
  expiredAt: z.string().nullish().catch(null),
})
type KeyAnswer = z.infer<typeof keyAnswer>

/**
 * Proves that the key works, and tells its account, rights and end. Classic accounts are refused: their orders are not on these streams.
 * `now`: the venue's time (ms). Throws ExchangeError.
 * https://bybit-exchange.github.io/docs/v5/user/apikey-info
 */
export async function checkBybitKey(
  rest: BybitRest,
  environment: Environment,
  who: Credentials,
  now: () => Promise<number>,
): Promise<KeyCheck> {
  const key = await fetchKey(rest, environment, who)
  const { unifiedMarginStatus } = await rest.account(who)
  if (String(unifiedMarginStatus) === '1') {
    const message =
      'The account is a classic one, which is not supported: upgrade it to a unified trading account on Bybit.'
    throw new ExchangeError('auth', 'classic_account', message)
  }
  if (key === null) return { account_uid: fingerprint(who.api_key), permissions: null, warnings: [] }
  const permissions = readPermissions(key, await now())
  return { account_uid: key.userID, permissions, warnings: warnings(key, permissions) }
}

/** Null where the environment has no such call: a demo account may not. */
async function fetchKey(rest: BybitRest, environment: Environment, who: Credentials): Promise<KeyAnswer | null> {
  let answer: unknown
  try {
    answer = await rest.key(who)
  } catch (error) {
    const isMissing = error instanceof ExchangeError && error.kind === 'refused'
    if (environment === 'demo' && isMissing) return null
    throw error
  }
  const key = keyAnswer.safeParse(answer)
  if (key.success) return key.data
  throw new ExchangeError('unavailable', 'unexpected_answer', 'Bybit answered in a form we do not know.')
}

export function readPermissions(key: KeyAnswer, now: number): KeyPermissions {
  const { permissions } = key
  const has = (group: string, word: string) => permissions[group]?.includes(word) === true
  const isWritable = key.readOnly === '0'
  const trades = has('Spot', 'SpotTrade') || has('ContractTrade', 'Order') || has('Derivatives', 'DerivativesTrade')
  const transfers = Object.values(permissions).some((group) => group.some((word) => /transfer/i.test(word)))
  const isBound = key.ips.length > 0 && !key.ips.includes('*')
  return {
    read: trades || has('ContractTrade', 'Position'),
    trade: isWritable && trades,
    withdraw: Object.values(permissions).some((group) => group.some((word) => /withdraw/i.test(word))),
    // A key that may only read may see transfers, not make them.
    transfer: isWritable && transfers,
    ip_restricted: isBound,
    expires_at: isBound ? null : endOf(key, now),
  }
}

/** Only keys that work from every address end by themselves. */
function endOf({ expiredAt, deadlineDay }: KeyAnswer, now: number): number | null {
  const end = expiredAt ? Date.parse(expiredAt) : Number.NaN
  if (end > 0) return end
  return typeof deadlineDay === 'number' && deadlineDay > 0 ? now + deadlineDay * dayMs : null
}

function warnings(key: KeyAnswer, permissions: KeyPermissions): string[] {
  const found: string[] = []
  if (!permissions.read) found.push('The key lacks the rights of Unified Trading: nothing can be followed with it.')
  else if (!permissions.trade) found.push('The key may not trade: orders can be followed but not placed.')
  else {
    const { Spot = [], ContractTrade = [], Derivatives = [] } = key.permissions
    if (!Spot.includes('SpotTrade')) found.push('The key may not trade spot.')
    if (!ContractTrade.includes('Order') && !Derivatives.includes('DerivativesTrade')) {
      found.push('The key may not trade contracts.')
    }
  }
  if (permissions.ip_restricted === false) {
    found.push('The key works from every address: restrict it to the address of this server, then it does not expire.')
  }
  return found
}

function fingerprint(apiKey: string): string {
  return `key:${createHash('sha256').update(apiKey).digest('hex').slice(0, 32)}`
}
