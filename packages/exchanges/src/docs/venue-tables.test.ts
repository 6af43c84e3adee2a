import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { venueDescriptions } from '../registry.ts'
import { privateChannels, subscribed, withTables } from './venue-tables.suite.ts'

test('docs/venues.md says what the adapters offer (node scripts/venues-doc.mjs writes it)', () => {
  const document = readFileSync(new URL('../../../../docs/venues.md', import.meta.url), 'utf8')
  expect(document).toBe(withTables(document))
  for (const { name } of venueDescriptions) expect(document).toContain(`## ${name}`)
})

test('every private channel it names is one the adapter subscribes to', () => {
  for (const [name, told] of Object.entries(privateChannels)) {
    const list = subscribed[name] ?? subscribed[name.split(' ')[0] ?? '']
    if (list === undefined) continue
    for (const channel of Object.values(told).flat()) expect(list, name).toContain(channel)
  }
})
