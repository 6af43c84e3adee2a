import { join } from 'node:path'
import { ExchangeError, type KeyCheck } from '@tradercoin/exchanges'
import type { Gap, KeyPermissions } from '@tradercoin/protocol'
import { afterAll, afterEach, beforeEach, expect, it, vi } from 'vitest'
import { AccountsBench } from '../../test/support/accounts.ts'
import { balanceEvent } from '../../test/support/reports.ts'
import { ScriptedExchange } from '../../test/support/scripted-exchange.ts'
import { addUserWithKey, createDatabase, temporaryDirectory } from '../../test/support/store.ts'
import { TestClock } from '../../test/support/test-clock.ts'
import { openWritable } from '../store/database.ts'
import { readKey } from '../store/exchange-keys.ts'
import { warningsOf } from './key-rights.ts'

/* The rights of a key are looked at from time to time; one that could move money away is suspended until it cannot. */

const directory = temporaryDirectory()
afterAll(() => directory.remove())
let files = 0
let path: string
let clock: TestClock
let venue: ScriptedExchange
let bench: AccountsBench
let checks: number

const hour = 3_600_000
const until = (check: () => void) => vi.waitFor(check, { timeout: 10_000, interval: 5 })
const item = () => readKey(bench.store.db, { user_id: 1 }, 1)
const pass = (ms: number) => {
  for (let passed = 0; passed < ms; passed += 60_000) clock.advance(60_000)
}
/** Lets time pass until it is so, minute by minute, while what was begun in each may end. */
const passUntil = (check: () => void) =>
  until(() => {
    clock.advance(60_000)
    check()
  })
const rights: KeyPermissions = {
  read: true,
  trade: true,
  withdraw: false,
  transfer: false,
  ip_restricted: true,
  expires_at: null,
}
const answer = (permissions: Partial<KeyPermissions>, warnings: string[] = []) => {
  venue.check = async (): Promise<KeyCheck> => {
    checks += 1
    return { account_uid: 'account-1', permissions: { ...rights, ...permissions }, warnings }
  }
}

async function open(): Promise<void> {
  venue = new ScriptedExchange(clock)
  bench = await AccountsBench.open(path, clock, venue)
  checks = 0
  answer({})
}
async function goLive(): Promise<void> {
  bench.accounts.startAll()
  venue.stream.up()
  await until(() => expect(bench.state()).toBe('live'))
}

beforeEach(async () => {
  path = join(directory.path, `${++files}.db`)
  createDatabase(path, 1).close()
  clock = new TestClock()
  await open()
})
afterEach(() => bench.close())

it('come due six hours after the last one, whatever restarts come between', async () => {
  await goLive()
  pass(10 * 60_000)
  await until(() => expect(item()?.checked_at).not.toBeNull())
  expect(item()).toMatchObject({ permissions: rights, is_suspended: false })
  const first = item()?.checked_at ?? 0
  expect(checks).toBe(1)
  await bench.close()
  clock.advance(hour)
  await open()
  await goLive()
  pass(4 * hour)
  expect(checks).toBe(0)
  await passUntil(() => expect(item()?.checked_at).toBeGreaterThan(first))
  const after = (item()?.checked_at ?? 0) - first
  expect([after >= 5.4 * hour, after <= 6.7 * hour]).toEqual([true, true])
  expect(checks).toBe(1)
})

it('that came due while the hub was down are not all asked at once', async () => {
  await bench.close()
  const db = openWritable(path)
  for (let id = 2; id <= 20; id++) addUserWithKey(db, id, 'spot', 'binance')
  db.close()
  await open()
  bench.accounts.startAll()
  clock.advance(60_000)
  expect(checks).toBe(0)
  // Chance is the same for all here, so they fall due together; the venue is asked one by one all the same.
  pass(4 * 60_000)
  clock.advance(1_000)
  await until(() => expect(checks).toBeGreaterThan(0))
  expect(checks).toBeLessThan(3)
  await until(() => {
    clock.advance(1_000)
    expect(checks).toBe(20)
  })
})

