import { type Credentials, ExchangeError } from '@tradercoin/exchanges'
import { type AccountKey, activeKeyRow } from '../store/account-keys.ts'
import type { AccountParts } from './parts.ts'

/** Opens a key's secrets from its row, for one call. @throws ExchangeError `auth` when the key is no longer there */
export function credentialsOf(parts: Pick<AccountParts, 'db' | 'unseal'>, key: AccountKey): Credentials {
  const row = activeKeyRow(parts.db, key.id)
  if (!row) throw new ExchangeError('auth', 'key_removed', 'The key was removed or switched off.')
  return parts.unseal(row)
}
