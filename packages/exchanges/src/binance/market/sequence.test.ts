import { describe, expect, it } from 'vitest'
import { type DepthUpdate, futuresSequence, spotSequence } from './sequence.ts'

const update = (first: number, last: number, previous: number | null = null): DepthUpdate => ({
  first: BigInt(first),
  last: BigInt(last),
  previous: previous === null ? null : BigInt(previous),
  ts: 1,
  bids: [],
  asks: [],
})

describe('spot', () => {
  it.each([
    ['the next change', update(101, 105), 'apply'],
    ['one that spans the book’s place', update(99, 101), 'apply'],
    ['one that is known', update(95, 100), 'drop'],
    ['one after a missing change', update(102, 103), 'gap'],
  ])('%s', (_what, event, step) => {
    expect(spotSequence(event, 100n, false)).toBe(step)
    expect(spotSequence(event, 100n, true)).toBe(step)
  })
})

describe('futures, first after the snapshot', () => {
  it.each([
    ['one that is older', update(90, 99, 89), 'drop'],
    ['one that spans the snapshot', update(98, 103, 97), 'apply'],
    ['one that ends with the snapshot', update(98, 100, 97), 'apply'],
    ['one that follows directly', update(104, 108, 100), 'apply'],
    ['one that follows on something later', update(104, 108, 102), 'gap'],
    ['one that does not tell what it follows', update(98, 103), 'gap'],
  ])('%s', (_what, event, step) => {
    expect(futuresSequence(event, 100n, true)).toBe(step)
  })
})

describe('futures, later', () => {
  it.each([
    ['one that names the one before', update(140, 150, 100), 'apply'],
    ['one that names another', update(140, 150, 130), 'gap'],
    ['one that comes twice', update(90, 100, 80), 'gap'],
  ])('%s', (_what, event, step) => {
    expect(futuresSequence(event, 100n, false)).toBe(step)
  })
})
