import { expect } from 'vitest'
import type { PlaceRequest } from '../exchange.ts'
import { type Card, card, type Offer, offeredCard, offersStops } from './card.suite.ts'
import type { Harness } from './harness.suite.ts'
import { expectNotOffered, refusesStops } from './refusal.suite.ts'
import { down, expectFilled, pastUp, up, waiting } from './waiting-order.suite.ts'

const trails = ({ capabilities }: Offer) => capabilities.order_types.includes('TRAILING_STOP')
const refuses = (order: Partial<PlaceRequest>, code: string) => (h: Harness) => expectNotOffered(h, order, code)

export const triggerCards: readonly Card[] = [
  offeredCard(
    'C56',
    'a trailing stop follows the market up and sells when it falls back',
    trails,
    async (h) => {
      const trailing = await waiting(h, { type: 'TRAILING_STOP', side: 'SELL', callback_rate: '1' })
      expect(trailing.recorder.order(trailing.order_id)?.type).toBe('TRAILING_STOP')
      await h.move(up(h))
      await h.move(down(h))
      await expectFilled(h, trailing)
    },
    refuses({ type: 'TRAILING_STOP', side: 'SELL', price: null, callback_rate: '1' }, 'order_type_not_supported'),
  ),

  offeredCard(
    'C57',
    'a trailing stop canceled before it triggers',
    trails,
    async (h) => {
      const trailing = await waiting(h, { type: 'TRAILING_STOP', side: 'SELL', callback_rate: '1' })
      await trailing.exchange.cancelOrder(trailing.who, h.ref(trailing.order_id))
      await h.told(trailing.recorder, trailing.order_id, 'CANCELED')
      await h.move(up(h))
      await h.move(down(h))
      expect((await h.ledger(trailing.account)).executions).toEqual([])
    },
    refuses({ type: 'TRAILING_STOP', side: 'SELL', price: null, callback_rate: '1' }, 'order_type_not_supported'),
  ),

  offeredCard(
    'C61',
    'a stop whose trigger is already passed is refused, or trades at once',
    offersStops,
    async (h) => {
      const { exchange, account, who, recorder } = await h.withStream()
      const order = h.request({ type: 'STOP_MARKET', price: null, stop_price: down(h) })
      const answer = await exchange.placeOrder(who, order).catch((problem) => problem)
      if (answer instanceof Error) {
        expect(answer).toMatchObject({ kind: 'refused', code: 'stop_would_trigger' })
        expect((await h.ledger(account)).executions).toEqual([])
      } else await expectFilled(h, { exchange, account, who, recorder, order_id: answer.order_id } as never)
    },
    refusesStops,
  ),

  offeredCard(
    'C62',
    'a trigger by the mark price',
    ({ capabilities }) => capabilities.trigger_by.includes('MARK'),
    async (h) => {
      const stop = await waiting(h, { stop_price: up(h), trigger_by: 'MARK' })
      await h.move(pastUp(h))
      await expectFilled(h, stop)
    },
    (h) =>
      expectNotOffered(
        h,
        { type: 'STOP_MARKET', price: null, stop_price: up(h), trigger_by: 'MARK' },
        'trigger_not_supported',
      ),
  ),

  offeredCard(
    'C63',
    'a trigger by the index price',
    ({ capabilities }) => capabilities.trigger_by.includes('INDEX'),
    async (h) => {
      const stop = await waiting(h, { stop_price: up(h), trigger_by: 'INDEX' })
      await h.move(pastUp(h))
      await expectFilled(h, stop)
    },
    (h) =>
      expectNotOffered(
        h,
        { type: 'STOP_MARKET', price: null, stop_price: up(h), trigger_by: 'INDEX' },
        'trigger_not_supported',
      ),
  ),

  card('C64', 'an order type nobody knows is refused before it is sent', (h) =>
    expectNotOffered(h, { type: 'OTHER' }, 'order_type_not_supported'),
  ),
]
