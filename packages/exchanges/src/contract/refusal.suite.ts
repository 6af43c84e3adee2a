import { expect } from 'vitest'
import type { PlaceRequest } from '../exchange.ts'
import type { Harness } from './harness.suite.ts'

/** The adapter refuses the order by itself, in the code that says which part of it is not offered, its type first; nothing leaves. */
export async function expectNotOffered(h: Harness, order: Partial<PlaceRequest>, code: string): Promise<void> {
  const { exchange, who, proxy } = await h.behindProxy()
  const error = await exchange.placeOrder(who, h.request(order)).catch((problem) => problem)
  const hasType = order.type === undefined || h.capabilities.order_types.includes(order.type)
  expect(error).toMatchObject({ kind: 'refused', code: hasType ? code : 'order_type_not_supported', venue_code: null })
  expect(error.message).not.toBe('')
  expect(proxy.seen.filter((call) => !call.startsWith('GET '))).toEqual([])
}

/** Where a venue has no stops, one is refused. */
export const refusesStops = (h: Harness): Promise<void> =>
  expectNotOffered(h, { type: 'STOP_MARKET', price: null, stop_price: h.target.above }, 'order_type_not_supported')
