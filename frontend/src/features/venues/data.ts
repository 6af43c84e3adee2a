import { useQuery } from '@tanstack/react-query'
import type { ExchangeId, TradingMode, Venue } from '@tradercoin/protocol'
import { client } from '#lib/client.ts'

const venuesQuery = {
  queryKey: ['venues'],
  queryFn: () => client.rest.venues(),
  staleTime: Number.POSITIVE_INFINITY,
}

export type Capabilities = NonNullable<Venue['capabilities'][TradingMode]>

/** The exchanges this hub can connect to, and what each offers; undefined until they are known. */
export function useVenues() {
  return useQuery(venuesQuery)
}

/** What a venue offers in a mode; undefined until it is known. */
export function useCapabilities(exchange: ExchangeId, mode: TradingMode): Capabilities | undefined {
  const { data } = useVenues()
  return data?.find((venue) => venue.exchange === exchange)?.capabilities[mode]
}

/** The markets one key of the venue trades; those it began with until the venue is known. */
export function useKeyModes(
  key: { exchange: ExchangeId; trading_mode: TradingMode } | undefined,
): readonly TradingMode[] {
  const { data } = useVenues()
  if (!key) return []
  const venue = data?.find(({ exchange }) => exchange === key.exchange)
  return venue?.key_covers === 'all_modes' ? venue.trading_modes : [key.trading_mode]
}
