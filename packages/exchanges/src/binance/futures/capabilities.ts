import type { Capabilities } from '../../venue.ts'

export const futuresCapabilities: Capabilities = {
  upkeep: 'listen_key',
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
  conditional_post_only: true,
  reduce_only: true,
  hedge_mode: true,
  margin_modes: ['CROSS', 'ISOLATED'],
  order_margin_modes: [],
  quote_quantity: false,
  trigger_by: ['LAST', 'MARK'],
  close_position: true,
  amend: { price: true, quantity: 'any' },
  market_channels: ['order_book', 'ticker', 'candles'],
  unprovable:
    'Conditional orders that were both placed and ended untriggered during the interruption are not listed by Binance.',
}
