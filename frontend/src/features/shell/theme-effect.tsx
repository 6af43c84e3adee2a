'use client'

import { useEffect } from 'react'
import { usePreferences } from '#lib/preferences.ts'

/** Keeps the document's theme and language as chosen, and follows the system when that is the choice. */
export function ThemeEffect() {
  const { theme, locale } = usePreferences()
  useEffect(() => {
    document.documentElement.lang = locale
  }, [locale])
  useEffect(() => {
    const system = window.matchMedia('(prefers-color-scheme: dark)')
    const apply = () => {
      document.documentElement.classList.toggle('dark', theme === 'dark' || (theme === 'system' && system.matches))
    }
    apply()
    system.addEventListener('change', apply)
    return () => system.removeEventListener('change', apply)
  }, [theme])
  return null
}
