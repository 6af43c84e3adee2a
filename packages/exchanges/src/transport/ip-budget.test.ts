import { expect, it } from 'vitest'
import { openIpBudget } from './ip-budget.ts'
import { FakeClock, testTransport } from './test-transport.ts'

const limits = (venue: string) => ({
  venue,
  product: 'requests',
  weightPerMinute: 80,
  connections: { limit: 3, windowMs: 1_500 },
})

it('all sites and environments of one process share the budget of its address; the paper exchange has its own', () => {
  const transport = testTransport({ clock: new FakeClock() })
  const live = openIpBudget(transport, 'live', limits('bybit'))
  const demo = openIpBudget({ ...transport }, 'demo', limits('bybit'))
  const paper = openIpBudget(transport, 'paper', limits('bybit'))
  expect(demo.governor).toBe(live.governor)
  expect(paper.governor).not.toBe(live.governor)
  expect(openIpBudget(transport, 'live', limits('okx')).governor).not.toBe(live.governor)
  live.release()
  live.release()
  // Still in use.
  expect(openIpBudget(transport, 'testnet', limits('bybit')).governor).toBe(demo.governor)
})

it('the last to leave ends it: who comes later has a fresh one', () => {
  const transport = testTransport({ clock: new FakeClock() })
  const first = openIpBudget(transport, 'live', limits('okx'))
  first.release()
  expect(openIpBudget(transport, 'live', limits('okx')).governor).not.toBe(first.governor)
})

it('connections of one venue to all its sites are paced together', async () => {
  const clock = new FakeClock()
  const transport = testTransport({ clock })
  const [europe, demo] = [
    openIpBudget(transport, 'live', limits('okx')),
    openIpBudget(transport, 'demo', limits('okx')),
  ]
  let admitted = 0
  for (const { governor } of [europe, demo, europe, demo]) void governor.admitConnection().then(() => (admitted += 1))
  await clock.advance(1_000)
  expect(admitted).toBe(3)
  await clock.advance(500)
  expect(admitted).toBe(4)
})
