import type { Account } from '../engine/account.ts'
import { dec, isMultiple, ZERO } from '../engine/decimal.ts'
import { settleAsset } from '../engine/instrument.ts'
import type { Market } from '../engine/market.ts'
import { isOpen, type Order, type Ticket } from '../engine/order.ts'
import { Refusal } from '../engine/refusal.ts'
import { type Call, type Endpoint, type Limit, Results } from './api.ts'
import { readAttached } from './attached.ts'
import { checkSize, findOrder, marketOf, readTicket } from './checks.ts'
import { ApiError, badParameter, cannotAmend, cannotCancel, refusalError } from './errors.ts'
import type { Params } from './params.ts'
import type { OkxVenue } from './venue.ts'

export type Row = { sCode: string } & Record<string, unknown>

const MOST_IN_BATCH = 20
const SINGLE: Limit = { calls: 60, seconds: 2, by: 'user+instId' }
const BATCH: Limit = { calls: 300, seconds: 2, by: 'user' }

/** Placing, canceling and amending; the WebSocket operations run the same three functions. */
export function orderEndpoints(venue: OkxVenue): Endpoint[] {
  const single = (rest: string, run: Operation, places = false): Endpoint => ({
    rest,
    security: 'TRADE',
    limit: SINGLE,
    places,
    run: ({ account, params, expTime }) => {
      notTooLate(venue, expTime)
      return new Results([alone(venue, account, params, run)])
    },
  })
  const batch = (rest: string, run: Operation, places = false): Endpoint => ({
    rest,
    security: 'TRADE',
    limit: BATCH,
    places,
    batch: true,
    run: (call: Call) => {
      notTooLate(venue, call.expTime)
      return new Results(together(venue, call.account, call.many, run))
    },
  })
  return [
    single('POST /api/v5/trade/order', place, true),
    batch('POST /api/v5/trade/batch-orders', place, true),
    single('POST /api/v5/trade/cancel-order', cancel),
    batch('POST /api/v5/trade/cancel-batch-orders', cancel),
    single('POST /api/v5/trade/amend-order', amend),
    batch('POST /api/v5/trade/amend-batch-orders', amend),
  ]
}

/** One operation on one order. Throws ApiError or Refusal; `blank` is the row of a failure. */
export interface Operation {
  run(venue: OkxVenue, account: Account, params: Params): Record<string, unknown>
  blank(params: Params): Record<string, unknown>
}

/** A single operation: what is wrong with the request itself is thrown, what is wrong with the order is a row. */
export function alone(venue: OkxVenue, account: Account, params: Params, operation: Operation): Row {
  return attempt(venue, account, params, operation, (error) => error.status !== 200)
}

export function together(venue: OkxVenue, account: Account, many: Params[], operation: Operation): Row[] {
  if (many.length === 0) throw new ApiError('50000', 'Body for POST request cannot be empty.', 400)
  if (many.length > MOST_IN_BATCH) {
    throw new ApiError('50041', `The batch may hold ${MOST_IN_BATCH} orders at most.`, 400)
  }
  return many.map((params) => attempt(venue, account, params, operation, () => false))
}

function attempt(
  venue: OkxVenue,
  account: Account,
  params: Params,
  operation: Operation,
  throws: (error: ApiError) => boolean,
): Row {
  try {
    const made = operation.run(venue, account, params)
    return { ...made, ts: String(venue.api.now()), sCode: '0', sMsg: '', subCode: '' }
  } catch (error) {
    const failure = venue.api.failure(error)
    if (throws(failure)) throw failure
    const ts = String(venue.api.now())
    return { ...operation.blank(params), ts, sCode: failure.code, sMsg: failure.message, subCode: '' }
  }
}

function notTooLate(venue: OkxVenue, expTime: number | undefined): void {
  if (expTime === undefined) return
  if (!Number.isInteger(expTime) || venue.api.now() > expTime) throw badParameter('expTime')
}

/** Throws a refusal of the engine in OKX's words. */
export function inWords<T>(market: Market, side: Order['side'], run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const { instrument } = market
    const isSpot = instrument.kind === 'spot'
    const asset = isSpot ? (side === 'BUY' ? instrument.quote : instrument.base) : settleAsset(instrument)
    throw refusalError(error.reason, asset, isSpot)
  }
}

