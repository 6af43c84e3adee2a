'use client'

import { ApiError } from '@tradercoin/client'
import { useTranslations } from 'use-intl'
import { Alert } from '#components/alert.tsx'
import { Problem } from '#components/problem.tsx'
import { Button } from '#components/ui/button.tsx'
import { live, useLiveVersion } from '#features/connection/live.ts'
import { showDecimal } from '#lib/decimals.ts'
import { StatusChip } from './status-chip.tsx'
import type { Submission } from './use-ticket.ts'

/** What became of the last order, where it was sent from: pending until the stream confirms, then as it is. */
export function TicketResult({
  submission,
  onShowOrder,
  onNearest,
}: {
  submission: Submission
  onShowOrder: (id: number) => void
  /** The nearest value that fits was chosen for a field. */
  onNearest: (field: NearestField, value: string) => void
}) {
  const t = useTranslations()
  useLiveVersion('orders')
  if (submission.state === 'failed') {
    if (submission.isOpen) return <Alert tone="warn">{t('ticket.unknown')}</Alert>
    return (
      <div className="flex flex-col gap-1.5">
        <Problem error={submission.error} />
        <NearestValues error={submission.error} onNearest={onNearest} />
      </div>
    )
  }
  if (submission.state !== 'accepted') return null
  const { id } = submission.answer
  const order = live.account.orders.get(id)
  const isConfirmed = order !== undefined && order.status !== 'PENDING_NEW'
  return (
    <div
      role="status"
      data-testid="ticket-result"
      data-order-id={id}
      data-status={order?.status ?? submission.answer.status}
      className="flex flex-wrap items-center gap-2 rounded border border-line bg-background px-2.5 py-1.5 text-xs"
    >
      {isConfirmed ? (
        <>
          {t('ticket.settled', { id: String(id) })} <StatusChip order={order} />
          {order.reason && <span className="order-last w-full break-words">{order.reason}</span>}
        </>
      ) : (
        t('ticket.pending', { id: String(id) })
      )}
      <Button variant="ghost" size="xs" className="ml-auto" onClick={() => onShowOrder(id)}>
        {t('orders.details')}
      </Button>
    </div>
  )
}

export const nearestFields = ['price', 'stop_price', 'quantity', 'quote_quantity'] as const
export type NearestField = (typeof nearestFields)[number]

/** A press puts the nearest value that the exchange takes into its field. */
function NearestValues({
  error,
  onNearest,
}: {
  error: unknown
  onNearest: (field: NearestField, value: string) => void
}) {
  const t = useTranslations('ticket')
  const problems = error instanceof ApiError ? error.errors : []
  return problems.flatMap(({ field, nearest = [] }) => {
    const name = nearestFields.find((known) => known === field)
    if (!name) return []
    return nearest.map((value) => (
      <Button
        key={`${field} ${value}`}
        size="sm"
        onClick={() => onNearest(name, value)}
        data-testid={`nearest-${field}`}
      >
        {t('useNearest', { field: t(`nearestField.${name}`), value: showDecimal(value) })}
      </Button>
    ))
  })
}
