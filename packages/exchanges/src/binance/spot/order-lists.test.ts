import type { AccountEvent } from '@tradercoin/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Ending, endings, mergeOrders } from '../test-lives.ts'
import { parseOrder, parseStreamEvent } from './parse.ts'
import { fixture } from './test-fixtures.ts'

function told(names: readonly string[]): AccountEvent[] {
  return names.flatMap((name) => {
    const { value, text } = fixture(name)
    return name.startsWith('rest-') ? [parseOrder(value)] : parseStreamEvent(value, text)
  })
}

const oco = ['list-oco-above-new', 'list-oco-below-new', 'list-oco-started']
const oto = ['list-oto-working-new', 'order-leg-pending', 'list-started']
const otoco = ['list-otoco-working-new', 'list-otoco-above-pending', 'list-otoco-below-pending', 'list-otoco-started']
const opo = ['list-opo-working-new', 'list-opo-pending', 'list-opo-started']
const opoco = ['list-opoco-working-new', 'list-opoco-above-pending', 'list-opoco-below-pending']

const lives: [string, number, string[], Ending[]][] = [
  [
    'OCO, placed',
    4420,
    oco,
    [
      ['50111400', 'NEW'],
      ['50111401', 'UNTRIGGERED'],
    ],
  ],
  [
    'OCO, the stop is triggered',
    4420,
    [...oco, 'list-oco-below-triggered', 'list-oco-above-expired', 'list-oco-done'],
    [
      ['50111400', 'EXPIRED', 'OCO_TRIGGER'],
      ['50111401', 'NEW'],
    ],
  ],
  [
    'OCO, the limit leg fills',
    4420,
    [...oco, 'list-oco-above-filled', 'list-oco-below-expired', 'list-oco-done'],
    [
      ['50111400', 'FILLED'],
      ['50111401', 'EXPIRED', 'OCO_TRIGGER'],
    ],
  ],
  [
    'OCO, canceled',
    4420,
    [...oco, 'list-oco-above-canceled', 'list-oco-below-canceled', 'list-oco-done'],
    [
      ['50111400', 'CANCELED'],
      ['50111401', 'CANCELED'],
    ],
  ],
  [
    'OCO, over before a query told it',
    4420,
    [...oco, 'rest-list-leg-expired', 'rest-list-leg-stop'],
    [
      ['50111400', 'EXPIRED', 'OCO_TRIGGER'],
      ['50111401', 'UNTRIGGERED'],
    ],
  ],
  [
    'OTO, placed',
    4411,
    oto,
    [
      ['50111300', 'NEW'],
      ['50111301', 'UNTRIGGERED'],
    ],
  ],
  ['OTO, known from a query only', 4411, ['rest-list-leg-pending'], [['50111301', 'UNTRIGGERED']]],
  [
    'OTO, the working order fills',
    4411,
    [...oto, 'list-oto-working-filled', 'list-oto-pending-placed'],
    [
      ['50111300', 'FILLED'],
      ['50111301', 'NEW'],
    ],
  ],
  [
    'OTO, the working order is canceled',
    4411,
    [...oto, 'list-oto-working-canceled', 'list-oto-pending-expired'],
    [
      ['50111300', 'CANCELED'],
      ['50111301', 'EXPIRED', 'OTO_PHASE_ONE_EXPIRED'],
    ],
  ],
  [
    'OTOCO, placed',
    4430,
    otoco,
    [
      ['50111500', 'NEW'],
      ['50111501', 'UNTRIGGERED'],
      ['50111502', 'UNTRIGGERED'],
    ],
  ],
  [
    'OTOCO, the working order fills',
    4430,
    [...otoco, 'list-otoco-working-filled', 'list-otoco-above-placed', 'list-otoco-below-placed'],
    [
      ['50111500', 'FILLED'],
      ['50111501', 'NEW'],
      ['50111502', 'UNTRIGGERED'],
    ],
  ],
  [
    'OTOCO, the pair is refused when its turn comes',
    4430,
    [...otoco, 'list-otoco-working-filled', 'list-otoco-above-refused', 'list-otoco-below-refused'],
    [
      ['50111500', 'FILLED'],
      ['50111501', 'REJECTED', 'REJECTED'],
      ['50111502', 'REJECTED', 'REJECTED'],
    ],
  ],
  [
    'OTOCO, refused as a query tells it',
    4430,
    ['list-otoco-below-pending', 'rest-list-leg-refused'],
    [['50111502', 'REJECTED', 'REJECTED']],
  ],
  [
    'OPO, placed',
    4440,
    opo,
    [
      ['50111600', 'NEW'],
      ['50111601', 'UNTRIGGERED'],
    ],
  ],
  [
    'OPO, the working order fills',
    4440,
    [...opo, 'list-opo-working-filled', 'list-opo-placed'],
    [
      ['50111600', 'FILLED'],
      ['50111601', 'NEW'],
    ],
  ],
  [
    'OPOCO, the pair is placed',
    4450,
    [...opoco, 'list-opoco-above-placed', 'list-opoco-below-placed'],
    [
      ['50111700', 'NEW'],
      ['50111701', 'NEW'],
      ['50111702', 'UNTRIGGERED'],
    ],
  ],
]

describe('an order list placed elsewhere', () => {
  test.each(lives)('%s', (_name, listId, names, expected) => {
    const orders = mergeOrders(told(names))
    expect(endings(orders)).toEqual(expected)
    for (const order of orders.values()) expect(order.parent_order_id).toBe(`list:${listId}`)
  })

  test('ends the same in whatever order, and however often, its events come', () => {
    fc.assert(
      fc.property(
        fc
          .constantFrom(...lives)
          .chain(([, , names, expected]) =>
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

  test('a leg keeps its own client order id when the list is canceled', () => {
    const order = mergeOrders(told([...oco, 'list-oco-below-canceled'])).get('50111401')
    expect(order?.client_order_id).toBe('hub-oco-below')
  })

  test('the quantity of a leg that sells what was bought is known once it is placed', () => {
    expect(mergeOrders(told(opo)).get('50111601')?.quantity).toBeNull()
    expect(mergeOrders(told([...opo, 'list-opo-placed'])).get('50111601')?.quantity).toBe('0.4995')
  })

  test.each(['list-oco-started', 'list-oco-done', 'list-leg-renamed', 'list-refused'])(
    '%s is kept as it came: the legs tell the same by themselves',
    (name) => {
      const { text } = fixture(name)
      expect(told([name])).toEqual([{ kind: 'raw', event_type: 'listStatus', payload: text, problem: null }])
    },
  )
})
