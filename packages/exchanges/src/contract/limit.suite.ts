import { expect, vi } from 'vitest'
import { type Card, card } from './card.suite.ts'
import { soon } from './harness.suite.ts'

export const limitCards: readonly Card[] = [
  card('C30', 'a limit buy rests: told with the ids of the answer and the numbers as asked for', async (h) => {
    const { exchange, who, recorder, stream } = await h.withStream()
    const order = h.request()
    const { order_id } = await exchange.placeOrder(who, order)
    expect(await h.told(recorder, order_id, 'NEW')).toMatchObject({
      symbol: h.symbol,
      order_id,
      client_order_id: order.client_order_id,
      side: 'BUY',
      type: 'LIMIT',
      time_in_force: 'GTC',
      post_only: false,
      reduce_only: false,
      price: order.price,
      stop_price: null,
      quantity: order.quantity,
      quantity_unit: 'BASE',
      executed_qty: '0',
      trading_mode: h.target.trading_mode,
    })
    expect(stream.lastAliveAt()).not.toBeNull()
  }),

  card('C31', 'a limit sell rests', async (h) => {
    const { exchange, who, recorder } = await h.withStream()
    const { order_id } = await exchange.placeOrder(who, h.request({ side: 'SELL', price: h.target.above }))
    expect(await h.told(recorder, order_id, 'NEW')).toMatchObject({ side: 'SELL', price: h.target.above })
  }),

  card('C32', 'a buy and a sell rest side by side', async (h) => {
    const { exchange, account, who, recorder } = await h.withStream()
    const [buy, sell] = await Promise.all([
      exchange.placeOrder(who, h.request()),
      exchange.placeOrder(who, h.request({ side: 'SELL', price: h.target.above })),
    ])
    await h.told(recorder, buy.order_id, 'NEW')
    await h.told(recorder, sell.order_id, 'NEW')
    expect(buy.order_id).not.toBe(sell.order_id)
    await h.expectLedger(account, recorder.events)
  }),

  card('C33', 'a limit buy that crosses fills as taker', async (h) => {
    const { exchange, account, who, recorder } = await h.withStream()
    const { order_id } = await exchange.placeOrder(who, h.request({ price: h.target.taking }))
    expect(await h.told(recorder, order_id, 'FILLED')).toMatchObject({ type: 'LIMIT', price: h.target.taking })
    expect(recorder.executions().every(({ is_maker }) => is_maker === false)).toBe(true)
    await h.expectLedger(account, recorder.events)
  }),

  card('C34', 'a partial fill, then the rest: two executions as maker', async (h) => {
    const { exchange, account, who, recorder } = await h.withStream()
    const { order_id } = await exchange.placeOrder(who, h.request({ price: h.target.price }))
    await h.trade({ side: 'SELL', quantity: '0.004' })
    expect(await h.told(recorder, order_id, 'PARTIALLY_FILLED')).toMatchObject({ executed_qty: '0.004' })
    await h.trade({ side: 'SELL', quantity: '0.006' })
    expect(await h.told(recorder, order_id, 'FILLED')).toMatchObject({ executed_qty: '0.01', quantity: '0.01' })
    const executions = recorder.executions()
    expect(executions.map(({ quantity }) => quantity)).toEqual(['0.004', '0.006'])
    expect(executions.every((execution) => execution.order_id === order_id && execution.is_maker)).toBe(true)
    expect(executions.every(({ price }) => price === h.target.price)).toBe(true)
    await h.expectLedger(account, recorder.events)
  }),

  card('C35', 'a crossing order takes what is there and rests with the remainder', async (h) => {
    const { exchange, account, who, recorder } = await h.withStream()
    await h.trade({ side: 'SELL', quantity: '0.003', price: h.target.price })
    const { order_id } = await exchange.placeOrder(who, h.request({ price: h.target.price }))
    expect(await h.told(recorder, order_id, 'PARTIALLY_FILLED')).toMatchObject({ executed_qty: '0.003' })
    await h.trade({ side: 'SELL', quantity: '0.007' })
    await h.told(recorder, order_id, 'FILLED')
    expect(recorder.executions().map(({ is_maker }) => is_maker)).toEqual([false, true])
    await h.expectLedger(account, recorder.events)
  }),

  card('C36', 'a limit order placed in the exchange’s own app arrives like any other', async (h) => {
    const { account, recorder } = await h.withStream()
    const placed = await h.elsewhere(account, { side: 'BUY', quantity: '0.02', price: h.target.below })
    const told = await h.told(recorder, placed.order_id, 'NEW')
    expect(told).toMatchObject({ type: 'LIMIT', quantity: '0.02', price: h.target.below })
    if (placed.client_order_id !== '') expect(told.client_order_id).toBe(placed.client_order_id)
  }),

  card('C37', 'an order found by either id, and one nobody placed is null', async (h) => {
    const { exchange, who } = await h.setUp()
    const order = h.market()
    const { order_id } = await exchange.placeOrder(who, order)
    const byId = await exchange.fetchOrder(who, h.ref(order_id))
    const byName = await exchange.fetchOrder(who, h.ref(null, order.client_order_id))
    expect(byId).toEqual(byName)
    expect(byId?.some((event) => event.kind === 'order' && event.order.status === 'FILLED')).toBe(true)
    expect(await exchange.fetchOrder(who, h.ref(null, 'nobody'))).toBeNull()
  }),

  card('C38', 'a hundred orders at once: each is told with its own ids', async (h) => {
    const { exchange, account, who, recorder } = await h.withStream()
    const orders = Array.from({ length: 100 }, () => h.request({ quantity: '0.002' }))
    const placed = await Promise.all(orders.map((order) => exchange.placeOrder(who, order)))
    await vi.waitFor(() => {
      for (const [index, { order_id }] of placed.entries()) {
        expect(recorder.order(order_id)?.client_order_id).toBe(orders[index]?.client_order_id)
      }
    }, soon)
    expect(new Set(placed.map(({ order_id }) => order_id)).size).toBe(100)
    await h.expectLedger(account, recorder.events)
  }),
]