export const place: Operation = {
  run(venue, account, params) {
    const market = marketOf(venue, params.need('instId'))
    const ticket = readTicket(venue, account, market, params)
    const attached = readAttached(market, ticket.side, params)
    if (attached.length > 0) ticket.extra = { ...ticket.extra, attached: JSON.stringify(attached) }
    venue.api.limits.chargeOrders(account.id, 1)
    const order = submit(venue, account, market, ticket)
    return { ordId: order.id.toString(), clOrdId: order.clientId, tag: params.text('tag') ?? '' }
  },
  blank: (params) => ({ ordId: '', clOrdId: params.text('clOrdId') ?? '', tag: params.text('tag') ?? '' }),
}

export function submit(venue: OkxVenue, account: Account, market: Market, ticket: Ticket): Order {
  return inWords(market, ticket.side, () => venue.engine.place(account, market, ticket))
}

const named = (params: Params) => ({ ordId: params.text('ordId') ?? '', clOrdId: params.text('clOrdId') ?? '' })

export const cancel: Operation = {
  run(venue, account, params) {
    const market = marketOf(venue, params.need('instId'))
    const order = findOrder(account, market, params)
    if (!order || !isOpen(order)) throw cannotCancel()
    venue.engine.cancel(order)
    return { ordId: order.id.toString(), clOrdId: order.clientId }
  },
  blank: named,
}

export const amend: Operation = {
  run(venue, account, params) {
    const market = marketOf(venue, params.need('instId'))
    const order = findOrder(account, market, params)
    const newPx = params.decimal('newPx')
    const newSz = params.decimal('newSz')
    const reqId = params.text('reqId') ?? ''
    if (newPx === undefined && newSz === undefined) {
      throw new ApiError('51500', 'You must enter a price, quantity, or TP/SL.')
    }
    if (!/^[A-Za-z0-9]{0,32}$/.test(reqId)) throw badParameter('reqId')
    if (!order || !isOpen(order) || order.kind === 'MARKET') throw cannotAmend()
    const price = newPx === undefined ? order.price : dec(newPx)
    const qty = newSz === undefined ? order.qty : dec(newSz)
    if (!isMultiple(price, market.instrument.tick)) throw badParameter('newPx')
    if (qty.gt(order.filled)) checkSize(market, qty, false)
    if (order.postOnly && market.book.crosses(order.side, price)) {
      throw new ApiError('51511', 'Operation failed as the order price does not meet the requirement for Post Only.')
    }
    venue.api.limits.chargeOrders(account.id, 1)
    change(venue, order, { price, qty, reqId, cancelOnFail: params.flag('cxlOnFail') })
    return { ordId: order.id.toString(), clOrdId: order.clientId, reqId }
  },
  blank: (params) => ({ ...named(params), reqId: params.text('reqId') ?? '' }),
}

interface Change {
  price: Order['price']
  qty: Order['qty']
  reqId: string
  cancelOnFail: boolean
}

/** The request is accepted by now; what becomes of it is told by the stream. */
function change(venue: OkxVenue, order: Order, { price, qty, reqId, cancelOnFail }: Change): void {
  const { engine } = venue
  const done = { reqId, result: '0', code: '0', msg: '' } as const
  engine.act(() => {
    if (qty.lte(order.filled) && order.filled.gt(ZERO)) {
      venue.amending(done, () => engine.complete(order))
      return
    }
    try {
      venue.amending(done, () => inWords(order.market, order.side, () => engine.modify(order, price, qty)))
    } catch (error) {
      if (error instanceof ApiError && price.eq(order.price) && qty.eq(order.qty)) {
        venue.channels.order(order, { amendment: done })
        return
      }
      const { code, message } = venue.api.failure(error)
      const failed = { reqId, result: cancelOnFail ? '1' : '-1', code, msg: message } as const
      if (cancelOnFail) venue.amending(failed, () => engine.cancel(order))
      else venue.channels.order(order, { amendment: failed })
    }
  })
}
