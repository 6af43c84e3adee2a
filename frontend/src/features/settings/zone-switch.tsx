'use client'

import { useTranslations } from 'use-intl'
import { Button } from '#components/ui/button.tsx'
import { setPreferences, usePreferences } from '#lib/preferences.ts'
import { showClock, zoneName } from '#lib/time.ts'
import { useNow } from '#lib/use-now.ts'

/** A clock that names the zone every time on the page is shown in, and switches it. */
export function ZoneSwitch() {
  const t = useTranslations('nav')
  const { zone } = usePreferences()
  const now = useNow()
  const name = zoneName(zone, now)
  return (
    <Button
      variant="ghost"
      size="sm"
      data-testid="zone-switch"
      title={t('zoneSwitch', { zone: name })}
      onClick={() => setPreferences({ zone: zone === 'utc' ? 'local' : 'utc' })}
    >
      <span className="hidden lg:inline">{showClock(now, zone)}</span>
      {name}
    </Button>
  )
}
