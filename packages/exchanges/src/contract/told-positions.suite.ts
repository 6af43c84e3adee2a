import type { AccountEvent, PositionReport } from '@tradercoin/protocol'
import { expect, vi } from 'vitest'
import { type Harness, soon } from './harness.suite.ts'

/** The last that is told of each field of each position of the card's symbol. */
export function positions(events: AccountEvent[]): PositionReport[] {
  const last = new Map<string, PositionReport>()
  for (const event of events) {
    if (event.kind !== 'position') continue
    const { position } = event
    const told = Object.fromEntries(Object.entries(position).filter(([, value]) => value !== null))
    const name = `${position.position_side} ${position.position_id}`
    last.set(name, { ...(last.get(name) ?? position), ...told })
  }
  return [...last.values()]
}

export const open = (events: AccountEvent[]) => positions(events).filter(({ quantity }) => quantity !== '0')

/** A long position of 0.01. */
export async function long(h: Harness) {
  const streaming = await h.withStream()
  await streaming.exchange.placeOrder(streaming.who, h.market())
  await vi.waitFor(() => expect(open(streaming.recorder.events)).toMatchObject([{ quantity: '0.01' }]), soon)
  return streaming
}
