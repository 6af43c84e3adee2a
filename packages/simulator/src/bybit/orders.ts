import type { Account } from '../engine/account.ts'
import type { Big } from '../engine/decimal.ts'
import { isOpen, type Order } from '../engine/order.ts'
import { Refusal } from '../engine/refusal.ts'
import { type Call, Detailed, type Endpoint } from './api.ts'
import { type Category, readCategory } from './categories.ts'
import { checkPrice, checkQty, checkScope, noSuchOrder } from './checks.ts'
import { badParameter, missing } from './errors.ts'
import type { Params } from './params.ts'
import { amendProtection } from './protection.ts'
import { checkTriggerSide, readTicket } from './tickets.ts'
import type { BybitVenue } from './venue.ts'
import { isWaiting } from './words.ts'

type Placed = { orderId: string; orderLinkId: string }

function placed(venue: BybitVenue, order: Order): Placed {
  return { orderId: venue.ids.order(order.market.symbol, order.id), orderLinkId: order.clientId }
}

function create(venue: BybitVenue, account: Account, category: Category, params: Params): Placed {
  checkScope(account, category)
  const { market, ticket } = readTicket(venue, account, category, params)
  return placed(venue, venue.engine.place(account, market, ticket))
}

/** The order named by orderId (which wins) or orderLinkId; undefined when the account has none in the category. */
export function findOrder(venue: BybitVenue, account: Account, category: Category, params: Params): Order | undefined {
  const id = params.text('orderId')
  const linkId = params.text('orderLinkId')
  if (id === undefined && linkId === undefined) throw missing('orderId or orderLinkId')
  const order = id !== undefined ? venue.orderOf(id) : findByLinkId(venue, account, category, linkId as string)
  if (order?.account !== account || order.market.instrument.kind !== category) return undefined
  const symbol = params.text('symbol')
  return symbol === undefined || order.market.instrument.name === symbol ? order : undefined
}

function findByLinkId(venue: BybitVenue, account: Account, category: Category, linkId: string): Order | undefined {
  for (const market of venue.marketsOf(category)) {
    const order = account.lastByClientId.get(`${market.symbol}|${linkId}`)
    if (order) return order
  }
  return undefined
}

/** `Order`, or the kind of a conditional order that still waits. */
export function filterOf(order: Order): string {
  return isWaiting(order) ? String(order.extra.orderFilter ?? 'StopOrder') : 'Order'
}

/** The order that a cancel or an amend means. Throws when there is none. */
function target(venue: BybitVenue, account: Account, category: Category, params: Params): Order {
  venue.market(category, params.need('symbol'))
  const order = findOrder(venue, account, category, params)
  const spot = category === 'spot'
  if (!order) throw noSuchOrder(spot)
  // On spot a conditional order is only found under its own filter.
  if (spot && isOpen(order) && filterOf(order) !== (params.text('orderFilter') ?? 'Order')) throw noSuchOrder(spot)
  return order
}

function cancel(venue: BybitVenue, account: Account, category: Category, params: Params): Placed {
  checkScope(account, category)
  const order = target(venue, account, category, params)
  if (!isOpen(order)) throw noSuchOrder(category === 'spot')
  if (!isResting(order) || !venue.takeLostCancel(account)) venue.engine.cancel(order)
  else {
    // Accepted, but the market was there first.
    venue.house.move(order.market, order.price)
    venue.feed.cancelLost(order)
  }
  return placed(venue, order)
}

function amend(venue: BybitVenue, account: Account, category: Category, params: Params): Placed {
  checkScope(account, category)
  const { engine } = venue
  const order = target(venue, account, category, params)
  if (!isOpen(order)) throw noSuchOrder(category === 'spot')
  const { market } = order
  const qty = params.decimal('qty') ?? order.qty
  const price = params.decimal('price') ?? order.price
  const triggerPrice = params.decimal('triggerPrice')
  if (!qty.eq(order.qty)) checkQty(market, qty, order.kind)
  if (qty.lte(order.filled)) throw badParameter('The quantity must be more than what is executed already')
  if (order.kind === 'LIMIT' && !price.eq(order.price)) checkPrice(market, price)
  if (triggerPrice !== undefined) {
    if (!isWaiting(order) || !order.trigger) throw badParameter('The order has no trigger price to amend')
    checkPrice(market, triggerPrice)
    checkTriggerSide(market, { ...order.trigger, price: triggerPrice })
  }
  engine.act(() => {
    const protection = amendProtection(order, params)
    const moved = triggerPrice !== undefined && moveTrigger(order, triggerPrice)
    const same = price.eq(order.price) && qty.eq(order.qty)
    if (same && !moved && !protection) throw new Refusal('no_change')
    if (same) {
      order.updatedAt = engine.time
      engine.emit({ exec: 'AMENDMENT', order })
    } else engine.modify(order, order.kind === 'LIMIT' ? price : order.price, qty)
  })
  return placed(venue, order)
}

