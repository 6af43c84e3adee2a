import type { OrderQuery } from '@tradercoin/client'
import {
  type ExchangeId,
  exchangeIdSchema,
  type Order,
  type OrderStatus,
  type Origin,
  orderStatusSchema,
  type Side,
  type TradingMode,
} from '@tradercoin/protocol'
import { startOfDay, type TimeZoneChoice } from '#lib/time.ts'

/*
 * The filters live in the address: a view can be shared, and the back button works. What cannot be read is left out.
 */

export const views = ['orders', 'open', 'fills', 'positions', 'balances'] as const
export type View = (typeof views)[number]

export const ranges = ['today', '24h', '7d', '30d'] as const
export type Range = (typeof ranges)[number]

const open = [
  'PENDING_NEW',
  'NEW',
  'PARTIALLY_FILLED',
  'PENDING_CANCEL',
  'UNTRIGGERED',
  'TRIGGERED',
  'UNKNOWN',
] as const

/** The groups a person filters by, and the statuses of each. */
export const statusGroups = {
  open,
  partially_filled: ['PARTIALLY_FILLED'],
  filled: ['FILLED'],
  canceled: ['CANCELED'],
  rejected: ['REJECTED'],
  expired: ['EXPIRED'],
} as const satisfies Record<string, readonly OrderStatus[]>
export type StatusGroup = keyof typeof statusGroups

export interface Filters {
  keyId: number | null
  exchange: ExchangeId | null
  mode: TradingMode | null
  symbol: string
  side: Side | null
  status: StatusGroup | null
  origin: Origin | null
  range: Range | null
  q: string
}

export const noFilters: Filters = {
  keyId: null,
  exchange: null,
  mode: null,
  symbol: '',
  side: null,
  status: null,
  origin: null,
  range: null,
  q: '',
}

const among = <T extends string>(text: string | null, allowed: readonly T[]): T | null =>
  allowed.includes(text as T) ? (text as T) : null

export function readFilters(search: URLSearchParams): Filters {
  const key = search.get('key') ?? ''
  return {
    keyId: /^[1-9]\d{0,14}$/.test(key) ? Number(key) : null, // not money: a key id
    exchange: among(search.get('exchange'), exchangeIdSchema.options),
    mode: among(search.get('mode'), ['spot', 'futures'] as const),
    symbol: (search.get('symbol') ?? '').toUpperCase().slice(0, 64),
    side: among(search.get('side'), ['BUY', 'SELL'] as const),
    status: among(search.get('status'), Object.keys(statusGroups) as StatusGroup[]),
    origin: among(search.get('origin'), ['hub', 'external'] as const),
    range: among(search.get('range'), ranges),
    q: (search.get('q') ?? '').slice(0, 64),
  }
}

/** Writes filters into an address, keeping what else it holds (the tab, the open order). */
export function writeFilters(search: URLSearchParams, filters: Filters): URLSearchParams {
  const next = new URLSearchParams(search)
  const { keyId, ...rest } = filters
  const entries = { key: keyId === null ? null : String(keyId), ...rest }
  for (const [name, value] of Object.entries(entries)) {
    if (value) next.set(name, value)
    else next.delete(name)
  }
  return next
}

export function readView(search: URLSearchParams): View {
  return among(search.get('tab'), views) ?? 'orders'
}

export function countFilters(filters: Filters): number {
  return Object.values(filters).filter((value) => value !== null && value !== '').length
}

/** The moment a range begins, or null for all time. */
export function rangeStart(range: Range | null, now: number, zone: TimeZoneChoice): number | null {
  if (range === null) return null
  if (range === 'today') return startOfDay(now, zone)
  if (range === '24h') return now - 24 * 3_600_000
  return startOfDay(now, zone, range === '7d' ? 6 : 29)
}

/** What the server is asked. */
export function toQuery(filters: Filters, from: number | null): OrderQuery {
  return {
    ...(filters.keyId !== null && { exchange_key_id: filters.keyId }),
    ...(filters.exchange && { exchange: filters.exchange }),
    ...(filters.mode && { trading_mode: filters.mode }),
    ...(filters.symbol && { symbol: filters.symbol }),
    ...(filters.side && { side: filters.side }),
    ...(filters.status && { status: statusGroups[filters.status] }),
    ...(filters.origin && { origin: filters.origin }),
    ...(from !== null && { from }),
    ...(filters.q && { q: filters.q }),
  }
}

/** Whether an order belongs in the view: the same rule as the server's, for orders that arrive live. */
export function matches(order: Order, filters: Filters, from: number | null): boolean {
  if (filters.keyId !== null && order.exchange_key_id !== filters.keyId) return false
  if (filters.exchange && order.exchange !== filters.exchange) return false
  if (filters.mode && order.trading_mode !== filters.mode) return false
  if (filters.symbol && order.symbol !== filters.symbol) return false
  if (filters.side && order.side !== filters.side) return false
  if (filters.status && !(statusGroups[filters.status] as readonly OrderStatus[]).includes(order.status)) return false
  if (filters.origin && order.origin !== filters.origin) return false
  if (from !== null && order.create_time < from) return false
  return filters.q === '' || holdsText(order, filters.q.toLowerCase())
}

function holdsText(order: Order, text: string): boolean {
  return [order.symbol, order.order_id, order.client_order_id].some((field) => field?.toLowerCase().includes(text))
}

/** Whether an order still works at the venue, or may. */
export function isOpen(status: OrderStatus): boolean {
  return (open as readonly OrderStatus[]).includes(status)
}

/** Statuses that no group names would silently vanish from every filter; this is what the test looks at. */
export const allStatuses = orderStatusSchema.options
