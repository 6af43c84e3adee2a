import { expect } from 'vitest'
import type { PlaceRequest } from '../exchange.ts'
import type { Harness } from './harness.suite.ts'

/** The adapter refuses the order by itself, in the code that says which part of it is not offered; nothing leaves. */
export async function expectNotOffered(h: Harness, order: Partial<PlaceRequest>, code: string): Promise<void> {
  const { exchange, who, proxy } = await h.behindProxy()
  const error = await exchange.placeOrder(who, h.request(order)).catch((problem) => problem)
  expect(error).toMatchObject({ kind: 'refused', code, venue_code: null })
  expect(error.message).not.toBe('')
  expect(proxy.seen.filter((call) => !call.startsWith('GET '))).toEqual([])
}
