import type { Capabilities } from '../venue.ts'

const shared = {
  upkeep: 'signed_session',
  time_in_force: ['GTC', 'IOC', 'FOK'],
  conditional_time_in_force: ['GTC'],
  post_only: true,
  conditional_post_only: false,
  amend: { price: true, quantity: 'any' },
  market_channels: ['order_book', 'ticker', 'candles'],
  unprovable: null,
} as const satisfies Partial<Capabilities>

export const spotCapabilities: Capabilities = {
  ...shared,
  order_types: ['LIMIT', 'MARKET', 'STOP_MARKET', 'STOP_LIMIT', 'TAKE_PROFIT_MARKET', 'TAKE_PROFIT_LIMIT'],
  reduce_only: false,
  hedge_mode: false,
  margin_modes: [],
  order_margin_modes: [],
  quote_quantity: true,
  trigger_by: [],
  close_position: false,
}

export const futuresCapabilities: Capabilities = {
  ...shared,
  order_types: [
    'LIMIT',
    'MARKET',
    'STOP_MARKET',
    'STOP_LIMIT',
    'TAKE_PROFIT_MARKET',
    'TAKE_PROFIT_LIMIT',
    'TRAILING_STOP',
  ],
  reduce_only: true,
  hedge_mode: true,
  margin_modes: ['CROSS', 'ISOLATED'],
  order_margin_modes: ['CROSS', 'ISOLATED'],
  quote_quantity: false,
  trigger_by: ['LAST', 'MARK', 'INDEX'],
  close_position: true,
}
