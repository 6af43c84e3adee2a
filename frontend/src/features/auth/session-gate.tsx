'use client'

import { useRouter } from 'next/navigation'
import { type ReactNode, useEffect, useRef } from 'react'
import { useTranslations } from 'use-intl'
import { Button } from '#components/ui/button.tsx'
import { resumeSession, useSession } from './session-store.ts'
import { Splash } from './splash.tsx'

const askAgainMs = 3_000

/** Shows the page to whoever is logged in and sends everyone else to the login. */
export function SessionGate({ children }: { children: ReactNode }) {
  const t = useTranslations()
  const session = useSession()
  const router = useRouter()
  const { state } = session
  const wasIn = useRef(false)
  const ended = session.state === 'out' && session.ended

  useEffect(() => {
    if (state === 'in') wasIn.current = true
    if (state === 'unknown') void resumeSession()
    if (state === 'out') {
      const wanted = window.location.pathname + window.location.search
      const mayReturn = ended || !wasIn.current
      const query = new URLSearchParams({
        ...(ended && { ended: '1' }),
        ...(mayReturn && wanted.startsWith('/orders/?') && { next: wanted }),
      }).toString()
      const login = `/login/${query && `?${query}`}`
      // A session that was in this tab leaves nothing behind in its memory: the page is loaded anew.
      if (wasIn.current) window.location.replace(login)
      else router.replace(login)
    }
    if (state === 'unreachable') {
      const timer = setInterval(() => void resumeSession(), askAgainMs)
      return () => clearInterval(timer)
    }
    return undefined
  }, [state, ended, router])

  if (state === 'in') return children
  if (state !== 'unreachable') return <Splash />
  return (
    <main className="flex min-h-dvh flex-col items-center justify-center gap-4 p-6 text-center" role="alert">
      <h1 className="text-base font-semibold">{t('errors.network')}</h1>
      <Button variant="primary" onClick={() => void resumeSession()}>
        {t('common.retry')}
      </Button>
    </main>
  )
}
