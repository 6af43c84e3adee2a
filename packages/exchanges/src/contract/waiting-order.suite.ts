import type { AccountEvent } from '@tradercoin/protocol'
import { addDecimal } from '@tradercoin/protocol'
import { expect, vi } from 'vitest'
import type { PlaceRequest } from '../exchange.ts'
import { furthest, uniqueExecutions } from '../test-simulator.ts'
import { type Harness, type Streaming, soon } from './harness.suite.ts'

/*
 * A conditional order either becomes a working order under its own id, or names itself the parent of the order it becomes: the cards
 * accept both, and count every unit once.
 */

/** Prices around the start's: how far a trigger lies from it, in steps the market can be moved by. */
const step = '1000'
export const up = (h: Harness) => addDecimal(h.target.price, step)
export const down = (h: Harness) => addDecimal(h.target.price, `-${step}`)
export const pastUp = (h: Harness) => addDecimal(up(h), '100')
export const pastDown = (h: Harness) => addDecimal(down(h), '-100')

/** A conditional order of a type that waits. */
export async function waiting(
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
export async function expectFilled(
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
