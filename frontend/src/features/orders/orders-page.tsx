'use client'

import { PanelRightClose, PanelRightOpen, Plus } from 'lucide-react'
import { useEffect, useMemo, useState } from 'react'
import { useTranslations } from 'use-intl'
import { Button } from '#components/ui/button.tsx'
import { Sheet } from '#components/ui/sheet.tsx'
import { Tabs } from '#components/ui/tabs.tsx'
import { useStatus } from '#features/connection/live.ts'
import { isStale } from '#features/connection/status.ts'
import { groupDecimal } from '#lib/decimals.ts'
import { setPreferences, usePreferences } from '#lib/preferences.ts'
import { useMedia } from '#lib/use-media.ts'
import { CancelAll } from './cancel-all.tsx'
import { ColumnChooser } from './column-chooser.tsx'
import { useOrderColumns } from './columns.ts'
import { useOpenCount, useOrderStats } from './data.ts'
import { FillsPanel } from './fills-panel.tsx'
import { FilterBar } from './filter-bar.tsx'
import { type Filters, type View, views } from './filters.ts'
import { BalancesPanel, PositionsPanel, useBalances, usePositions } from './holdings.tsx'
import { OrderDetailsSheet } from './order-details.tsx'
import { OrderTicket } from './order-ticket.tsx'
import { OrdersPanel } from './orders-panel.tsx'
import { StatsStrip } from './stats-strip.tsx'
import { useView } from './use-view.ts'

export function OrdersPage() {
  const t = useTranslations()
  const view = useView()
  const { filters, from } = view
  const { locale, zone, ticketOpen } = usePreferences()
  const isNarrow = useMedia('(max-width: 767px)')
  const isWide = useMedia('(min-width: 1100px)')
  const [isTicketSheetOpen, setIsTicketSheetOpen] = useState(false)
  const status = useStatus()
  const isDimmed = isStale(status)
  const stats = useOrderStats(filters, from)
  const openCount = useOpenCount()
  const columns = useOrderColumns()
  const isOrders = view.view === 'orders' || view.view === 'open'

  useEffect(() => {
    const name = openCount > 0 ? t('orders.titleOpen', { count: openCount }) : t('orders.title')
    document.title = `${name} · TraderCoin`
  }, [t, openCount])

  const ticket = (
    <OrderTicket
      startKeyId={filters.keyId}
      startSymbol={filters.symbol}
      onShowOrder={(id) => {
        setIsTicketSheetOpen(false)
        view.open(id)
      }}
    />
  )
  return (
    <div className="flex min-h-0 flex-1">
      <h1 className="sr-only">{t('orders.title')}</h1>
      <div className="flex min-w-0 flex-1 flex-col">
        <StatsStrip
          stats={stats.data}
          isFailed={stats.isError}
          isDimmed={isDimmed}
          chosen={view.view === 'open' ? 'open' : filters.status}
          onChoose={view.showStatus}
        />
        <Tabs
          label={t('orders.views')}
          value={view.view}
          onValueChange={view.setView}
          tabs={useTabs(filters, stats.data?.total ?? null, openCount)}
        >
          <FilterBar
            filters={filters}
            onChange={view.setFilters}
            onClear={view.clearFilters}
            kind={isOrders ? 'orders' : view.view === 'fills' ? 'fills' : 'holdings'}
          >
            {isOrders && <ColumnChooser columns={columns} />}
            <CancelAll startKeyId={filters.keyId} startSymbol={filters.symbol} />
            {isWide ? (
              <Button
                size="sm"
                variant="ghost"
                aria-expanded={ticketOpen}
                onClick={() => setPreferences({ ticketOpen: !ticketOpen })}
                data-testid="ticket-toggle"
              >
                {ticketOpen ? <PanelRightClose aria-hidden /> : <PanelRightOpen aria-hidden />}
                {ticketOpen ? <span className="sr-only">{t('ticket.hide')}</span> : t('ticket.open')}
              </Button>
            ) : (
              <Button
                size="sm"
                variant="primary"
                onClick={() => setIsTicketSheetOpen(true)}
                data-testid="ticket-toggle"
              >
                <Plus aria-hidden />
                {t('ticket.open')}
              </Button>
            )}
          </FilterBar>
          <Panel view={view} look={`${locale}|${zone}`} isNarrow={isNarrow} isDimmed={isDimmed} />
        </Tabs>
      </div>
      {isWide && ticketOpen && (
        <aside
          className="w-72 shrink-0 overflow-y-auto border-l border-line bg-surface p-3"
          aria-label={t('ticket.title')}
        >
          <h2 className="mb-2 text-sm font-semibold">{t('ticket.title')}</h2>
          {ticket}
        </aside>
      )}
      {!isWide && (
        <Sheet
          open={isTicketSheetOpen}
          onOpenChange={setIsTicketSheetOpen}
          side="bottom"
          title={t('ticket.title')}
          closeLabel={t('common.close')}
        >
          {ticket}
        </Sheet>
      )}
      <OrderDetailsSheet id={view.openId} onClose={view.close} />
    </div>
  )
}

function useTabs(filters: Filters, total: number | null, openCount: number) {
  const t = useTranslations('orders.tabs')
  const positions = usePositions(filters).length
  const balances = useBalances(filters).length
  const counts: Record<View, number | null> = {
    orders: total,
    open: openCount,
    fills: null,
    positions,
    balances,
  }
  return views.map((value) => {
    const count = counts[value]
    return { value, label: t(value), count: count === null ? null : groupDecimal(String(count)) }
  })
}

interface PanelProps {
  view: ReturnType<typeof useView>
  look: string
  isNarrow: boolean
  isDimmed: boolean
}

function Panel({ view, look, isNarrow, isDimmed }: PanelProps) {
  const { filters, from } = view
  const isOpenView = view.view === 'open'
  const shown = useMemo<Filters>(
    () => (isOpenView && filters.status !== 'partially_filled' ? { ...filters, status: 'open' } : filters),
    [filters, isOpenView],
  )
  switch (view.view) {
    case 'fills':
      return <FillsPanel filters={filters} from={from} look={look} isDimmed={isDimmed} />
    case 'positions':
      return <PositionsPanel filters={filters} isDimmed={isDimmed} />
    case 'balances':
      return <BalancesPanel filters={filters} isDimmed={isDimmed} />
    default:
      return (
        <OrdersPanel
          filters={shown}
          from={from}
          isOpenView={isOpenView}
          sorting={view.sorting}
          onSortingChange={view.setSorting}
          selectedId={view.openId}
          onOpen={view.open}
          onClearFilters={view.clearFilters}
          look={look}
          isNarrow={isNarrow}
          isDimmed={isDimmed}
        />
      )
  }
}
