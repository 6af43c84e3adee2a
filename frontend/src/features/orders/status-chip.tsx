'use client'

import type { Order, OrderStatus } from '@tradercoin/protocol'
import {
  Ban,
  CircleCheck,
  CircleDashed,
  CircleDot,
  CircleHelp,
  CircleSlash,
  CircleX,
  Contrast,
  Hourglass,
  type LucideIcon,
  Send,
  Zap,
} from 'lucide-react'
import { useTranslations } from 'use-intl'
import { Badge, type Tone } from '#components/ui/badge.tsx'
import { Tooltip } from '#components/ui/tooltip.tsx'
import { signOf } from '#lib/decimals.ts'

type Shown = OrderStatus | 'PARTLY_CANCELED'

const looks: Record<Shown, { tone: Tone; icon: LucideIcon }> = {
  PENDING_NEW: { tone: 'warn', icon: Send },
  NEW: { tone: 'info', icon: CircleDot },
  PARTIALLY_FILLED: { tone: 'warn', icon: Contrast },
  FILLED: { tone: 'good', icon: CircleCheck },
  CANCELED: { tone: 'neutral', icon: Ban },
  PARTLY_CANCELED: { tone: 'neutral', icon: Contrast },
  REJECTED: { tone: 'bad', icon: CircleX },
  EXPIRED: { tone: 'neutral', icon: CircleSlash },
  PENDING_CANCEL: { tone: 'warn', icon: CircleDashed },
  UNTRIGGERED: { tone: 'info', icon: Hourglass },
  TRIGGERED: { tone: 'info', icon: Zap },
  UNKNOWN: { tone: 'bad', icon: CircleHelp },
}

/** The state of an order: icon, word, colour, and on pointing what it means. */
export function StatusChip({ order }: { order: Pick<Order, 'status' | 'executed_qty' | 'reason'> }) {
  const t = useTranslations()
  const isPartly = order.status === 'CANCELED' && signOf(order.executed_qty) > 0
  // A conditional order that has done its work: what it placed trades as an order of its own.
  const hasTriggered = order.status === 'FILLED' && signOf(order.executed_qty) === 0
  const shown: Shown = isPartly ? 'PARTLY_CANCELED' : hasTriggered ? 'TRIGGERED' : order.status
  const { tone, icon: Icon } = looks[shown]
  const help = t(`statusHelp.${shown}`)
  return (
    <Tooltip
      content={
        <>
          {help}
          {order.reason && <span className="mt-1 block font-mono">{order.reason}</span>}
        </>
      }
    >
      <span className="inline-flex" data-testid="status-chip">
        <Badge tone={tone}>
          <Icon aria-hidden />
          {t(`status.${shown}`)}
        </Badge>
      </span>
    </Tooltip>
  )
}
