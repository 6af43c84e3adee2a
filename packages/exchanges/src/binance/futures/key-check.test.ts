import { expect, it } from 'vitest'
import { ExchangeError } from '../../errors.ts'
import type { BinanceClient } from '../client.ts'
import { apiRestrictionsAnswer } from '../key-rights.ts'
import { checkFuturesKey } from './key-check.ts'
import type { FuturesRest } from './rest.ts'
import { fixture } from './test-fixtures.ts'

const who = { api_key: 'key', api_secret: 'secret', passphrase: null }
const refused = () => Promise.reject(new ExchangeError('auth', 'invalid_credentials', 'Binance refused the API key.'))

const rest = (calls: object) =>
  ({
    accountConfig: async () => ({}),
    balances: async () => [fixture('rest-balance').value],
    ...calls,
  }) as unknown as FuturesRest
const wallet = (rights: object) =>
  ({ signed: async () => apiRestrictionsAnswer.parse({ enableReading: true, ...rights }) }) as unknown as BinanceClient

it('knows the account by its alias and tells the key’s rights', async () => {
  const check = await checkFuturesKey(rest({}), wallet({ enableFutures: true, ipRestrict: true }), who)
  expect(check).toEqual({
    account_uid: 'SgHubAlias',
    permissions: { read: true, trade: true, withdraw: false, transfer: false, ip_restricted: true, expires_at: null },
    warnings: [],
  })
})

it('tells no rights where the environment has no call for them', async () => {
  expect(await checkFuturesKey(rest({}), null, who)).toMatchObject({ account_uid: 'SgHubAlias', permissions: null })
})

it('says when the right to futures is what is missing', async () => {
  await expect(checkFuturesKey(rest({ accountConfig: refused }), wallet({}), who)).rejects.toMatchObject({
    kind: 'auth',
    code: 'futures_not_enabled',
  })
  await expect(checkFuturesKey(rest({ accountConfig: refused }), null, who)).rejects.toMatchObject({
    code: 'invalid_credentials',
  })
})

it('falls back to a fingerprint of the key, which does not give the key away', async () => {
  const { account_uid } = await checkFuturesKey(rest({ balances: async () => [] }), null, who)
  expect(account_uid).toMatch(/^key:[0-9a-f]{32}$/)
})
