import { createHash } from 'node:crypto'
import { ExchangeError } from '../../errors.ts'
import type { Credentials, KeyCheck } from '../../exchange.ts'
import type { BinanceClient } from '../client.ts'
import { apiRestrictionsAnswer, apiRestrictionsPath, readKeyRights } from '../key-rights.ts'
import type { FuturesRest } from './rest.ts'
import type { RawBalance } from './wire.ts'

/**
 * Proves that the key reaches the futures account, and tells its rights where the environment has a call for them (`wallet`).
 *
 * The account is known by `accountAlias`, the code that every row of /fapi/v3/balance repeats: it is the account's own, the same for
 * all its keys, and needs nothing but the futures host (Spot's uid would need a second host that testnet and demo do not have). Should
 * the list be empty, a fingerprint of the API key stands in; then a second key of that account is not recognised as such.
 * Throws ExchangeError.
 */
export async function checkFuturesKey(
  rest: FuturesRest,
  wallet: BinanceClient | null,
  who: Credentials,
): Promise<KeyCheck> {
  const rights = wallet === null ? null : await fetchRights(wallet, who)
  try {
    await rest.accountConfig(who)
  } catch (error) {
    if (error instanceof ExchangeError && error.kind === 'auth' && rights?.permissions.trade === false) {
      throw new ExchangeError('auth', 'futures_not_enabled', 'The API key lacks the right "Enable Futures".', {
        cause: error,
      })
    }
    throw error
  }
  const alias = (await rest.balances(who)).map(aliasOf).find((found) => found !== null)
  return {
    account_uid: alias ?? fingerprint(who.api_key),
    permissions: rights?.permissions ?? null,
    warnings: rights?.warnings ?? [],
  }
}

async function fetchRights(wallet: BinanceClient, who: Credentials) {
  const answer = await wallet.signed(who, {
    method: 'GET',
    path: apiRestrictionsPath,
    weight: 1,
    priority: 'normal',
    answer: apiRestrictionsAnswer,
  })
  return readKeyRights(answer, 'futures')
}

function aliasOf(row: unknown): string | null {
  if (typeof row !== 'object' || row === null) return null
  const { accountAlias }: RawBalance = row
  return typeof accountAlias === 'string' && accountAlias !== '' ? accountAlias : null
}

function fingerprint(apiKey: string): string {
  return `key:${createHash('sha256').update(apiKey).digest('hex').slice(0, 32)}`
}
