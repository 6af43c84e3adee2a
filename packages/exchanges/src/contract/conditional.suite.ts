import type { OrderType } from '@tradercoin/protocol'
import { addDecimal } from '@tradercoin/protocol'
import { expect, vi } from 'vitest'
import { furthest } from '../test-simulator.ts'
import { type Card, type Offer, offeredCard, offersStops } from './card.suite.ts'
import { soon } from './harness.suite.ts'
import { isWorking } from './ledger-words.suite.ts'
import { expectNotOffered, refusesStops } from './refusal.suite.ts'
import { down, expectFilled, family, pastDown, pastUp, up, waiting } from './waiting-order.suite.ts'

const offers =
  (type: OrderType) =>
  ({ capabilities }: Offer) =>
    capabilities.order_types.includes(type)

export const conditionalCards: readonly Card[] = [
  offeredCard(
    'C50',
    'a stop-market buy waits, and fills when the market rises to it',
    offersStops,
    async (h) => {
      const stop = await waiting(h, { stop_price: up(h) })
      expect(stop.recorder.order(stop.order_id)).toMatchObject({
        client_order_id: stop.order.client_order_id,
        type: 'STOP_MARKET',
        side: 'BUY',
        stop_price: up(h),
        executed_qty: '0',
      })
      await h.move(pastUp(h))
      await expectFilled(h, stop)
    },
    refusesStops,
  ),

  offeredCard(
    'C51',
    'a stop-market sell fills when the market falls to it',
    offersStops,
    async (h) => {
      const stop = await waiting(h, { side: 'SELL', stop_price: down(h) })
      await h.move(pastDown(h))
      await expectFilled(h, stop)
    },
    refusesStops,
  ),

  offeredCard(
    'C52',
    'a stop-limit that triggers rests at its price, and is canceled there',
    offers('STOP_LIMIT'),
    async (h) => {
      const price = addDecimal(h.target.price, '-500')
      const stop = await waiting(h, { type: 'STOP_LIMIT', stop_price: up(h), price })
      expect(stop.recorder.order(stop.order_id)).toMatchObject({ type: 'STOP_LIMIT', price, stop_price: up(h) })
      await h.move(pastUp(h))
      const working = async () => (await h.ledger(stop.account)).orders.find(({ status }) => isWorking(status))
      await vi.waitFor(async () => expect(await working()).toBeDefined(), soon)
      const id = (await working())?.order_id ?? ''
      await vi.waitFor(() => expect(['NEW', 'TRIGGERED']).toContain(stop.recorder.order(id)?.status), soon)
      expect(family(stop.recorder.events, stop.order_id)).toContain(id)
      expect(stop.recorder.order(id)?.price).toBe(price)
      await stop.exchange.cancelOrder(stop.who, h.ref(id))
      await h.told(stop.recorder, id, 'CANCELED')
      await h.expectLedger(stop.account, stop.recorder.events)
    },
    (h) => expectNotOffered(h, { type: 'STOP_LIMIT', stop_price: up(h) }, 'order_type_not_supported'),
  ),

  offeredCard(
    'C53',
    'a stop-limit that triggers into the book fills',
    offers('STOP_LIMIT'),
    async (h) => {
      const stop = await waiting(h, { type: 'STOP_LIMIT', stop_price: up(h), price: addDecimal(up(h), '500') })
      await h.move(pastUp(h))
      await expectFilled(h, stop)
    },
    (h) => expectNotOffered(h, { type: 'STOP_LIMIT', stop_price: up(h) }, 'order_type_not_supported'),
  ),

  offeredCard(
    'C54',
    'a take-profit sell at market fills when the market rises to it',
    offers('TAKE_PROFIT_MARKET'),
    async (h) => {
      const profit = await waiting(h, { type: 'TAKE_PROFIT_MARKET', side: 'SELL', stop_price: up(h) })
      expect(profit.recorder.order(profit.order_id)?.type).toBe('TAKE_PROFIT_MARKET')
      await h.move(pastUp(h))
      await expectFilled(h, profit)
    },
    (h) =>
      expectNotOffered(
        h,
        { type: 'TAKE_PROFIT_MARKET', side: 'SELL', price: null, stop_price: up(h) },
        'order_type_not_supported',
      ),
  ),

  offeredCard(
    'C55',
    'a take-profit buy with a limit fills when the market falls to it',
    offers('TAKE_PROFIT_LIMIT'),
    async (h) => {
      const price = addDecimal(down(h), '500')
      const profit = await waiting(h, { type: 'TAKE_PROFIT_LIMIT', stop_price: down(h), price })
      expect(profit.recorder.order(profit.order_id)).toMatchObject({ type: 'TAKE_PROFIT_LIMIT', price })
      await h.move(pastDown(h))
      await expectFilled(h, profit)
    },
    (h) => expectNotOffered(h, { type: 'TAKE_PROFIT_LIMIT', stop_price: down(h) }, 'order_type_not_supported'),
  ),

  offeredCard(
    'C58',
    'a conditional order canceled before its trigger never trades',
    offersStops,
    async (h) => {
      const stop = await waiting(h, { stop_price: up(h) })
      await stop.exchange.cancelOrder(stop.who, h.ref(stop.order_id))
      expect(await h.told(stop.recorder, stop.order_id, 'CANCELED')).toMatchObject({
        client_order_id: stop.order.client_order_id,
        executed_qty: '0',
      })
      await h.move(pastUp(h))
      expect((await h.ledger(stop.account)).executions).toEqual([])
      await expect(stop.exchange.cancelOrder(stop.who, h.ref(stop.order_id))).rejects.toMatchObject({
        kind: 'not_found',
      })
    },
    refusesStops,
  ),

  offeredCard(
    'C59',
    'a conditional order canceled by its client order id',
    offersStops,
    async (h) => {
      const stop = await waiting(h, { stop_price: up(h) })
      await stop.exchange.cancelOrder(stop.who, h.ref(null, stop.order.client_order_id))
      await h.told(stop.recorder, stop.order_id, 'CANCELED')
    },
    refusesStops,
  ),

  offeredCard(
    'C60',
    'a conditional order found by either id while it waits',
    offersStops,
    async (h) => {
      const { exchange, who, order_id, order } = await waiting(h, { stop_price: up(h) })
      for (const ref of [h.ref(order_id), h.ref(null, order.client_order_id)]) {
        expect(furthest((await exchange.fetchOrder(who, ref)) ?? [], order_id)).toMatchObject({
          status: 'UNTRIGGERED',
          client_order_id: order.client_order_id,
          stop_price: up(h),
        })
      }
    },
    refusesStops,
  ),
]
