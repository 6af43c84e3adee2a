'use client'

import { ApiError } from '@tradercoin/client'
import type { Execution, Order, OrderDetails, OrderTimelineEntry } from '@tradercoin/protocol'
import type { ReactNode } from 'react'
import { useTranslations } from 'use-intl'
import { CopyButton } from '#components/copy-button.tsx'
import { Problem } from '#components/problem.tsx'
import { Badge } from '#components/ui/badge.tsx'
import { Button } from '#components/ui/button.tsx'
import { Sheet } from '#components/ui/sheet.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { showDecimal } from '#lib/decimals.ts'
import { usePreferences } from '#lib/preferences.ts'
import { showPreciseTime } from '#lib/time.ts'
import { AccountName } from './account-name.tsx'
import { AmendButton } from './amend-order.tsx'
import {
  Amount,
  AmountCell,
  FeeCell,
  FilledCell,
  MarketText,
  PnlCell,
  PriceCell,
  SideText,
  SignedAmount,
  SourceCell,
  TriggerCell,
  TypeCell,
} from './cells.tsx'
import { useOrderDetails } from './data.ts'
import { isOpen } from './filters.ts'
import { StatusChip } from './status-chip.tsx'
import { useCancelOrder } from './use-cancel.ts'

/** The drawer of one order: what it is, what happened to it and when, its fills and ids. */
export function OrderDetailsSheet({ id, onClose }: { id: number | null; onClose: () => void }) {
  const t = useTranslations()
  return (
    <Sheet
      open={id !== null}
      onOpenChange={(open) => open || onClose()}
      side="right"
      title={t('orders.details')}
      closeLabel={t('common.close')}
      data-testid="order-details"
    >
      {id !== null && <Details key={id} id={id} />}
    </Sheet>
  )
}

function Details({ id }: { id: number }) {
  const t = useTranslations()
  const { data, error, refetch } = useOrderDetails(id)
  if (data) return <Contents order={data} />
  if (!error) {
    return (
      <div className="flex flex-col gap-3" role="status">
        <span className="sr-only">{t('details.loading')}</span>
        <Skeleton className="h-8 w-2/3" />
        <Skeleton className="h-32" />
        <Skeleton className="h-48" />
      </div>
    )
  }
  if (error instanceof ApiError && error.status === 404) return <p>{t('details.notFound')}</p>
  return (
    <div className="flex flex-col items-start gap-2">
      <p>{t('details.loadFailed')}</p>
      <Problem error={error} />
      <Button onClick={() => void refetch()}>{t('common.retry')}</Button>
    </div>
  )
}

function Contents({ order }: { order: OrderDetails }) {
  const t = useTranslations()
  const cancel = useCancelOrder()
  return (
    <div className="flex flex-col gap-5 text-xs">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className="text-base font-semibold">{order.symbol}</span>
        <SideText side={order.side} />
        <TypeCell item={order} />
        <StatusChip order={order} />
        <AmendButton order={order} />
        {isOpen(order.status) && order.status !== 'PENDING_CANCEL' && (
          <Button
            variant="danger"
            size="sm"
            className="ml-auto"
            disabled={cancel.isPending}
            onClick={() => cancel.mutate(order)}
            data-testid="details-cancel"
          >
            {t('orders.cancel')}
          </Button>
        )}
      </div>
      <p className="-mt-3 text-muted" data-testid="details-status-help">
        {t(`statusHelp.${order.status}`)}
      </p>
      {order.reason && (
        <p className="rounded border border-line bg-background px-2.5 py-2">
          <span className="text-muted">{t('details.reason')}:</span> <span className="font-mono">{order.reason}</span>
        </p>
      )}
      <FilledCell item={order} />
      <Facts order={order} />
      <Timeline events={order.events} />
      <Executions executions={order.executions} />
      <Ids order={order} />
    </div>
  )
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h3 className="mb-1.5 text-[13px] font-semibold">{title}</h3>
      {children}
    </section>
  )
}

function Facts({ order }: { order: Order }) {
  const t = useTranslations()
  const { zone } = usePreferences()
  const facts: [string, ReactNode][] = [
    [t('orders.columns.exchange'), <MarketText key="market" item={order} />],
    [t('orders.columns.account'), <AccountName key="account" keyId={order.exchange_key_id} />],
    [t('orders.columns.price'), <PriceCell key="price" item={order} />],
    [t('orders.columns.average'), <Amount key="average" value={order.executed_price} />],
    [t('orders.columns.trigger'), <TriggerCell key="trigger" item={order} />],
    [t('orders.columns.amount'), <AmountCell key="amount" item={order} />],
    [t('details.fees'), <FeeCell key="fees" item={order} />],
    [t('orders.columns.pnl'), <PnlCell key="pnl" item={order} />],
    [t('orders.columns.source'), <SourceCell key="source" item={order} />],
    [t('details.venueType'), order.venue_type ?? '–'],
    [t('details.created'), showPreciseTime(order.create_time, zone)],
    [t('details.updated'), showPreciseTime(order.update_time, zone)],
  ]
  return (
    <Section title={t('details.facts')}>
      <dl className="grid grid-cols-1 gap-x-6 sm:grid-cols-2">
        {facts.map(([name, value]) => (
          <div key={name} className="flex min-w-0 justify-between gap-3 border-b border-line py-1">
            <dt className="shrink-0 text-muted">{name}</dt>
            <dd className="min-w-0 truncate text-right">{value}</dd>
          </div>
        ))}
      </dl>
    </Section>
  )
}

