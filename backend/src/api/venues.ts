import { tradingModesOf, venueDescriptions } from '@tradercoin/exchanges'
import { type Venue, venueSchema } from '@tradercoin/protocol'
import { z } from 'zod'
import { adapterName, type Venue as KeyVenue } from '../exchanges.ts'
import { listKeys } from '../store/exchange-keys.ts'
import type { UserScope } from '../store/scope.ts'
import type { Store } from '../store/store.ts'
import type { ApiServer } from './server.ts'

/** The venues this hub speaks with, for forms. `paper` is offered only where there is a paper exchange. */
export function listVenues(hasPaper: boolean): Venue[] {
  return venueDescriptions.map((venue) => ({
    exchange: venue.exchange,
    name: venue.name,
    key_covers: venue.key_covers,
    trading_modes: tradingModesOf(venue),
    environments: venue.environments.filter((environment) => environment !== 'paper' || hasPaper),
    regions: venue.regions.map(({ region, name }) => ({ region, name })),
    needs_passphrase: venue.needs_passphrase,
    capabilities: venue.capabilities,
  }))
}

/** @param paperUrl base address of the paper exchange; null when there is none */
export function venueRoutes(api: ApiServer, { paperUrl }: { paperUrl: string | null }): void {
  const items = listVenues(paperUrl !== null)
  api.get('/trading/venues', {
    schema: {
      tags: ['trading'],
      summary: 'The exchanges this hub speaks with, and what each offers',
      response: { 200: z.object({ items: z.array(venueSchema) }) },
    },
    handler: async () => ({ items }),
  })
}

/** The venues a user has keys of; each once, and of whatever mode where a key covers all of them. */
export function venuesOf(store: Store, scope: UserScope, keyId?: number): KeyVenue[] {
  const keys = listKeys(store.db, scope).filter(({ id }) => keyId === undefined || id === keyId)
  const venues = keys.map(({ exchange, trading_mode, environment, region }) => ({
    exchange,
    trading_mode,
    environment,
    region,
  }))
  return [...new Map(venues.map((venue) => [adapterName(venue), venue])).values()]
}
