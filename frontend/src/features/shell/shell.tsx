'use client'

import { type ReactNode, useEffect } from 'react'
import { useTranslations } from 'use-intl'
import { ConnectionAnnouncer } from '#features/connection/announcer.tsx'
import { startLive } from '#features/connection/live.ts'
import { useSessionCheck } from '#features/connection/session-check.ts'
import { StaleBanner } from '#features/connection/stale-banner.tsx'
import { useKeyListRefresh } from '#features/keys/data.ts'
import { OrderEvents } from '#features/orders/order-events.tsx'
import { Header } from './header.tsx'

/** Everything around a page of someone who is logged in; it owns the tab's one socket. */
export function Shell({ children }: { children: ReactNode }) {
  const t = useTranslations('common')
  useEffect(startLive, [])
  useSessionCheck()
  useKeyListRefresh()
  return (
    <div className="flex h-dvh flex-col overflow-hidden">
      <a
        href="#content"
        className="absolute top-1 left-1 z-50 -translate-y-16 rounded bg-accent-solid px-3 py-1.5 text-on-accent focus:translate-y-0"
      >
        {t('skip')}
      </a>
      <Header />
      <StaleBanner />
      <main id="content" className="flex min-h-0 flex-1 flex-col">
        {children}
      </main>
      <ConnectionAnnouncer />
      <OrderEvents />
    </div>
  )
}
