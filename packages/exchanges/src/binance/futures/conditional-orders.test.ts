import type { AccountEvent } from '@tradercoin/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Ending, endings, mergeOrders } from '../test-lives.ts'
import { parseRows, parseStreamEvent } from './parse.ts'
import { parseAlgoRow } from './parse-algo.ts'
import { fixture } from './test-fixtures.ts'

const told = (names: readonly string[]): AccountEvent[] =>
  names.flatMap((name) => {
    const { value, text } = fixture(name)
    return name.startsWith('rest-') ? parseRows('algoOrder', [value], parseAlgoRow) : parseStreamEvent(value, text)
  })

const stop = 'algo:2148719'
const takeProfit = 'algo:2148720'
const triggered = ['algo-new', 'algo-triggering', 'algo-triggered', 'order-stop-filled', 'algo-finished']
const limit = ['algo-limit-new', 'algo-limit-triggered', 'order-take-profit-placed']
const refused = 'Margin is insufficient.'

const lives: [string, string[], Ending[]][] = [
  ['waits', ['algo-new'], [[stop, 'UNTRIGGERED']]],
  ['is being forwarded, for however long', ['algo-new', 'algo-triggering'], [[stop, 'UNTRIGGERED']]],
  ['is refused by the engine', ['algo-new', 'algo-triggering', 'algo-rejected'], [[stop, 'REJECTED', refused]]],
  ['is canceled', ['algo-new', 'algo-canceled'], [[stop, 'CANCELED']]],
  ['expires', ['algo-new', 'algo-expired'], [[stop, 'EXPIRED']]],
  [
    'fills as the order it becomes',
    triggered,
    [
      ['612345999001', 'FILLED'],
      [stop, 'TRIGGERED'],
    ],
  ],
  [
    'fills, as a query tells it',
    ['rest-algo-finished', 'order-stop-filled'],
    [
      ['612345999001', 'FILLED'],
      [stop, 'TRIGGERED'],
    ],
  ],
  [
    'rests as the order it becomes',
    limit,
    [
      ['612345999100', 'NEW'],
      [takeProfit, 'TRIGGERED'],
    ],
  ],
  [
    'rests and fills',
    [...limit, 'order-take-profit-filled', 'algo-limit-finished'],
    [
      ['612345999100', 'FILLED'],
      [takeProfit, 'TRIGGERED'],
    ],
  ],
  [
    'rests and is canceled',
    [...limit, 'order-take-profit-canceled', 'algo-finished-unfilled'],
    [
      ['612345999100', 'CANCELED'],
      [takeProfit, 'TRIGGERED'],
    ],
  ],
  [
    'rests and is canceled, as a list without quantities tells it',
    ['algo-limit-new', 'rest-algo-listed', 'order-take-profit-canceled'],
    [
      ['612345999100', 'CANCELED'],
      [takeProfit, 'TRIGGERED'],
    ],
  ],
]

describe('a conditional order', () => {
  it.each(lives)('%s', (_name, names, expected) => {
    const orders = mergeOrders(told(names))
    expect(endings(orders)).toEqual(expected)
    for (const [id, order] of orders) {
      const isParent = id.startsWith('algo:')
      expect(order.parent_order_id).toBe(isParent ? null : expected.at(-1)?.[0])
      if (isParent) expect(order.executed_qty).toBe('0')
    }
  })

  it('ends the same in whatever order, and however often, it is told', () => {
    fc.assert(
      fc.property(
        fc
          .constantFrom(...lives)
          .chain(([, names, expected]) =>
            fc.tuple(
              fc.shuffledSubarray(names, { minLength: names.length }),
              fc.subarray(names),
              fc.constant(expected),
            ),
          ),
        ([shuffled, again, expected]) => {
          expect(endings(mergeOrders(told([...shuffled, ...again])))).toEqual(expected)
        },
      ),
      { numRuns: 500 },
    )
  })
})
