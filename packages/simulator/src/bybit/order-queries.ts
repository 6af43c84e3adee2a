import type { Account } from '../engine/account.ts'
import { type Big, dec, ZERO } from '../engine/decimal.ts'
import type { Market } from '../engine/market.ts'
import { type Fill, isOpen, type Order } from '../engine/order.ts'
import type { Call, Endpoint } from './api.ts'
import { type Category, readCategory } from './categories.ts'
import { badParameter } from './errors.ts'
import { executionRow, orderRow } from './order-shapes.ts'
import { filterOf } from './orders.ts'
import { pageOf, weekWindow } from './pages.ts'
import type { Params } from './params.ts'
import type { BybitVenue } from './venue.ts'

const DAY = 86_400_000
/** So many closed orders of a category are still found by order/realtime. */
const RECENT_CLOSED = 500

interface OrderRow {
  order: Order
  time: number
  key: string
}

/** The markets that symbol, baseCoin or settleCoin name; linear lists of open orders need one of them. */
function markets(venue: BybitVenue, category: Category, params: Params, needed: boolean): Set<Market> {
  const symbol = params.text('symbol')
  const base = params.text('baseCoin')
  const settle = params.text('settleCoin')
  if (needed && symbol === undefined && base === undefined && settle === undefined) {
    throw badParameter('Missing some parameters that must be filled in, symbol or settleCoin or baseCoin')
  }
  return new Set(venue.pickMarkets(category, { symbol, base, settle }))
}

function ordersIn(account: Account, wanted: ReadonlySet<Market>): Order[] {
  return [...wanted].flatMap((market) => account.orders.get(market.symbol) ?? [])
}

function asked(venue: BybitVenue, params: Params): (order: Order) => boolean {
  const id = params.text('orderId')
  const linkId = params.text('orderLinkId')
  const filter = params.text('orderFilter')
  return (order) => {
    if (id !== undefined) return venue.ids.order(order.market.symbol, order.id) === id
    if (linkId !== undefined && order.clientId !== linkId) return false
    return filter === undefined || filterOf(order) === filter || order.extra.orderFilter === filter
  }
}

function listed(venue: BybitVenue, category: Category, orders: Order[], params: Params): unknown {
  const rows: OrderRow[] = orders.map((order) => ({
    order,
    time: order.createdAt,
    key: `${order.id.toString().padStart(20, '0')}|${order.market.symbol}`,
  }))
  const { page, cursor } = pageOf(rows, params, params.limit(20, 50))
  const basePrice = category === 'spot' ? { basePrice: '' } : {}
  const list = page.map(({ order }) => ({ ...orderRow(order, venue.ids), ...basePrice }))
  return { list, nextPageCursor: cursor, category }
}

function realtime(venue: BybitVenue, { account, params }: Call): unknown {
  const category = readCategory(params)
  const wanted = markets(venue, category, params, category === 'linear')
  const fits = asked(venue, params)
  const openOnly = params.integer('openOnly') ?? 0
  if (openOnly === 0) {
    const open = [...account.open].filter((order) => wanted.has(order.market) && fits(order))
    return listed(venue, category, open, params)
  }
  const all = ordersIn(account, new Set(venue.marketsOf(category)))
  const closed = all
    .filter((order) => !isOpen(order) && order.updatedAt >= venue.startedAt)
    .sort((a, b) => b.updatedAt - a.updatedAt)
    .slice(0, RECENT_CLOSED)
    .filter((order) => wanted.has(order.market) && fits(order))
  return listed(venue, category, closed, params)
}

/** Orders that ended without any fill are known for a day only. */
function history(venue: BybitVenue, { account, params }: Call): unknown {
  const category = readCategory(params)
  const wanted = markets(venue, category, params, false)
  const fits = asked(venue, params)
  const named = params.has('orderId') || params.has('orderLinkId')
  const { from, to } = weekWindow(params, venue.api.now())
  const now = venue.world.clock.aged()
  const orders = ordersIn(account, wanted).filter((order) => {
    if (isOpen(order) || !fits(order)) return false
    if (!named && (order.createdAt < from || order.createdAt > to)) return false
    return order.filled.gt(ZERO) || now - Number(order.extra.endedAt ?? now) < DAY
  })
  return listed(venue, category, orders, params)
}

interface ExecutionEntry {
  time: number
  key: string
  row: Record<string, unknown>
}

function executions(venue: BybitVenue, { account, params }: Call): unknown {
  const category = readCategory(params)
  const wanted = markets(venue, category, params, false)
  const id = params.text('orderId')
  const linkId = params.text('orderLinkId')
  const execType = params.text('execType')
  const named = id !== undefined || linkId !== undefined
  const { from, to } = weekWindow(params, venue.api.now())
  const within = (time: number) => named || (time >= from && time <= to)
  const rows: ExecutionEntry[] = []
  for (const market of wanted) {
    for (const { fill, order, left } of fillsWithRest(account, market)) {
      if (!within(fill.time) || (linkId !== undefined && order.clientId !== linkId)) continue
      const row = executionRow(order, fill, left, venue.ids)
      if (id !== undefined && row.orderId !== id) continue
      if (execType !== undefined && row.execType !== execType) continue
      rows.push({ time: fill.time, key: venue.ids.execution(fill), row })
    }
    if (named || (execType !== undefined && execType !== 'Funding')) continue
    for (const income of account.income) {
      if (income.type !== 'FUNDING' || income.symbol !== market.symbol || !within(income.time)) continue
      const row = venue.feed.fundingRow(market, income)
      rows.push({ time: income.time, key: String(row.execId), row })
    }
  }
  const { page, cursor } = pageOf(rows, params, params.limit(50, 100))
  return { list: page.map(({ row }) => row), nextPageCursor: cursor, category }
}

/** The fills of a symbol, oldest first, each with what its order had left after it. */
function* fillsWithRest(account: Account, market: Market): Generator<{ fill: Fill; order: Order; left: Big }> {
  const done = new Map<bigint, Big>()
  for (const fill of account.fills.get(market.symbol) ?? []) {
    const order = market.orders.get(fill.orderId)
    if (!order) continue
    const filled = (done.get(fill.orderId) ?? ZERO).plus(dec(fill.qty))
    done.set(fill.orderId, filled)
    yield { fill, order, left: order.qty.minus(filled) }
  }
}

/** Open orders, closed orders and executions. */
export function orderQueryEndpoints(venue: BybitVenue): Endpoint[] {
  const read = { security: 'READ', perSecond: () => 50 } as const
  return [
    { ...read, rest: 'GET /v5/order/realtime', run: (call) => realtime(venue, call) },
    { ...read, rest: 'GET /v5/order/history', run: (call) => history(venue, call) },
    { ...read, rest: 'GET /v5/execution/list', run: (call) => executions(venue, call) },
  ]
}
