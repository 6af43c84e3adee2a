import { afterEach, describe, expect, it } from 'vitest'
import { Clock } from '../engine/clock.ts'
import { limitHeaders, RateLimits } from './rate-limits.ts'

describe('Bybit rate limits', () => {
  const clock = new Clock()
  afterEach(() => clock.close())

  it('let 500 connections of an address through in five minutes', () => {
    const limits = new RateLimits(clock, true)
    for (let i = 0; i < 500; i++) expect(limits.tooManyConnections('127.0.0.1')).toBe(false)
    expect(limits.tooManyConnections('127.0.0.1')).toBe(true)
    expect(limits.tooManyConnections('127.0.0.2')).toBe(false)
    clock.advance(301_000)
    expect(limits.tooManyConnections('127.0.0.1')).toBe(false)
  })

  it('count each order of a batch, and a refused call not at all', () => {
    const limits = new RateLimits(clock, true)
    expect(limits.charge(1, 'create', 10, 8)).toMatchObject({ left: 2, over: false })
    expect(limits.charge(1, 'create', 10, 3)).toMatchObject({ left: 2, over: true })
    expect(limits.charge(1, 'create', 10, 2)).toMatchObject({ left: 0, over: false })
    expect(limits.charge(2, 'create', 10, 1)).toMatchObject({ left: 9, over: false })
    clock.advance(1001)
    const state = limits.charge(1, 'create', 10, 1)
    expect(state).toMatchObject({ left: 9, over: false })
    expect(limitHeaders(state)).toMatchObject({ 'X-Bapi-Limit': '10', 'X-Bapi-Limit-Status': '9' })
  })

  it('refuse nothing when they are off, and count all the same', () => {
    const limits = new RateLimits(clock, false)
    for (let i = 0; i < 700; i++) limits.chargeAddress('127.0.0.1')
    expect(limits.charge(1, 'create', 10, 20)).toMatchObject({ left: 0, over: false })
  })
})
