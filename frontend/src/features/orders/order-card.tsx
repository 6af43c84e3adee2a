'use client'

import type { Order } from '@tradercoin/protocol'
import { useTranslations } from 'use-intl'
import { AccountName } from './account-name.tsx'
import { Amount, AverageCell, FilledCell, PriceCell, SideText, TimeText, TypeCell } from './cells.tsx'
import { RowActions } from './row-actions.tsx'
import { StatusChip } from './status-chip.tsx'

export const orderCardHeight = 128

/** An order on a narrow page. */
export function OrderCard({ order }: { order: Order }) {
  const t = useTranslations('orders.columns')
  return (
    <div className="flex h-full flex-col justify-between gap-1 px-3 py-2 text-xs">
      <div className="flex items-center gap-2">
        <span className="text-[13px] font-semibold">{order.symbol}</span>
        <SideText side={order.side} />
        <span className="min-w-0 text-muted">
          <TypeCell item={order} />
        </span>
        <span className="ml-auto">
          <StatusChip order={order} />
        </span>
      </div>
      <dl className="grid grid-cols-2 gap-x-4">
        <div className="flex justify-between gap-2">
          <dt className="text-muted">{t('price')}</dt>
          <dd>
            <PriceCell item={order} />
          </dd>
        </div>
        <div className="flex justify-between gap-2">
          <dt className="text-muted">{t('average')}</dt>
          <dd className="truncate">
            <AverageCell item={order} />
          </dd>
        </div>
        {order.stop_price !== null && (
          <div className="flex justify-between gap-2">
            <dt className="text-muted">{t('trigger')}</dt>
            <dd>
              <Amount value={order.stop_price} />
            </dd>
          </div>
        )}
      </dl>
      <FilledCell item={order} />
      <div className="flex items-center gap-2 text-2xs text-muted">
        <TimeText ms={order.create_time} />
        <span className="min-w-0 truncate">
          <AccountName keyId={order.exchange_key_id} />
        </span>
        <span className="ml-auto text-text">
          <RowActions item={order} />
        </span>
      </div>
    </div>
  )
}
