'use client'

import { SunMoon } from 'lucide-react'
import { useTranslations } from 'use-intl'
import { Button } from '#components/ui/button.tsx'
import { Menu, MenuChoice, MenuSeparator } from '#components/ui/menu.tsx'
import { setPreferences, usePreferences } from '#lib/preferences.ts'

/** Theme, language and time zone of this browser. */
export function DisplayMenu() {
  const t = useTranslations('nav')
  const { theme, locale, zone } = usePreferences()
  return (
    <Menu
      data-testid="display-menu"
      trigger={
        <Button variant="ghost" size="icon" aria-label={t('settings')} data-testid="display-menu-button">
          <SunMoon aria-hidden />
        </Button>
      }
    >
      <MenuChoice
        label={t('theme')}
        value={theme}
        onValueChange={(next) => setPreferences({ theme: next })}
        options={[
          { value: 'dark', label: t('dark') },
          { value: 'light', label: t('light') },
          { value: 'system', label: t('system') },
        ]}
      />
      <MenuSeparator />
      <MenuChoice
        label={t('language')}
        value={locale}
        onValueChange={(next) => setPreferences({ locale: next })}
        options={[
          { value: 'en', label: t('english') },
          { value: 'vi', label: t('vietnamese') },
        ]}
      />
      <MenuSeparator />
      <MenuChoice
        label={t('timeZone')}
        value={zone}
        onValueChange={(next) => setPreferences({ zone: next })}
        options={[
          { value: 'local', label: t('localTime') },
          { value: 'utc', label: t('utc') },
        ]}
      />
    </Menu>
  )
}
