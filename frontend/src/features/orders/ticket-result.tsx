'use client'

import { useTranslations } from 'use-intl'
import { Alert } from '#components/alert.tsx'
import { Problem } from '#components/problem.tsx'
import { Button } from '#components/ui/button.tsx'
import { live, useLiveVersion } from '#features/connection/live.ts'
import { StatusChip } from './status-chip.tsx'
import type { Submission } from './use-ticket.ts'

/** What became of the last order, where it was sent from: pending until the stream confirms, then as it is. */
export function TicketResult({
  submission,
  onShowOrder,
}: {
  submission: Submission
  onShowOrder: (id: number) => void
}) {
  const t = useTranslations()
  useLiveVersion('orders')
  if (submission.state === 'failed') {
    if (submission.isOpen) return <Alert tone="warn">{t('ticket.unknown')}</Alert>
    return <Problem error={submission.error} />
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
