import { compareDecimal } from '@tradercoin/protocol'
import { expect, vi } from 'vitest'
import { type Card, card, offeredCard } from './card.suite.ts'
import { nothingKnown, soon } from './harness.suite.ts'

export const cancelCards: readonly Card[] = [
  card('C80', 'a cancel keeps the order’s own client order id', async (h) => {
    const { exchange, account, who, recorder } = await h.withStream()
    const order = h.request()
    const { order_id } = await exchange.placeOrder(who, order)
    await exchange.cancelOrder(who, h.ref(order_id, order.client_order_id))
    expect(await h.told(recorder, order_id, 'CANCELED')).toMatchObject({
      client_order_id: order.client_order_id,
      executed_qty: '0',
      price: order.price,
    })
    await h.expectLedger(account, recorder.events)
  }),

  card('C81', 'a cancel by client order id, while the venue’s id is not known', async (h) => {
    const { exchange, who, recorder } = await h.withStream()
    const order = h.request()
    await exchange.placeOrder(who, order)
    await exchange.cancelOrder(who, h.ref(null, order.client_order_id))
    await h.told(recorder, order.client_order_id, 'CANCELED')
  }),

  card('C82', 'a second cancel finds nothing', async (h) => {
    const { exchange, who, recorder } = await h.withStream()
    const { order_id } = await exchange.placeOrder(who, h.request())
    await exchange.cancelOrder(who, h.ref(order_id))
    await h.told(recorder, order_id, 'CANCELED')
    await expect(exchange.cancelOrder(who, h.ref(order_id))).rejects.toMatchObject({ kind: 'not_found' })
  }),

  card('C83', 'two cancels at once: one order is canceled once', async (h) => {
    const { exchange, account, who, recorder } = await h.withStream()
    const { order_id } = await exchange.placeOrder(who, h.request())
    const outcomes = await Promise.allSettled([
      exchange.cancelOrder(who, h.ref(order_id)),
      exchange.cancelOrder(who, h.ref(order_id)),
    ])
    expect(outcomes.some(({ status }) => status === 'fulfilled')).toBe(true)
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ kind: 'not_found' })
    }
    await h.told(recorder, order_id, 'CANCELED')
    await h.expectLedger(account, recorder.events)
  }),

  card('C84', 'the cancel of a filled order finds nothing, and the order stays FILLED', async (h) => {
    const { exchange, account, who, recorder } = await h.withStream()
    const { order_id } = await exchange.placeOrder(who, h.market())
    await h.told(recorder, order_id, 'FILLED')
    // Some venues take every cancel and tell what came of it on the stream.
    const answer = await exchange.cancelOrder(who, h.ref(order_id)).catch((problem: unknown) => problem)
    if (answer !== undefined) expect(answer).toMatchObject({ kind: 'not_found' })
    const witness = await exchange.placeOrder(who, h.request())
    await h.told(recorder, witness.order_id, 'NEW')
    expect(recorder.order(order_id)?.status).toBe('FILLED')
    await h.expectLedger(account, recorder.events)
  }),

  card('C85', 'the cancel of an order the venue never had', async (h) => {
    const { exchange, who } = await h.setUp()
    for (const ref of [h.ref('1'), h.ref(null, 'nobody')]) {
      await expect(exchange.cancelOrder(who, ref)).rejects.toMatchObject({ kind: 'not_found' })
    }
  }),

  card('C86', 'cancel-all: what a snapshot lists as open is canceled one by one, and nothing is left', async (h) => {
    const { exchange, account, who, recorder } = await h.withStream()
    await exchange.placeOrder(who, h.request())
    await exchange.placeOrder(who, h.request({ side: 'SELL', price: h.target.above }))
    const stop = h.request({ type: 'STOP_MARKET', price: null, stop_price: h.target.above })
    if (h.offersStops) await exchange.placeOrder(who, stop)
    await h.elsewhere(account, { side: 'BUY', quantity: '0.02', price: h.target.below })
    const { events } = await exchange.fetchSnapshot(who, nothingKnown)
    const open = events.flatMap((event) =>
      event.kind === 'order' && ['NEW', 'UNTRIGGERED'].includes(event.order.status) ? [event.order] : [],
    )
    expect(open).toHaveLength(h.offersStops ? 4 : 3)
    await Promise.all(open.map((order) => exchange.cancelOrder(who, h.ref(order.order_id, order.client_order_id))))
    for (const { order_id } of open) await h.told(recorder, order_id, 'CANCELED')
    const after = await exchange.fetchSnapshot(who, nothingKnown)
    expect(after.events.some((event) => event.kind === 'order' && event.order.status === 'NEW')).toBe(false)
    await h.expectLedger(account, recorder.events)
  }),

  card('C87', 'partly filled, then canceled: CANCELED, and what traded stays', async (h) => {
    const { exchange, account, who, recorder } = await h.withStream()
    const { order_id } = await exchange.placeOrder(who, h.request({ price: h.target.price }))
    await h.trade({ side: 'SELL', quantity: '0.004' })
    await h.told(recorder, order_id, 'PARTIALLY_FILLED')
    await exchange.cancelOrder(who, h.ref(order_id))
    expect(await h.told(recorder, order_id, 'CANCELED')).toMatchObject({ executed_qty: '0.004', quantity: '0.01' })
    expect(recorder.executions()).toMatchObject([{ order_id, quantity: '0.004' }])
    await h.expectLedger(account, recorder.events)
  }),

  card('C88', 'a cancel racing a fill: either wins, and both sides say the same', async (h) => {
    const { exchange, account, who, recorder } = await h.withStream()
    const taker = await h.sim.account()
    const races = 12
    for (let race = 0; race < races; race++) {
      const { order_id } = await exchange.placeOrder(who, h.request({ price: h.target.price }))
      const fill = () => h.elsewhere(taker, { side: 'SELL', quantity: '0.01' })
      const cancel = () => exchange.cancelOrder(who, h.ref(order_id)).catch((problem: unknown) => problem)
      const [outcome] = await (race % 2 === 0
        ? Promise.all([cancel(), fill()])
        : Promise.all([fill(), cancel()]).then(([filled, problem]) => [problem, filled] as const))
      await vi.waitFor(() => expect(['FILLED', 'CANCELED']).toContain(recorder.order(order_id)?.status), soon)
      if (outcome === undefined) continue
      expect(outcome).toMatchObject({ kind: 'not_found' })
      await h.told(recorder, order_id, 'FILLED')
    }
    await vi.waitFor(() => h.expectLedger(account, recorder.events), soon)
  }),

  card('C89', 'an order canceled elsewhere is told', async (h) => {
    const { exchange, account, who, recorder } = await h.withStream()
    const order = h.request()
    const { order_id } = await exchange.placeOrder(who, order)
    await h.told(recorder, order_id, 'NEW')
    await h.open().cancelOrder(who, h.ref(order_id))
    expect(await h.told(recorder, order_id, 'CANCELED')).toMatchObject({ client_order_id: order.client_order_id })
    await h.expectLedger(account, recorder.events)
  }),

  card('C90', 'cancel and replace: the new order works, the old one does not', async (h) => {
    const { exchange, account, who, recorder } = await h.withStream()
    const first = await exchange.placeOrder(who, h.request())
    await exchange.cancelOrder(who, h.ref(first.order_id))
    const second = await exchange.placeOrder(who, h.request({ quantity: '0.02' }))
    await h.told(recorder, first.order_id, 'CANCELED')
    expect(compareDecimal((await h.told(recorder, second.order_id, 'NEW')).quantity ?? '0', '0.02')).toBe(0)
    await h.expectLedger(account, recorder.events)
  }),

  offeredCard(
    'C69',
    'a cancel that was accepted and then lost against a fill: FILLED stays',
    ({ target }) => target.loses_cancels === true,
    async (h) => {
      const { exchange, account, who, recorder } = await h.withStream()
      await h.sim.fault('lost_cancel', { count: 1 }, account)
      const { order_id } = await exchange.placeOrder(who, h.request({ price: h.target.price }))
      await exchange.cancelOrder(who, h.ref(order_id))
      await h.told(recorder, order_id, 'FILLED')
      const witness = await exchange.placeOrder(who, h.request())
      await h.told(recorder, witness.order_id, 'NEW')
      expect(recorder.order(order_id)).toMatchObject({ status: 'FILLED', executed_qty: '0.01' })
      await h.expectLedger(account, recorder.events)
    },
    // Where a cancel that was accepted has happened, no later fill is told.
    async (h) => {
      const { exchange, account, who, recorder } = await h.withStream()
      const { order_id } = await exchange.placeOrder(who, h.request({ price: h.target.price }))
      await exchange.cancelOrder(who, h.ref(order_id))
      await h.trade({ side: 'SELL', quantity: '0.01' })
      await h.told(recorder, order_id, 'CANCELED')
      expect(recorder.executions()).toEqual([])
      await h.expectLedger(account, recorder.events)
    },
  ),
]
