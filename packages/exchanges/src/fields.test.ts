import { normaliseDecimal } from '@tradercoin/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { amountOrNull, decimal, decimalOrNull, ShapeError } from './fields.ts'

describe('decimals', () => {
  test.each([
    ['0.01000000', '0.01'],
    ['2400.00000000', '2400'],
    ['100', '100'],
    ['1050.50', '1050.5'],
    ['0.00000000', '0'],
    ['-0', '0'],
    ['-0.000', '0'],
    ['-0.0113520', '-0.011352'],
    ['1E-8', '0.00000001'],
    ['.5', '0.5'],
    [0.1, '0.1'],
    [1e-7, '0.0000001'],
    [20, '20'],
    [-0, '0'],
  ])('%j is written %s', (given, plain) => {
    expect(decimalOrNull(given)).toBe(plain)
    expect(decimal(given, 'q')).toBe(plain)
  })

  test.each(['', 'cheap', 'NaN', '1,5', ' 1', '9'.repeat(81), '1e400', Number.NaN, null, undefined, {}])(
    '%j is none',
    (given) => {
      expect(decimalOrNull(given)).toBeNull()
      expect(() => decimal(given, 'q')).toThrow(ShapeError)
    },
  )

  test('the spelling is the one of the arithmetic, for every number', () => {
    const digits = (maxLength: number) =>
      fc.string({ unit: fc.constantFrom(...'0000123456789'), minLength: 1, maxLength })
    const written = fc
      .tuple(fc.constantFrom('', '-'), fc.oneof(fc.constant('0'), digits(20)), fc.option(digits(20)))
      .map(([sign, whole, fraction]) => sign + whole + (fraction === null ? '' : `.${fraction}`))
    fc.assert(
      fc.property(written, (text) => {
        expect(decimalOrNull(text)).toBe(normaliseDecimal(text))
      }),
    )
  })

  test('an amount of zero is none, however it is spelled', () => {
    for (const none of ['0', '0.00000000', '-0.0', 0, '', undefined]) expect(amountOrNull(none)).toBeNull()
    expect(amountOrNull('0.00000100')).toBe('0.000001')
  })
})
