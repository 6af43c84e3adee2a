import { addDecimal } from '@tradercoin/protocol'
import { expect, vi } from 'vitest'
import { furthest, uniqueExecutions } from '../test-simulator.ts'
import { type Card, card, offeredCard, offersStops } from './card.suite.ts'
import { nothingKnown, soon } from './harness.suite.ts'
import { refusesStops } from './refusal.suite.ts'
import { expectOver, family } from './waiting-order.suite.ts'

export const snapshotCards: readonly Card[] = [
  card('C140', 'from nothing: open orders of each kind, balances, nothing unproven', async (h) => {
    const { exchange, who } = await h.setUp()
    const limit = await exchange.placeOrder(who, h.request())
    const wanted = h.request({ type: 'STOP_MARKET', price: null, stop_price: h.target.above })
    const stop = h.offersStops ? await exchange.placeOrder(who, wanted) : null
    const snapshot = await exchange.fetchSnapshot(who, nothingKnown)
    expect(furthest(snapshot.events, limit.order_id)).toMatchObject({ status: 'NEW', symbol: h.symbol })
    if (stop !== null) {
      expect(furthest(snapshot.events, stop.order_id)).toMatchObject({
        status: 'UNTRIGGERED',
        stop_price: h.target.above,
      })
    }
    expect(snapshot.events.some((event) => event.kind === 'balance')).toBe(true)
    expect(snapshot.unproven).toBeNull()
  }),

  card('C141', 'restart with open orders: what the stream told before and the snapshot after agree', async (h) => {
    const { exchange, account, who, recorder, stream } = await h.withStream()
    const before = await exchange.fetchSnapshot(who, nothingKnown)
    const resting = await exchange.placeOrder(who, h.request())
    const partly = await exchange.placeOrder(who, h.request({ price: h.target.price }))
    await h.trade({ side: 'SELL', quantity: '0.004' })
    await h.told(recorder, partly.order_id, 'PARTIALLY_FILLED')
    stream.close()
    await exchange.close()
    const restarted = h.open()
    const again = await h.follow(restarted, who)
    const snapshot = await restarted.fetchSnapshot(
      who,
      h.since(before.as_of, { open_orders: [h.ref(resting.order_id), h.ref(partly.order_id)] }),
    )
    await h.expectLedger(account, snapshot.events)
    await h.trade({ side: 'SELL', quantity: '0.006' })
    await h.told(again.recorder, partly.order_id, 'FILLED')
  }),

  card('C142', 'after a gap: an order that filled', async (h) => {
    const { exchange, account, who } = await h.setUp()
    const { order_id } = await exchange.placeOrder(who, h.request({ price: h.target.price }))
    const before = await exchange.fetchSnapshot(who, nothingKnown)
    await h.trade({ side: 'SELL', quantity: '0.01' })
    const after = await exchange.fetchSnapshot(who, h.since(before.as_of, { open_orders: [h.ref(order_id)] }))
    expect(furthest(after.events, order_id)).toMatchObject({ status: 'FILLED', executed_qty: '0.01' })
    await h.expectLedger(account, after.events)
    expect(after.as_of).toBeGreaterThan(before.as_of)
  }),

  card('C143', 'after a gap: an order that filled in part', async (h) => {
    const { exchange, account, who } = await h.setUp()
    const { order_id } = await exchange.placeOrder(who, h.request({ price: h.target.price }))
    const before = await exchange.fetchSnapshot(who, nothingKnown)
    await h.trade({ side: 'SELL', quantity: '0.003' })
    await h.trade({ side: 'SELL', quantity: '0.002' })
    const after = await exchange.fetchSnapshot(who, h.since(before.as_of, { open_orders: [h.ref(order_id)] }))
    expect(furthest(after.events, order_id)).toMatchObject({ status: 'PARTIALLY_FILLED', executed_qty: '0.005' })
    expect(uniqueExecutions(after.events)).toHaveLength(2)
    await h.expectLedger(account, after.events)
  }),

  card('C144', 'after a gap: an order that was canceled, unfilled and partly filled', async (h) => {
    const { exchange, account, who } = await h.setUp()
    const unfilled = await exchange.placeOrder(who, h.request())
    const partly = await exchange.placeOrder(who, h.request({ price: h.target.price }))
    const before = await exchange.fetchSnapshot(who, nothingKnown)
    await h.trade({ side: 'SELL', quantity: '0.004' })
    const elsewhere = h.open()
    await elsewhere.cancelOrder(who, h.ref(unfilled.order_id))
    await elsewhere.cancelOrder(who, h.ref(partly.order_id))
    const after = await exchange.fetchSnapshot(
      who,
      h.since(before.as_of, { open_orders: [h.ref(unfilled.order_id), h.ref(partly.order_id)] }),
    )
    expect(furthest(after.events, unfilled.order_id)?.status).toBe('CANCELED')
    expect(furthest(after.events, partly.order_id)).toMatchObject({ status: 'CANCELED', executed_qty: '0.004' })
    await h.expectLedger(account, after.events)
  }),

  card('C145', 'after a gap: orders from elsewhere, also on a symbol not traded before', async (h) => {
    const { exchange, account, who } = await h.setUp()
    const before = await exchange.fetchSnapshot(who, nothingKnown)
    await h.elsewhere(account, { side: 'BUY', quantity: '0.002' })
    await h.elsewhere(account, { side: 'BUY', quantity: '0.02', price: h.target.below })
    const { symbol, quantity } = h.target.long_ids
    await h.sim.order(account.account_id, { symbol, side: 'BUY', type: 'MARKET', quantity })
    const balances = before.events.flatMap((event) => (event.kind === 'balance' ? [event.balance] : []))
    const after = await exchange.fetchSnapshot(who, h.since(before.as_of, { balances }))
    await h.expectLedger(account, after.events)
  }),

  offeredCard(
    'C146',
    'after a gap: a conditional order that triggered and filled',
    offersStops,
    async (h) => {
      const { exchange, account, who } = await h.setUp()
      const stop_price = addDecimal(h.target.price, '1000')
      const { order_id } = await exchange.placeOrder(who, h.request({ type: 'STOP_MARKET', price: null, stop_price }))
      const before = await exchange.fetchSnapshot(who, nothingKnown)
      await h.move(addDecimal(stop_price, '100'))
      const after = await exchange.fetchSnapshot(who, h.since(before.as_of, { open_orders: [h.ref(order_id)] }))
      expectOver(after.events, order_id)
      const names = family(after.events, order_id)
      const traded = uniqueExecutions(after.events).filter((execution) => names.includes(execution.order_id))
      expect(traded.map(({ quantity }) => quantity).reduce(addDecimal, '0')).toBe('0.01')
      await h.expectLedger(account, after.events)
    },
    refusesStops,
  ),

  offeredCard(
    'C147',
    'after a gap: a conditional order that was canceled',
    offersStops,
    async (h) => {
      const { exchange, who } = await h.setUp()
      const { order_id } = await exchange.placeOrder(
        who,
        h.request({ type: 'STOP_MARKET', price: null, stop_price: h.target.above }),
      )
      const before = await exchange.fetchSnapshot(who, nothingKnown)
      await h.open().cancelOrder(who, h.ref(order_id))
      const after = await exchange.fetchSnapshot(who, h.since(before.as_of, { open_orders: [h.ref(order_id)] }))
      expect(furthest(after.events, order_id)?.status).toBe('CANCELED')
    },
    refusesStops,
  ),

  offeredCard(
    'C148',
    'after a gap: a conditional order nobody had heard of, placed, triggered and filled',
    offersStops,
    async (h) => {
      const { exchange, account, who } = await h.setUp()
      const before = await exchange.fetchSnapshot(who, nothingKnown)
      const stop_price = addDecimal(h.target.price, '1000')
      const order = h.request({ type: 'STOP_MARKET', price: null, stop_price })
      const { order_id } = await h.open().placeOrder(who, order)
      await h.move(addDecimal(stop_price, '100'))
      const after = await exchange.fetchSnapshot(who, h.since(before.as_of))
      expectOver(after.events, order_id)
      expect(furthest(after.events, order_id)?.client_order_id).toBe(order.client_order_id)
      await h.expectLedger(account, after.events)
    },
    refusesStops,
  ),

  card('C149', 'a snapshot asked twice says the same', async (h) => {
    const { exchange, account, who } = await h.setUp()
    await exchange.placeOrder(who, h.market())
    await exchange.placeOrder(who, h.request())
    const [first, second] = [
      await exchange.fetchSnapshot(who, h.since(Date.now() - 60_000)),
      await exchange.fetchSnapshot(who, h.since(Date.now() - 60_000)),
    ]
    await h.expectLedger(account, first.events)
    await h.expectLedger(account, [...first.events, ...second.events])
    const ids = (events: typeof first.events) =>
      events.flatMap((event) => (event.kind === 'order' ? [event.order.order_id] : [])).sort()
    expect(ids(second.events)).toEqual(ids(first.events))
  }),

  card(
    'C150',
    'a gap of more fills than a page of the venue holds',
    async (h) => {
      const { exchange, account, who } = await h.setUp()
      const before = await exchange.fetchSnapshot(who, nothingKnown)
      await h.sim.storm([account.account_id], 260, 2_000, 3, h.symbol)
      const balances = before.events.flatMap((event) => (event.kind === 'balance' ? [event.balance] : []))
      const after = await exchange.fetchSnapshot(who, h.since(before.as_of, { balances }))
      expect(uniqueExecutions(after.events).length).toBeGreaterThanOrEqual(260)
      await vi.waitFor(async () => h.expectLedger(account, after.events), soon)
    },
    30_000,
  ),
]
