import { addDecimal } from '@tradercoin/protocol'
import { expect, vi } from 'vitest'
import type { AmendRequest, PlaceRequest } from '../exchange.ts'
import { type Card, type Offer, offeredCard } from './card.suite.ts'
import { type Harness, type Streaming, soon } from './harness.suite.ts'

const price = ({ capabilities }: Offer) => capabilities.amend?.price === true
const upward = ({ capabilities }: Offer) => capabilities.amend?.quantity === 'any'
const downward = ({ capabilities }: Offer) => capabilities.amend !== null

/** A change of an order; fields that are not given stay. */
export function change(
  h: Harness,
  order: PlaceRequest,
  order_id: string,
  wanted: { price?: string; quantity?: string; executed_qty?: string },
): AmendRequest {
  return {
    ...h.ref(order_id, order.client_order_id),
    price: wanted.price ?? null,
    quantity: wanted.quantity ?? null,
    known: {
      side: order.side,
      type: order.type,
      price: order.price,
      quantity: order.quantity,
      executed_qty: wanted.executed_qty ?? '0',
    },
  }
}

async function resting(
  h: Harness,
  overrides: Partial<PlaceRequest> = {},
): Promise<Streaming & { order: PlaceRequest; order_id: string }> {
  const streaming = await h.withStream()
  const order = h.request(overrides)
  const { order_id } = await streaming.exchange.placeOrder(streaming.who, order)
  await h.told(streaming.recorder, order_id, 'NEW')
  return { ...streaming, order, order_id }
}

/** The adapter says by itself that it cannot; the order stays as it was. */
const refuses = (wanted: { price?: string; quantity?: string }) => async (h: Harness) => {
  const { exchange, who, proxy } = await h.behindProxy()
  const order = h.request()
  const { order_id } = await exchange.placeOrder(who, order)
  proxy.seen.length = 0
  const amended = exchange.amendOrder(who, change(h, order, order_id, wanted))
  await expect(amended).rejects.toMatchObject({ kind: 'refused', code: 'amend_not_supported', venue_code: null })
  expect(proxy.seen.filter((call) => !call.startsWith('GET '))).toEqual([])
}

const lower = (h: Harness) => addDecimal(h.target.below, '-1000')

