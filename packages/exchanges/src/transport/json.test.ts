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

test('what looks like a long id inside a string is left alone', () => {
  const text = '{"note":"ids:8389766145050669870,[ -8389766145050669871 ]","i":[ 8389766145050669870 , 1.5]}'
  expect(parseJson(text)).toEqual({
    note: 'ids:8389766145050669870,[ -8389766145050669871 ]',
    i: ['8389766145050669870', 1.5],
  })
})

test('throws on what is not JSON', () => {
  expect(() => parseJson('{"i":08389766145050669870}')).toThrow(SyntaxError)
  expect(() => parseJson('{8389766145050669870:1}')).toThrow(SyntaxError)
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

test('long integers become text and nothing else changes, wherever they stand', () => {
  const integer = fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n })
  const isWrittenAsFloat = (number: number) => /[.e]/.test(String(number))
  const awkward = integer.map((value) => `x:${value},[${value}]"\\`)
  const key = fc.oneof(fc.string(), integer.map(String))
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      integer,
      awkward,
      fc.string(),
      fc.double({ noNaN: true, noDefaultInfinity: true }).filter(isWrittenAsFloat),
      fc.constantFrom(null, true, false),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
    ),
  }))
  const isSafe = (integer: bigint) => integer >= Number.MIN_SAFE_INTEGER && integer <= Number.MAX_SAFE_INTEGER
  fc.assert(
    fc.property(value, fc.constantFrom('', ' ', '\n  '), (given, space) => {
      expect(parseJson(written(given, space))).toEqual(
        mapIntegers(given, (integer) => (isSafe(integer) ? Number(integer) : String(integer))),
      )
    }),
    { numRuns: 1_000 },
  )
})

function written(value: unknown, space: string): string {
  if (typeof value === 'bigint') return `${space}${value}${space}`
  if (Array.isArray(value)) return `[${value.map((item) => written(item, space)).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const entries = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}:${written(item, space)}`)
  return `{${space}${entries.join(`${space},`)}${space}}`
}

function mapIntegers(value: unknown, map: (integer: bigint) => unknown): unknown {
  if (typeof value === 'bigint') return map(value)
  if (Array.isArray(value)) return value.map((item) => mapIntegers(item, map))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapIntegers(item, map)]))
}
