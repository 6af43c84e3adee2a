'use client'

import { useTranslations } from 'use-intl'
import { useProblemText } from '#lib/problem-text.ts'
import { Alert } from './alert.tsx'

/** An error in words, with the id under which the hub has logged it. */
export function Problem({ error, className }: { error: unknown; className?: string }) {
  const t = useTranslations('common')
  const { text, requestId } = useProblemText()(error)
  return (
    <Alert data-testid="problem" {...(className && { className })}>
      {text}
      {requestId && <span className="block font-mono text-2xs text-muted">{t('requestId', { id: requestId })}</span>}
    </Alert>
  )
}
