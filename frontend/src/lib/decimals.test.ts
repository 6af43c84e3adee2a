import { describe, expect, it } from 'vitest'
import {
  changePercent,
  compareDecimals,
  groupDecimal,
  parseTypedDecimal,
  percentOf,
  shortenDecimal,
  showDecimal,
  showSigned,
  signOf,
} from './decimals.ts'

describe('showing decimals', () => {
  it.each([
    ['0', '0'],
    ['999', '999'],
    ['1000', '1,000'],
    ['-1234567.8901234', '-1,234,567.8901234'],
    ['123456789012345678901234567890.123456789', '123,456,789,012,345,678,901,234,567,890.123456789'],
  ])('groups %s as %s without touching a digit', (text, shown) => {
    expect(groupDecimal(text)).toBe(shown)
  })

  it.each([
    ['0.40000000', '0.4'],
    ['12.000', '12'],
    ['100', '100'],
    ['64210.50', '64,210.5'],
  ])('drops the zeros at the end of %s', (text, shown) => {
    expect(showDecimal(text)).toBe(shown)
  })

  it('cuts an average for a cell and never rounds it up', () => {
    expect(shortenDecimal('64210.9999999999999', 2)).toBe('64,210.99')
    expect(shortenDecimal('64210', 2)).toBe('64,210')
  })

  it('always writes the sign of profit and loss', () => {
    expect(['12.50', '-3', '0.000'].map(showSigned)).toEqual(['+12.5', '-3', '0'])
    expect(['0.00', '-0.01', '0.01'].map(signOf)).toEqual([0, -1, 1])
  })
})

describe('computing with decimals', () => {
  it('says 100 per cent only when all of it is done', () => {
    expect(percentOf('0.36', '0.40')).toBe(90)
    expect(percentOf('0.39999999', '0.4')).toBe(99)
    expect(percentOf('0.4', '0.40')).toBe(100)
    expect(percentOf('1', '0')).toBe(0)
  })

  it('orders numbers a float would mix up, and null first', () => {
    const ids = ['9007199254740993', '9007199254740992', null, '9', '10']
    expect(ids.sort(compareDecimals)).toEqual([null, '9', '10', '9007199254740992', '9007199254740993'])
  })
})

describe('reading what a person typed', () => {
  it.each([
    ['0.5', '0.5'],
    [' 12 ', '12'],
    ['.5', '0.5'],
    ['5.', '5'],
    ['007.10', '7.1'],
  ])('takes %j as %s', (typed, value) => {
    expect(parseTypedDecimal(typed)).toBe(value)
  })

  it.each(['', '1,5', '1.234,5', '1 000', '-1', '1e5', '0x10', 'abc', '.'])(
    'refuses %j instead of guessing',
    (typed) => {
      expect(parseTypedDecimal(typed)).toBeNull()
    },
  )
})

describe('a change', () => {
  it.each([
    ['100', '101.239', '1.23'],
    ['100', '98.75', '-1.25'],
    ['3', '3', '0'],
    ['0', '5', null],
  ])('from %s to %s is %s per cent', (before, after, percent) => {
    expect(changePercent(before, after)).toBe(percent)
  })
})
