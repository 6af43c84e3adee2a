import type { Environment } from '@tradercoin/protocol'
import { useTranslations } from 'use-intl'
import { Badge, type Tone } from '#components/ui/badge.tsx'

const tones: Record<Environment, Tone> = { live: 'bad', demo: 'info', testnet: 'info', paper: 'info' }

/** Real money or play money: never to be mixed up. */
export function EnvironmentBadge({ environment }: { environment: Environment }) {
  const t = useTranslations('market')
  return (
    <Badge tone={tones[environment]} className="uppercase" data-testid="environment" data-environment={environment}>
      {t(environment)}
    </Badge>
  )
}
