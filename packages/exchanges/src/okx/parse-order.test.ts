import { expect, it } from 'vitest'
import { parseAlgo } from './parse-algo.ts'
import { parseOrder } from './parse-order.ts'
import { findInstrument, fixture } from './test-fixtures.ts'

const firstRow = (name: string) => (fixture(name).frame as { data: [object] }).data[0]

it('a market buy that does not tell its product is sized in quote coin all the same', () => {
  const { instType: _, ...order } = firstRow('order-quote-filled-partly') as { instType?: string }
  expect(parseOrder(order, findInstrument)).toMatchObject({
    symbol: 'BTC-USDT',
    quantity: null,
    executed_qty: '0.0016',
  })
  const { instType: __, ...algo } = firstRow('algo-spot-quote') as { instType?: string }
  expect(parseAlgo(algo, findInstrument).order).toMatchObject({ trading_mode: 'spot', quantity: null })
})
