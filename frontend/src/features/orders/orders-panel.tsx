'use client'

import type { Order } from '@tradercoin/protocol'
import { ClipboardList, SearchX } from 'lucide-react'
import Link from 'next/link'
import { useCallback, useMemo } from 'react'
import { useTranslations } from 'use-intl'
import { Empty } from '#components/empty.tsx'
import { LiveTable, type Sorting } from '#components/live-table/live-table.tsx'
import { Problem } from '#components/problem.tsx'
import { Button, buttonVariants } from '#components/ui/button.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { live } from '#features/connection/live.ts'
import { useKeys } from '#features/keys/data.ts'
import { usePreferences } from '#lib/preferences.ts'
import { useOrderColumns } from './columns.ts'
import { useOrders } from './data.ts'
import { countFilters, type Filters } from './filters.ts'
import { OrderCard, orderCardHeight } from './order-card.tsx'
import { sortRows } from './rows.ts'

interface OrdersPanelProps {
  filters: Filters
  from: number | null
  isOpenView: boolean
  sorting: Sorting | null
  onSortingChange: (sorting: Sorting | null) => void
  selectedId: number | null
  onOpen: (id: number) => void
  onClearFilters: () => void
  look: string
  isNarrow: boolean
  isDimmed: boolean
}

const idOf = (order: Order) => order.id
const changedAt = (order: Order) => live.orderChangedAt(order.id)
const attributesOf = (order: Order) => ({
  'data-testid': 'order-row',
  'data-order-id': order.id,
  'data-venue-order-id': order.order_id ?? undefined,
  'data-status': order.status,
})
const card = { height: orderCardHeight, render: (order: Order) => <OrderCard order={order} /> }

export function OrdersPanel(props: OrdersPanelProps) {
  const { filters, from, sorting, onOpen } = props
  const t = useTranslations('orders')
  const { hiddenColumns } = usePreferences()
  const columns = useOrderColumns()
  const orders = useOrders(filters, from)
  const { rows, hasNextPage, isFetchingNextPage, fetchNextPage, isFetchNextPageError } = orders
  const items = useMemo(() => (sorting ? sortRows(rows, sorting.column, sorting.isDescending) : rows), [rows, sorting])
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage && !isFetchNextPageError) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage])
  const open = useCallback((order: Order) => onOpen(order.id), [onOpen])

  if (orders.isPending) return <LoadingRows />
  if (orders.error && !orders.data) {
    return (
      <div className="flex flex-col items-start gap-2 p-4">
        <p>{t('loadFailed')}</p>
        <Problem error={orders.error} />
        <RetryButton onClick={() => void orders.refetch()} />
      </div>
    )
  }
  return (
    <LiveTable
      label={t('tableLabel')}
      items={items}
      idOf={idOf}
      find={orders.find}
      columns={columns}
      hiddenColumns={hiddenColumns}
      sorting={sorting}
      onSortingChange={props.onSortingChange}
      look={props.look}
      changedAt={changedAt}
      attributesOf={attributesOf}
      selectedId={props.selectedId}
      onOpen={open}
      card={props.isNarrow ? card : null}
      onEndReached={more}
      newRows={{ label: (count) => t('newRows', { count }) }}
      isDimmed={props.isDimmed}
      empty={<NoOrders {...props} />}
      footer={
        <div className="px-3 py-2 text-xs text-muted empty:hidden">
          {isFetchingNextPage && <span role="status">{t('loadingMore')}</span>}
          {isFetchNextPageError && (
            <span className="flex items-center gap-2">
              {t('moreFailed')}
              <RetryButton onClick={() => void fetchNextPage()} />
            </span>
          )}
          {sorting && hasNextPage && t('sortedNote', { count: items.length })}
        </div>
      }
    />
  )
}

function RetryButton({ onClick }: { onClick: () => void }) {
  const t = useTranslations('common')
  return (
    <Button size="sm" onClick={onClick} data-testid="retry">
      {t('retry')}
    </Button>
  )
}

function LoadingRows() {
  const t = useTranslations('common')
  return (
    <div className="flex flex-col gap-1 p-2" role="status" data-testid="loading">
      <span className="sr-only">{t('loading')}</span>
      {Array.from({ length: 12 }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike
        <Skeleton key={index} className="h-7" />
      ))}
    </div>
  )
}

/** Nothing to show: why, and what to do next. */
function NoOrders({ filters, isOpenView, onClearFilters }: OrdersPanelProps) {
  const t = useTranslations('orders')
  const { keys, isPending } = useKeys()
  if (isPending) return null
  if (keys.length === 0) {
    return (
      <Empty icon={ClipboardList} title={t('emptyNoKeys')} text={t('emptyNoKeysText')}>
        <Link href="/keys/" className={buttonVariants({ variant: 'primary' })} data-testid="go-to-keys">
          {t('goToKeys')}
        </Link>
      </Empty>
    )
  }
  if (countFilters(filters) > (isOpenView ? 1 : 0)) {
    return (
      <Empty icon={SearchX} title={t('emptyFiltered')}>
        <Button onClick={onClearFilters}>{t('clearFilters')}</Button>
      </Empty>
    )
  }
  if (isOpenView) return <Empty icon={ClipboardList} title={t('emptyOpen')} text={t('emptyOpenText')} />
  return <Empty icon={ClipboardList} title={t('emptyTitle')} text={t('emptyText')} />
}
