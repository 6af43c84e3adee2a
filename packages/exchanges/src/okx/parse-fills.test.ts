import { expect, it } from 'vitest'
import { parseFills } from './parse-fills.ts'
import { findInstrument, fixture } from './test-fixtures.ts'

const row = (overrides: object = {}) => ({ ...(fixture('rest-fill').frame as object), ...overrides })
const read = (...rows: object[]) => parseFills(rows, findInstrument, () => null)

it('options are kept as they came and are no trouble; what is misshapen is', () => {
  const option = row({ instType: 'OPTION', instId: 'BTC-USD-281229-60000-C', billId: '1' })
  const torn = row({ fillPx: 'much', billId: '2' })
  expect(read(row({ billId: '3' }), option, torn)).toMatchObject([
    { kind: 'raw', event_type: 'fills', payload: JSON.stringify(option), problem: null },
    { kind: 'raw', event_type: 'fills', payload: JSON.stringify(torn), problem: 'fillPx is not a decimal' },
    { kind: 'execution', execution: { trade_id: '81000044' } },
  ])
})
