'use client'

import { ApiError } from '@tradercoin/client'
import { useTranslations } from 'use-intl'
import { useProblemText } from '#lib/problem-text.ts'
import { Alert } from './alert.tsx'

/** An error in words, with the id under which the hub has logged it. */
export function Problem({ error, className }: { error: unknown; className?: string }) {
  const t = useTranslations('common')
  const fields = error instanceof ApiError ? error.errors : []
  const { text, requestId } = useProblemText()(error)
  return (
    <Alert data-testid="problem" {...(className && { className })}>
      {text}
      {fields.length > 0 && (
        <ul>
          {fields.map(({ field, message }) => (
            <li key={`${field} ${message}`}>
              <b className="font-medium">{field}</b>: {message}
            </li>
          ))}
        </ul>
      )}
      {requestId && <span className="block font-mono text-2xs text-muted">{t('requestId', { id: requestId })}</span>}
    </Alert>
  )
}
