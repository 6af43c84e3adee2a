'use client'

import { useRouter } from 'next/navigation'
import { useEffect } from 'react'
import { resumeSession, useSession } from './session-store.ts'
import { Splash } from './splash.tsx'

/** The root address leads to the orders, or to the login. */
export function GoHome() {
  const { state } = useSession()
  const router = useRouter()
  useEffect(() => {
    if (state === 'unknown') void resumeSession()
    else router.replace(state === 'out' ? '/login/' : '/orders/')
  }, [state, router])
  return <Splash />
}
