import { expect } from 'vitest'
import type { PlaceRequest } from '../exchange.ts'
import { type Card, card } from './card.suite.ts'
import type { Harness } from './harness.suite.ts'
import { expectNotOffered } from './refusal.suite.ts'

/** The venue's no in our words, with the venue's own beside it; nothing is left at the venue. */
async function expectRefused(h: Harness, order: Partial<PlaceRequest>, codes: readonly string[]): Promise<void> {
  const { exchange, account, who } = await h.setUp()
  const error = await exchange.placeOrder(who, h.request(order)).catch((problem) => problem)
  expect(error).toMatchObject({ kind: 'refused', message: expect.stringMatching(/\.$/) })
  expect(codes).toContain(error.code)
  if (error.venue_code !== null) expect(error.venue_message).not.toBe('')
  expect((await h.ledger(account)).orders).toEqual([])
}

export const refusalCards: readonly Card[] = [
  card('C91', 'an order beyond the funds', (h) =>
    expectRefused(h, { quantity: h.target.unaffordable }, ['insufficient_funds']),
  ),

  card('C92', 'a symbol the venue does not have', (h) =>
    expectRefused(h, { symbol: h.target.symbol.replace('BTC', 'NOPE') }, ['unknown_symbol']),
  ),

  card('C93', 'a price that is no multiple of the tick', (h) =>
    expectRefused(h, { price: h.target.broken.tick }, ['price_tick', 'too_precise']),
  ),

  card('C94', 'a quantity that is no multiple of the step', (h) =>
    expectRefused(h, { quantity: h.target.broken.step }, ['quantity_step', 'too_precise']),
  ),

  card('C95', 'a quantity below the least', (h) =>
    expectRefused(h, { quantity: h.target.broken.quantity }, ['quantity_step', 'min_quantity', 'too_precise']),
  ),

  card('C96', 'an order worth less than the least', (h) =>
    expectRefused(h, { quantity: h.target.broken.notional }, ['min_notional', 'min_quantity', 'quantity_step']),
  ),

  card('C97', 'a client order id that an open order has', async (h) => {
    const { exchange, account, who, recorder } = await h.withStream()
    const order = h.request()
    const { order_id } = await exchange.placeOrder(who, order)
    await expect(exchange.placeOrder(who, order)).rejects.toMatchObject({
      kind: 'refused',
      code: 'duplicate_client_order_id',
    })
    await h.told(recorder, order_id, 'NEW')
    expect((await h.ledger(account)).orders).toHaveLength(1)
  }),

  card('C98', 'a limit order without a price is refused before it is sent', async (h) => {
    const { exchange, who, proxy } = await h.behindProxy()
    await expect(exchange.placeOrder(who, h.request({ price: null }))).rejects.toMatchObject({ kind: 'refused' })
    expect(proxy.seen.filter((call) => !call.startsWith('GET '))).toEqual([])
  }),

  card('C99', 'a quote-sized limit order is refused before it is sent', (h) =>
    expectNotOffered(h, { quantity: null, quote_quantity: '500' }, 'quote_quantity_not_supported'),
  ),
]
