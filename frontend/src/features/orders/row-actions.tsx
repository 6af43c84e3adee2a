'use client'

import type { Order } from '@tradercoin/protocol'
import { X } from 'lucide-react'
import { useTranslations } from 'use-intl'
import { CopyButton } from '#components/copy-button.tsx'
import { Button } from '#components/ui/button.tsx'
import { AmendButton } from './amend-order.tsx'
import { isOpen } from './filters.ts'
import { useCancelOrder } from './use-cancel.ts'

/** Cancel while there is something to cancel; copy the exchange's id. */
export function RowActions({ item }: { item: Order }) {
  const t = useTranslations()
  const cancel = useCancelOrder()
  const canCancel = isOpen(item.status) && item.status !== 'PENDING_CANCEL' && item.status !== 'PENDING_NEW'
  const id = item.order_id ?? item.client_order_id
  return (
    <span className="flex items-center justify-end gap-0.5">
      <AmendButton order={item} />
      {canCancel && (
        <Button
          variant="danger"
          size="xs"
          disabled={cancel.isPending}
          aria-label={t('orders.cancelOrder', { side: t(`side.${item.side}`), symbol: item.symbol })}
          data-testid="cancel-order"
          onClick={(event) => {
            event.stopPropagation()
            cancel.mutate(item)
          }}
        >
          <X aria-hidden />
          {t('orders.cancel')}
        </Button>
      )}
      {id && <CopyButton text={id} label={t('orders.copyId')} copiedLabel={t('common.copied')} />}
    </span>
  )
}
