'use client'

import { useTranslations } from 'use-intl'
import { Button } from '#components/ui/button.tsx'

export function Crashed({ onRetry }: { onRetry: () => void }) {
  const t = useTranslations('common')
  return (
    <main className="flex min-h-dvh flex-col items-center justify-center gap-4 p-6 text-center" role="alert">
      <h1 className="text-lg font-semibold">{t('crashed')}</h1>
      <Button variant="primary" onClick={onRetry}>
        {t('retry')}
      </Button>
    </main>
  )
}
