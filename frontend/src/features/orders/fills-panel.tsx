'use client'

import { useInfiniteQuery } from '@tanstack/react-query'
import type { Execution } from '@tradercoin/protocol'
import { Receipt } from 'lucide-react'
import { useCallback, useMemo } from 'react'
import { useTranslations } from 'use-intl'
import { Empty } from '#components/empty.tsx'
import type { LiveColumn } from '#components/live-table/columns.tsx'
import { LiveTable } from '#components/live-table/live-table.tsx'
import { Problem } from '#components/problem.tsx'
import { Badge } from '#components/ui/badge.tsx'
import { live, useLiveVersion } from '#features/connection/live.ts'
import { client } from '#lib/client.ts'
import { showDecimal } from '#lib/decimals.ts'
import { AccountName } from './account-name.tsx'
import { Amount, MarketText, SideText, SignedAmount, TimeText } from './cells.tsx'
import type { Filters } from './filters.ts'

type Cell = { item: Execution }

const Time = ({ item }: Cell) => <TimeText ms={item.time} />
const SymbolName = ({ item }: Cell) => <span className="truncate font-semibold">{item.symbol}</span>
const Side = ({ item }: Cell) => <SideText side={item.side} />
const Price = ({ item }: Cell) => <Amount value={item.price} />
const Quantity = ({ item }: Cell) => <Amount value={item.quantity} />
const Value = ({ item }: Cell) => <Amount value={item.quote_qty} />
const Pnl = ({ item }: Cell) => <SignedAmount value={item.realized_pnl} />
const Market = ({ item }: Cell) => <MarketText item={item} />
const Account = ({ item }: Cell) => <AccountName keyId={item.exchange_key_id} />
const TradeId = ({ item }: Cell) => <span className="truncate font-mono text-2xs">{item.trade_id}</span>

function Fee({ item }: Cell) {
  if (item.fee === null) return <span className="text-muted">–</span>
  const text = `${showDecimal(item.fee)} ${item.fee_asset ?? ''}`
  return (
    <span className="truncate" title={text}>
      {text}
    </span>
  )
}

function Role({ item }: Cell) {
  const t = useTranslations('details')
  if (item.kind === 'LIQUIDATION') return <Badge tone="bad">{t('liquidation')}</Badge>
  if (item.kind === 'ADL') return <Badge tone="bad">{t('adl')}</Badge>
  if (item.kind === 'SETTLEMENT') return <Badge>{t('settlement')}</Badge>
  return <span className="text-muted">{item.is_maker === null ? '–' : t(item.is_maker ? 'maker' : 'taker')}</span>
}

function useFillColumns(): readonly LiveColumn<Execution>[] {
  const t = useTranslations()
  return useMemo(
    () => [
      { id: 'time', header: t('details.time'), width: 112, cell: Time },
      { id: 'symbol', header: t('orders.columns.symbol'), width: 108, cell: SymbolName },
      { id: 'side', header: t('orders.columns.side'), width: 62, cell: Side },
      { id: 'price', header: t('details.price'), width: 96, align: 'end', cell: Price },
      { id: 'quantity', header: t('details.quantity'), width: 96, align: 'end', cell: Quantity },
      { id: 'value', header: t('fills.value'), width: 110, align: 'end', cell: Value },
      { id: 'fee', header: t('details.fee'), width: 136, align: 'end', cell: Fee },
      { id: 'pnl', header: t('orders.columns.pnl'), width: 92, align: 'end', cell: Pnl },
      { id: 'role', header: t('details.role'), width: 84, cell: Role },
      { id: 'exchange', header: t('orders.columns.exchange'), width: 124, cell: Market },
      { id: 'account', header: t('orders.columns.account'), width: 120, cell: Account },
      { id: 'trade_id', header: t('details.tradeId'), width: 120, cell: TradeId },
    ],
    [t],
  )
}

const idOf = (item: Execution) => item.id
const attributesOf = (item: Execution) => ({ 'data-testid': 'fill-row', 'data-trade-id': item.trade_id })

/** Fills read page by page and joined by those the socket tells of; a fill never changes, so by id is enough. */
function useFills({ keyId, symbol }: Filters, from: number | null) {
  const query = { exchange_key_id: keyId ?? undefined, symbol: symbol || undefined, from: from ?? undefined }
  const result = useInfiniteQuery({
    queryKey: ['fills', query],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => client.rest.executions({ ...query, limit: 200, cursor: pageParam }, signal),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  })
  const version = useLiveVersion('executions')
  const pages = result.data?.pages
  // biome-ignore lint/correctness/useExhaustiveDependencies: the live state changes in place; its version stands for it
  const items = useMemo(() => {
    if (!pages) return []
    const oldest = pages.at(-1)?.next_cursor ? pages.at(-1)?.items.at(-1)?.time : undefined
    const byId = new Map(pages.flatMap((page) => page.items).map((item) => [item.id, item]))
    for (const item of live.account.executions.values()) {
      const belongs =
        (keyId === null || item.exchange_key_id === keyId) &&
        (symbol === '' || item.symbol === symbol) &&
        (from === null || item.time >= from) &&
        (oldest === undefined || item.time >= oldest)
      if (belongs) byId.set(item.id, item)
    }
    return [...byId.values()].sort((a, b) => b.time - a.time || b.id - a.id)
  }, [pages, version, keyId, symbol, from])
  return { ...result, items }
}

interface FillsPanelProps {
  filters: Filters
  from: number | null
  look: string
  isDimmed: boolean
}

export function FillsPanel({ filters, from, look, isDimmed }: FillsPanelProps) {
  const t = useTranslations()
  const { items, isPending, error, hasNextPage, isFetchingNextPage, fetchNextPage } = useFills(filters, from)
  const columns = useFillColumns()
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage])
  if (error) {
    return (
      <div className="p-4">
        <p className="mb-2">{t('fills.failed')}</p>
        <Problem error={error} />
      </div>
    )
  }
  return (
    <LiveTable
      label={t('fills.label')}
      items={items}
      idOf={idOf}
      columns={columns}
      look={look}
      attributesOf={attributesOf}
      onEndReached={more}
      newRows={{ label: (count) => t('orders.newRows', { count }) }}
      isDimmed={isDimmed}
      empty={!isPending && <Empty icon={Receipt} title={t('fills.empty')} text={t('fills.emptyText')} />}
    />
  )
}
