import { addDecimal, compareDecimal } from '@tradercoin/protocol'
import { expect, vi } from 'vitest'
import { furthest } from '../test-simulator.ts'
import { type Card, card, offeredCard } from './card.suite.ts'
import { soon } from './harness.suite.ts'

export const idCards: readonly Card[] = [
  card('C130', 'the longest ids keep every digit, there and back', async (h) => {
    const { exchange, account, who, recorder } = await h.withStream()
    const { symbol, quantity } = h.target.long_ids
    await h.sim.order(account.account_id, { symbol, side: 'BUY', type: 'MARKET', quantity })
    await vi.waitFor(() => expect(recorder.executions()).not.toHaveLength(0), soon)
    const [booked] = (await h.ledger(account)).orders
    const order_id = recorder.executions()[0]?.order_id ?? ''
    expect(order_id).toBe(booked?.order_id)
    const found = await exchange.fetchOrder(who, h.ref(order_id, null, symbol))
    expect(furthest(found ?? [], order_id)?.status).toBe('FILLED')
  }),

  card('C131', 'a client order id of 32 letters and digits comes back as it went', async (h) => {
    const { exchange, who, recorder } = await h.withStream()
    const client_order_id = 'A9z'.padEnd(32, 'b7')
    const { order_id } = await exchange.placeOrder(who, h.request({ client_order_id }))
    await h.told(recorder, order_id, 'NEW')
    expect(recorder.order(order_id)?.client_order_id).toBe(client_order_id)
  }),

  offeredCard(
    'C132',
    'a symbol outside ASCII is placed, told, found and canceled',
    ({ target }) => target.unicode !== null,
    async (h) => {
      const { exchange, who, recorder } = await h.withStream()
      const { symbol, quantity, price } = h.target.unicode ?? { symbol: '', quantity: '', price: '' }
      const { order_id } = await exchange.placeOrder(who, h.request({ symbol, quantity, price }))
      expect(await h.told(recorder, order_id, 'NEW')).toMatchObject({ symbol, quantity, price })
      expect(furthest((await exchange.fetchOrder(who, h.ref(order_id, null, symbol))) ?? [], order_id)?.symbol).toBe(
        symbol,
      )
      await exchange.cancelOrder(who, h.ref(order_id, null, symbol))
      await h.told(recorder, order_id, 'CANCELED')
    },
    // Where no such symbol is listed it must come out as that, and not as a broken signature.
    async (h) => {
      const { exchange, who } = await h.setUp()
      const order = h.request({ symbol: '这是测试币456' })
      await expect(exchange.placeOrder(who, order)).rejects.toMatchObject({ kind: 'refused', code: 'unknown_symbol' })
    },
  ),

  card('C133', 'instruments: the rules an order must keep', async (h) => {
    const list = await h.open().fetchInstruments()
    const found = list.find(({ symbol, trading_mode }) => symbol === h.symbol && trading_mode === h.target.trading_mode)
    expect(found).toMatchObject({
      base_asset: 'BTC',
      quote_asset: 'USDT',
      settle_asset: 'USDT',
      quantity_unit: 'BASE',
      is_trading: true,
      tick_size: expect.any(String),
      step_size: expect.any(String),
    })
    for (const rule of [found?.tick_size, found?.step_size]) expect(compareDecimal(rule ?? '0', '0')).toBe(1)
  }),

  card('C134', 'instruments are asked for once, however many want them', async (h) => {
    const { exchange, proxy } = await h.behindProxy()
    const [first, second] = await Promise.all([exchange.fetchInstruments(), exchange.fetchInstruments()])
    const calls = proxy.seen.length
    expect(await exchange.fetchInstruments()).toEqual(first)
    expect(second).toEqual(first)
    expect(proxy.seen.length).toBe(calls)
  }),

  card('C135', 'an order at the finest tick and step keeps every digit', async (h) => {
    const { exchange, who, recorder } = await h.withStream()
    const list = await exchange.fetchInstruments()
    const found = list.find(({ symbol, trading_mode }) => symbol === h.symbol && trading_mode === h.target.trading_mode)
    const fine = addDecimal('0.01', found?.step_size ?? '0')
    const { order_id } = await exchange.placeOrder(who, h.request({ quantity: fine }))
    expect((await h.told(recorder, order_id, 'NEW')).quantity).toBe(fine)
  }),
]
