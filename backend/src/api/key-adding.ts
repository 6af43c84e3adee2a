import { type Clock, type Credentials, describeVenue, ExchangeError } from '@tradercoin/exchanges'
import type { ExchangeKey } from '@tradercoin/protocol'
import { canMoveMoney, warningsOf } from '../accounts/key-rights.ts'
import { sealCredentials } from '../auth/key-secrets.ts'
import type { Vault } from '../auth/vault.ts'
import { accountScope, type Exchanges, type Venue } from '../exchanges.ts'
import { findRemovedKey, readKey } from '../store/exchange-keys.ts'
import type { Store } from '../store/store.ts'
import { proveKey } from './key-proof.ts'
import { Problem } from './problem.ts'

export interface KeyAdding {
  store: Store
  vault: Vault
  exchanges: Exchanges
  clock: Clock
}

export interface KeyRequest {
  user_id: number
  /** Its region is null where the owner named none: the site that knows the key is found. */
  venue: Venue
  label: string | null
  credentials: Credentials
  /** Null when the hub itself adds it. */
  ip: string | null
}

/**
 * Proves a key with its venue, refuses one that could move money away, seals it and stores it: in the row of a key of the same account
 * that the user removed earlier, where there is one.
 * @throws Problem 422 `withdraw_permission`, ExchangeError (`exchange_unavailable` when nobody answers in time), JobError `account_already_added`
 */
export async function addKey(adding: KeyAdding, request: KeyRequest): Promise<ExchangeKey> {
  const { store, vault } = adding
  const { user_id, label, credentials, ip } = request
  const { check, venue } = await proveKey(
    adding,
    request.venue,
    describeVenue(request.venue.exchange).regions,
    credentials,
  )
  const { account_uid, permissions } = check
  if (canMoveMoney(permissions)) {
    throw new Problem(
      422,
      'withdraw_permission',
      'This key may withdraw or transfer funds. Make one at the exchange that may only read and trade, and add that.',
      { errors: [{ field: 'api_key', message: 'may withdraw or transfer funds' }] },
    )
  }
  if (permissions && !permissions.read) {
    throw new ExchangeError('auth', 'read_permission_missing', 'This key may not read the account.')
  }
  const { exchange, environment } = venue
  const account_scope = accountScope(venue, account_uid)
  const removed = findRemovedKey(store.db, { user_id, exchange, environment, account_scope })
  const id = removed ?? (await store.writer.run('reserveKeyId', {}))
  await store.writer.run('addKey', {
    id,
    user_id,
    ...venue,
    label,
    account_uid,
    account_scope,
    api_key_last4: credentials.api_key.slice(-4),
    ...sealCredentials(vault, { id, user_id, exchange }, credentials),
    permissions,
    warnings: warningsOf(check, adding.clock.now()),
    ip,
  })
  const item = readKey(store.db, { user_id }, id)
  if (!item) throw new Error('a key that was stored is not there')
  return item
}

/** Outer blanks of a pasted secret go; anything else that does not belong in one is refused, never echoed. */
export function cleanCredentials(fields: {
  api_key: string
  api_secret: string
  passphrase?: string | undefined
}): Credentials {
  const api_key = fields.api_key.trim()
  const api_secret = fields.api_secret.trim()
  const passphrase = fields.passphrase?.trim() || null
  const isPem = api_secret.startsWith('-----BEGIN ')
  const errors = [
    ...(isPrintable(api_key) ? [] : [{ field: 'api_key', message: notPrintable }]),
    ...(isPem || isPrintable(api_secret) ? [] : [{ field: 'api_secret', message: notPrintable }]),
  ]
  if (errors.length > 0)
    throw new Problem(400, 'invalid_request', 'The key is not as the exchange shows it; copy it anew.', { errors })
  return { api_key, api_secret, passphrase }
}

const notPrintable = 'must be the letters, digits and signs the exchange shows, without blanks'
const isPrintable = (text: string) => /^[\x21-\x7e]+$/.test(text)
