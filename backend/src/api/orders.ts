import { createHash } from 'node:crypto'
import {
  amendOrderAnswerSchema,
  amendOrderBodySchema,
  cancelOrderAnswerSchema,
  type ExchangeKey,
  type Order,
  orderDetailsSchema,
  orderFilterSchema,
  orderSchema,
  orderStatsSchema,
  type PlaceOrderAnswer,
  type PlaceOrderBody,
  pageOf,
  pageSchema,
  placeOrderAnswerSchema,
  placeOrderBodySchema,
  queryInteger,
  tradingModeSchema,
} from '@tradercoin/protocol'
import { z } from 'zod'
import type { Accounts } from '../accounts/accounts.ts'
import type { CancelAnswer } from '../accounts/placement.ts'
import { coversMode } from '../exchanges.ts'
import type { Instruments } from '../instruments.ts'
import { isRemovedKey, readKey } from '../store/exchange-keys.ts'
import { listOrders, readOrder, readOrderDetails } from '../store/order-list.ts'
import { readOrderStats } from '../store/order-stats.ts'
import { readPlacedOrder } from '../store/placed-orders.ts'
import type { UserScope } from '../store/scope.ts'
import type { Store } from '../store/store.ts'
import type { Cursors } from './cursor.ts'
import { type Idempotency, idempotencyKeyOf, once } from './idempotency.ts'
import { queryName } from './lists.ts'
import { orderProblems } from './order-rules.ts'
import { idOf, notFound, Problem, refuseIdleKey } from './problem.ts'
import type { ApiServer } from './server.ts'
import { venuesOf } from './venues.ts'

export interface OrderRoutes extends Idempotency {
  store: Store
  cursors: Cursors
  accounts: Accounts
  instruments: Instruments
}

const tags = ['orders']
const params = z.object({ id: z.string() })

/** Reading orders. */
export function orderReadRoutes(api: ApiServer, { store, cursors, instruments }: OrderRoutes): void {
  api.get('/trading/orders', {
    schema: {
      tags,
      summary: 'Orders, newest first',
      querystring: orderFilterSchema.extend(pageSchema.shape),
      response: { 200: pageOf(orderSchema) },
    },
    handler: async ({ principal, query }) => {
      const user_id = principal.user.id
      const { limit, cursor, ...filter } = query
      const name = queryName('orders', filter)
      const place = cursors.read(cursor, user_id, name)
      return cursors.sign(await listOrders(store.queries, { user_id }, filter, { limit, cursor: place }), user_id, name)
    },
  })
  api.get('/trading/orders/stats', {
    schema: {
      tags,
      summary: 'Counts and sums over all matching orders',
      querystring: orderFilterSchema,
      response: { 200: orderStatsSchema },
    },
    handler: async ({ principal, query }) => {
      const scope = { user_id: principal.user.id }
      await instruments.learn(venuesOf(store, scope))
      return readOrderStats(store, scope, query, (order) => instruments.find(order))
    },
  })
  api.get('/trading/orders/:id', {
    schema: {
      tags,
      summary: 'One order with its timeline and executions',
      params,
      response: { 200: orderDetailsSchema },
    },
    handler: async ({ principal, params }) => {
      const order = readOrderDetails(store.db, { user_id: principal.user.id }, idOf(params.id))
      if (!order) throw notFound()
      return order
    },
  })
}

const cancelAllQuery = z.strictObject({
  exchange_key_id: queryInteger(1),
  symbol: z.string().min(1).max(64).optional(),
  /** For keys that cover both: an account may have one symbol in each. */
  trading_mode: tradingModeSchema.optional(),
})
const cancelAllItem = cancelOrderAnswerSchema.extend({ problem: z.string().nullable() })

