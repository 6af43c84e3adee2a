'use client'

import Link from 'next/link'
import { useTranslations } from 'use-intl'
import { buttonVariants } from '#components/ui/button.tsx'

export function NotFound() {
  const t = useTranslations('common')
  return (
    <main className="flex min-h-dvh flex-col items-center justify-center gap-4 p-6 text-center">
      <h1 className="text-lg font-semibold">{t('notFound')}</h1>
      <Link href="/orders/" className={buttonVariants({ variant: 'primary' })}>
        {t('goHome')}
      </Link>
    </main>
  )
}
