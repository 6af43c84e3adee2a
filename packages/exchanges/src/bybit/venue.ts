import type { VenueDescription } from '../venue.ts'
import { futuresCapabilities, spotCapabilities } from './capabilities.ts'
import { regions } from './endpoints.ts'
import { createBybit } from './index.ts'

export const bybit: VenueDescription = {
  exchange: 'bybit',
  name: 'Bybit',
  key_covers: 'all_modes',
  environments: ['live', 'testnet', 'demo', 'paper'],
  regions,
  needs_passphrase: false,
  url_variables: [
    { variable: 'BYBIT_REST_URL', trading_modes: ['spot', 'futures'], part: 'rest' },
    { variable: 'BYBIT_WS_URL', trading_modes: ['spot', 'futures'], part: 'stream' },
  ],
  capabilities: { spot: spotCapabilities, futures: futuresCapabilities },
  paperPath: () => '/bybit',
  create: (_tradingMode, options) => createBybit(options),
}
