'use client'

import type { KeyState } from '@tradercoin/protocol'
import { CircleCheck, CircleSlash, Loader, OctagonAlert, RefreshCw, TriangleAlert } from 'lucide-react'
import { useTranslations } from 'use-intl'
import { Badge, type Tone } from '#components/ui/badge.tsx'
import { Tooltip } from '#components/ui/tooltip.tsx'

const looks: Record<KeyState, { tone: Tone; icon: typeof CircleCheck }> = {
  connecting: { tone: 'warn', icon: Loader },
  syncing: { tone: 'warn', icon: RefreshCw },
  live: { tone: 'good', icon: CircleCheck },
  reconnecting: { tone: 'warn', icon: RefreshCw },
  stale: { tone: 'warn', icon: TriangleAlert },
  action_needed: { tone: 'bad', icon: OctagonAlert },
  stopped: { tone: 'neutral', icon: CircleSlash },
}

/** The state of a key's stream: icon, word, colour, and on pointing what it means. */
export function KeyStateBadge({ state }: { state: KeyState }) {
  const t = useTranslations()
  const { tone, icon: Icon } = looks[state]
  return (
    <Tooltip content={t(`keyStateHelp.${state}`)}>
      <button type="button" className="inline-flex rounded-sm" data-testid="key-state" data-state={state}>
        <Badge tone={tone}>
          <Icon aria-hidden />
          {t(`keyState.${state}`)}
        </Badge>
      </button>
    </Tooltip>
  )
}
