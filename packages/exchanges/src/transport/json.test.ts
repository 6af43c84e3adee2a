import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseJson } from './json.ts'

test('keeps every digit of a 64-bit id, as text', () => {
  expect(parseJson('{"i":8389766145050669870,"j":-8389766145050669870,"k":[9007199254740993]}')).toEqual({
    i: '8389766145050669870',
    j: '-8389766145050669870',
    k: ['9007199254740993'],
  })
})

test('leaves safe integers, decimals and text alone, also in a frame that holds a long id', () => {
  const text =
    '{"i":8389766145050669870,"a":9007199254740991,"b":1.50,"c":1e3,"d":"8389766145050669870","e":null,"f":true}'
  expect(parseJson(text)).toEqual({
    i: '8389766145050669870',
    a: 9007199254740991,
    b: 1.5,
    c: 1000,
    d: '8389766145050669870',
    e: null,
    f: true,
  })
})

test('throws on what is not JSON', () => {
  expect(() => parseJson('<html>')).toThrow(SyntaxError)
  expect(() => parseJson('{"i":8389766145050669870')).toThrow(SyntaxError)
})

test('agrees with JSON.parse on every document without long integers', () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
      const text = JSON.stringify(value)
      fc.pre(!/\d{16}/.test(text))
      expect(parseJson(text)).toEqual(JSON.parse(text))
    }),
  )
})
