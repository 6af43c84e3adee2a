import { useSyncExternalStore } from 'react'
import { preferencesKey } from './preferences-key.ts'
import type { TimeZoneChoice } from './time.ts'

/*
 * What a person chose about how the page looks, kept in this browser. Never a token, a key or an order.
 */

export const locales = ['en', 'vi'] as const
export type Locale = (typeof locales)[number]
export type Theme = 'dark' | 'light' | 'system'

export interface Preferences {
  theme: Theme
  locale: Locale
  zone: TimeZoneChoice
  hiddenColumns: readonly string[]
  ticketOpen: boolean
}

const defaults: Preferences = { theme: 'system', locale: 'en', zone: 'local', hiddenColumns: [], ticketOpen: true }

const listeners = new Set<() => void>()
let current: Preferences | null = null

function oneOf<T>(value: unknown, allowed: readonly T[], otherwise: T): T {
  return allowed.includes(value as T) ? (value as T) : otherwise
}

/** Reads what was stored; anything odd in it falls back to the default of that entry. */
export function parsePreferences(text: string | null, languages: readonly string[]): Preferences {
  let stored: Record<string, unknown> = {}
  try {
    const parsed: unknown = JSON.parse(text ?? '{}')
    if (typeof parsed === 'object' && parsed !== null) stored = parsed as Record<string, unknown>
  } catch {
    // A broken entry is as good as none.
  }
  const preferred = languages.map((language) => language.slice(0, 2)).find((code) => locales.includes(code as Locale))
  const hidden = Array.isArray(stored.hiddenColumns) ? stored.hiddenColumns : []
  return {
    theme: oneOf<Theme>(stored.theme, ['dark', 'light', 'system'], defaults.theme),
    locale: oneOf<Locale>(stored.locale, locales, (preferred as Locale | undefined) ?? defaults.locale),
    zone: oneOf<TimeZoneChoice>(stored.zone, ['local', 'utc'], defaults.zone),
    hiddenColumns: hidden.filter((column): column is string => typeof column === 'string'),
    ticketOpen: stored.ticketOpen !== false,
  }
}

function read(): Preferences {
  if (current === null) {
    let text: string | null = null
    try {
      text = localStorage.getItem(preferencesKey)
    } catch {
      // Storage may be switched off; the defaults then hold for this visit.
    }
    current = parsePreferences(text, navigator.languages)
  }
  return current
}

export function setPreferences(change: Partial<Preferences>): void {
  current = { ...read(), ...change }
  try {
    localStorage.setItem(preferencesKey, JSON.stringify(current))
  } catch {
    // As above: the choice then holds for this visit.
  }
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  const fromAnotherTab = (event: StorageEvent) => {
    if (event.key !== preferencesKey) return
    current = null
    listener()
  }
  listeners.add(listener)
  window.addEventListener('storage', fromAnotherTab)
  return () => {
    listeners.delete(listener)
    window.removeEventListener('storage', fromAnotherTab)
  }
}

/** The choices of this browser; the defaults while the page is being written as a file. */
export function usePreferences(): Preferences {
  return useSyncExternalStore(subscribe, read, () => defaults)
}
