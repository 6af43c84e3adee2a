import type { VenueDescription } from '../venue.ts'
import { futuresCapabilities } from './futures/capabilities.ts'
import { createBinanceFutures } from './futures/index.ts'
import { spotCapabilities } from './spot/capabilities.ts'
import { createBinanceSpot } from './spot/index.ts'

export const binance: VenueDescription = {
  exchange: 'binance',
  name: 'Binance',
  key_covers: 'one_mode',
  environments: ['live', 'testnet', 'demo', 'paper'],
  regions: [],
  needs_passphrase: false,
  url_variables: [
    { variable: 'BINANCE_SPOT_REST_URL', trading_modes: ['spot'], part: 'rest' },
    { variable: 'BINANCE_SPOT_WS_API_URL', trading_modes: ['spot'], part: 'ws_api' },
    { variable: 'BINANCE_SPOT_STREAM_URL', trading_modes: ['spot'], part: 'stream' },
    { variable: 'BINANCE_FUTURES_REST_URL', trading_modes: ['futures'], part: 'rest' },
    { variable: 'BINANCE_FUTURES_STREAM_URL', trading_modes: ['futures'], part: 'stream' },
    // What a key may do is asked of Spot's host for futures keys too.
    { variable: 'BINANCE_SPOT_REST_URL', trading_modes: ['futures'], part: 'wallet' },
  ],
  capabilities: { spot: spotCapabilities, futures: futuresCapabilities },
  paperPath: (tradingMode) => `/binance/${tradingMode}`,
  create: (tradingMode, options) => (tradingMode === 'spot' ? createBinanceSpot : createBinanceFutures)(options),
}
