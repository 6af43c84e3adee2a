'use client'

import { useTranslations } from 'use-intl'
import { Logo } from '#components/logo.tsx'

/** The moment before it is known who is here. */
export function Splash() {
  const t = useTranslations('common')
  return (
    <main className="flex min-h-dvh items-center justify-center" aria-busy="true">
      <div role="status" className="skeleton">
        <Logo />
        <span className="sr-only">{t('loading')}</span>
      </div>
    </main>
  )
}
