import { describe, expect, it } from 'vitest'
import { LoginThrottle } from './login-throttle.ts'

describe('LoginThrottle', () => {
  let now = 1_000_000
  const throttle = new LoginThrottle({ now: () => now, after: () => () => {}, random: () => 0 })

  it('lets four failures pass, then doubles the wait up to fifteen minutes', () => {
    for (let i = 0; i < 4; i++) throttle.failed('A@example.org')
    expect(throttle.mustWait('a@example.org')).toBe(false)
    const waits = Array.from({ length: 12 }, () => {
      throttle.failed('a@example.org ')
      const from = now
      while (throttle.mustWait('a@example.org')) now += 1_000
      return (now - from) / 1000
    })
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900])
    expect(throttle.mustWait('b@example.org')).toBe(false)
  })

  it('forgets at the first success', () => {
    throttle.failed('a@example.org')
    throttle.succeeded('a@example.org')
    for (let i = 0; i < 4; i++) throttle.failed('a@example.org')
    expect(throttle.mustWait('a@example.org')).toBe(false)
  })

  it('keeps at most twenty thousand addresses in mind', () => {
    for (let i = 0; i < 5; i++) throttle.failed('first@example.org')
    expect(throttle.mustWait('first@example.org')).toBe(true)
    for (let i = 0; i < 20_000; i++) throttle.failed(`${i}@example.org`)
    expect(throttle.mustWait('first@example.org')).toBe(false)
  })
})