/** Placing and canceling. Answers tell what was stored; what the venue makes of it comes as events. */
export function orderWriteRoutes(api: ApiServer, routes: OrderRoutes): void {
  const { store, accounts } = routes
  api.post('/trading/orders', {
    config: { badValueStatus: 422 },
    schema: {
      tags,
      summary: 'Place an order, once for each Idempotency-Key',
      headers: z.object({ 'idempotency-key': z.string().optional() }),
      body: placeOrderBodySchema,
      response: { 202: placeOrderAnswerSchema },
    },
    handler: async (request, reply) => {
      const { principal, body } = request
      const scope = { user_id: principal.user.id }
      const key = idempotencyKeyOf(request)
      checkOrder(store, scope, body)
      const named = { ...body, client_order_id: body.client_order_id ?? clientOrderIdOf(scope, key) }
      const answer = await once(routes, scope.user_id, key, body, async (wasInterrupted) => {
        const { exchange_key_id, client_order_id } = named
        const placed = wasInterrupted ? readPlacedOrder(store.db, scope, exchange_key_id, client_order_id) : undefined
        return { status: 202, body: placed ?? placeAnswer(await accounts.placeOrder(scope, named), client_order_id) }
      })
      return reply.code(202).send(answer.body as PlaceOrderAnswer)
    },
  })
  api.patch('/trading/orders/:id', {
    config: { badValueStatus: 422 },
    schema: {
      tags,
      summary: 'Change price or quantity of a resting order; it shows once the exchange confirms it',
      params,
      body: amendOrderBodySchema,
      response: { 202: amendOrderAnswerSchema },
    },
    handler: async ({ principal, params, body }, reply) => {
      const scope = { user_id: principal.user.id }
      const id = idOf(params.id)
      checkKeyOf(store, scope, id)
      const { order, refusal } = await accounts.amendOrder(scope, id, body)
      if (refusal !== null) {
        const code = refusal.code === 'amend_not_supported' ? refusal.code : 'amend_refused'
        throw new Problem(422, code, `The exchange refused the change: ${refusal.reason}`)
      }
      return reply.code(202).send({ id: order.id, status: order.status })
    },
  })
  api.delete('/trading/orders/:id', {
    schema: { tags, summary: 'Cancel an order', params, response: { 202: cancelOrderAnswerSchema } },
    handler: async ({ principal, params }, reply) => {
      const scope = { user_id: principal.user.id }
      const id = idOf(params.id)
      checkKeyOf(store, scope, id)
      const { order, problem } = await accounts.cancelOrder(scope, id)
      if (problem !== null) throw new Problem(422, 'cancel_refused', `The exchange refused the cancel: ${problem}`)
      return reply.code(202).send({ id: order.id, status: order.status })
    },
  })
  api.delete('/trading/orders', {
    schema: {
      tags,
      summary: 'Cancel all open orders of a key, or those of one symbol or trading mode',
      querystring: cancelAllQuery,
      response: { 202: z.object({ items: z.array(cancelAllItem) }) },
    },
    handler: async ({ principal, query }, reply) => {
      const scope = { user_id: principal.user.id }
      const { exchange_key_id, symbol, trading_mode } = query
      checkKey(store, scope, exchange_key_id)
      const answers = await accounts.cancelAll(scope, exchange_key_id, { symbol, trading_mode })
      return reply.code(202).send({ items: answers.map(cancelAnswer) })
    },
  })
}

/** @throws Problem when the key of an order cannot act on it; an order that is not there is left to whoever looks for it */
function checkKeyOf(store: Store, scope: UserScope, orderId: number): void {
  const order = readOrder(store.db, scope, orderId)
  if (order) checkKey(store, scope, order.exchange_key_id)
}

/** @throws Problem for a key that is not the user's, or that the hub does not act with just now */
function checkKey(store: Store, scope: UserScope, keyId: number): ExchangeKey {
  if (isRemovedKey(store.db, scope, keyId)) {
    const detail = 'The key of this was removed, so the hub cannot act on it; add the account again first.'
    throw new Problem(409, 'key_removed', detail)
  }
  const key = readKey(store.db, scope, keyId)
  if (!key) throw notFound()
  refuseIdleKey(key)
  return key
}

const cancelAnswer = ({ order: { id, status }, problem }: CancelAnswer) => ({ id, status, problem })

const placeAnswer = ({ id, client_order_id, status }: Order, named: string) => ({
  id,
  client_order_id: client_order_id ?? named,
  status,
})

/** The same request gets the same id, so that a repetition after a crash finds what the first try placed. */
function clientOrderIdOf({ user_id }: UserScope, key: string): string {
  return `tc${createHash('sha256')
    .update(JSON.stringify([user_id, key]))
    .digest('hex')
    .slice(0, 28)}`
}

/** @throws Problem for what must not even be tried */
function checkOrder(store: Store, scope: UserScope, body: PlaceOrderBody): void {
  const key = checkKey(store, scope, body.exchange_key_id)
  if (key.permissions && !key.permissions.trade) {
    throw new Problem(
      403,
      'trade_permission_missing',
      'This key may only read. Allow it to trade at the exchange, and add it anew.',
    )
  }
  const errors = orderProblems(body)
  if (body.trading_mode && !coversMode(key, body.trading_mode)) {
    errors.push({ field: 'trading_mode', message: `this key trades ${key.trading_mode} only` })
  }
  if (errors.length === 0) return
  throw new Problem(
    422,
    'invalid_order',
    `The order cannot be placed: see ${errors.map(({ field }) => field).join(', ')}.`,
    { errors },
  )
}
