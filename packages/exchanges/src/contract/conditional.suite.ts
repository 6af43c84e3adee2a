import type { AccountEvent, OrderType } from '@tradercoin/protocol'
import { addDecimal } from '@tradercoin/protocol'
import { expect, vi } from 'vitest'
import type { PlaceRequest } from '../exchange.ts'
import { furthest, uniqueExecutions } from '../test-simulator.ts'
import { type Card, card, type Offer, offeredCard } from './card.suite.ts'
import { type Harness, isWorking, type Streaming, soon } from './harness.suite.ts'
import { expectNotOffered } from './refusal.suite.ts'

/*
 * A conditional order either becomes a working order under its own id, or names itself the parent of the order it becomes: the cards
 * accept both, and count every unit once.
 */

const offers =
  (type: OrderType) =>
  ({ capabilities }: Offer) =>
    capabilities.order_types.includes(type)
const refuses = (order: Partial<PlaceRequest>, code: string) => (h: Harness) => expectNotOffered(h, order, code)

/** Prices around the start's: how far a trigger lies from it, in steps the market can be moved by. */
const step = '1000'
const up = (h: Harness) => addDecimal(h.target.price, step)
const down = (h: Harness) => addDecimal(h.target.price, `-${step}`)
const pastUp = (h: Harness) => addDecimal(up(h), '100')
const pastDown = (h: Harness) => addDecimal(down(h), '-100')

/** A conditional order of a type that waits. */
async function waiting(
  h: Harness,
  overrides: Partial<PlaceRequest>,
): Promise<Streaming & { order_id: string; order: PlaceRequest }> {
  const streaming = await h.withStream()
  const order = h.request({ type: 'STOP_MARKET', price: null, ...overrides })
  const { order_id } = await streaming.exchange.placeOrder(streaming.who, order)
  await h.told(streaming.recorder, order_id, 'UNTRIGGERED')
  return { ...streaming, order_id, order }
}

/** The order and those that name it their parent. */
export function family(events: AccountEvent[], orderId: string): string[] {
  const children = events.flatMap((event) =>
    event.kind === 'order' && event.order.parent_order_id === orderId ? [event.order.order_id] : [],
  )
  return [...new Set([orderId, ...children])]
}

/** Base coin that traded for a conditional order. */
function traded(events: AccountEvent[], orderId: string): string {
  const names = family(events, orderId)
  return uniqueExecutions(events)
    .filter((execution) => names.includes(execution.order_id))
    .map(({ quantity }) => quantity)
    .reduce(addDecimal, '0')
}

/** FILLED under its own id; or TRIGGERED, and the order it became is FILLED. */
export function expectOver(events: AccountEvent[], orderId: string): void {
  const [parent, ...children] = family(events, orderId).map((id) => furthest(events, id)?.status)
  if (children.length === 0) expect(parent).toBe('FILLED')
  else {
    expect(['TRIGGERED', 'FILLED']).toContain(parent)
    expect(new Set(children)).toEqual(new Set(['FILLED']))
  }
}

/** The trigger is crossed: the order fills, each unit is told once, and a query says the same. */
async function expectFilled(
  h: Harness,
  { exchange, account, who, recorder, order_id }: Streaming & { order_id: string },
) {
  await vi.waitFor(() => expect(traded(recorder.events, order_id)).toBe('0.01'), soon)
  await vi.waitFor(() => h.expectLedger(account, recorder.events), soon)
  await vi.waitFor(() => expectOver(recorder.events, order_id), soon)
  const queried = (await exchange.fetchOrder(who, h.ref(order_id))) ?? []
  expectOver(queried, order_id)
  expect(traded(queried, order_id)).toBe('0.01')
}

export const conditionalCards: readonly Card[] = [
  offeredCard(
    'C50',
    'a stop-market buy waits, and fills when the market rises to it',
    offers('STOP_MARKET'),
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
    (h) => expectNotOffered(h, { type: 'STOP_MARKET', price: null, stop_price: up(h) }, 'order_type_not_supported'),
  ),

  offeredCard(
    'C51',
    'a stop-market sell fills when the market falls to it',
    offers('STOP_MARKET'),
    async (h) => {
      const stop = await waiting(h, { side: 'SELL', stop_price: down(h) })
      await h.move(pastDown(h))
      await expectFilled(h, stop)
    },
    (h) =>
      expectNotOffered(
        h,
        { type: 'STOP_MARKET', side: 'SELL', price: null, stop_price: down(h) },
        'order_type_not_supported',
      ),
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
    'C56',
    'a trailing stop follows the market up and sells when it falls back',
    offers('TRAILING_STOP'),
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
    offers('TRAILING_STOP'),
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
    'C58',
    'a conditional order canceled before its trigger never trades',
    offers('STOP_MARKET'),
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
    (h) => expectNotOffered(h, { type: 'STOP_MARKET', price: null, stop_price: up(h) }, 'order_type_not_supported'),
  ),

  offeredCard(
    'C59',
    'a conditional order canceled by its client order id',
    offers('STOP_MARKET'),
    async (h) => {
      const stop = await waiting(h, { stop_price: up(h) })
      await stop.exchange.cancelOrder(stop.who, h.ref(null, stop.order.client_order_id))
      await h.told(stop.recorder, stop.order_id, 'CANCELED')
    },
    (h) => expectNotOffered(h, { type: 'STOP_MARKET', price: null, stop_price: up(h) }, 'order_type_not_supported'),
  ),

  offeredCard(
    'C60',
    'a conditional order found by either id while it waits',
    offers('STOP_MARKET'),
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
    (h) => expectNotOffered(h, { type: 'STOP_MARKET', price: null, stop_price: up(h) }, 'order_type_not_supported'),
  ),

  card('C61', 'a stop whose trigger is already passed is refused, or trades at once', async (h) => {
    const { exchange, account, who, recorder } = await h.withStream()
    const order = h.request({ type: 'STOP_MARKET', price: null, stop_price: down(h) })
    const answer = await exchange.placeOrder(who, order).catch((problem) => problem)
    if (answer instanceof Error) {
      expect(answer).toMatchObject({ kind: 'refused', code: 'stop_would_trigger' })
      expect((await h.ledger(account)).executions).toEqual([])
    } else await expectFilled(h, { exchange, account, who, recorder, order_id: answer.order_id } as never)
  }),

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
