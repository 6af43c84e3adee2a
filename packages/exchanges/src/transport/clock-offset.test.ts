import { expect, test } from 'vitest'
import { createVenueClock } from './clock-offset.ts'
import { FakeClock, testTransport } from './test-transport.ts'

test('measures once, shares concurrent measurements, refreshes after five minutes', async () => {
  const clock = new FakeClock()
  let asked = 0
  const venueClock = createVenueClock(testTransport({ clock }), 'binance', async () => {
    asked += 1
    return clock.now() - 3_000
  })
  const [a, b] = await Promise.all([venueClock.now(), venueClock.now()])
  expect([a, b]).toEqual([clock.now() - 3_000, clock.now() - 3_000])
  expect(asked).toBe(1)
  await clock.advance(5 * 60_000 + 1)
  await venueClock.now()
  expect(asked).toBe(2)
})

test('a venue that does not tell its time leaves ours', async () => {
  const clock = new FakeClock()
  const transport = testTransport({ clock })
  const venueClock = createVenueClock(transport, 'binance', () => Promise.reject(new Error('down')))
  expect(await venueClock.now()).toBe(clock.now())
  expect(transport.logs).toMatchObject([{ event: 'clock_unknown' }])
})
