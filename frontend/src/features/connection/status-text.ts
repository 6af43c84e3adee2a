import { useTranslations } from 'use-intl'
import { usePreferences } from '#lib/preferences.ts'
import { showClock } from '#lib/time.ts'
import type { Status } from './status.ts'

/** The dot in words. */
export function useStatusText(): (status: Status) => string {
  const t = useTranslations('connection')
  const { zone } = usePreferences()
  return (status) => {
    if (status.state === 'connected') return t('connected')
    if (status.state === 'disconnected') {
      return status.since === null ? t('disconnected') : t('disconnectedSince', { time: showClock(status.since, zone) })
    }
    if (status.cause === 'keys') return `${t('delayed')} · ${t('delayedKeys', { count: status.notLive })}`
    if (status.cause === 'quiet') return `${t('delayed')} ${Math.round(status.quietMs / 1000)} s`
    return status.attempt > 1 ? t('retrying', { attempt: status.attempt }) : t('connecting')
  }
}
