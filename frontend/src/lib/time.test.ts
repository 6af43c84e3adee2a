import { describe, expect, it } from 'vitest'
import { ageOf, showClock, showDayTime, showPreciseTime, startOfDay, zoneName } from './time.ts'

const moment = Date.UTC(2025, 10, 22, 3, 4, 5, 67)

describe('time on the page', () => {
  it('shows UTC whatever the zone of the machine', () => {
    expect(showClock(moment, 'utc')).toBe('03:04:05')
    expect(showDayTime(moment, 'utc')).toBe('11-22 03:04:05')
    expect(showPreciseTime(moment, 'utc')).toBe('2025-11-22 03:04:05.067')
    expect(zoneName('utc', moment)).toBe('UTC')
  })

  it('shows the local clock as the machine tells it', () => {
    const date = new Date(moment)
    expect(showClock(moment, 'local').slice(0, 2)).toBe(String(date.getHours()).padStart(2, '0'))
    expect(zoneName('local', moment)).toMatch(/^UTC([+-]\d{1,2}(:\d{2})?)?$/)
  })

  it('finds the start of a day and of a day before', () => {
    expect(startOfDay(moment, 'utc')).toBe(Date.UTC(2025, 10, 22))
    expect(startOfDay(moment, 'utc', 6)).toBe(Date.UTC(2025, 10, 16))
    expect(new Date(startOfDay(moment, 'local')).getHours()).toBe(0)
  })

  it('tells an age in its largest whole unit, never below zero', () => {
    expect([-5_000, 0, 59_999, 60_000, 3_599_999, 7_200_000, 200_000_000].map(ageOf)).toEqual([
      { unit: 'second', value: 0 },
      { unit: 'second', value: 0 },
      { unit: 'second', value: 59 },
      { unit: 'minute', value: 1 },
      { unit: 'minute', value: 59 },
      { unit: 'hour', value: 2 },
      { unit: 'day', value: 2 },
    ])
  })
})
