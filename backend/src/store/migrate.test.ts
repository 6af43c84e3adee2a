import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { TestLedger } from '../../test/support/ledger.ts'
import { orderEvent, positionEvent } from '../../test/support/reports.ts'
import { addUserWithKey, createDatabase, temporaryDirectory } from '../../test/support/store.ts'
import { openWritable } from './database.ts'
import { migrate, schemaVersion } from './migrate.ts'
import { initial } from './migrations/001-initial.ts'
import { readOrder, readOrderDetails } from './order-list.ts'
import { readSnapshot } from './snapshot.ts'

const directory = temporaryDirectory()
afterAll(() => directory.remove())

it('takes a database of the first schema to the newest; what it holds is known as before', () => {
  // A database of today, with one order, whose rows are then put into one of the first schema.
  const today = new TestLedger(createDatabase(join(directory.path, 'today.db'), 1))
  const told = orderEvent({ order_id: '7' })
  const held = positionEvent({ margin_mode: 'CROSS' })
  today.book([told, held])
  const old = openWritable(join(directory.path, 'old.db'))
  old.exec('CREATE TABLE schema_version (version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT')
  old.exec(initial)
  old.run('INSERT INTO schema_version (version, applied_at) VALUES (1, 1)')
  addUserWithKey(old, 1, 'spot', 'binance')
  for (const table of ['orders', 'order_events', 'positions']) {
    const columns = old.all<{ name: string }>(`PRAGMA table_info(${table})`).map(({ name }) => name)
    const row = today.db.get<Record<string, string | number | null>>(`SELECT * FROM ${table}`) ?? {}
    const values = columns.map((name) =>
      name === 'state' ? String(row.state).replace('"venue_quantity":null,', '') : (row[name] ?? null),
    )
    old.run(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`, ...values)
  }
  old.run('UPDATE user_logs SET seq = 2')
  expect(old.get<{ state: string }>('SELECT state FROM orders')?.state).not.toContain('venue_quantity')

  expect(migrate(old, 2)).toBe(schemaVersion - 1)
  const scope = { user_id: 1 }
  expect(readOrder(old, scope, 1)).toEqual(readOrder(today.db, scope, 1))
  expect(readOrderDetails(old, scope, 1)).toEqual(readOrderDetails(today.db, scope, 1))
  const { positions } = readSnapshot(today.db, scope)
  expect(positions).toMatchObject([{ symbol: 'BTCUSDT', quantity: '0.1', margin_mode: 'CROSS', position_id: null }])
  expect(readSnapshot(old, scope).positions).toEqual(positions)
  const ledger = new TestLedger(old)
  expect(ledger.book([held])).toMatchObject({ duplicates: 1 })
  ledger.book([positionEvent({ margin_mode: 'ISOLATED', update_time: 2_000 }), positionEvent({ position_id: '7' })])
  expect(readSnapshot(old, scope).positions).toMatchObject([
    { margin_mode: 'ISOLATED', position_id: null },
    { position_id: '7' },
  ])
  expect(ledger.book([told])).toMatchObject({ duplicates: 1, orders: 0 })
  expect(ledger.book([orderEvent({ order_id: '7', quantity: '0.5', update_time: 2_000 })])).toMatchObject({ orders: 1 })
  expect(readOrder(old, scope, 1)).toMatchObject({ quantity: '0.5', venue_quantity: null, amend: null })
  expect(migrate(old, 3)).toBe(0)
  old.close()
  today.db.close()
})
