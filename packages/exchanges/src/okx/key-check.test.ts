import { describe, expect, it } from 'vitest'
import { checkOkxKey } from './key-check.ts'
import type { OkxRest } from './rest.ts'
import { fixture } from './test-fixtures.ts'

const who = { api_key: 'key', api_secret: 'secret', passphrase: 'pass' }
const [config] = (fixture('rest-config').frame as { data: Record<string, unknown>[] }).data
const check = (overrides: object = {}) => {
  const rest = { config: async () => [{ ...config, ...overrides }] } as unknown as OkxRest
  return checkOkxKey(rest, who)
}

describe('a key', () => {
  it('tells account, rights and binding; hedge mode is worth a word', async () => {
    expect(await check()).toEqual({
      account_uid: '700000000000000001',
      permissions: {
        read: true,
        trade: true,
        withdraw: false,
        transfer: false,
        ip_restricted: true,
        expires_at: null,
      },
      warnings: ['The account keeps long and short positions apart: orders on futures must name a position side.'],
    })
  })

  it('may withdraw', async () => {
    expect(await check({ perm: 'read_only,trade,withdraw' })).toMatchObject({ permissions: { withdraw: true } })
  })

  it('may only read', async () => {
    const { permissions, warnings } = await check({ perm: 'read_only', posMode: 'net_mode' })
    expect(permissions).toMatchObject({ read: true, trade: false })
    expect(warnings).toEqual(['The key may not trade: orders can be followed but not placed.'])
  })

  it('bound to no address lapses unused', async () => {
    const { permissions, warnings } = await check({ ip: '', posMode: 'net_mode' })
    expect(permissions).toMatchObject({ ip_restricted: false })
    expect(warnings).toEqual([expect.stringContaining('14 days')])
  })

  it('of an account in spot mode has no futures', async () => {
    expect((await check({ acctLv: '1' })).warnings).toEqual([
      'The account is in spot mode: futures cannot be traded with it.',
    ])
  })

  it('an answer in another form says nothing about the key', async () => {
    await expect(check({ uid: 7 })).rejects.toMatchObject({ kind: 'unavailable', code: 'unexpected_answer' })
  })
})
