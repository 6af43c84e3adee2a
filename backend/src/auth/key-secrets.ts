import { inspect } from 'node:util'
import type { Credentials } from '@tradercoin/exchanges'
import type { ExchangeKeyRow } from '../store/account-keys.ts'
import type { Store } from '../store/store.ts'
import { peekVaultCheck, readVaultCheck } from '../store/vault-check.ts'
import { type SealedPlace, type Vault, VaultError } from './vault.ts'

type Row = Pick<ExchangeKeyRow, 'id' | 'user_id' | 'exchange'>

/** Opened secrets, which do not show when they, or what holds them, are logged, inspected or serialised. */
class OpenCredentials implements Credentials {
  readonly api_key: string
  readonly api_secret: string
  readonly passphrase: string | null

  constructor(api_key: string, api_secret: string, passphrase: string | null) {
    this.api_key = api_key
    this.api_secret = api_secret
    this.passphrase = passphrase
  }

  toJSON(): string {
    return '[credentials]'
  }

  [inspect.custom](): string {
    return '[credentials]'
  }
}

/** An ENCRYPTION_KEY that is not the one this database was sealed with. The message says what to do. */
export class WrongMasterKey extends Error {
  override readonly name = 'WrongMasterKey'
}

const placeOf = ({ id, user_id, exchange }: Row, field: SealedPlace['field']): SealedPlace => ({
  row: `${id}`,
  user_id,
  exchange,
  field,
})

/** Seals the secrets of a new key for the row they will stand in. */
export function sealCredentials(vault: Vault, row: Row, { api_key, api_secret, passphrase }: Credentials) {
  return {
    api_key_sealed: vault.seal(api_key, placeOf(row, 'api_key')),
    api_secret_sealed: vault.seal(api_secret, placeOf(row, 'api_secret')),
    passphrase_sealed: passphrase === null ? null : vault.seal(passphrase, placeOf(row, 'passphrase')),
  }
}

/** Opens the secrets of a stored key. @throws VaultError */
export function unsealCredentials(vault: Vault, row: ExchangeKeyRow): Credentials {
  const { api_key_sealed, api_secret_sealed, passphrase_sealed } = row
  if (!api_key_sealed || !api_secret_sealed) throw new VaultError('The secrets of this key are gone')
  return new OpenCredentials(
    vault.open(api_key_sealed, placeOf(row, 'api_key')),
    vault.open(api_secret_sealed, placeOf(row, 'api_secret')),
    passphrase_sealed && vault.open(passphrase_sealed, placeOf(row, 'passphrase')),
  )
}

export function sealListenKey(vault: Vault, row: Row, listenKey: string): Uint8Array {
  return vault.seal(listenKey, placeOf(row, 'listen_key'))
}

/**
 * Compares ENCRYPTION_KEY with the one of the first start, before the store is opened and so taken from a hub that has it.
 * @throws WrongMasterKey
 */
export function refuseWrongMasterKey(databasePath: string, vault: Vault): void {
  const known = peekVaultCheck(databasePath)
  if (known !== null) refuseOther(vault, known)
}

/**
 * Compares again, now that nobody else writes, or notes the key of a first start. Nothing sealed is touched.
 * @throws WrongMasterKey
 */
export async function checkMasterKey(store: Store, vault: Vault): Promise<void> {
  const known = readVaultCheck(store.db)
  if (known === null) await store.writer.run('storeVaultCheck', { check_value: vault.checkValue() })
  else refuseOther(vault, known)
}

function refuseOther(vault: Vault, known: string): void {
  if (vault.matches(known)) return
  throw new WrongMasterKey(
    'ENCRYPTION_KEY is not the one this database was sealed with, so no exchange key would open. Set the right one (outside production it is in DATA_DIR/secrets.json); nothing was changed.',
  )
}
