'use client'

import { TriangleAlert } from 'lucide-react'
import { useTranslations } from 'use-intl'
import { usePreferences } from '#lib/preferences.ts'
import { showClock } from '#lib/time.ts'
import { useAge } from '#lib/use-age.ts'
import { useNow } from '#lib/use-now.ts'
import { useLink, useStatus } from './live.ts'
import { isStale } from './status.ts'

/** Names the age of what is on the page when the hub has gone silent. */
export function StaleBanner() {
  const t = useTranslations('connection')
  const { zone } = usePreferences()
  const status = useStatus()
  const { staleSince } = useLink()
  const now = useNow()
  const age = useAge()
  if (!isStale(status) || staleSince === null) return null
  return (
    <section
      aria-label={t('title')}
      data-testid="stale-banner"
      className="flex items-center gap-2 border-b border-sell/50 bg-sell/10 px-3 py-1.5 text-xs"
    >
      <TriangleAlert aria-hidden className="size-4 shrink-0 text-sell" />
      {t('staleBanner', { age: age.long(now - staleSince), time: showClock(staleSince, zone) })}
    </section>
  )
}
