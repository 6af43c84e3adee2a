import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { ExchangeKey, KeyLink } from '@tradercoin/protocol'
import { useEffect, useMemo } from 'react'
import { useLink } from '#features/connection/live.ts'
import { client } from '#lib/client.ts'

export const keysQuery = {
  queryKey: ['keys'],
  queryFn: async () => (await client.rest.exchangeKeys.list()).items,
}

/** The user's exchange keys; how each one's stream does is as the socket last told. */
export function useKeys() {
  const query = useQuery(keysQuery)
  const link = useLink()
  const items = query.data
  const keys = useMemo(() => {
    const links = new Map(link.keys.map((key) => [key.exchange_key_id, key]))
    return (items ?? []).map((key) => withLiveState(key, links.get(key.id)))
  }, [items, link.keys])
  return { keys, isPending: query.isPending, error: query.error, refetch: query.refetch }
}

function withLiveState(key: ExchangeKey, link: KeyLink | undefined): ExchangeKey {
  if (!link || !key.is_active) return key
  return {
    ...key,
    state: link.state,
    state_reason: link.reason ?? (link.state === key.state ? key.state_reason : null),
    last_event_at: Math.max(link.last_event_at ?? 0, key.last_event_at ?? 0) || null,
  }
}

/** Reads the list again when the hub speaks of a key this page does not know, as when another tab has added one. */
export function useKeyListRefresh() {
  const queryClient = useQueryClient()
  const { keys } = useLink()
  useEffect(() => {
    const known = queryClient.getQueryData<ExchangeKey[]>(keysQuery.queryKey)
    if (!known) return
    const ids = new Set(known.map((key) => key.id))
    if (keys.some((key) => !ids.has(key.exchange_key_id))) {
      void queryClient.invalidateQueries({ queryKey: keysQuery.queryKey })
    }
  }, [keys, queryClient])
}
