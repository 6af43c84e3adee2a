import en from '#messages/en.json' with { type: 'json' }
import vi from '#messages/vi.json' with { type: 'json' }
import type { Locale } from './preferences.ts'

declare module 'use-intl' {
  interface AppConfig {
    Locale: Locale
    Messages: typeof en
  }
}

/** Both languages are complete: a test compares their keys and the values each text expects. */
export const messages: Record<Locale, typeof en> = { en, vi }
