import { compareDecimal, type Level } from '@tradercoin/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { comparePrices, LocalBook, toldLevels } from './local-book.ts'

const decimals = fc
  .tuple(fc.bigInt({ min: 0n, max: 10n ** 20n }), fc.integer({ min: 0, max: 12 }))
  .map(([digits, places]) => plain(digits, places))

/** The one plain spelling of digits × 10^-places. */
function plain(digits: bigint, places: number): string {
  const text = digits.toString().padStart(places + 1, '0')
  const whole = text.slice(0, text.length - places)
  const fraction = text.slice(text.length - places).replace(/0+$/, '')
  return fraction === '' ? whole : `${whole}.${fraction}`
}

const range = (from: number, count: number, step: number): Level[] =>
  Array.from({ length: count }, (_, i) => [String(from + i * step), '1'])

describe('comparePrices', () => {
  it('orders plain decimals as numbers', () => {
    fc.assert(
      fc.property(decimals, decimals, (a, b) => {
        expect(Math.sign(comparePrices(a, b))).toBe(compareDecimal(a, b))
      }),
    )
  })

  it.each([
    ['9', '10', -1],
    ['0.1', '0.09', 1],
    ['100', '99.999', 1],
    ['1', '1.5', -1],
    ['0.00000001', '0.00000001', 0],
  ])('%s against %s', (a, b, sign) => {
    expect(Math.sign(comparePrices(a, b))).toBe(sign)
  })
})

describe('LocalBook', () => {
  it('holds the same levels as a plain list of all that was ever set', () => {
    const change = fc.record({ isBid: fc.boolean(), price: fc.integer({ min: 1, max: 40 }), quantity: fc.nat(3) })
    fc.assert(
      fc.property(fc.array(change, { maxLength: 200 }), (changes) => {
        const book = new LocalBook()
        book.replace({ bids: [['5', '1']], asks: [['6', '1']] }, null)
        const bids = new Map([['5', '1']])
        const asks = new Map([['6', '1']])
        for (const { isBid, price, quantity } of changes) {
          const level: Level = [String(price), String(quantity)]
          book.apply(isBid ? { bids: [level], asks: [] } : { bids: [], asks: [level] })
          const side = isBid ? bids : asks
          if (quantity === 0) side.delete(level[0])
          else side.set(...level)
        }
        const sorted = (side: Map<string, string>, sign: number) =>
          [...side].sort(([a], [b]) => sign * compareDecimal(a, b)).slice(0, toldLevels)
        expect(book.top()).toEqual({ bids: sorted(bids, -1), asks: sorted(asks, 1) })
      }),
    )
  })

  it('sorts a snapshot that is not, and leaves out levels of nothing', () => {
    const book = new LocalBook()
    book.replace({ bids: [['1', '1'], ['3', '1'], ['2', '0']], asks: [['9', '1'], ['4', '2']] }, null) // biome-ignore format: one line reads better
    expect(book.top()).toEqual({
      bids: [
        ['3', '1'],
        ['1', '1'],
      ],
      asks: [
        ['4', '2'],
        ['9', '1'],
      ],
    })
  })

  it('is not sound when a bid meets an ask', () => {
    const book = new LocalBook()
    book.replace({ bids: [['5', '1']], asks: [['6', '1']] }, null)
    expect(book.isSound()).toBe(true)
    book.apply({ bids: [['6', '1']], asks: [] })
    expect(book.isSound()).toBe(false)
    book.apply({ bids: [], asks: [['6', '0']] })
    expect(book.isSound()).toBe(true)
  })

  it('knows that it does not know what lies behind a cut snapshot', () => {
    const book = new LocalBook()
    book.replace({ bids: [], asks: range(100, 100, 1) }, 100)
    expect(book.isKnown()).toBe(true)
    // Levels that appear behind the last known one do not make the ones between known.
    book.apply({ bids: [], asks: range(250, 60, 1) })
    book.apply({ bids: [], asks: range(100, 50, 1).map(([price]) => [price, '0'] as Level) })
    expect(book.isKnown()).toBe(true)
    book.apply({ bids: [], asks: [['150', '0']] })
    expect(book.isKnown()).toBe(false)
  })

  it('knows all of a snapshot that was shorter than asked for', () => {
    const book = new LocalBook()
    book.replace({ bids: range(1, 3, 1), asks: range(10, 3, 1) }, 100)
    book.apply({ bids: range(1, 3, 1).map(([price]) => [price, '0'] as Level), asks: [] })
    expect(book.isKnown()).toBe(true)
    expect(book.top().bids).toEqual([])
  })

  it('forgets far levels of a side that grows without end, and knows that it did', () => {
    const book = new LocalBook()
    book.replace({ bids: [], asks: [] }, null)
    book.apply({ bids: [], asks: range(1, 5_000, 1) })
    expect(book.isKnown()).toBe(true)
    book.apply({ bids: [], asks: range(1, 970, 1).map(([price]) => [price, '0'] as Level) })
    expect(book.isKnown()).toBe(false)
  })
})
