import type { Clock } from '@tradercoin/exchanges'
import { describe, expect, it } from 'vitest'
import { TimerWheel } from './timer-wheel.ts'

function manualClock(): Clock & { pass(ms: number): void; jump(ms: number): void } {
  let now = 1_000_000
  let pending: { at: number; fn: () => void }[] = []
  let elapsed = 0
  return {
    now: () => now,
    random: () => 0.5,
    after(ms, fn) {
      const entry = { at: elapsed + ms, fn }
      pending.push(entry)
      return () => {
        pending = pending.filter((other) => other !== entry)
      }
    },
    jump: (ms) => {
      now += ms
    },
    pass(ms) {
      for (let step = 0; step < ms; step += 50) {
        now += 50
        elapsed += 50
        const due = pending.filter(({ at }) => at <= elapsed)
        pending = pending.filter(({ at }) => at > elapsed)
        for (const { fn } of due) fn()
      }
    },
  }
}

const item = (log: string[], name: string) => ({ tick: 0, onDue: () => void log.push(name) })

describe('TimerWheel', () => {
  it('fires each item once, in the order of their times, never early', () => {
    const clock = manualClock()
    const wheel = new TimerWheel(clock)
    const log: string[] = []
    wheel.set(item(log, 'later'), 5_000)
    wheel.set(item(log, 'soon'), 250)
    clock.pass(200)
    expect(log).toEqual([])
    clock.pass(200)
    expect(log).toEqual(['soon'])
    clock.pass(10_000)
    expect(log).toEqual(['soon', 'later'])
  })

  it('forgets what is cleared and moves what is set again', () => {
    const clock = manualClock()
    const wheel = new TimerWheel(clock)
    const log: string[] = []
    const [moved, cleared] = [item(log, 'moved'), item(log, 'cleared')]
    wheel.set(moved, 300)
    wheel.set(cleared, 300)
    wheel.set(moved, 2_000)
    wheel.clear(cleared)
    clock.pass(1_000)
    expect(log).toEqual([])
    clock.pass(1_500)
    expect(log).toEqual(['moved'])
  })

  it('neither stops nor rushes when the clock is set', () => {
    const clock = manualClock()
    const wheel = new TimerWheel(clock)
    const log: string[] = []
    wheel.set(item(log, 'a'), 1_000)
    clock.jump(-3_600_000)
    clock.pass(1_300)
    expect(log).toEqual(['a'])
    wheel.set(item(log, 'b'), 1_000)
    clock.jump(3_600_000)
    clock.pass(500)
    expect(log).toEqual(['a'])
    clock.pass(1_000)
    expect(log).toEqual(['a', 'b'])
  })
})
