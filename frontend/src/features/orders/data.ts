import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import type { AccountState, Order } from '@tradercoin/protocol'
import { useCallback, useEffect, useMemo } from 'react'
import { live, useLink, useLiveValue, useLiveVersion } from '#features/connection/live.ts'
import { client } from '#lib/client.ts'
import { useThrottledRefetch } from '#lib/use-throttled-refetch.ts'
import { type Filters, isOpen, matches, toQuery } from './filters.ts'
import { composeRows, newerOrder, type OrderPage } from './rows.ts'

const pageSize = 200

const liveOrders = {
  get orders() {
    return live.account.orders
  },
  heardOrderAt: live.heardOrderAt,
}

/** The orders of a view: read page by page as one scrolls, kept live by the socket. */
export function useOrders(filters: Filters, from: number | null) {
  const query = toQuery(filters, from)
  const result = useInfiniteQuery({
    queryKey: ['orders', query],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam, signal }): Promise<OrderPage> => {
      const askedAt = live.mark()
      const page = await client.rest.orders.list({ ...query, limit: pageSize, cursor: pageParam }, signal)
      return { ...page, askedAt }
    },
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  })
  const version = useLiveVersion('orders')
  const pages = result.data?.pages
  // biome-ignore lint/correctness/useExhaustiveDependencies: the live state changes in place; its version stands for it
  const rows = useMemo(
    () => (pages ? composeRows(pages, liveOrders, (order) => matches(order, filters, from)) : []),
    [pages, version, filters, from],
  )
  const find = useCallback(
    (id: number): Order | undefined => {
      for (const page of pages ?? []) {
        const item = page.items.find((order) => order.id === id)
        if (item) return newerOrder(item, page.askedAt, liveOrders)
      }
      return live.account.orders.get(id)
    },
    [pages],
  )
  return { ...result, rows, find }
}

/** The server's statistics over all orders that match, read again as events come, at most once a second. */
export function useOrderStats(filters: Filters, from: number | null) {
  const query = toQuery({ ...filters, status: null }, from)
  const result = useQuery({
    queryKey: ['stats', query],
    queryFn: ({ signal }) => client.rest.orders.stats(query, signal),
    placeholderData: (previous) => previous,
  })
  useThrottledRefetch(live.subscribe, () => live.version('orders') + live.version('executions'), result.refetch, 1_000)
  return result
}

/** One order with its timeline and executions, read again when the socket tells of it. */
export function useOrderDetails(id: number) {
  const result = useQuery({
    queryKey: ['order', id],
    queryFn: ({ signal }) => client.rest.orders.get(id, signal),
  })
  useThrottledRefetch(live.subscribe, () => live.heardOrderAt(id), result.refetch, 300)
  return result
}

/** The open orders of the whole account; the snapshot has them all. */
export function useOpenOrders(): Order[] {
  const version = useLiveVersion('orders')
  // biome-ignore lint/correctness/useExhaustiveDependencies: as above
  return useMemo(() => [...live.account.orders.values()].filter((order) => isOpen(order.status)), [version])
}

/** How many they are; re-renders only when that changes. */
export function useOpenCount(): number {
  return useLiveValue('orders', countOpen)
}

function countOpen({ orders }: AccountState): number {
  let count = 0
  for (const order of orders.values()) if (isOpen(order.status)) count += 1
  return count
}

/** After a snapshot what was read by REST may be out of date, and after a drop some of it has failed: it is read again. */
export function useReread() {
  const queryClient = useQueryClient()
  const isConnected = useLink().status === 'connected'
  useEffect(() => {
    if (!isConnected) return
    void queryClient.invalidateQueries({ predicate: ({ state }) => state.status === 'error' })
  }, [isConnected, queryClient])
  useEffect(
    () =>
      live.onBatch(({ isAnew }) => {
        if (!isAnew) return
        for (const name of ['orders', 'stats', 'order', 'fills']) {
          void queryClient.invalidateQueries({ queryKey: [name] })
        }
      }),
    [queryClient],
  )
}
