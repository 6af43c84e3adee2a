import { join } from 'node:path'
import type { Environment, ExchangeId, TradingMode } from '@tradercoin/protocol'
import { afterAll, expect, it } from 'vitest'
import { createDatabase, temporaryDirectory } from '../../test/support/store.ts'
import { defaultEnvironment } from './environment.ts'

const folder = temporaryDirectory()
const db = createDatabase(join(folder.path, 'test.db'), 1)
afterAll(() => {
  db.close()
  folder.remove()
})

let ids = 1
/** Adds a key to the user, who begins with a paper key of Binance Spot. */
function addKey(exchange: ExchangeId, mode: TradingMode, environment: Environment): void {
  ids += 1
  const sealed = new Uint8Array([0])
  db.run(
    `INSERT INTO exchange_keys (id, user_id, exchange, trading_mode, environment, account_uid, account_scope,
       api_key_last4, api_key_sealed, api_secret_sealed, created_at) VALUES (?, 1, ?, ?, ?, ?, ?, 'abcd', ?, ?, ?)`,
    ids,
    exchange,
    mode,
    environment,
    `uid-${ids}`,
    `scope-${ids}`,
    sealed,
    sealed,
    ids,
  )
}

const of = (exchange: ExchangeId, trading_mode: TradingMode, hasPaper = true) =>
  defaultEnvironment(db, { user_id: 1 }, { exchange, trading_mode }, hasPaper)

it('without a key is paper where there is one, else live', () => {
  expect(of('binance', 'futures')).toBe('paper')
  expect(of('binance', 'futures', false)).toBe('live')
})

it('is that of the user’s keys on the venue and mode: live before any other, else the newest', () => {
  expect(of('binance', 'spot', false)).toBe('paper')
  addKey('binance', 'spot', 'demo')
  addKey('binance', 'spot', 'testnet')
  expect(of('binance', 'spot')).toBe('testnet')
  addKey('binance', 'spot', 'live')
  addKey('binance', 'spot', 'paper')
  expect(of('binance', 'spot')).toBe('live')
  expect(of('binance', 'futures')).toBe('paper')
})

it('counts a key for every mode it covers', () => {
  addKey('okx', 'spot', 'demo')
  expect(of('okx', 'futures')).toBe('demo')
  expect(of('bybit', 'spot', false)).toBe('live')
})
