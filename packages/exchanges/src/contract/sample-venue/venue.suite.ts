import type { ExchangeId } from '@tradercoin/protocol'
import type { Capabilities, VenueDescription } from '../../venue.ts'
import { createSample } from './exchange.suite.ts'

export const capabilities: Capabilities = {
  upkeep: 'signed_session',
  order_types: ['LIMIT', 'MARKET'],
  time_in_force: ['GTC', 'IOC'],
  conditional_time_in_force: [],
  post_only: true,
  conditional_post_only: false,
  reduce_only: false,
  hedge_mode: false,
  margin_modes: [],
  order_margin_modes: [],
  quote_quantity: false,
  trigger_by: [],
  close_position: false,
  amend: null,
  market_channels: [],
  unprovable: null,
}

/** A fifth venue, to try docs/adding-an-exchange.md on: it exists on the test's own paper exchange only. */
export const sample: VenueDescription = {
  // A venue that ships has a line in the protocol's list.
  exchange: 'sample' as ExchangeId,
  name: 'Sample',
  key_covers: 'one_mode',
  environments: ['paper'],
  regions: [],
  needs_passphrase: false,
  url_variables: [],
  capabilities: { spot: capabilities },
  paperPath: () => '/sample',
  create: (_tradingMode, options) => createSample(options),
}
