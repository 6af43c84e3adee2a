import type { VenueDescription } from '../venue.ts'
import { futuresCapabilities, spotCapabilities } from './capabilities.ts'
import { regions } from './endpoints.ts'
import { createOkx } from './index.ts'

export const okx: VenueDescription = {
  exchange: 'okx',
  name: 'OKX',
  key_covers: 'all_modes',
  environments: ['live', 'demo', 'paper'],
  regions,
  needs_passphrase: true,
  url_variables: [
    { variable: 'OKX_REST_URL', trading_modes: ['spot', 'futures'], part: 'rest' },
    { variable: 'OKX_WS_URL', trading_modes: ['spot', 'futures'], part: 'stream' },
  ],
  capabilities: { spot: spotCapabilities, futures: futuresCapabilities },
  paperPath: () => '/okx',
  create: (_tradingMode, options) => createOkx(options),
}