it('suspend a key that may withdraw: stream closed, owner told, nothing traded; it resumes when that right is gone', async () => {
  await goLive()
  const { stream } = venue
  answer({ withdraw: true })
  await passUntil(() => expect(stream.isClosed).toBe(true))
  await until(() => expect(bench.accounts.get(1)).toBeUndefined())
  expect(bench.statuses.at(-1)).toMatchObject({ state: 'action_needed' })
  expect(bench.statuses.at(-1)?.reason).toContain('may now withdraw or transfer')
  expect(item()).toMatchObject({ is_suspended: true, is_active: true, permissions: { withdraw: true } })
  expect(item()?.state_reason).toContain('may now withdraw or transfer')
  const body = { exchange_key_id: 1, symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', quantity: '1' } as const
  await expect(bench.accounts.placeOrder({ user_id: 1 }, body)).rejects.toMatchObject({ code: 'not_found' })
  expect(venue.placed).toEqual([])
  const audit = () => bench.store.db.all<{ action: string }>('SELECT action FROM audit_log').map(({ action }) => action)
  expect(audit()).toEqual(['key_suspended'])

  // A restart does not bring it back, nor does a check that fails.
  await bench.close()
  await open()
  venue.check = async () => {
    throw new ExchangeError('unavailable', 'unavailable', 'The exchange does not answer.')
  }
  bench.accounts.startAll()
  await passUntil(() => expect(bench.logged).toContain('key_not_checked'))
  expect([venue.streams.length, item()?.is_suspended]).toEqual([0, true])

  answer({})
  await passUntil(() => expect(venue.streams).toHaveLength(1))
  venue.stream.up()
  await until(() => expect(bench.state()).toBe('live'))
  expect(item()).toMatchObject({ is_suspended: false, permissions: { withdraw: false } })
  expect(audit()).toEqual(['key_suspended', 'key_resumed'])
  expect(bench.records<Gap>('gap')[0]?.cause).toBe('key_suspended')
})

it('book what had arrived before the key is suspended', async () => {
  await goLive()
  answer({ transfer: true })
  venue.stream.send(balanceEvent({ total: '7' }))
  await bench.accounts.checkRights(1)
  expect(bench.records('balance_update')).toHaveLength(1)
  expect(item()).toMatchObject({ is_suspended: true })
})

it('refresh the warnings, and leave everything as it is when the venue does not answer', async () => {
  await goLive()
  answer({ ip_restricted: false, expires_at: clock.now() + 3 * 24 * hour }, ['Works from every address.'])
  await bench.accounts.checkRights(1)
  expect(item()).toMatchObject({
    permissions: { ip_restricted: false },
    warnings: ['Works from every address.', 'The key expires in 3 days: make a new one at the exchange in time.'],
  })
  const before = item()
  venue.check = async () => {
    throw new ExchangeError('unavailable', 'unavailable', 'The exchange does not answer.')
  }
  await bench.accounts.checkRights(1)
  expect(item()).toEqual(before)
  answer({})
  await bench.accounts.checkRights(1)
  expect(item()?.warnings).toEqual([])
})

it('that end after the key was replaced say nothing about the new one', async () => {
  await goLive()
  let tell = () => {}
  venue.check = () =>
    new Promise((resolve) => {
      tell = () => resolve({ account_uid: 'account-1', permissions: { ...rights, withdraw: true }, warnings: [] })
    })
  const check = bench.accounts.checkRights(1)
  const other = { id: 1, since: null, permissions: rights, warnings: [], suspended_reason: null }
  await bench.store.writer.run('saveKeyCheck', other)
  tell()
  await check
  expect(item()).toMatchObject({ is_suspended: false, permissions: { withdraw: false } })
  expect(bench.state()).toBe('live')
})

it.each([
  [15 * 24, []],
  [13.5 * 24, ['The key expires in 13 days: make a new one at the exchange in time.']],
  [30, ['The key expires in a day: make a new one at the exchange in time.']],
  [3, ['The key expires within a day: make a new one at the exchange in time.']],
  [-1, ['The key has expired: make a new one at the exchange.']],
])('a key that ends in %d hours is warned of: %j', (hours, warnings) => {
  const check = { account_uid: '1', permissions: { ...rights, expires_at: 1_000 * hour + hours * hour }, warnings: [] }
  expect(warningsOf(check, 1_000 * hour)).toEqual(warnings)
})
