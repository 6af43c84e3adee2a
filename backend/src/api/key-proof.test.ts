import { type Exchange, ExchangeError, type KeyCheck, type VenueErrorCode } from '@tradercoin/exchanges'
import { expect, it, vi } from 'vitest'
import { ScriptedExchange } from '../../test/support/scripted-exchange.ts'
import { TestClock } from '../../test/support/test-clock.ts'
import type { Venue } from '../exchanges.ts'
import { proveKey } from './key-proof.ts'

const venue: Venue = { exchange: 'okx', trading_mode: 'spot', environment: 'live', region: null }
const regions = [
  { region: 'eu', name: 'Europe' },
  { region: 'us', name: 'United States' },
]
const credentials = { api_key: 'k', api_secret: 's', passphrase: 'p' }
const known: KeyCheck = { account_uid: '7', permissions: null, warnings: [] }

type Site = KeyCheck | VenueErrorCode | Promise<never>

/** Sites by region, each of which knows the key, refuses it with a code, or never answers. */
function open(sites: Record<string, Site>) {
  const clock = new TestClock()
  const asked: string[] = []
  const get = ({ region }: Venue): Exchange => {
    const exchange = new ScriptedExchange(clock)
    exchange.check = async () => {
      asked.push(region ?? 'main')
      const site = sites[region ?? 'main'] ?? 'unknown_key'
      if (typeof site === 'string') throw new ExchangeError('auth', site, `The site says ${site}.`)
      return site
    }
    return exchange
  }
  const prove = (changes: Partial<Venue> = {}) =>
    proveKey({ exchanges: { get }, clock }, { ...venue, ...changes }, regions, credentials)
  return { prove, asked, clock }
}

it('a key that the main site does not know is looked for on the others, and keeps the site that knew it', async () => {
  const { prove, asked } = open({ us: known })
  expect(await prove()).toEqual({ check: known, venue: { ...venue, region: 'us' } })
  expect(asked).toEqual(['main', 'eu', 'us'])
})

it('a site that knows the key and refuses it has the last word', async () => {
  const { prove, asked } = open({ eu: 'wrong_passphrase', us: known })
  await expect(prove()).rejects.toMatchObject({ code: 'wrong_passphrase' })
  expect(asked).toEqual(['main', 'eu'])
})

it('a key that no site knows is refused as unknown, each site asked once', async () => {
  const { prove, asked } = open({})
  await expect(prove()).rejects.toMatchObject({ code: 'unknown_key' })
  expect(asked).toEqual(['main', 'eu', 'us'])
})

it('only the named site is asked, and only the main one for any other refusal or on paper', async () => {
  const named = open({ us: known })
  await expect(named.prove({ region: 'eu' })).rejects.toMatchObject({ code: 'unknown_key' })
  expect(named.asked).toEqual(['eu'])
  const skewed = open({ main: 'clock_skew', us: known })
  await expect(skewed.prove()).rejects.toMatchObject({ code: 'clock_skew' })
  const paper = open({ us: known })
  await expect(paper.prove({ environment: 'paper' })).rejects.toMatchObject({ code: 'unknown_key' })
  expect([skewed.asked, paper.asked]).toEqual([['main'], ['main']])
})

it('all sites share one deadline, after which no other is asked', async () => {
  let answer = (_: ExchangeError) => {}
  const silent = new Promise<never>((_, reject) => {
    answer = reject
  })
  const { prove, asked, clock } = open({ eu: silent, us: known })
  const refused = expect(prove()).rejects.toMatchObject({ kind: 'unavailable', code: 'exchange_unavailable' })
  await vi.waitFor(() => expect(asked).toEqual(['main', 'eu']))
  clock.advance(12_000)
  await refused
  answer(new ExchangeError('auth', 'unknown_key', 'Too late.'))
  await new Promise(setImmediate)
  expect(asked).toEqual(['main', 'eu'])
})
