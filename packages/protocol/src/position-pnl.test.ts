import { Big } from 'big.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { unrealizedPnl } from './position-pnl.ts'

describe('unrealizedPnl', () => {
  it.each([
    ['a long that rose', '0.5', '60000.1', '61000.2', null, '500.05'],
    ['a long that fell', '0.5', '60000', '59999.99999999', null, '-0.000000005'],
    ['a short that fell', '-2', '100', '90', null, '20'],
    ['a short that rose', '-2', '100', '100.5', null, '-1'],
    ['an inverse long that rose', '10', '50000', '62500', '100', '0.004'],
    ['an inverse short that rose', '-10', '50000', '62500', '100', '-0.004'],
    ['nothing', '0', null, '62500', null, '0'],
    ['an unknown entry', '1', null, '62500', null, null],
    ['an inverse one at no price', '1', '0', '62500', '100', null],
  ] as const)('%s', (_, quantity, entry_price, mark, contractValue, pnl) => {
    expect(unrealizedPnl({ quantity, entry_price }, mark, contractValue)).toBe(pnl)
  })

  const price = fc.bigInt(1n, 10n ** 15n).map((units) => new Big(units.toString()).div(1e6).toFixed())
  const size = fc.bigInt(-(10n ** 12n), 10n ** 12n).map((units) => new Big(units.toString()).div(1e4).toFixed())

  it('is exact for linear contracts, and turns its sign with the position', () => {
    fc.assert(
      fc.property(size, price, price, (quantity, entry_price, mark) => {
        const pnl = unrealizedPnl({ quantity, entry_price }, mark, null) ?? ''
        expect(new Big(pnl).eq(new Big(mark).minus(entry_price).times(quantity))).toBe(true)
        const turned = unrealizedPnl({ quantity: new Big(quantity).neg().toFixed(), entry_price }, mark, null) ?? ''
        expect(new Big(turned).plus(pnl).eq(0)).toBe(true)
      }),
    )
  })

  it('of inverse contracts agrees with the definition to 20 digits', () => {
    const exact = Big()
    exact.DP = 60
    fc.assert(
      fc.property(size, price, price, (quantity, entry_price, mark) => {
        const pnl = unrealizedPnl({ quantity, entry_price }, mark, '100') ?? ''
        const one = new exact(1)
        const defined = one.div(entry_price).minus(one.div(mark)).times(quantity).times(100)
        const error = new exact(pnl).minus(defined).abs()
        expect(error.lte(defined.abs().times('1e-19').plus('1e-40'))).toBe(true)
      }),
    )
  })
})
