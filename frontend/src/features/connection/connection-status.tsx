'use client'

import { useTranslations } from 'use-intl'
import { Popover } from '#components/ui/popover.tsx'
import { cn } from '#lib/cn.ts'
import { HealthPanel } from './health-panel.tsx'
import { useStatus } from './live.ts'
import { StatusMark } from './status-mark.tsx'
import { useStatusText } from './status-text.ts'

/** The dot: how fresh is what I see? Pressing it tells why. */
export function ConnectionStatus() {
  const t = useTranslations('connection')
  const status = useStatus()
  const text = useStatusText()(status)
  return (
    <Popover
      title={t('title')}
      data-testid="health-panel"
      trigger={
        <button
          type="button"
          data-testid="connection-status"
          data-state={status.state}
          aria-label={`${t('title')}: ${text}`}
          className={cn(
            'inline-flex h-7 min-w-0 items-center gap-1.5 rounded border px-2 text-xs font-medium',
            status.state === 'connected' && 'border-buy/35 text-buy',
            status.state === 'connecting' && 'border-warn/45 text-warn',
            status.state === 'disconnected' && 'border-sell/60 bg-sell/10 text-sell',
          )}
        >
          <StatusMark state={status.state} />
          <span className="truncate max-sm:max-w-28">{text}</span>
        </button>
      }
    >
      <HealthPanel status={status} />
    </Popover>
  )
}
