import { useTranslations } from 'use-intl'
import { ageOf } from './time.ts'

/** Words for an age in milliseconds: `12s`, or `12s ago`. */
export function useAge(): { long: (ms: number) => string; ago: (ms: number) => string } {
  const t = useTranslations('common')
  return {
    long: (ms) => t('age', { ...ageOf(ms) }),
    ago: (ms) => t('ago', { ...ageOf(ms) }),
  }
}
