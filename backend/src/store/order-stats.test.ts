import { join } from 'node:path'
import { Big } from 'big.js'
import fc from 'fast-check'
import { afterAll, expect, it } from 'vitest'
import { TestLedger } from '../../test/support/ledger.ts'
import { filledOrder, orderEvent } from '../../test/support/reports.ts'
import { createDatabase, temporaryDirectory } from '../../test/support/store.ts'
import { formatCursor, parseCursor } from './cursor.ts'
import { createQueries } from './kysely.ts'
import { listOrders, readAllOrders } from './order-list.ts'
import { readOrderStats } from './order-stats.ts'

const directory = temporaryDirectory()
afterAll(() => directory.remove())
let files = 0
const open = () => new TestLedger(createDatabase(join(directory.path, `${++files}.db`), 2))
const scope = { user_id: 1 }
const usdt = { quote_asset: 'USDT', settle_asset: 'USDT', contract_value: null }
const assetsOf = ({ symbol }: { symbol: string }) => (symbol.endsWith('USDT') ? usdt : null)

it('counts every status and adds up exactly, for this user alone', async () => {
  const ledger = open()
  ledger.book(filledOrder('1', 3))
  ledger.book([
    orderEvent({ order_id: '2', status: 'CANCELED', update_time: 1_001 }),
    orderEvent({ order_id: '3', status: 'EXPIRED', update_time: 1_001 }),
    orderEvent(
      { order_id: '4', symbol: 'ODD' },
      {
        order_id: '4',
        symbol: 'ODD',
        price: '0.1',
        quantity: '0.2',
        fee: '-0.3',
        fee_asset: 'X',
        realized_pnl: '-1.5',
      },
    ),
    orderEvent({ order_id: '5' }),
  ])
  ledger.book(filledOrder('1', 3), 2)
  const stats = await readOrderStats(ledger.db, scope, {}, assetsOf)
  expect(stats).toEqual({
    total: 5,
    open: 2,
    filled: 1,
    canceled: 1,
    rejected: 0,
    expired: 1,
    partially_filled: 1,
    fill_rate: '0.33333333333333333333',
    by_quote: [
      { asset: 'ODD', volume: '0.02', realized_pnl: '-1.5' },
      { asset: 'USDT', volume: '19200.15', realized_pnl: null },
    ],
    fees: [
      { asset: 'BNB', amount: '0.0003' },
      { asset: 'X', amount: '-0.3' },
    ],
  })
  const filtered = await readOrderStats(
    ledger.db,
    scope,
    { status: ['FILLED', 'CANCELED'], symbol: 'BTCUSDT' },
    assetsOf,
  )
  expect(filtered).toMatchObject({ total: 2, filled: 1, fill_rate: '0.5' })
  ledger.db.close()
})

it('counts inverse contracts by their value, and profit in the asset they settle in', async () => {
  const ledger = open()
  const futures = { trading_mode: 'futures', symbol: 'BTCUSD' } as const
  const order = { ...futures, order_id: '7', quantity: '5', quantity_unit: 'CONTRACT', executed_qty: '5' } as const
  const fill = { ...futures, order_id: '7', price: '50000', quantity: '5', realized_pnl: '-0.00025' }
  ledger.book([orderEvent({ ...order, status: 'FILLED' }, fill)])
  ledger.book(filledOrder('1', 1))
  const inverse = { quote_asset: 'USD', settle_asset: 'BTC', contract_value: '100' }
  const stats = await readOrderStats(ledger.db, scope, {}, ({ symbol }) => (symbol === 'BTCUSD' ? inverse : usdt))
  expect(stats.by_quote).toEqual([
    { asset: 'BTC', volume: '0', realized_pnl: '-0.00025' },
    { asset: 'USD', volume: '500', realized_pnl: null },
    { asset: 'USDT', volume: '6400.05', realized_pnl: null },
  ])
  ledger.db.close()
})

it('loses no digit, whatever the numbers', async () => {
  const decimal = fc
    .tuple(fc.bigInt(1n, 10n ** 24n), fc.nat({ max: 18 }))
    .map(([digits, places]) => new Big(digits.toString()).div(new Big(10).pow(places)).toFixed())
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(decimal, decimal, decimal), { minLength: 1, maxLength: 12 }), async (fills) => {
      const ledger = open()
      for (const [n, [price, quantity, fee]] of fills.entries()) {
        const id = { order_id: `${n % 4}`, symbol: `S${n % 3}USDT` }
        ledger.book([
          orderEvent({ ...id, quantity: null }, { ...id, trade_id: `${n}`, price, quantity, fee, fee_asset: 'BNB' }),
        ])
      }
      const stats = await readOrderStats(ledger.db, scope, {}, assetsOf)
      const sum = (of: (fill: [string, string, string]) => Big) =>
        fills.reduce((total, fill) => total.plus(of(fill)), new Big(0)).toFixed()
      expect(stats.by_quote).toEqual([
        { asset: 'USDT', volume: sum(([price, quantity]) => new Big(price).times(quantity)), realized_pnl: null },
      ])
      expect(stats.fees).toEqual([{ asset: 'BNB', amount: sum(([, , fee]) => new Big(fee)) }])
      ledger.db.close()
    }),
    { numRuns: 25 },
  )
})

it('pages through all orders once, newest first, while new ones arrive', async () => {
  const ledger = open()
  for (let n = 0; n < 25; n++) ledger.book(filledOrder(`${n}`, 0, 1_000 + (n % 5)))
  const queries = createQueries(ledger.db)
  const seen: string[] = []
  let cursor = null
  do {
    const page = await listOrders(queries, scope, {}, { limit: 4, cursor })
    seen.push(...page.items.map(({ order_id }) => String(order_id)))
    ledger.book(filledOrder(`new${seen.length}`, 0, 2_000))
    cursor = page.next_cursor === null ? null : parseCursor(page.next_cursor)
  } while (cursor)
  expect(seen).toHaveLength(25)
  expect(new Set(seen).size).toBe(25)
  const all: string[] = []
  await readAllOrders(ledger.db, scope, { q: 'c1' }, (orders) => {
    all.push(...orders.map(({ client_order_id }) => String(client_order_id)))
  })
  expect(all.sort()).toEqual(['c1', ...Array.from({ length: 10 }, (_, n) => `c1${n}`)])
  ledger.db.close()
})

it('takes a search text literally', async () => {
  const ledger = open()
  ledger.book([orderEvent({ client_order_id: 'a%b_c' }), orderEvent({ order_id: '2', client_order_id: 'axbyc' })])
  const found = await listOrders(createQueries(ledger.db), scope, { q: '%b_' }, { limit: 10, cursor: null })
  expect(found.items.map(({ client_order_id }) => client_order_id)).toEqual(['a%b_c'])
  ledger.db.close()
})

it('reads back only cursors of its own form', () => {
  const cursor = { time: 1_700_000_000_000, id: 12 }
  expect(parseCursor(formatCursor(cursor))).toEqual(cursor)
  for (const text of [
    '',
    'x',
    'MTI',
    Buffer.from('1:2:3').toString('base64url'),
    Buffer.from('9'.repeat(30)).toString('base64url'),
  ]) {
    expect(parseCursor(text)).toBeNull()
  }
})
