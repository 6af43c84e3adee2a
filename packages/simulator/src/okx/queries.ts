import type { Account } from '../engine/account.ts'
import { ZERO } from '../engine/decimal.ts'
import { type Fill, isOpen, type Order } from '../engine/order.ts'
import type { Call, Endpoint, Limit } from './api.ts'
import { findOrder, marketOf } from './checks.ts'
import { noOrder } from './errors.ts'
import { instTypeOf, isOfType } from './instruments.ts'
import { billIdOf, fillRow, matchesFamily, orderRow, stateOf } from './order-shapes.ts'
import { newestFirst, page } from './paging.ts'
import type { Params } from './params.ts'
import type { OkxVenue } from './venue.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const UNFILLED_KEPT = 2 * HOUR
const TYPES = ['SPOT', 'MARGIN', 'SWAP', 'FUTURES', 'OPTION'] as const

const user = (calls: number): Limit => ({ calls, seconds: 2, by: 'user' })

/** Looking at orders and fills, each within the window OKX keeps them (fact sheet: okx.md section 3.2). */
export function queryEndpoints(venue: OkxVenue): Endpoint[] {
  const read = (path: string, limit: Limit, run: (call: Call) => unknown[]): Endpoint => ({
    rest: `GET /api/v5/trade/${path}`,
    security: 'READ',
    limit,
    run,
  })
  return [
    read('order', { calls: 60, seconds: 2, by: 'user+instId' }, (call) => one(venue, call)),
    read('orders-pending', user(60), ({ account, params }) => found(venue, [...account.open], params)),
    read('orders-history', user(40), (call) => history(venue, call, 7 * DAY)),
    read('orders-history-archive', user(20), (call) => history(venue, call, 90 * DAY)),
    read('fills', user(60), (call) => fills(venue, call, 3 * DAY)),
    read('fills-history', user(10), (call) => {
      call.params.needOneOf('instType', TYPES)
      return fills(venue, call, 90 * DAY)
    }),
    {
      rest: 'GET /api/v5/trade/account-rate-limit',
      security: 'READ',
      limit: { calls: 1, seconds: 1, by: 'user' },
      run: () => [
        {
          accRateLimit: '1000',
          fillRatio: '',
          mainFillRatio: '',
          nextAccRateLimit: '1000',
          ts: String(venue.api.now()),
        },
      ],
    },
  ]
}

/** Orders canceled without a fill are kept for two hours only. */
function isKept(venue: OkxVenue, order: Order): boolean {
  if (isOpen(order) || order.filled.gt(ZERO)) return true
  const endedAt = Number(order.extra.endedAt ?? order.updatedAt)
  return venue.world.clock.aged() - endedAt <= UNFILLED_KEPT
}

function one(venue: OkxVenue, { account, params }: Call): unknown[] {
  const market = marketOf(venue, params.need('instId'))
  const order = findOrder(account, market, params)
  if (!order || !isKept(venue, order)) throw noOrder()
  return [orderRow(order, venue.clearing.futures)]
}

function history(venue: OkxVenue, { account, params }: Call, window: number): unknown[] {
  params.needOneOf('instType', TYPES)
  const archive = window > 7 * DAY
  const since = venue.world.clock.now() - window
  const over = account.allOrders().filter((order) => {
    if (isOpen(order) || order.updatedAt < since) return false
    return archive ? order.filled.gt(ZERO) : isKept(venue, order)
  })
  return found(venue, over, params)
}

function found(venue: OkxVenue, orders: Order[], params: Params): unknown[] {
  const instId = params.text('instId')
  const instType = params.oneOf('instType', TYPES)
  const family = params.text('instFamily')
  const ordTypes = params.list('ordType')
  const state = params.text('state')
  const category = params.text('category')
  const wanted = orders.filter(
    (order) =>
      (instId === undefined || order.market.symbol === instId) &&
      isOfType(order.market, instType) &&
      matchesFamily(order, family) &&
      (ordTypes.length === 0 || ordTypes.includes(order.type)) &&
      (state === undefined || stateOf(order) === state) &&
      (category === undefined || (order.extra.category ?? 'normal') === category),
  )
  const idOf = (order: Order) => order.id
  const rows = page(newestFirst(wanted, idOf), params, idOf, (order) => order.createdAt)
  return rows.map((order) => orderRow(order, venue.clearing.futures))
}

function fills(venue: OkxVenue, { account, params }: Call, window: number): unknown[] {
  const instId = params.text('instId')
  const instType = params.oneOf('instType', TYPES)
  const ordId = params.id('ordId')
  const subType = params.text('subType')
  const since = venue.world.clock.now() - window
  const wanted = fillsOf(account, instId).filter((fill) => {
    const market = venue.engine.markets.get(fill.symbol)
    if (!market || fill.time < since) return false
    return (
      (instType === undefined || instTypeOf(market.instrument) === instType) &&
      (ordId === undefined || fill.orderId === ordId)
    )
  })
  const idOf = (fill: Fill) => BigInt(billIdOf(fill))
  return page(newestFirst(wanted, idOf), params, idOf, (fill) => fill.time)
    .map((fill) => fillRow(fill, venue.engine.markets.get(fill.symbol)?.orders.get(fill.orderId), account))
    .filter((row) => subType === undefined || row.subType === subType)
}

function fillsOf(account: Account, instId: string | undefined): Fill[] {
  return instId === undefined ? account.allFills() : (account.fills.get(instId) ?? [])
}
