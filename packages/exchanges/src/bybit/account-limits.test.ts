import { expect, it } from 'vitest'
import { FakeClock, testTransport } from '../transport/test-transport.ts'
import { createAccountLimits } from './account-limits.ts'

const create = { name: 'create', perSecond: 3 }

function setUp(budget: 'on' | 'off' = 'on') {
  const clock = new FakeClock()
  const limits = createAccountLimits(testTransport({ clock, budget }))
  const times: number[] = []
  const start = clock.now()
  const ask = (account = 'a', patienceMs = 10_000) =>
    limits.admit(account, create, patienceMs).then(() => times.push(clock.now() - start))
  return { clock, limits, times, ask }
}

it('lets so many leave in any second, the others in their turn', async () => {
  const { clock, times, ask } = setUp()
  const all = Array.from({ length: 8 }, () => ask())
  await clock.advance(0)
  expect(times).toEqual([0, 0, 0])
  await clock.advance(2_500)
  await Promise.all(all)
  expect(times).toEqual([0, 0, 0, 1050, 1050, 1050, 2100, 2100])
})

it('each account and kind has its own', async () => {
  const { limits, times, ask } = setUp()
  await Promise.all([ask('a'), ask('a'), ask('a'), ask('b'), limits.admit('a', { name: 'cancel', perSecond: 1 }, 0)])
  expect(times).toEqual([0, 0, 0, 0])
})

it('whoever would wait too long is told until when', async () => {
  const { clock, ask } = setUp()
  await Promise.all([ask(), ask(), ask()])
  await expect(ask('a', 1_000)).rejects.toMatchObject({
    kind: 'rate_limit',
    code: 'order_rate_limit',
    retry_at: clock.now() + 1_050,
  })
})

it('what the venue holds up waits, also what was promised before', async () => {
  const { clock, limits, times, ask } = setUp()
  await Promise.all([ask(), ask(), ask()])
  const promised = ask()
  limits.hold('a', create, clock.now() + 3_000)
  await clock.advance(2_900)
  expect(times).toHaveLength(3)
  await clock.advance(200)
  await promised
  expect(times.at(-1)).toBe(3_000)
  limits.hold('a', create, clock.now() + 60_000)
  await expect(ask('a', 5_000)).rejects.toMatchObject({ kind: 'rate_limit', retry_at: clock.now() + 60_000 })
})

it('does not hold up a bench; and ends with the exchange', async () => {
  const { times, ask } = setUp('off')
  await Promise.all(Array.from({ length: 20 }, () => ask()))
  expect(times).toHaveLength(20)
  const { limits, ask: askAgain } = setUp()
  const all = Promise.allSettled([askAgain(), askAgain(), askAgain(), askAgain()])
  limits.close()
  expect((await all).map(({ status }) => status)).toContain('rejected')
})