const sourceNames = { stream: 'sourceStream', rest: 'sourceRest', hub: 'sourceHub' } as const

function Timeline({ events }: { events: readonly OrderTimelineEntry[] }) {
  const t = useTranslations()
  const { zone } = usePreferences()
  return (
    <Section title={t('details.timeline')}>
      <ol className="flex flex-col" data-testid="timeline">
        {events.map((event, index) => (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: steps are only ever added at the end
            key={index}
            data-testid="timeline-entry"
            data-status={event.status}
            className="relative ml-1.5 border-l border-line pb-3 pl-4 last:pb-0"
          >
            <span
              aria-hidden
              className="absolute top-1 -left-[5px] size-[9px] rounded-full border-2 border-accent bg-surface"
            />
            <div className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
              <StatusChip order={event} />
              <Badge>{t(`details.${sourceNames[event.source]}`)}</Badge>
              <span>
                {t('details.filled')} {showDecimal(event.executed_qty)}
                {event.quantity !== null && ` / ${showDecimal(event.quantity)}`}
              </span>
            </div>
            <p className="text-2xs text-muted">
              {event.exchange_time !== null && (
                <>
                  {t('details.exchangeTime')} {showPreciseTime(event.exchange_time, zone)}
                  {' · '}
                </>
              )}
              {t('details.hubTime')} {showPreciseTime(event.commit_time, zone)}
              {event.exchange_time !== null &&
                event.source === 'stream' &&
                event.commit_time >= event.exchange_time && (
                  <> ({t('details.took', { ms: String(event.commit_time - event.exchange_time) })})</>
                )}
            </p>
            {event.reason && <p className="font-mono text-2xs break-words">{event.reason}</p>}
          </li>
        ))}
      </ol>
    </Section>
  )
}

const kindNames = { LIQUIDATION: 'liquidation', ADL: 'adl', SETTLEMENT: 'settlement' } as const

function Executions({ executions }: { executions: readonly Execution[] }) {
  const t = useTranslations('details')
  const { zone } = usePreferences()
  return (
    <Section title={`${t('executions')} (${executions.length})`}>
      {executions.length === 0 ? (
        <p className="text-muted">{t('noExecutions')}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table must be scrollable by keyboard
        <section className="overflow-x-auto" tabIndex={0} aria-label={t('executions')}>
          <table className="w-full text-right whitespace-nowrap" data-testid="executions">
            <thead className="text-2xs text-muted">
              <tr>
                <th className="py-1 pr-3 text-left font-normal">{t('time')}</th>
                <th className="pr-3 font-normal">{t('price')}</th>
                <th className="pr-3 font-normal">{t('quantity')}</th>
                <th className="pr-3 font-normal">{t('fee')}</th>
                <th className="pr-3 font-normal">{t('pnl')}</th>
                <th className="pr-3 text-left font-normal">{t('role')}</th>
                <th className="text-left font-normal">{t('tradeId')}</th>
              </tr>
            </thead>
            <tbody>
              {executions.map((execution) => (
                <tr key={execution.id} className="border-t border-line" data-testid="execution-row">
                  <td className="py-1 pr-3 text-left">{showPreciseTime(execution.time, zone).slice(5)}</td>
                  <td className="pr-3">
                    <Amount value={execution.price} />
                  </td>
                  <td className="pr-3">
                    <Amount value={execution.quantity} />
                  </td>
                  <td className="pr-3">
                    <Amount value={execution.fee} /> {execution.fee !== null && execution.fee_asset}
                  </td>
                  <td className="pr-3">
                    <SignedAmount value={execution.realized_pnl} />
                  </td>
                  <td className="pr-3 text-left">
                    {execution.kind !== 'TRADE'
                      ? t(kindNames[execution.kind])
                      : execution.is_maker === null
                        ? '–'
                        : t(execution.is_maker ? 'maker' : 'taker')}
                  </td>
                  <td className="text-left font-mono">{execution.trade_id}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </Section>
  )
}

function Ids({ order }: { order: Order }) {
  const t = useTranslations()
  const ids: [string, string | null][] = [
    [t('details.orderId'), order.order_id],
    [t('details.clientOrderId'), order.client_order_id],
    [t('details.parentOrderId'), order.parent_order_id],
    [t('details.hubId'), String(order.id)],
  ]
  return (
    <Section title={t('details.ids')}>
      <dl>
        {ids.map(
          ([name, id]) =>
            id !== null && (
              <div key={name} className="flex items-center gap-2 border-b border-line py-0.5">
                <dt className="w-28 shrink-0 text-muted">{name}</dt>
                <dd className="flex min-w-0 flex-1 items-center justify-between font-mono break-all">
                  {id}
                  <CopyButton text={id} label={`${t('common.copy')}: ${name}`} copiedLabel={t('common.copied')} />
                </dd>
              </div>
            ),
        )}
      </dl>
    </Section>
  )
}
