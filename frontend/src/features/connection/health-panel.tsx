'use client'

import { finalCloseCodes } from '@tradercoin/protocol'
import { RefreshCw } from 'lucide-react'
import { useTranslations } from 'use-intl'
import { Button } from '#components/ui/button.tsx'
import { useKeys } from '#features/keys/data.ts'
import { useKeyName } from '#features/keys/key-name.ts'
import { KeyStateBadge } from '#features/keys/key-state-badge.tsx'
import { client } from '#lib/client.ts'
import { cn } from '#lib/cn.ts'
import { usePreferences } from '#lib/preferences.ts'
import { showClock } from '#lib/time.ts'
import { useAge } from '#lib/use-age.ts'
import { useNow } from '#lib/use-now.ts'
import { useLink } from './live.ts'
import type { Status } from './status.ts'
import { StatusMark } from './status-mark.tsx'
import { useStatusText } from './status-text.ts'

/** The three links behind the dot, each with its reason. */
export function HealthPanel({ status }: { status: Status }) {
  const t = useTranslations('connection')
  const { keys } = useKeys()
  const { zone } = usePreferences()
  const link = useLink()
  const age = useAge()
  const now = useNow()
  const name = useKeyName()
  const statusText = useStatusText()
  const links = new Map(link.keys.map((key) => [key.exchange_key_id, key]))
  const active = keys.filter((key) => key.is_active)
  const hubState =
    link.status === 'connected' ? 'connected' : status.state === 'connecting' ? 'connecting' : 'disconnected'

  return (
    <div className="flex w-80 max-w-full flex-col gap-3 text-xs">
      <section>
        <h3 className="mb-1 text-muted">{t('hubLink')}</h3>
        <p className="flex items-center gap-2">
          <StatusMark state={hubState} />
          {link.status === 'connected' ? t('connected') : statusText(status)}
        </p>
        <LinkReason />
        {link.nextRetryAt !== null && (
          <p className="mt-1 text-muted">
            {t('retryIn', { seconds: Math.max(0, Math.ceil((link.nextRetryAt - now) / 1000)) })}
          </p>
        )}
        {link.status !== 'connected' && (
          <Button size="sm" className="mt-2" onClick={() => client.connect()} data-testid="reconnect">
            <RefreshCw aria-hidden />
            {t('reconnect')}
          </Button>
        )}
      </section>
      <section>
        <h3 className="mb-1 text-muted">
          {link.status === 'connected' || link.staleSince === null
            ? t('exchangeLinks')
            : t('exchangeLinksAsOf', { time: showClock(link.staleSince, zone) })}
        </h3>
        {active.length === 0 && <p>{t('noKeysYet')}</p>}
        <ul className={cn('flex flex-col gap-2', link.status !== 'connected' && 'saturate-0')}>
          {active.map((key) => (
            <li key={key.id} className="rounded border border-line p-2">
              <div className="flex items-center justify-between gap-2">
                <span className="truncate font-medium">{name(key)}</span>
                <KeyStateBadge state={key.state} />
              </div>
              {key.state_reason && <p className="mt-1 break-words text-muted">{key.state_reason}</p>}
              <p className="mt-1 text-muted">
                {t('lastEvent')}: {key.last_event_at === null ? t('never') : age.ago(now - key.last_event_at)}
                {link.status === 'connected' && typeof links.get(key.id)?.age_ms === 'number' && (
                  <> · {t('linkAge', { age: age.ago(links.get(key.id)?.age_ms ?? 0) })}</>
                )}
              </p>
            </li>
          ))}
        </ul>
      </section>
    </div>
  )
}

/** Why the link is down, in the page's language where the close code says it. */
function LinkReason() {
  const t = useTranslations('connection.final')
  const { reason } = useLink()
  if (reason === null) return null
  const { code } = reason
  const text =
    code !== null && finalCloseCodes.has(code)
      ? t.has(String(code) as '4501')
        ? t(String(code) as '4501')
        : t('other', { code })
      : null
  return text && <p className="mt-1 text-muted">{text}</p>
}
