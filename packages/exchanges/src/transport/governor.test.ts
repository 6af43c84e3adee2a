import { expect, test } from 'vitest'
import { createGovernor, type Priority } from './governor.ts'
import { FakeClock, testTransport } from './test-transport.ts'
import type { Transport } from './transport.ts'

function setUp(overrides: { budget?: 'on' | 'off'; weightPerMinute?: number; connections?: number } = {}) {
  const clock = new FakeClock()
  clock.time = 1_795_300_020_000 // the start of a minute
  const reports: Parameters<Transport['onBudget']>[] = []
  const transport = testTransport({
    clock,
    budget: overrides.budget ?? 'on',
    onBudget: (...report) => reports.push(report),
  })
  const governor = createGovernor(transport, {
    venue: 'binance',
    product: 'spot',
    weightPerMinute: overrides.weightPerMinute ?? 100,
    connections: { limit: overrides.connections ?? 2, windowMs: 300_000 },
  })
  const order: string[] = []
  const ask = (weight: number, priority: Priority, name: string = priority) =>
    governor.admit(weight, priority).then(
      (ticket) => {
        order.push(name)
        return ticket
      },
      (error) => {
        order.push(`${name}:${error.code}`)
        return null
      },
    )
  const settled = () => new Promise((resolve) => setImmediate(resolve))
  return { clock, governor, reports, order, ask, settled }
}

test('recovery leaves a fifth of the budget to trades, and the rest waits for the next minute', async () => {
  const { clock, order, ask, settled, reports } = setUp()
  for (let i = 0; i < 5; i += 1) void ask(20, 'recovery', `r${i}`)
  await settled()
  expect(order).toEqual(['r0', 'r1', 'r2', 'r3'])
  void ask(1, 'trade')
  await settled()
  expect(order.at(-1)).toBe('trade')
  expect(reports.at(-1)?.[1]).toBeCloseTo(0.81)
  await clock.advance(60_000)
  expect(order.at(-1)).toBe('r4')
})

test('in the queue trades go first and history last', async () => {
  const { clock, governor, order, ask, settled } = setUp()
  governor.block(clock.now() + 2_000)
  void ask(1, 'history')
  void ask(1, 'normal')
  void ask(1, 'recovery')
  void ask(1, 'trade')
  await settled()
  expect(order).toEqual([])
  await clock.advance(2_000)
  expect(order).toEqual(['trade', 'recovery', 'normal', 'history'])
})

test('no request leaves during a ban; a long one is told at once', async () => {
  const { clock, governor, order, ask, settled } = setUp()
  governor.block(clock.now() + 120_000)
  void ask(1, 'trade')
  void ask(1, 'recovery')
  await settled()
  expect(order).toEqual(['trade:rate_limit', 'recovery:rate_limit'])
  await clock.advance(31_000)
  void ask(1, 'recovery', 'later')
  await settled()
  expect(order).toHaveLength(2)
  await clock.advance(89_000)
  expect(order.at(-1)).toBe('later')
})

test('a ban is obeyed with the local budget off, the weight is not', async () => {
  const { clock, governor, order, ask, settled } = setUp({ budget: 'off' })
  for (let i = 0; i < 20; i += 1) void ask(50, 'history')
  await settled()
  expect(order).toHaveLength(20)
  governor.block(clock.now() + 1_000)
  void ask(1, 'recovery', 'after the ban')
  await settled()
  expect(order).toHaveLength(20)
  await clock.advance(1_000)
  expect(order.at(-1)).toBe('after the ban')
})

test('learns what others on this IP have used', async () => {
  const { governor, order, ask, settled, clock } = setUp()
  const ticket = await ask(1, 'recovery')
  if (ticket) governor.settle(ticket, 90)
  void ask(1, 'recovery', 'held')
  await settled()
  expect(order).toEqual(['recovery'])
  await clock.advance(60_000)
  expect(order).toEqual(['recovery', 'held'])
})

test('an answer from the minute before says nothing about this one', async () => {
  const { governor, order, ask, settled, clock } = setUp()
  const ticket = await ask(1, 'recovery')
  await clock.advance(60_000)
  if (ticket) governor.settle(ticket, 99)
  void ask(1, 'recovery', 'free')
  await settled()
  expect(order.at(-1)).toBe('free')
})

test('tells which budget is how full, and that it is empty again after the minute', async () => {
  const { governor, clock, ask, reports } = setUp()
  await ask(40, 'normal')
  expect(reports).toEqual([['binance', 0.4, 'spot']])
  await clock.advance(59_999)
  expect(reports).toHaveLength(1)
  await clock.advance(1)
  expect(reports.at(-1)).toEqual(['binance', 0, 'spot'])
  await clock.advance(600_000)
  expect(reports).toHaveLength(2)
  governor.spend(10)
  governor.close()
  await clock.advance(60_000)
  expect(reports.slice(2)).toEqual([['binance', 0.1, 'spot']])
})

test('a trade that cannot leave within 3 s is refused, not kept', async () => {
  const { order, ask, clock } = setUp()
  void ask(100, 'trade', 'first')
  void ask(10, 'trade', 'second')
  await clock.advance(3_000)
  expect(order).toEqual(['first', 'second:rate_limit'])
})

test('connection attempts are spread over the window', async () => {
  const { governor, clock, settled } = setUp({ connections: 2 })
  let open = 0
  for (let i = 0; i < 3; i += 1) void governor.admitConnection().then(() => (open += 1))
  await settled()
  expect(open).toBe(2)
  await clock.advance(299_000)
  expect(open).toBe(2)
  await clock.advance(1_000)
  expect(open).toBe(3)
})

test('closing rejects whoever waits', async () => {
  const { governor, clock } = setUp()
  governor.block(clock.now() + 2_000)
  const waiting = governor.admit(1, 'recovery')
  const connecting = governor.admitConnection()
  governor.close()
  await expect(waiting).rejects.toMatchObject({ kind: 'not_sent', code: 'closed' })
  await expect(connecting).rejects.toMatchObject({ kind: 'not_sent', code: 'closed' })
})
