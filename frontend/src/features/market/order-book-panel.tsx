'use client'

import {
  addDecimal,
  compareDecimal,
  type Level,
  type OrderBook,
  subtractDecimal,
  type Ticker,
} from '@tradercoin/protocol'
import { useTranslations } from 'use-intl'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { cn } from '#lib/cn.ts'
import { changePercent, percentOf, showDecimal, showSigned, signOf } from '#lib/decimals.ts'
import { type Market, useOrderBook, useTicker } from './use-market.ts'

const shownLevels = 8

interface OrderBookPanelProps {
  market: Market
  /** Said in the header of the amounts. */
  unit: string | undefined
  /** A level was pressed. */
  onPrice: (price: string) => void
}

/** The top of the book: asks above, bids below, each a press away from being the price of the ticket. */
export function OrderBookPanel({ market, unit, onPrice }: OrderBookPanelProps) {
  const t = useTranslations('book')
  const { data: book, state } = useOrderBook(market)
  const { data: ticker } = useTicker(market)
  const isFresh = state.status === 'live'
  return (
    <section
      aria-label={t('label', { symbol: market.symbol })}
      className="mt-3 flex flex-col gap-1.5 border-t border-line pt-3 text-xs"
      data-testid="order-book"
      data-state={state.status}
    >
      <header className="flex items-baseline justify-between gap-2">
        <h3 className="font-semibold">{t('title')}</h3>
        {ticker && isFresh && <LastPrice ticker={ticker} />}
      </header>
      {state.status === 'ended' && <p className="text-muted">{state.reason}</p>}
      {state.status === 'stale' && (
        <p role="status" className="rounded bg-warn/8 px-2 py-1 text-2xs" data-testid="order-book-stale">
          {t('stale')} {state.reason}
        </p>
      )}
      {book && state.status !== 'ended' ? (
        <div className={cn(!isFresh && 'opacity-60 saturate-[.2]')}>
          <Levels book={book} unit={unit} onPrice={onPrice} />
        </div>
      ) : (
        state.status === 'waiting' && <Skeleton className="h-80" />
      )}
    </section>
  )
}

function LastPrice({ ticker }: { ticker: Ticker }) {
  const change = ticker.open_price === null ? null : changePercent(ticker.open_price, ticker.last_price)
  return (
    <span className="flex items-baseline gap-2 tabular-nums">
      <span className="font-medium" data-testid="last-price">
        {showDecimal(ticker.last_price)}
      </span>
      {change !== null && <span className={signOf(change) < 0 ? 'text-sell' : 'text-buy'}>{showSigned(change)} %</span>}
    </span>
  )
}

function Levels({
  book,
  unit,
  onPrice,
}: {
  book: OrderBook
  unit: string | undefined
  onPrice: (price: string) => void
}) {
  const t = useTranslations('book')
  const asks = withTotals(book.asks.slice(0, shownLevels))
  const bids = withTotals(book.bids.slice(0, shownLevels))
  const most = [asks.at(-1)?.total ?? '0', bids.at(-1)?.total ?? '0'].reduce((a, b) =>
    compareDecimal(a, b) > 0 ? a : b,
  )
  const [ask, bid] = [book.asks[0], book.bids[0]]
  return (
    <div className="flex flex-col tabular-nums">
      <p className="grid grid-cols-3 px-1 text-2xs text-muted">
        <span>{t('price')}</span>
        <span className="text-right">{unit ? t('amountIn', { unit }) : t('amount')}</span>
        <span className="text-right">{t('total')}</span>
      </p>
      {[...asks].reverse().map((level) => (
        <LevelRow key={level.price} side="ask" level={level} most={most} onPrice={onPrice} />
      ))}
      <p className="flex justify-between px-1 py-1 text-2xs text-muted">
        <span>{t('spread')}</span>
        <span>{ask && bid ? showDecimal(subtractDecimal(ask[0], bid[0])) : '–'}</span>
      </p>
      {bids.map((level) => (
        <LevelRow key={level.price} side="bid" level={level} most={most} onPrice={onPrice} />
      ))}
    </div>
  )
}

interface ShownLevel {
  price: string
  quantity: string
  /** Of this level and all better ones. */
  total: string
}

function withTotals(levels: readonly Level[]): ShownLevel[] {
  let total = '0'
  return levels.map(([price, quantity]) => {
    total = addDecimal(total, quantity)
    return { price, quantity, total }
  })
}

interface LevelRowProps {
  side: 'ask' | 'bid'
  level: ShownLevel
  most: string
  onPrice: (price: string) => void
}

function LevelRow({ side, level, most, onPrice }: LevelRowProps) {
  const t = useTranslations('book')
  return (
    <button
      type="button"
      className="relative grid h-5 cursor-pointer grid-cols-3 items-center px-1 hover:bg-hover"
      onClick={() => onPrice(level.price)}
      title={t('use')}
      data-testid={`book-${side}`}
    >
      <span
        aria-hidden
        className={cn('absolute inset-y-px right-0 opacity-15', side === 'ask' ? 'bg-sell' : 'bg-buy')}
        style={{ width: `${percentOf(level.total, most)}%` }}
      />
      <span className="sr-only">{t(side)}</span>
      <span className={cn('text-left', side === 'ask' ? 'text-sell' : 'text-buy')}>{showDecimal(level.price)}</span>
      <span className="text-right">{showDecimal(level.quantity)}</span>
      <span className="text-right text-muted">{showDecimal(level.total)}</span>
    </button>
  )
}
