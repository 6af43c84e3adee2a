import type { Execution } from '@tradercoin/protocol'
import { describe, expect, it } from 'vitest'
import { groupFills } from './fill-groups.ts'

const fill = (order_id: string, quantity: string, price: string) =>
  ({ exchange_key_id: 1, trading_mode: 'spot', symbol: 'BTCUSDT', order_id, quantity, price }) as Execution

describe('fills told together', () => {
  it('make one sentence per order, with exact sums and the last price', () => {
    const first = fill('1', '0.1', '100')
    const other = fill('2', '5', '7')
    expect(groupFills([first, other, fill('1', '0.2', '101')])).toEqual([
      { first, count: 2, quantity: '0.3', lastPrice: '101' },
      { first: other, count: 1, quantity: '5', lastPrice: '7' },
    ])
  })
})
