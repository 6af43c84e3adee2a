'use client'

import type { OrderStats } from '@tradercoin/protocol'
import { multiplyDecimal } from '@tradercoin/protocol'
import { type ReactNode, useId } from 'react'
import { useTranslations } from 'use-intl'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { Tooltip } from '#components/ui/tooltip.tsx'
import { cn } from '#lib/cn.ts'
import { groupDecimal, shortenDecimal, showDecimal, signOf } from '#lib/decimals.ts'
import { SignedAmount } from './cells.tsx'
import type { StatusGroup } from './filters.ts'

const counts = ['open', 'partially_filled', 'filled', 'canceled', 'rejected', 'expired'] as const

interface StatsStripProps {
  stats: OrderStats | undefined
  isFailed: boolean
  isDimmed: boolean
  chosen: StatusGroup | null
  onChoose: (status: StatusGroup | null) => void
}

/** The server's numbers over all orders that match; each count shows its orders. Sums are per asset, never across. */
export function StatsStrip({ stats, isFailed, isDimmed, chosen, onChoose }: StatsStripProps) {
  const t = useTranslations('stats')
  if (isFailed && !stats) return <p className="px-3 py-2 text-xs text-muted">{t('failed')}</p>
  return (
    <section
      aria-label={t('label')}
      data-testid="stats"
      className={cn(
        'flex shrink-0 items-stretch overflow-x-auto border-b border-line bg-surface [scrollbar-width:none]',
        isDimmed && 'opacity-90 saturate-[.2]',
      )}
    >
      <Count name="total" value={stats?.total} isChosen={chosen === null} onClick={() => onChoose(null)} />
      {counts.map((name) => (
        <Count
          key={name}
          name={name}
          value={stats?.[name]}
          isChosen={chosen === name}
          onClick={() => onChoose(chosen === name ? null : name)}
        />
      ))}
      <Cell name={t('fillRate')} help={t('fillRateHelp')} testId="stat-fill_rate">
        {stats && (stats.fill_rate === null ? '–' : t('percent', { value: percentText(stats.fill_rate) }))}
      </Cell>
      <Cell name={t('volume')} testId="stat-volume">
        {stats && (
          <Sums
            items={stats.by_quote
              .filter(({ volume }) => signOf(volume) !== 0)
              .map(({ asset, volume }) => ({ asset, amount: volume }))}
          />
        )}
      </Cell>
      {stats?.by_quote.some(({ realized_pnl }) => realized_pnl !== null) && (
        <Cell name={t('pnl')} testId="stat-realized_pnl">
          <span className="flex gap-3">
            {stats.by_quote.map(
              ({ asset, realized_pnl }) =>
                realized_pnl !== null && (
                  <span key={asset}>
                    <SignedAmount value={realized_pnl} /> <span className="text-muted">{asset}</span>
                  </span>
                ),
            )}
          </span>
        </Cell>
      )}
      <Cell name={t('fees')} testId="stat-fees" mayShrink>
        {stats && <Sums items={stats.fees} />}
      </Cell>
    </section>
  )
}

/** `"0.9375"` → `"93.7"`, cut, so that 100 means every one. */
function percentText(rate: string): string {
  return shortenDecimal(multiplyDecimal(rate, '100'), 1)
}

const cellClass = 'flex shrink-0 flex-col items-start justify-center gap-0 px-3 py-1.5 text-left whitespace-nowrap'

function Count(props: {
  name: 'total' | StatusGroup
  value: number | undefined
  isChosen: boolean
  onClick: () => void
}) {
  const t = useTranslations('stats')
  const name = t(props.name)
  return (
    <button
      type="button"
      aria-pressed={props.isChosen}
      title={t('show', { name })}
      onClick={props.onClick}
      className={cn(cellClass, 'border-b-2 border-transparent hover:bg-hover', props.isChosen && 'border-accent-solid')}
    >
      <span className="text-2xs text-muted">{name}</span>
      <span className="text-[15px] leading-5 font-semibold" data-testid={`stat-${props.name}`}>
        {props.value === undefined ? <Skeleton className="h-5 w-8" /> : groupDecimal(String(props.value))}
      </span>
    </button>
  )
}

function Cell(props: { name: string; help?: string; testId: string; mayShrink?: boolean; children: ReactNode }) {
  const id = useId()
  const label = <span className="text-2xs text-muted">{props.name}</span>
  return (
    <div className={cn(cellClass, 'border-b-2 border-transparent', props.mayShrink && 'lg:min-w-40 lg:shrink')} id={id}>
      {props.help ? <Tooltip content={props.help}>{label}</Tooltip> : label}
      <span className="max-w-full truncate text-[13px] leading-5 font-medium" data-testid={props.testId}>
        {props.children ?? <Skeleton className="h-5 w-16" />}
      </span>
    </div>
  )
}

function Sums({ items }: { items: readonly { asset: string; amount: string }[] }) {
  if (items.length === 0) return <span className="text-muted">–</span>
  return (
    <span className="space-x-3" title={items.map(({ asset, amount }) => `${amount} ${asset}`).join('\n')}>
      {items.map(({ asset, amount }) => (
        <span key={asset}>
          {shortenDecimal(amount, 8) || showDecimal(amount)} <span className="text-muted">{asset}</span>
        </span>
      ))}
    </span>
  )
}
