import type { Order } from '@tradercoin/protocol'
import { useMemo } from 'react'
import { useTranslations } from 'use-intl'
import type { LiveColumn } from '#components/live-table/columns.tsx'
import { AccountCell } from './account-cell.tsx'
import {
  AmountCell,
  AverageCell,
  ExchangeCell,
  FeeCell,
  FilledCell,
  PnlCell,
  PriceCell,
  SideCell,
  SourceCell,
  SymbolCell,
  TimeCell,
  TriggerCell,
  TypeCell,
  UpdatedCell,
} from './cells.tsx'
import { RowActions } from './row-actions.tsx'
import { StatusCell } from './status-cell.tsx'

/** The columns of the orders table, in the order a trader reads them. */
export function useOrderColumns(): readonly LiveColumn<Order>[] {
  const t = useTranslations('orders.columns')
  return useMemo(
    () => [
      { id: 'time', header: t('time'), width: 102, cell: TimeCell },
      { id: 'symbol', header: t('symbol'), width: 138, cell: SymbolCell },
      { id: 'side', header: t('side'), width: 56, cell: SideCell },
      { id: 'type', header: t('type'), width: 96, cell: TypeCell },
      { id: 'price', header: t('price'), width: 80, align: 'end', cell: PriceCell },
      { id: 'average', header: t('average'), width: 80, align: 'end', cell: AverageCell },
      { id: 'amount', header: t('amount'), width: 82, align: 'end', cell: AmountCell },
      { id: 'filled', header: t('filled'), width: 152, align: 'end', cell: FilledCell },
      { id: 'status', header: t('status'), width: 106, cell: StatusCell },
      { id: 'exchange', header: t('exchange'), width: 120, cell: ExchangeCell },
      { id: 'account', header: t('account'), width: 112, cell: AccountCell },
      { id: 'fee', header: t('fee'), width: 104, align: 'end', cell: FeeCell },
      { id: 'pnl', header: t('pnl'), width: 88, align: 'end', cell: PnlCell },
      { id: 'trigger', header: t('trigger'), width: 80, align: 'end', cell: TriggerCell },
      { id: 'source', header: t('source'), width: 86, cell: SourceCell },
      { id: 'updated', header: t('updated'), width: 68, align: 'end', cell: UpdatedCell },
      { id: 'actions', header: t('actions'), width: 140, align: 'end', isPinned: true, cell: RowActions },
    ],
    [t],
  )
}
