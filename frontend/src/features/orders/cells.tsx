'use client'

import type { Order } from '@tradercoin/protocol'
import { ArrowDownRight, ArrowUpRight } from 'lucide-react'
import { useTranslations } from 'use-intl'
import { Badge } from '#components/ui/badge.tsx'
import { Tooltip } from '#components/ui/tooltip.tsx'
import { cn } from '#lib/cn.ts'
import { cutDecimal, percentOf, shortenDecimal, showDecimal, showSigned, signOf } from '#lib/decimals.ts'
import { usePreferences } from '#lib/preferences.ts'
import { showDayTime, showPreciseTime } from '#lib/time.ts'
import { useAge } from '#lib/use-age.ts'
import { useNow } from '#lib/use-now.ts'

/** Averages carry up to 20 digits; a cell shows this many after the point and the rest on pointing. */
const averagePlaces = 8

type CellProps = { item: Order }

function Nothing() {
  return <span className="text-muted">–</span>
}

/** An exact number for reading; its plain form is in the title. */
export function Amount({ value, places }: { value: string | null; places?: number }) {
  if (value === null) return <Nothing />
  return <span title={value}>{places === undefined ? showDecimal(value) : shortenDecimal(value, places)}</span>
}

/** Profit or loss, always with its sign; the colour only repeats it. */
/** `places`: decimals that are shown, cut; the whole value is the title. */
export function SignedAmount({ value, places }: { value: string | null; places?: number }) {
  if (value === null) return <Nothing />
  const sign = signOf(value)
  const shown = places === undefined ? value : cutDecimal(value, places)
  return (
    <span title={value} className={cn(sign > 0 && 'text-buy', sign < 0 && 'text-sell')}>
      {showSigned(shown)}
    </span>
  )
}

export function TimeText({ ms }: { ms: number }) {
  const { zone } = usePreferences()
  return <time title={showPreciseTime(ms, zone)}>{showDayTime(ms, zone)}</time>
}

export function SideText({ side }: { side: Order['side'] }) {
  const t = useTranslations('side')
  const Arrow = side === 'BUY' ? ArrowUpRight : ArrowDownRight
  return (
    <span className={cn('inline-flex items-center gap-0.5 font-medium', side === 'BUY' ? 'text-buy' : 'text-sell')}>
      <Arrow aria-hidden className="size-3.5 shrink-0" />
      {t(side)}
    </span>
  )
}

export const TimeCell = ({ item }: CellProps) => <TimeText ms={item.create_time} />

export const SymbolCell = ({ item }: CellProps) => <span className="truncate font-semibold">{item.symbol}</span>

export const SideCell = ({ item }: CellProps) => <SideText side={item.side} />

export function MarketText({ item }: { item: Pick<Order, 'exchange' | 'trading_mode'> }) {
  const t = useTranslations('market')
  return (
    <span className="truncate">
      {t(item.exchange)} <span className="text-muted">{t(item.trading_mode)}</span>
    </span>
  )
}

export const ExchangeCell = ({ item }: CellProps) => <MarketText item={item} />

/** Type, time in force, and the flags that change what an order may do. */
export function TypeCell({ item }: CellProps) {
  const t = useTranslations()
  return (
    <span className="flex min-w-0 items-center gap-1">
      <span className="truncate" title={t(`type.${item.type}`)}>
        {t(`type.${item.type}`)}
      </span>
      {item.time_in_force && item.time_in_force !== 'GTC' && (
        <Tooltip content={t(`tif.${item.time_in_force}`)}>
          <span className="inline-flex">
            <Badge>{item.time_in_force}</Badge>
          </span>
        </Tooltip>
      )}
      {item.post_only && (
        <Tooltip content={t('tags.postOnlyHelp')}>
          <span className="inline-flex">
            <Badge>{t('tags.postOnly')}</Badge>
          </span>
        </Tooltip>
      )}
      {item.reduce_only && (
        <Tooltip content={t('tags.reduceOnlyHelp')}>
          <span className="inline-flex">
            <Badge>{t('tags.reduceOnly')}</Badge>
          </span>
        </Tooltip>
      )}
    </span>
  )
}

export function PriceCell({ item }: CellProps) {
  const t = useTranslations('orders')
  if (item.price === null || signOf(item.price) === 0) return <span className="text-muted">{t('market')}</span>
  return <Amount value={item.price} />
}

export const AverageCell = ({ item }: CellProps) => <Amount value={item.executed_price} places={averagePlaces} />

export const TriggerCell = ({ item }: CellProps) => <Amount value={item.stop_price} />

export function AmountCell({ item }: CellProps) {
  const t = useTranslations('orders')
  if (item.quantity === null) return <span className="text-muted">{t('quoteSized')}</span>
  return (
    <>
      <Amount value={item.quantity} />
      {item.quantity_unit === 'CONTRACT' && <span className="ml-1 text-muted">{t('contracts')}</span>}
    </>
  )
}

/** `0.36 / 0.4 (90 %)` over a bar of that length. */
export function FilledCell({ item }: CellProps) {
  const t = useTranslations('orders')
  if (item.quantity === null) return <Amount value={item.executed_qty} />
  const percent = percentOf(item.executed_qty, item.quantity)
  const executed = showDecimal(item.executed_qty)
  return (
    <span className="flex w-full min-w-0 flex-col justify-center gap-[3px]" data-testid="filled-cell">
      <span className="flex justify-end leading-4 whitespace-pre" title={`${item.executed_qty} / ${item.quantity}`}>
        <span className="truncate">
          {percent === 100 ? executed : t('filledOf', { executed, quantity: showDecimal(item.quantity) })}
        </span>
        <span className="shrink-0"> {t('filledPercent', { percent })}</span>
      </span>
      <span
        role="progressbar"
        aria-valuenow={percent}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-label={t('filledBar', { percent })}
        className="h-[3px] w-full overflow-hidden rounded-full bg-line"
      >
        <span
          className={cn(
            'block h-full rounded-full transition-[width] duration-200',
            item.side === 'BUY' ? 'bg-buy' : 'bg-sell',
          )}
          style={{ width: `${percent}%` }}
        />
      </span>
    </span>
  )
}

/** One fee, or each of them where assets are mixed: they are never added up across assets. */
export function FeeCell({ item }: CellProps) {
  const fees = item.fee !== null && item.fee_asset ? [{ amount: item.fee, asset: item.fee_asset }] : item.fees
  if (fees.length === 0) return <Nothing />
  const text = fees.map(({ amount, asset }) => `${showDecimal(amount)} ${asset}`).join(' + ')
  return (
    <span className="truncate" title={text}>
      {text}
    </span>
  )
}

export const PnlCell = ({ item }: CellProps) => <SignedAmount value={item.realized_pnl} />

export function SourceCell({ item }: CellProps) {
  const t = useTranslations('orders')
  return <span className="text-muted">{item.origin === 'hub' ? t('sourceHub') : t('sourceExternal')}</span>
}

/** How long ago the order last changed; the moment itself is in the title. */
export function UpdatedCell({ item }: CellProps) {
  const { zone } = usePreferences()
  const age = useAge()
  const now = useNow()
  return (
    <time className="text-muted" title={showPreciseTime(item.update_time, zone)}>
      {age.long(now - item.update_time)}
    </time>
  )
}
