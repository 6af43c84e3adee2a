import type { Capabilities } from '../venue.ts'

/** A trailing stop is a term of the position on Bybit, not an order: it is shown, not offered. */
const orderTypes = ['LIMIT', 'MARKET', 'STOP_MARKET', 'STOP_LIMIT', 'TAKE_PROFIT_MARKET', 'TAKE_PROFIT_LIMIT'] as const

export const spotCapabilities: Capabilities = {
  upkeep: 'signed_session',
  order_types: orderTypes,
  time_in_force: ['GTC', 'IOC', 'FOK'],
  conditional_time_in_force: ['GTC', 'IOC', 'FOK'],
  post_only: true,
  conditional_post_only: true,
  reduce_only: false,
  hedge_mode: false,
  margin_modes: [],
  order_margin_modes: [],
  quote_quantity: true,
  trigger_by: [],
  close_position: false,
  amend: { price: true, quantity: 'any' },
  market_channels: ['order_book', 'ticker', 'candles'],
  unprovable: null,
}

export const futuresCapabilities: Capabilities = {
  ...spotCapabilities,
  reduce_only: true,
  hedge_mode: true,
  margin_modes: ['CROSS', 'ISOLATED'],
  order_margin_modes: [],
  quote_quantity: false,
  trigger_by: ['LAST', 'MARK', 'INDEX'],
  close_position: true,
}
