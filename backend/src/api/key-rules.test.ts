import { describeVenue, type VenueDescription } from '@tradercoin/exchanges'
import { expect, it } from 'vitest'
import { checkKeyFields } from './key-rules.ts'

const plain = describeVenue('binance')
const regional: VenueDescription = {
  ...plain,
  name: 'Elsewhere',
  environments: ['live', 'demo'],
  regions: [
    { region: 'eu', name: 'Europe' },
    { region: 'us', name: 'United States' },
  ],
  needs_passphrase: true,
}
const key = { trading_mode: 'spot', environment: 'live' } as const

function fieldsRefused(venue: VenueDescription, body: Parameters<typeof checkKeyFields>[1]): string[] {
  try {
    checkKeyFields(venue, body)
    return []
  } catch (error) {
    expect(error).toMatchObject({ status: 422, code: 'invalid_key' })
    return (error as { errors: { field: string }[] }).errors.map(({ field }) => field)
  }
}

it('a passphrase is needed where the venue has one, and refused where it has none', () => {
  expect(fieldsRefused(regional, key)).toEqual(['passphrase'])
  expect(fieldsRefused(regional, { ...key, passphrase: '  ' })).toEqual(['passphrase'])
  expect(fieldsRefused(regional, { ...key, passphrase: 'x' })).toEqual([])
  expect(fieldsRefused(plain, { ...key, passphrase: 'x' })).toEqual(['passphrase'])
  expect(fieldsRefused(plain, key)).toEqual([])
})

it('a region, an environment or a mode that the venue has not is refused by field', () => {
  expect(fieldsRefused(regional, { ...key, passphrase: 'x', region: 'eu' })).toEqual([])
  expect(fieldsRefused(regional, { ...key, passphrase: 'x', region: 'mars' })).toEqual(['region'])
  expect(fieldsRefused(plain, { ...key, region: 'eu' })).toEqual(['region'])
  expect(fieldsRefused(regional, { ...key, passphrase: 'x', environment: 'testnet' })).toEqual(['environment'])
  const spotOnly = { ...plain, capabilities: { spot: plain.capabilities.spot } } as VenueDescription
  expect(fieldsRefused(spotOnly, { ...key, trading_mode: 'futures' })).toEqual(['trading_mode'])
})