function moveTrigger(order: Order, price: Big): boolean {
  if (!order.trigger || order.trigger.price.eq(price)) return false
  order.trigger.price = price
  return true
}

function cancelAll(venue: BybitVenue, account: Account, params: Params): unknown {
  const category = readCategory(params)
  checkScope(account, category)
  const symbol = params.text('symbol')
  const base = params.text('baseCoin')
  const settle = params.text('settleCoin')
  if (category === 'linear' && symbol === undefined && base === undefined && settle === undefined) {
    throw badParameter('Missing some parameters that must be filled in, symbol or baseCoin or settleCoin')
  }
  const filter = params.text('orderFilter') ?? (category === 'spot' ? 'Order' : undefined)
  const markets = new Set(venue.pickMarkets(category, { symbol, base, settle }))
  const list: Placed[] = []
  venue.engine.act(() => {
    for (const order of [...account.open]) {
      if (!markets.has(order.market) || (filter !== undefined && filterOf(order) !== filter)) continue
      venue.engine.cancel(order)
      list.push(placed(venue, order))
    }
  })
  return { list, success: '1' }
}

function isResting(order: Order): boolean {
  return order.kind === 'LIMIT' && !isWaiting(order)
}

type Single = (venue: BybitVenue, account: Account, category: Category, params: Params) => Placed

/** Runs each order of a batch; the code of each is in `retExtInfo`, in the same order. */
function batch(venue: BybitVenue, { account, params }: Call, single: Single): Detailed {
  const category = readCategory(params)
  const requests = params.list('request')
  if (requests.length > (category === 'spot' ? 10 : 20)) throw badParameter('The number of orders exceeds the limit')
  const codes: { code: number; msg: string }[] = []
  const list = requests.map((each) => {
    const symbol = each.text('symbol') ?? ''
    try {
      const done = single(venue, account, category, each)
      codes.push({ code: 0, msg: 'OK' })
      return { category, symbol, ...done, createAt: String(venue.api.now()) }
    } catch (error) {
      const failure = venue.api.failure(error, category)
      codes.push({ code: failure.code, msg: failure.message })
      const orderLinkId = each.text('orderLinkId') ?? ''
      return { category, symbol, orderId: '', orderLinkId, createAt: '' }
    }
  })
  return new Detailed({ list }, { list: codes })
}

const perOrderSecond = (category: Category | undefined) => (category === 'spot' ? 20 : 10)
const orderCount = (params: Params) => {
  const requests = params.raw('request')
  return Array.isArray(requests) ? Math.max(1, requests.length) : 1
}

/** Trading calls; each has a twin in order entry. */
export function orderEndpoints(venue: BybitVenue): Endpoint[] {
  const one = (run: Single) => (call: Call) => run(venue, call.account, readCategory(call.params), call.params)
  const many = (run: Single) => (call: Call) => batch(venue, call, run)
  const trade = { security: 'TRADE', perSecond: perOrderSecond } as const
  const counted = { ...trade, cost: orderCount }
  return [
    { ...trade, rest: 'POST /v5/order/create', ws: 'order.create', places: true, run: one(create) },
    { ...trade, rest: 'POST /v5/order/amend', ws: 'order.amend', perSecond: () => 10, run: one(amend) },
    { ...trade, rest: 'POST /v5/order/cancel', ws: 'order.cancel', run: one(cancel) },
    { ...trade, rest: 'POST /v5/order/cancel-all', run: ({ account, params }) => cancelAll(venue, account, params) },
    { ...counted, rest: 'POST /v5/order/create-batch', ws: 'order.create-batch', places: true, run: many(create) },
    { ...counted, rest: 'POST /v5/order/amend-batch', ws: 'order.amend-batch', run: many(amend) },
    { ...counted, rest: 'POST /v5/order/cancel-batch', ws: 'order.cancel-batch', run: many(cancel) },
  ]
}
