import { expect, it } from 'vitest'
import { parsePosition } from './parse-account.ts'
import { findInstrument, fixture } from './test-fixtures.ts'

const liquidationOf = (overrides: object) => {
  const row = { ...(fixture('rest-position').frame as object), ...overrides }
  return parsePosition(row, findInstrument, 1).liquidation_price
}

it('a liquidation price that is empty is told as none, one that is left out is not told', () => {
  expect(liquidationOf({})).toBe('52110.4')
  expect(liquidationOf({ liqPx: '' })).toBe('0')
  expect(liquidationOf({ liqPx: undefined })).toBeNull()
})
