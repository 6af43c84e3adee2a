import { expect } from 'vitest'
import { furthest } from '../test-simulator.ts'
import { change } from './amend.suite.ts'
import { type Card, card, offeredCard, offersStops } from './card.suite.ts'
import { refusesStops } from './refusal.suite.ts'

/* A request whose answer is lost: the adapter says that it does not know, and a query by the client order id finds out. */

export const ambiguousCards: readonly Card[] = [
  card('C160', 'a place answered with an error though it was executed', async (h) => {
    const { exchange, account, who } = await h.setUp()
    await h.sim.fault('ambiguous_place', { accepted: true }, account)
    const order = h.request()
    await expect(exchange.placeOrder(who, order)).rejects.toMatchObject({ kind: 'unknown_outcome' })
    const found = await exchange.fetchOrder(who, h.ref(null, order.client_order_id))
    expect(furthest(found ?? [], order.client_order_id)?.status).toBe('NEW')
  }),

  card('C161', 'a place cut off that was not executed', async (h) => {
    const { exchange, account, who } = await h.setUp()
    await h.sim.fault('ambiguous_place', { accepted: false, reply: 'hang_up' }, account)
    const order = h.request()
    await expect(exchange.placeOrder(who, order)).rejects.toMatchObject({ kind: 'unknown_outcome' })
    expect(await exchange.fetchOrder(who, h.ref(null, order.client_order_id))).toBeNull()
  }),

  card('C162', 'a place whose answer is lost on the way, filled meanwhile: nothing is sent twice', async (h) => {
    const { exchange, account, who, proxy } = await h.behindProxy()
    await exchange.fetchInstruments()
    proxy.seen.length = 0
    proxy.loseNext('answer')
    const order = h.market()
    await expect(exchange.placeOrder(who, order)).rejects.toMatchObject({ kind: 'unknown_outcome' })
    expect(proxy.seen.filter((call) => call.startsWith('POST'))).toHaveLength(1)
    const found = await exchange.fetchOrder(who, h.ref(null, order.client_order_id))
    expect(furthest(found ?? [], order.client_order_id)).toMatchObject({ status: 'FILLED', executed_qty: '0.01' })
    expect((await h.ledger(account)).orders).toHaveLength(1)
  }),

  offeredCard(
    'C163',
    'a conditional place whose answer is lost on the way',
    offersStops,
    async (h) => {
      const { exchange, who, proxy } = await h.behindProxy()
      await exchange.fetchInstruments()
      const order = h.request({ type: 'STOP_MARKET', price: null, stop_price: h.target.above })
      proxy.loseNext('answer')
      await expect(exchange.placeOrder(who, order)).rejects.toMatchObject({ kind: 'unknown_outcome' })
      const found = await exchange.fetchOrder(who, h.ref(null, order.client_order_id))
      expect(furthest(found ?? [], order.client_order_id)?.status).toBe('UNTRIGGERED')
    },
    refusesStops,
  ),

  card('C164', 'a cancel that was executed, its answer lost', async (h) => {
    const { exchange, who, proxy } = await h.behindProxy()
    const { order_id } = await exchange.placeOrder(who, h.request())
    proxy.loseNext('answer')
    await expect(exchange.cancelOrder(who, h.ref(order_id))).rejects.toMatchObject({ kind: 'unknown_outcome' })
    expect(furthest((await exchange.fetchOrder(who, h.ref(order_id))) ?? [], order_id)?.status).toBe('CANCELED')
  }),

  card('C165', 'a cancel that never arrived', async (h) => {
    const { exchange, who, proxy } = await h.behindProxy()
    const { order_id } = await exchange.placeOrder(who, h.request())
    proxy.loseNext('request')
    await expect(exchange.cancelOrder(who, h.ref(order_id))).rejects.toMatchObject({ kind: 'unknown_outcome' })
    expect(furthest((await exchange.fetchOrder(who, h.ref(order_id))) ?? [], order_id)?.status).toBe('NEW')
  }),

  offeredCard(
    'C166',
    'an amend that was executed, its answer lost',
    ({ capabilities }) => capabilities.amend !== null,
    async (h) => {
      const { exchange, who, proxy } = await h.behindProxy()
      const order = h.request()
      const { order_id } = await exchange.placeOrder(who, order)
      proxy.loseNext('answer')
      const amended = exchange.amendOrder(who, change(h, order, order_id, { quantity: '0.005' }))
      await expect(amended).rejects.toMatchObject({ kind: 'unknown_outcome' })
      const found = furthest((await exchange.fetchOrder(who, h.ref(order_id))) ?? [], order_id)
      expect(found).toMatchObject({ quantity: '0.005', status: 'NEW' })
    },
    async (h) => {
      const { exchange, who, proxy } = await h.behindProxy()
      const order = h.request()
      const { order_id } = await exchange.placeOrder(who, order)
      proxy.loseNext('answer')
      const amended = exchange.amendOrder(who, change(h, order, order_id, { quantity: '0.005' }))
      await expect(amended).rejects.toMatchObject({ kind: 'refused', code: 'amend_not_supported' })
    },
  ),

  offeredCard(
    'C167',
    'an amend that never arrived',
    ({ capabilities }) => capabilities.amend !== null,
    async (h) => {
      const { exchange, who, proxy } = await h.behindProxy()
      const order = h.request()
      const { order_id } = await exchange.placeOrder(who, order)
      proxy.loseNext('request')
      const amended = exchange.amendOrder(who, change(h, order, order_id, { quantity: '0.005' }))
      await expect(amended).rejects.toMatchObject({ kind: 'unknown_outcome' })
      const found = furthest((await exchange.fetchOrder(who, h.ref(order_id))) ?? [], order_id)
      expect(found).toMatchObject({ quantity: '0.01', status: 'NEW' })
    },
    async (h) => {
      const { exchange, who } = await h.setUp()
      const order = h.request()
      const { order_id } = await exchange.placeOrder(who, order)
      const amended = exchange.amendOrder(who, change(h, order, order_id, { quantity: '0.005' }))
      await expect(amended).rejects.toMatchObject({ kind: 'refused', code: 'amend_not_supported' })
    },
  ),

  card('C168', 'a server error: a place and a cancel are in doubt, a query says nothing', async (h) => {
    const { exchange, account, who } = await h.setUp()
    const { order_id } = await exchange.placeOrder(who, h.request())
    await h.sim.fault('http_error', { count: 3, status: 502 }, account)
    await expect(exchange.placeOrder(who, h.request())).rejects.toMatchObject({ kind: 'unknown_outcome' })
    await expect(exchange.cancelOrder(who, h.ref(order_id))).rejects.toMatchObject({ kind: 'unknown_outcome' })
    await expect(exchange.fetchOrder(who, h.ref(order_id))).rejects.toMatchObject({ kind: 'unavailable' })
    expect(furthest((await exchange.fetchOrder(who, h.ref(order_id))) ?? [], order_id)?.status).toBe('NEW')
  }),

  card('C169', 'an exchange that is away: a place was not sent, a query says nothing', async (h) => {
    const gone = await h.startExchange('off')
    const account = await h.controls(gone.url).account()
    const exchange = h.open({ url: gone.url })
    await exchange.fetchInstruments()
    await gone.close()
    await expect(exchange.placeOrder(account.credentials, h.request())).rejects.toMatchObject({ kind: 'not_sent' })
    await expect(exchange.fetchOrder(account.credentials, h.ref('1'))).rejects.toMatchObject({ kind: 'unavailable' })
  }),
]
