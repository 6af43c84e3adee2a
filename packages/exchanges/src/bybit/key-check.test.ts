import { expect, it } from 'vitest'
import { ExchangeError } from '../errors.ts'
import { checkBybitKey } from './key-check.ts'
import type { BybitRest } from './rest.ts'
import { fixture } from './test-fixtures.ts'

const now = 1_795_336_000_000
const dayMs = 86_400_000
const who = { api_key: 'TESTKEY', api_secret: 'x', passphrase: null }
const sample = (fixture('rest-key').value as { result: Record<string, unknown> }).result
const account = (fixture('rest-account').value as { result: Record<string, unknown> }).result

const check = (
  key: Record<string, unknown> | Error,
  status: unknown = account.unifiedMarginStatus,
  environment: 'live' | 'demo' = 'live',
) => {
  const rest = {
    key: async () => {
      if (key instanceof Error) throw key
      return key
    },
    account: async () => ({ ...account, unifiedMarginStatus: status }),
  } as unknown as BybitRest
  return checkBybitKey(rest, environment, who, async () => now)
}
const rights = { ...sample, readOnly: 0 }
const unbound = { ...rights, ips: ['*'] }

it('a bound key that may only read', async () => {
  expect(await check(sample)).toEqual({
    account_uid: '500001',
    permissions: { read: true, trade: false, withdraw: false, transfer: false, ip_restricted: true, expires_at: null },
    warnings: ['The key may not trade: orders can be followed but not placed.'],
  })
})

it('a bound key that may trade has nothing to be warned of', async () => {
  expect(await check(rights)).toMatchObject({ permissions: { trade: true, expires_at: null }, warnings: [] })
})

it('an unbound key ends by itself, on the day it tells or after the days that are left', async () => {
  const told = await check(unbound)
  expect(told.permissions).toMatchObject({ ip_restricted: false, expires_at: Date.parse('2027-02-18T00:00:00Z') })
  expect(told.warnings).toEqual([expect.stringContaining('works from every address')])
  const byDays = await check({ ...unbound, expiredAt: '1970-01-01T00:00:00Z', deadlineDay: 1 })
  expect(byDays.permissions?.expires_at).toBe(now + dayMs)
})

it.each([
  [{ Wallet: ['Withdraw'] }, { withdraw: true, transfer: false }],
  [{ Wallet: ['AccountTransfer'] }, { withdraw: false, transfer: true }],
  [{ Wallet: ['SubMemberTransferList'] }, { withdraw: false, transfer: true }],
])('%j is told', async (more, expected) => {
  const key = { ...rights, permissions: { ...(sample.permissions as object), ...more } }
  expect((await check(key)).permissions).toMatchObject(expected)
})

it('a key that may only read may see transfers, not make them; the right to withdraw is always told', async () => {
  const permissions = { ...(sample.permissions as object), Wallet: ['AccountTransfer', 'Withdraw'] }
  expect((await check({ ...sample, permissions })).permissions).toMatchObject({ transfer: false, withdraw: true })
})

it('what a key lacks is said', async () => {
  const only = (permissions: object) => check({ ...rights, permissions })
  expect((await only({ Spot: ['SpotTrade'] })).warnings).toEqual(['The key may not trade contracts.'])
  expect((await only({ ContractTrade: ['Order', 'Position'] })).warnings).toEqual(['The key may not trade spot.'])
  expect(await only({ Wallet: [] })).toMatchObject({
    permissions: { read: false, trade: false },
    warnings: [expect.stringContaining('nothing can be followed')],
  })
  expect((await only({})).permissions?.read).toBe(false)
})

it('a classic account is refused', async () => {
  for (const status of [1, '1']) {
    await expect(check(rights, status)).rejects.toMatchObject({ kind: 'auth', code: 'classic_account' })
  }
})

it('a demo account may have no such call', async () => {
  const missing = new ExchangeError('refused', 'not_offered', 'Bybit does not offer this call.')
  await expect(check(missing)).rejects.toBe(missing)
  expect(await check(missing, 5, 'demo')).toEqual({
    account_uid: expect.stringMatching(/^key:[0-9a-f]{32}$/),
    permissions: null,
    warnings: [],
  })
})

it('an answer without an account is none', async () => {
  await expect(check({ permissions: {} })).rejects.toMatchObject({ kind: 'unavailable', code: 'unexpected_answer' })
})
