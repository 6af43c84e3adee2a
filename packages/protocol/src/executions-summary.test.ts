import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareDecimal, divideDecimal } from './decimal.ts'
import { addExecution, type ExecutionsSummary, noExecutions } from './executions-summary.ts'

/** Exact numbers as integers of 10^-18: the oracle computes on bigint only. */
const places = 18
const amount = (max: bigint) => fc.bigInt({ min: 1n, max })

interface Fill {
  price: bigint
  quantity: bigint
  fee: bigint
  asset: string
  time: number
}

const fills = fc.array(
  fc.record({
    price: amount(10n ** 30n),
    quantity: amount(10n ** 28n),
    fee: fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }),
    asset: fc.constantFrom('USDT', 'BNB', 'BTC'),
    time: fc.integer({ min: 1, max: 5 }),
  }),
  { minLength: 1, maxLength: 30 },
)

function text(units: bigint): string {
  const digits = (units < 0n ? -units : units).toString().padStart(places + 1, '0')
  const fraction = digits.slice(-places).replace(/0+$/, '')
  return (units < 0n ? '-' : '') + digits.slice(0, -places) + (fraction === '' ? '' : `.${fraction}`)
}

function summaryOf(rows: readonly Fill[]): ExecutionsSummary {
  return rows.reduce(
    (sum, { price, quantity, fee, asset, time }, index) =>
      addExecution(sum, {
        trade_id: String(index + 1),
        price: text(price),
        quantity: text(quantity),
        fee: text(fee),
        fee_asset: asset,
        realized_pnl: null,
        time,
      }),
    noExecutions,
  )
}

/** The average of `rows` to 20 significant digits, half even, by long division on bigint. */
function average(rows: readonly Fill[]): string {
  const value = rows.reduce((sum, { price, quantity }) => sum + price * quantity, 0n)
  const quantity = rows.reduce((sum, row) => sum + row.quantity, 0n)
  // value / quantity is the price in units of 10^-18.
  for (let scale = 60; ; scale--) {
    const numerator = scale >= 0 ? value * 10n ** BigInt(scale) : value
    const denominator = scale >= 0 ? quantity : quantity * 10n ** BigInt(-scale)
    const whole = numerator / denominator
    if (whole.toString().length > 20) continue
    const rest = numerator - whole * denominator
    const up = rest * 2n > denominator || (rest * 2n === denominator && whole % 2n === 1n)
    return written(up ? whole + 1n : whole, scale + places)
  }
}

/** `digits` × 10^-`shift`, plain. */
function written(digits: bigint, shift: number): string {
  const all = shift > 0 ? digits.toString().padStart(shift + 1, '0') : digits.toString() + '0'.repeat(-shift)
  if (shift <= 0) return all
  const fraction = all.slice(-shift).replace(/0+$/, '')
  return all.slice(0, -shift) + (fraction === '' ? '' : `.${fraction}`)
}

describe('executions of an order', () => {
  it('average to their volume-weighted price, exact to 20 significant digits, half even', () => {
    fc.assert(
      fc.property(fills, (rows) => {
        const { quote, quantity } = summaryOf(rows)
        expect(divideDecimal(quote, quantity)).toBe(average(rows))
      }),
      { numRuns: 2_000 },
    )
  })

  it('add up to the same in any order', () => {
    fc.assert(
      fc.property(fills, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (rows, chance) => {
        const numbered = rows.map((row) => ({ row, at: chance.next().value as number }))
        const shuffled = numbered.sort((a, b) => a.at - b.at).map(({ row }) => row)
        const { quantity, quote, fees } = summaryOf(shuffled)
        expect({ quantity, quote, fees }).toEqual(
          (({ quantity, quote, fees }) => ({ quantity, quote, fees }))(summaryOf(rows)),
        )
      }),
    )
  })

  it('keep the fees of each coin apart, to the last digit', () => {
    fc.assert(
      fc.property(fills, (rows) => {
        const { fees } = summaryOf(rows)
        expect(fees.map(({ asset }) => asset)).toEqual([...new Set(rows.map(({ asset }) => asset))].sort())
        for (const { asset, amount } of fees) {
          const exact = rows.filter((row) => row.asset === asset).reduce((sum, { fee }) => sum + fee, 0n)
          expect(compareDecimal(amount, text(exact))).toBe(0)
        }
      }),
    )
  })
})