export const amendCards: readonly Card[] = [
  offeredCard(
    'C70',
    'the price is amended: the same order at a new price',
    price,
    async (h) => {
      const { exchange, account, who, recorder, order, order_id } = await resting(h)
      await exchange.amendOrder(who, change(h, order, order_id, { price: lower(h) }))
      await vi.waitFor(() => expect(recorder.order(order_id)?.price).toBe(lower(h)), soon)
      expect(recorder.order(order_id)).toMatchObject({
        order_id,
        client_order_id: order.client_order_id,
        status: 'NEW',
        quantity: '0.01',
      })
      await h.expectLedger(account, recorder.events)
    },
    refuses({ price: '91000' }),
  ),

  offeredCard(
    'C71',
    'the quantity is amended up',
    upward,
    async (h) => {
      const { exchange, account, who, recorder, order, order_id } = await resting(h)
      await exchange.amendOrder(who, change(h, order, order_id, { quantity: '0.03' }))
      await vi.waitFor(() => expect(recorder.order(order_id)?.quantity).toBe('0.03'), soon)
      expect(recorder.order(order_id)).toMatchObject({ status: 'NEW', price: order.price })
      await h.expectLedger(account, recorder.events)
    },
    refuses({ quantity: '0.03' }),
  ),

  offeredCard(
    'C72',
    'the quantity is amended down',
    downward,
    async (h) => {
      const { exchange, account, who, recorder, order, order_id } = await resting(h)
      await exchange.amendOrder(who, change(h, order, order_id, { quantity: '0.004' }))
      await vi.waitFor(() => expect(recorder.order(order_id)?.quantity).toBe('0.004'), soon)
      expect(recorder.order(order_id)).toMatchObject({
        status: 'NEW',
        price: order.price,
        client_order_id: order.client_order_id,
      })
      await h.expectLedger(account, recorder.events)
    },
    refuses({ quantity: '0.004' }),
  ),

  offeredCard(
    'C73',
    'price and quantity are amended together',
    (offer) => price(offer) && upward(offer),
    async (h) => {
      const { exchange, who, recorder, order, order_id } = await resting(h)
      await exchange.amendOrder(who, change(h, order, order_id, { price: lower(h), quantity: '0.02' }))
      await vi.waitFor(
        () => expect(recorder.order(order_id)).toMatchObject({ price: lower(h), quantity: '0.02', status: 'NEW' }),
        soon,
      )
    },
    refuses({ price: '91000', quantity: '0.02' }),
  ),

  offeredCard(
    'C74',
    'a partly filled order is amended down to no less than what is filled',
    downward,
    async (h) => {
      const { exchange, account, who, recorder, order, order_id } = await resting(h, { price: h.target.price })
      await h.trade({ side: 'SELL', quantity: '0.004' })
      await h.told(recorder, order_id, 'PARTIALLY_FILLED')
      await exchange.amendOrder(who, change(h, order, order_id, { quantity: '0.006', executed_qty: '0.004' }))
      await vi.waitFor(() => expect(recorder.order(order_id)?.quantity).toBe('0.006'), soon)
      expect(recorder.order(order_id)).toMatchObject({ executed_qty: '0.004', status: 'PARTIALLY_FILLED' })
      await h.trade({ side: 'SELL', quantity: '0.002' })
      await h.told(recorder, order_id, 'FILLED')
      await h.expectLedger(account, recorder.events)
    },
    refuses({ quantity: '0.006' }),
  ),

  offeredCard(
    'C75',
    'a quantity below what is filled is refused, and nothing is changed',
    downward,
    async (h) => {
      const { exchange, account, who, recorder, order, order_id } = await resting(h, { price: h.target.price })
      await h.trade({ side: 'SELL', quantity: '0.006' })
      await h.told(recorder, order_id, 'PARTIALLY_FILLED')
      const amended = exchange.amendOrder(who, change(h, order, order_id, { quantity: '0.004', executed_qty: '0.006' }))
      await expect(amended).rejects.toMatchObject({ kind: 'refused' })
      await h.trade({ side: 'SELL', quantity: '0.004' })
      expect(await h.told(recorder, order_id, 'FILLED')).toMatchObject({ executed_qty: '0.01', quantity: '0.01' })
      await h.expectLedger(account, recorder.events)
    },
    refuses({ quantity: '0.004' }),
  ),

  offeredCard(
    'C76',
    'the amend of an order that is gone says that it is gone',
    downward,
    async (h) => {
      const { exchange, who, recorder, order, order_id } = await resting(h)
      await exchange.cancelOrder(who, h.ref(order_id))
      await h.told(recorder, order_id, 'CANCELED')
      const amended = exchange.amendOrder(who, change(h, order, order_id, { quantity: '0.004' }))
      await expect(amended).rejects.toMatchObject({ kind: expect.stringMatching(/^(not_found|refused)$/) })
      expect(recorder.order(order_id)?.status).toBe('CANCELED')
    },
    refuses({ quantity: '0.004' }),
  ),

  offeredCard(
    'C77',
    'an order amended elsewhere is told',
    downward,
    async (h) => {
      const { who, recorder, order, order_id } = await resting(h)
      await h.open().amendOrder(who, change(h, order, order_id, { quantity: '0.005' }))
      await vi.waitFor(() => expect(recorder.order(order_id)?.quantity).toBe('0.005'), soon)
      expect(recorder.order(order_id)?.client_order_id).toBe(order.client_order_id)
    },
    refuses({ quantity: '0.005' }),
  ),

  offeredCard(
    'C78',
    'an amended order fills at its new price',
    price,
    async (h) => {
      const { exchange, account, who, recorder, order, order_id } = await resting(h)
      await exchange.amendOrder(who, change(h, order, order_id, { price: h.target.taking }))
      expect(await h.told(recorder, order_id, 'FILLED')).toMatchObject({ price: h.target.taking, executed_qty: '0.01' })
      await h.expectLedger(account, recorder.events)
    },
    refuses({ price: '95100' }),
  ),

  offeredCard(
    'C79',
    'a snapshot tells the amended order as it is now',
    downward,
    async (h) => {
      const { exchange, account, who, recorder, order, order_id } = await resting(h)
      const before = await exchange.fetchSnapshot(who, h.since(Date.now() - 60_000))
      await h.sim.fault('lose_events', { count: 50 }, account)
      await exchange.amendOrder(who, change(h, order, order_id, { quantity: '0.005' }))
      const { events } = await exchange.fetchSnapshot(who, h.since(before.as_of, { open_orders: [h.ref(order_id)] }))
      const told = events.flatMap((event) =>
        event.kind === 'order' && event.order.order_id === order_id ? [event.order] : [],
      )
      expect(told.at(-1)).toMatchObject({ quantity: '0.005', status: 'NEW', price: order.price })
      expect(recorder.order(order_id)?.quantity).toBe('0.01')
    },
    refuses({ quantity: '0.005' }),
  ),
]
