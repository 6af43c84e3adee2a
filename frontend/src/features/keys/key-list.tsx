'use client'

import type { ExchangeKey } from '@tradercoin/protocol'
import { TriangleAlert } from 'lucide-react'
import { useTranslations } from 'use-intl'
import { Badge } from '#components/ui/badge.tsx'
import { useAge } from '#lib/use-age.ts'
import { useNow } from '#lib/use-now.ts'
import { EnvironmentBadge } from './environment-badge.tsx'
import { KeyActions } from './key-actions.tsx'
import { useKeyName } from './key-name.ts'
import { KeyStateBadge } from './key-state-badge.tsx'
import { useMarketOf } from './market-of.ts'

/** The keys as cards in a grid that folds to one column on a phone. */
export function KeyList({ keys }: { keys: readonly ExchangeKey[] }) {
  const t = useTranslations('keys')
  return (
    <ul className="flex flex-col divide-y divide-line rounded-lg border border-line bg-surface" aria-label={t('title')}>
      {keys.map((key) => (
        <KeyRow key={key.id} item={key} />
      ))}
    </ul>
  )
}

function KeyRow({ item }: { item: ExchangeKey }) {
  const t = useTranslations()
  const name = useKeyName()(item)
  const marketOf = useMarketOf()
  const age = useAge()
  const now = useNow()
  return (
    <li
      className="grid grid-cols-[1fr_auto] items-center gap-x-4 gap-y-2 p-4 sm:grid-cols-[minmax(0,1.3fr)_minmax(0,1fr)_minmax(0,1.4fr)_auto]"
      data-testid="key-row"
      data-key-id={item.id}
      data-state={item.state}
    >
      <div className="min-w-0">
        <p className="truncate font-medium">{name}</p>
        <p className="flex flex-wrap items-center gap-1.5 text-xs text-muted">
          {t(`market.${item.exchange}`)} · {marketOf(item)}
          <EnvironmentBadge environment={item.environment} />
        </p>
      </div>
      <div className="min-w-0 max-sm:order-3 max-sm:col-span-2">
        <p className="font-mono text-xs text-muted">…{item.api_key_last4}</p>
        <Permissions item={item} />
      </div>
      <div className="min-w-0 max-sm:order-4 max-sm:col-span-2">
        <KeyStateBadge state={item.state} />
        {item.state_reason && <p className="mt-1 text-xs break-words">{item.state_reason}</p>}
        <p className="mt-1 text-2xs text-muted">
          {t('connection.lastEvent')}:{' '}
          {item.last_event_at === null ? t('connection.never') : age.ago(now - item.last_event_at)}
        </p>
      </div>
      <div className="max-sm:order-2">
        <KeyActions item={item} name={name} />
      </div>
    </li>
  )
}

function Permissions({ item }: { item: ExchangeKey }) {
  const t = useTranslations('keys')
  if (item.permissions === null) return <p className="text-2xs text-muted">{t('notChecked')}</p>
  const warnings = item.environment === 'paper' ? [] : item.warnings
  return (
    <>
      <p className="mt-1 flex flex-wrap gap-1">
        <Badge>{item.permissions.trade ? `${t('read')} + ${t('trade')}` : t('readOnly')}</Badge>
        {item.permissions.ip_restricted && <Badge>{t('ipBound')}</Badge>}
      </p>
      {warnings.map((warning) => (
        <p key={warning} className="mt-1 flex gap-1 text-2xs" data-testid="key-warning">
          <TriangleAlert aria-hidden className="mt-px size-3 shrink-0 text-warn" />
          {warning}
        </p>
      ))}
    </>
  )
}
