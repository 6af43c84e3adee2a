'use client'

import { type Balance, type Position, positionKey } from '@tradercoin/protocol'
import { Layers, Wallet } from 'lucide-react'
import { type ReactNode, useMemo } from 'react'
import { useTranslations } from 'use-intl'
import { Empty } from '#components/empty.tsx'
import { Badge } from '#components/ui/badge.tsx'
import { live, useLiveVersion } from '#features/connection/live.ts'
import { useMarkedPositions } from '#features/market/use-marked-positions.ts'
import { cn } from '#lib/cn.ts'
import { signOf } from '#lib/decimals.ts'
import { AccountName } from './account-name.tsx'
import { Amount, MarketText, SignedAmount } from './cells.tsx'
import { ClosePosition, isLongPosition } from './close-position.tsx'
import type { Filters } from './filters.ts'

type Owned = Pick<Balance, 'exchange_key_id' | 'exchange' | 'trading_mode'>

function belongs(item: Owned, { keyId, mode, exchange }: Filters): boolean {
  return (
    (keyId === null || item.exchange_key_id === keyId) &&
    (mode === null || item.trading_mode === mode) &&
    (exchange === null || item.exchange === exchange)
  )
}

/** Positions that are not closed, by account and symbol. */
export function usePositions(filters: Filters): Position[] {
  const version = useLiveVersion('positions')
  // biome-ignore lint/correctness/useExhaustiveDependencies: the live state changes in place; its version stands for it
  return useMemo(
    () =>
      [...live.account.positions.values()]
        .filter((item) => signOf(item.quantity) !== 0 && belongs(item, filters))
        .sort((a, b) => a.exchange_key_id - b.exchange_key_id || a.symbol.localeCompare(b.symbol)),
    [version, filters],
  )
}

/** Balances that are not empty, by account and asset. */
export function useBalances(filters: Filters): Balance[] {
  const version = useLiveVersion('balances')
  // biome-ignore lint/correctness/useExhaustiveDependencies: as above
  return useMemo(
    () =>
      [...live.account.balances.values()]
        .filter((item) => signOf(item.total) !== 0 && belongs(item, filters))
        .sort((a, b) => a.exchange_key_id - b.exchange_key_id || a.asset.localeCompare(b.asset)),
    [version, filters],
  )
}

interface PlainTableProps {
  label: string
  headers: readonly { text: string; isText?: boolean }[]
  isDimmed: boolean
  children: ReactNode
}

function PlainTable({ label, headers, isDimmed, children }: PlainTableProps) {
  return (
    <section
      className={cn('min-h-0 flex-1 overflow-auto', isDimmed && 'opacity-90 saturate-[.2]')}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table must be scrollable by keyboard
      tabIndex={0}
      aria-label={label}
    >
      <table className="w-full text-right whitespace-nowrap [&_td]:h-8 [&_td]:px-2.5 [&_th]:px-2.5" aria-label={label}>
        <thead className="sticky top-0 h-7 bg-background text-2xs text-muted">
          <tr>
            {headers.map(({ text, isText }) => (
              <th key={text} scope="col" className={cn('border-b border-line font-normal', isText && 'text-left')}>
                {text}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="[&_tr]:border-b [&_tr]:border-line [&_tr]:bg-surface [&_tr:hover]:bg-hover">{children}</tbody>
      </table>
    </section>
  )
}

export function PositionsPanel({ filters, isDimmed }: { filters: Filters; isDimmed: boolean }) {
  const t = useTranslations()
  const positions = useMarkedPositions(usePositions(filters))
  if (positions.length === 0) {
    return <Empty icon={Layers} title={t('positions.empty')} text={t('positions.emptyText')} />
  }
  const headers = [
    { text: t('orders.columns.symbol'), isText: true },
    { text: t('positions.side'), isText: true },
    { text: t('positions.size') },
    { text: t('positions.entry') },
    { text: t('positions.mark') },
    { text: t('positions.liquidation') },
    { text: t('positions.unrealized') },
    { text: t('positions.realized') },
    { text: t('positions.margin'), isText: true },
    { text: t('orders.columns.account'), isText: true },
    { text: t('orders.columns.actions') },
  ]
  return (
    <PlainTable label={t('positions.label')} headers={headers} isDimmed={isDimmed}>
      {positions.map((item) => {
        const isLong = isLongPosition(item)
        return (
          <tr key={positionKey(item)} data-testid="position-row" data-symbol={item.symbol}>
            <td className="text-left font-semibold">{item.symbol}</td>
            <td className={cn('text-left font-medium', isLong ? 'text-buy' : 'text-sell')}>
              {isLong ? '↗ ' : '↘ '}
              {t(isLong ? 'positions.LONG' : 'positions.SHORT')}
              {item.leverage !== null && <span className="ml-1 text-muted">{item.leverage}×</span>}
            </td>
            <td>
              <Amount value={item.quantity} />
            </td>
            <td>
              <Amount value={item.entry_price} places={6} />
            </td>
            <td>
              <Amount value={item.mark_price} places={8} />
            </td>
            <td>
              <Amount value={item.liquidation_price} places={4} />
            </td>
            <td>
              <SignedAmount value={item.unrealized_pnl} places={8} />
            </td>
            <td>
              <SignedAmount value={item.realized_pnl} places={8} />
            </td>
            <td className="text-left">{item.margin_mode && <Badge>{t(`positions.${item.margin_mode}`)}</Badge>}</td>
            <td className="text-left">
              <AccountName keyId={item.exchange_key_id} />
            </td>
            <td>
              <ClosePosition position={item} />
            </td>
          </tr>
        )
      })}
    </PlainTable>
  )
}

export function BalancesPanel({ filters, isDimmed }: { filters: Filters; isDimmed: boolean }) {
  const t = useTranslations()
  const balances = useBalances(filters)
  if (balances.length === 0) {
    return <Empty icon={Wallet} title={t('balances.empty')} text={t('balances.emptyText')} />
  }
  const headers = [
    { text: t('balances.asset'), isText: true },
    { text: t('balances.total') },
    { text: t('balances.available') },
    { text: t('balances.locked') },
    { text: t('orders.columns.account'), isText: true },
    { text: t('orders.columns.exchange'), isText: true },
  ]
  return (
    <PlainTable label={t('balances.label')} headers={headers} isDimmed={isDimmed}>
      {balances.map((item) => (
        <tr
          key={`${item.exchange_key_id}:${item.trading_mode}:${item.asset}`}
          data-testid="balance-row"
          data-asset={item.asset}
        >
          <td className="text-left font-semibold">{item.asset}</td>
          <td>
            <Amount value={item.total} />
          </td>
          <td>
            <Amount value={item.available} />
          </td>
          <td>
            <Amount value={item.locked} />
          </td>
          <td className="text-left">
            <AccountName keyId={item.exchange_key_id} />
          </td>
          <td className="text-left">
            <MarketText item={item} />
          </td>
        </tr>
      ))}
    </PlainTable>
  )
}
