import { describe, expect, it } from 'vitest'
import { Uuids } from './uuids.ts'

describe('ids as UUIDs', () => {
  const uuids = new Uuids(42, 1)

  it('reads back what it wrote, over all markets and far numbers', () => {
    for (let market = 0; market < 12; market++) {
      for (const id of [0n, 1n, 2n, 999_999_999n, (1n << 56n) - 1n]) {
        const uuid = uuids.of(market, id)
        expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
        expect(uuids.read(uuid)).toEqual({ market, id })
      }
    }
  })

  it('knows its own only', () => {
    const uuid = uuids.of(3, 77n)
    expect(new Uuids(42, 1).of(3, 77n)).toBe(uuid)
    expect(new Uuids(42, 2).of(3, 77n)).not.toBe(uuid)
    expect(new Uuids(43, 1).read(uuid)).toBeUndefined()
    expect(uuids.read('b1a7c3d0-1111-4222-8333-944455556661')).toBeUndefined()
    expect(uuids.read('12345')).toBeUndefined()
    expect(uuids.read(uuid.toUpperCase())).toBeUndefined()
  })

  it('gives different ids to neighbours', () => {
    const made = new Set(Array.from({ length: 5000 }, (_, i) => uuids.of(i % 7, BigInt(i))))
    expect(made.size).toBe(5000)
  })
})
