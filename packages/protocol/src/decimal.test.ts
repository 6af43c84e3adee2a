import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  addDecimal,
  compareDecimal,
  decimalSchema,
  divideDecimal,
  isZeroDecimal,
  multiplyDecimal,
  normaliseDecimal,
  subtractDecimal,
} from './decimal.ts'

/** Exact numbers as (integer, places): the oracle computes on bigint only. */
const exact = fc.record({
  units: fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }),
  places: fc.integer({ min: 0, max: 20 }),
})

function text({ units, places }: { units: bigint; places: number }): string {
  const digits = (units < 0n ? -units : units).toString().padStart(places + 1, '0')
  const whole = digits.slice(0, digits.length - places)
  const fraction = digits.slice(digits.length - places).replace(/0+$/, '')
  const sign = units < 0n ? '-' : ''
  return sign + whole + (fraction === '' ? '' : `.${fraction}`)
}

const scaled = (a: { units: bigint; places: number }, places: number) => a.units * 10n ** BigInt(places - a.places)

/** Long division on bigint: 20 significant digits, half even. */
function quotient(a: bigint, b: bigint): string {
  const sign = a < 0n !== b < 0n ? -1n : 1n
  const n = a < 0n ? -a : a
  const d = b < 0n ? -b : b
  for (let places = 120; ; places--) {
    const scale = places >= 0 ? 10n ** BigInt(places) : 1n
    const divisor = places >= 0 ? d : d * 10n ** BigInt(-places)
    const whole = (n * scale) / divisor
    if (whole.toString().length > 20) continue
    const rest = n * scale - whole * divisor
    const up = rest * 2n > divisor || (rest * 2n === divisor && whole % 2n === 1n)
    const rounded = (up ? whole + 1n : whole) * sign
    return places >= 0 ? text({ units: rounded, places }) : text({ units: rounded * 10n ** BigInt(-places), places: 0 })
  }
}

describe('decimal arithmetic', () => {
  it.each(['0.000000000000000001', '1000000000000000', '1234567890123456789012345678901234567890', '-0.5', '0'])(
    'keeps %s as it is',
    (value) => {
      expect(normaliseDecimal(value)).toBe(value)
      expect(addDecimal(value, '0')).toBe(value)
      expect(multiplyDecimal(value, '1')).toBe(value)
    },
  )

  it.each([
    ['1e-18', '0.000000000000000001'],
    ['1E15', '1000000000000000'],
    ['1.50', '1.5'],
    ['007', '7'],
    ['-0', '0'],
    ['0.00', '0'],
    ['1e40', '10000000000000000000000000000000000000000'],
  ])('writes %s as %s', (given, plain) => {
    expect(normaliseDecimal(given)).toBe(plain)
  })

  it('refuses what is not a number', () => {
    for (const bad of ['', 'abc', 'NaN', 'Infinity', '1,5', '0x10']) expect(() => normaliseDecimal(bad)).toThrow()
  })

  it('refuses a number that would fill the memory when written out', () => {
    for (const vast of ['1e1000000000', '-0.1e40000000000', '1E-999999999']) {
      expect(() => normaliseDecimal(vast)).toThrow(RangeError)
    }
    expect(normaliseDecimal('1e-200')).toBe(`0.${'0'.repeat(199)}1`)
  })

  it('adds, subtracts and multiplies exactly', () => {
    expect(addDecimal('0.1', '0.2')).toBe('0.3')
    fc.assert(
      fc.property(exact, exact, (a, b) => {
        const places = Math.max(a.places, b.places)
        expect(addDecimal(text(a), text(b))).toBe(text({ units: scaled(a, places) + scaled(b, places), places }))
        expect(subtractDecimal(text(a), text(b))).toBe(text({ units: scaled(a, places) - scaled(b, places), places }))
        expect(multiplyDecimal(text(a), text(b))).toBe(text({ units: a.units * b.units, places: a.places + b.places }))
        const difference = scaled(a, places) - scaled(b, places)
        expect(compareDecimal(text(a), text(b))).toBe(difference < 0n ? -1 : difference > 0n ? 1 : 0)
      }),
    )
  })

  it('divides to 20 significant digits, half even', () => {
    expect(divideDecimal('1', '3')).toBe('0.33333333333333333333')
    expect(divideDecimal('2', '3')).toBe('0.66666666666666666667')
    expect(divideDecimal('100000000000000000005', '10')).toBe('10000000000000000000')
    expect(divideDecimal('100000000000000000015', '10')).toBe('10000000000000000002')
    expect(divideDecimal('0', '7')).toBe('0')
    expect(() => divideDecimal('1', '0.00')).toThrow(RangeError)
    fc.assert(
      fc.property(exact, exact, (a, b) => {
        fc.pre(b.units !== 0n)
        const places = Math.max(a.places, b.places)
        expect(divideDecimal(text(a), text(b))).toBe(quotient(scaled(a, places), scaled(b, places)))
      }),
    )
  })

  it('never writes an exponent', () => {
    fc.assert(
      fc.property(exact, exact, (a, b) => {
        for (const result of [addDecimal(text(a), text(b)), subtractDecimal(text(a), text(b))]) {
          expect(decimalSchema.safeParse(result).success).toBe(true)
        }
      }),
    )
  })

  it('knows zero in each spelling', () => {
    for (const zero of ['0', '0.000', '-0', '-0.0']) expect(isZeroDecimal(zero)).toBe(true)
    for (const other of ['0.001', '-1', '10']) expect(isZeroDecimal(other)).toBe(false)
  })
})
