import { addExecution, compareDecimal, divideDecimal, noExecutions, subtractDecimal } from '@tradercoin/protocol'
import { expect, vi } from 'vitest'
import { type Card, card, offeredCard } from './card.suite.ts'
import { soon } from './harness.suite.ts'
import { expectNotOffered } from './refusal.suite.ts'

export const marketCards: readonly Card[] = [
  card('C20', 'a market buy fills', async (h) => {
    const { exchange, account, who, recorder } = await h.withStream()
    const order = h.market()
    const { order_id } = await exchange.placeOrder(who, order)
    const told = await h.told(recorder, order_id, 'FILLED')
    expect(told).toMatchObject({
      client_order_id: order.client_order_id,
      symbol: h.symbol,
      trading_mode: h.target.trading_mode,
      side: 'BUY',
      type: 'MARKET',
      price: null,
      executed_qty: '0.01',
    })
    expect(recorder.executions()[0]).toMatchObject({ order_id, side: 'BUY', is_maker: false, kind: 'TRADE' })
    await h.expectLedger(account, recorder.events)
  }),

  card('C21', 'a market sell fills', async (h) => {
    const { exchange, account, who, recorder } = await h.withStream()
    const { order_id } = await exchange.placeOrder(who, h.market({ side: 'SELL' }))
    expect(await h.told(recorder, order_id, 'FILLED')).toMatchObject({ side: 'SELL', type: 'MARKET' })
    expect(recorder.executions().every(({ side }) => side === 'SELL')).toBe(true)
    await h.expectLedger(account, recorder.events)
  }),

  offeredCard(
    'C22',
    'a market buy sized in quote coin: FILLED with the base quantity it came to',
    ({ capabilities }) => capabilities.quote_quantity,
    async (h) => {
      const { exchange, account, who, recorder } = await h.withStream()
      const { order_id } = await exchange.placeOrder(who, h.market({ quantity: null, quote_quantity: '500' }))
      const told = await h.told(recorder, order_id, 'FILLED')
      expect(compareDecimal(told.executed_qty, '0.005')).toBe(1)
      expect(compareDecimal(told.executed_qty, '0.006')).toBe(-1)
      await h.expectLedger(account, recorder.events)
    },
    (h) =>
      expectNotOffered(
        h,
        { type: 'MARKET', price: null, quantity: null, quote_quantity: '500' },
        'quote_quantity_not_supported',
      ),
  ),

  card('C23', 'a market order through many levels: the average price of its executions is exact', async (h) => {
    const { exchange, account, who, recorder } = await h.withStream()
    const { order_id } = await exchange.placeOrder(who, h.market({ quantity: h.target.deep }))
    const told = await h.told(recorder, order_id, 'FILLED')
    await vi.waitFor(() => h.expectLedger(account, recorder.events), soon)
    const average = (rows: { price: string; quantity: string }[]) => {
      const sum = rows.reduce(
        (before, row, index) =>
          addExecution(before, {
            ...row,
            trade_id: String(index),
            fee: null,
            fee_asset: null,
            realized_pnl: null,
            time: 0,
          }),
        noExecutions,
      )
      return divideDecimal(sum.quote, sum.quantity)
    }
    const executions = recorder.executions()
    expect(new Set(executions.map(({ price }) => price)).size).toBeGreaterThan(1)
    const exact = average(executions)
    expect(exact).toBe(average((await h.ledger(account)).executions))
    // The venue rounds its own average; it may differ from the exact one by less than a hundredth.
    const off = subtractDecimal(told.venue_average_price ?? '0', exact)
    expect(compareDecimal(off.replace('-', ''), '0.01')).toBe(-1)
  }),

  card('C24', 'each execution tells its fee and the coin it was paid in', async (h) => {
    const { exchange, account, who, recorder } = await h.withStream()
    for (const side of ['BUY', 'SELL'] as const) {
      const { order_id } = await exchange.placeOrder(who, h.market({ side }))
      await h.told(recorder, order_id, 'FILLED')
    }
    await vi.waitFor(() => h.expectLedger(account, recorder.events), soon)
    const { executions } = await h.ledger(account)
    for (const booked of executions) {
      const told = recorder.executions().find(({ trade_id }) => trade_id === booked.trade_id)
      expect(told?.fee_asset).toBe(booked.fee_asset)
      expect(compareDecimal(told?.fee ?? '-1', booked.fee)).toBe(0)
      expect(compareDecimal(told?.fee ?? '-1', '0')).toBe(1)
      expect(told?.is_maker).toBe(false)
    }
  }),

  card('C25', 'a market order placed in the exchange’s own app arrives like any other', async (h) => {
    const { account, recorder } = await h.withStream()
    const placed = await h.elsewhere(account, { side: 'BUY', quantity: '0.02' })
    expect(await h.told(recorder, placed.order_id, 'FILLED')).toMatchObject({ type: 'MARKET', executed_qty: '0.02' })
    await h.expectLedger(account, recorder.events)
  }),
]
