import { expect, test } from 'vitest'
import { createBackoff } from './backoff.ts'
import { FakeClock } from './test-transport.ts'

test('first retry is under 250 ms, the ceiling doubles to 30 s, reset starts over', () => {
  const clock = new FakeClock()
  clock.random = () => 0.999
  const backoff = createBackoff(clock)
  const waits = Array.from({ length: 12 }, () => backoff.next())
  expect(waits.slice(0, 4)).toEqual([249, 499, 999, 1998])
  expect(waits.at(-1)).toBe(29_970)
  backoff.reset()
  expect(backoff.next()).toBe(249)
})
