import { ApiError, NetworkError } from '@tradercoin/client'
import { useTranslations } from 'use-intl'

export interface ProblemText {
  text: string
  /** For a report to the operator. */
  requestId: string | null
}

/** Codes whose own words, from the venue, say which rule was broken: they stay beside the translation. */
const withDetail: ReadonlySet<string> = new Set([
  'order_rejected',
  'invalid_request',
  'cancel_refused',
  'cancel_rejected',
])

/** Turns an error into words of the page's language; the hub's own words where we have none for its code. */
export function useProblemText(): (error: unknown) => ProblemText {
  const t = useTranslations('errors')
  return (error) => {
    if (error instanceof NetworkError) return { text: t('network'), requestId: null }
    if (!(error instanceof ApiError)) return { text: t('unexpected'), requestId: null }
    const { code, detail, requestId } = error
    if (!t.has(code as 'unexpected')) return { text: detail || t('unexpected'), requestId }
    const translated = t(code as 'unexpected')
    return { text: withDetail.has(code) && detail ? `${translated} ${detail}` : translated, requestId }
  }
}
