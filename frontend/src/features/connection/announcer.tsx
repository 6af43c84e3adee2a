'use client'

import { useEffect, useRef, useState } from 'react'
import { useTranslations } from 'use-intl'
import { useStatus } from './live.ts'

/** Reads out a lost connection at once and its return politely; the words are on the page already. */
export function ConnectionAnnouncer() {
  const t = useTranslations('connection')
  const { state } = useStatus()
  const wasLost = useRef(false)
  const [said, setSaid] = useState<'lost' | 'back' | null>(null)
  useEffect(() => {
    if (state === 'disconnected') {
      wasLost.current = true
      setSaid('lost')
    } else if (state === 'connected' && wasLost.current) {
      wasLost.current = false
      setSaid('back')
    }
  }, [state])
  return (
    <>
      <p role="alert" className="sr-only">
        {said === 'lost' && t('lost')}
      </p>
      <p role="status" className="sr-only">
        {said === 'back' && t('back')}
      </p>
    </>
  )
}
