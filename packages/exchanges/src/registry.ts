import { type ExchangeId, type TradingMode, tradingModeSchema } from '@tradercoin/protocol'
import { binance } from './binance/venue.ts'
import { bybit } from './bybit/venue.ts'
import { ExchangeError } from './errors.ts'
import type { Exchange } from './exchange.ts'
import { okx } from './okx/venue.ts'
import type { Capabilities, ExchangeOptions, VenueDescription } from './venue.ts'

/** Every venue the hub can speak with. */
const venues: Partial<Record<ExchangeId, VenueDescription>> = { binance, okx, bybit }

/** In the order people are shown them. */
export const venueDescriptions: readonly VenueDescription[] = Object.values(venues)

/** Throws ExchangeError `refused` for a venue that is not in the registry. */
export function describeVenue(exchange: ExchangeId): VenueDescription {
  const venue = venues[exchange]
  if (venue === undefined) {
    throw new ExchangeError('refused', 'exchange_not_supported', `${exchange} is not supported yet.`)
  }
  return venue
}

/** The markets a venue has. */
export function tradingModesOf({ capabilities }: VenueDescription): TradingMode[] {
  return tradingModeSchema.options.filter((mode) => capabilities[mode] !== undefined)
}

/** Throws ExchangeError `refused` for a mode the venue does not have. */
export function capabilitiesOf(exchange: ExchangeId, tradingMode: TradingMode): Capabilities {
  const { name, capabilities } = describeVenue(exchange)
  const found = capabilities[tradingMode]
  if (found === undefined)
    throw new ExchangeError('refused', 'exchange_not_supported', `${name} has no ${tradingMode}.`)
  return found
}

/** The adapter of one venue and mode. */
export function createExchange(exchange: ExchangeId, tradingMode: TradingMode, options: ExchangeOptions): Exchange {
  return describeVenue(exchange).create(tradingMode, options)
}

/** Addresses on a paper exchange: `http://127.0.0.1:9100` with the venue's prefix; the adapter appends the venue's own paths. */
export function paperEndpoints(
  paperUrl: string,
  exchange: ExchangeId,
  tradingMode: TradingMode,
): { rest: string; ws_api: string; stream: string } {
  const rest = `${paperUrl.replace(/\/$/, '')}${describeVenue(exchange).paperPath(tradingMode)}`
  const socket = rest.replace(/^http/, 'ws')
  return { rest, ws_api: socket, stream: socket }
}
