'use client'

import { ListFilter, Search, X } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useTranslations } from 'use-intl'
import { Button } from '#components/ui/button.tsx'
import { Input } from '#components/ui/input.tsx'
import { Select } from '#components/ui/select.tsx'
import { useKeys } from '#features/keys/data.ts'
import { useKeyName } from '#features/keys/key-name.ts'
import { cn } from '#lib/cn.ts'
import { countFilters, type Filters, ranges, type StatusGroup, statusGroups } from './filters.ts'

const statusNames = {
  open: 'statusOpen',
  partially_filled: 'statusPartial',
  filled: 'statusFilled',
  canceled: 'statusCanceled',
  rejected: 'statusRejected',
  expired: 'statusExpired',
} as const satisfies Record<StatusGroup, string>

interface FilterBarProps {
  filters: Filters
  onChange: (change: Partial<Filters>) => void
  onClear: () => void
  /** Fills know their account, symbol and time; holdings their account and market. */
  kind: 'orders' | 'fills' | 'holdings'
  children?: React.ReactNode
}

export function FilterBar({ filters, onChange, onClear, kind, children }: FilterBarProps) {
  const t = useTranslations()
  const { keys } = useKeys()
  const name = useKeyName()
  const [isOpen, setIsOpen] = useState(false)
  const count = countFilters(filters)
  return (
    <div className="flex shrink-0 flex-wrap items-center gap-1.5 border-b border-line bg-surface px-2 py-1.5">
      <Button
        size="sm"
        className="md:hidden"
        aria-expanded={isOpen}
        onClick={() => setIsOpen(!isOpen)}
        data-testid="filters-toggle"
      >
        <ListFilter aria-hidden />
        {t('filters.more')}
        {count > 0 && <span className="rounded bg-accent-solid px-1 text-2xs text-on-accent">{count}</span>}
      </Button>
      <search
        aria-label={t('filters.label')}
        className={cn(
          'contents max-md:order-last max-md:grid max-md:w-full max-md:grid-cols-2 max-md:gap-1.5 [&_select]:h-7 [&_select]:pr-6 [&_select]:pl-2 [&_select]:text-xs',
          !isOpen && 'max-md:hidden',
        )}
      >
        <Select
          aria-label={t('filters.account')}
          className="md:w-[120px]"
          value={filters.keyId ?? ''}
          onChange={(event) =>
            onChange({ keyId: event.target.value ? Number(/* not money: a key id */ event.target.value) : null })
          }
          data-testid="filter-account"
        >
          <option value="">{t('filters.allAccounts')}</option>
          {keys.map((key) => (
            <option key={key.id} value={key.id}>
              {name(key)}
            </option>
          ))}
        </Select>
        {kind !== 'holdings' && (
          <TypedFilter
            label={t('filters.symbol')}
            value={filters.symbol}
            onChange={(symbol) => onChange({ symbol: symbol.toUpperCase() })}
            className="md:w-24"
            testId="filter-symbol"
          />
        )}
        {kind !== 'fills' && (
          <Select
            aria-label={t('filters.market')}
            className="md:w-[104px]"
            value={filters.mode ?? ''}
            onChange={(event) => onChange({ mode: (event.target.value || null) as Filters['mode'] })}
            data-testid="filter-mode"
          >
            <option value="">{t('filters.allMarkets')}</option>
            <option value="spot">{t('market.spot')}</option>
            <option value="futures">{t('market.futures')}</option>
          </Select>
        )}
        {kind === 'orders' && (
          <>
            <Select
              aria-label={t('filters.side')}
              className="md:w-[104px]"
              value={filters.side ?? ''}
              onChange={(event) => onChange({ side: (event.target.value || null) as Filters['side'] })}
              data-testid="filter-side"
            >
              <option value="">{t('filters.allSides')}</option>
              <option value="BUY">{t('side.BUY')}</option>
              <option value="SELL">{t('side.SELL')}</option>
            </Select>
            <Select
              aria-label={t('filters.status')}
              className="md:w-[112px]"
              value={filters.status ?? ''}
              onChange={(event) => onChange({ status: (event.target.value || null) as Filters['status'] })}
              data-testid="filter-status"
            >
              <option value="">{t('filters.allStatuses')}</option>
              {(Object.keys(statusGroups) as StatusGroup[]).map((status) => (
                <option key={status} value={status}>
                  {t(`filters.${statusNames[status]}`)}
                </option>
              ))}
            </Select>
            <Select
              aria-label={t('filters.origin')}
              className="md:w-[102px]"
              value={filters.origin ?? ''}
              onChange={(event) => onChange({ origin: (event.target.value || null) as Filters['origin'] })}
              data-testid="filter-origin"
            >
              <option value="">{t('filters.allOrigins')}</option>
              <option value="hub">{t('orders.sourceHub')}</option>
              <option value="external">{t('orders.sourceExternal')}</option>
            </Select>
          </>
        )}
        {kind !== 'holdings' && (
          <Select
            aria-label={t('filters.range')}
            className="md:w-[104px]"
            value={filters.range ?? ''}
            onChange={(event) => onChange({ range: (event.target.value || null) as Filters['range'] })}
            data-testid="filter-range"
          >
            <option value="">{t('filters.allTime')}</option>
            {ranges.map((range) => (
              <option key={range} value={range}>
                {t(`filters.${range}`)}
              </option>
            ))}
          </Select>
        )}
        {kind === 'orders' && (
          <TypedFilter
            label={t('filters.search')}
            placeholder={t('filters.searchShort')}
            value={filters.q}
            onChange={(q) => onChange({ q })}
            className="md:w-28"
            testId="filter-q"
            hasIcon
          />
        )}
      </search>
      {count > 0 && (
        <Button
          variant="ghost"
          size="sm"
          title={t('orders.clearFilters')}
          onClick={onClear}
          data-testid="clear-filters"
        >
          <X aria-hidden />
          <span className="md:max-2xl:sr-only">{t('orders.clearFilters')}</span>
        </Button>
      )}
      <div className="ml-auto flex items-center gap-1.5">{children}</div>
    </div>
  )
}

interface TypedFilterProps {
  label: string
  placeholder?: string
  value: string
  onChange: (value: string) => void
  className: string
  testId: string
  hasIcon?: boolean
}

/** A filter that is typed: it takes effect when the typing pauses. */
function TypedFilter({ label, placeholder = label, value, onChange, className, testId, hasIcon }: TypedFilterProps) {
  const [typed, setTyped] = useState(value)
  const [seen, setSeen] = useState(value)
  // The address changed by itself (back button, cleared): it wins over what was typed.
  if (seen !== value) {
    setSeen(value)
    setTyped(value)
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: only typing starts the wait
  useEffect(() => {
    if (typed === value) return
    const timer = setTimeout(() => onChange(typed.trim()), 250)
    return () => clearTimeout(timer)
  }, [typed])
  return (
    <span className={cn('relative', className)}>
      {hasIcon && <Search aria-hidden className="absolute top-1/2 left-2 size-3.5 -translate-y-1/2 text-muted" />}
      <Input
        type="search"
        aria-label={label}
        placeholder={placeholder}
        title={label}
        value={typed}
        maxLength={64}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => setTyped(event.target.value)}
        className={cn('h-7 text-xs', hasIcon && 'pl-7')}
        data-testid={testId}
      />
    </span>
  )
}
