import type { Capabilities } from '../../venue.ts'

export const spotCapabilities: Capabilities = {
  upkeep: 'signed_session',
  order_types: [
    'LIMIT',
    'MARKET',
    'STOP_MARKET',
    'STOP_LIMIT',
    'TAKE_PROFIT_MARKET',
    'TAKE_PROFIT_LIMIT',
    'TRAILING_STOP',
  ],
  time_in_force: ['GTC', 'IOC', 'FOK'],
  conditional_time_in_force: ['GTC', 'IOC', 'FOK'],
  post_only: true,
  conditional_post_only: false,
  reduce_only: false,
  hedge_mode: false,
  margin_modes: [],
  order_margin_modes: [],
  quote_quantity: true,
  trigger_by: ['LAST'],
  close_position: false,
  amend: { price: false, quantity: 'down' },
  market_channels: ['order_book', 'ticker', 'candles'],
  unprovable:
    'Orders that were both placed and over within the interruption may be missing on symbols this account had not traded before: Binance has no list of all orders.',
}
