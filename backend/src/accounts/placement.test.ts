import { join } from 'node:path'
import { ExchangeError, type Instrument } from '@tradercoin/exchanges'
import type { PlaceOrderBody } from '@tradercoin/protocol'
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { AccountsBench } from '../../test/support/accounts.ts'
import { positionEvent } from '../../test/support/reports.ts'
import { ScriptedExchange } from '../../test/support/scripted-exchange.ts'
import { createDatabase, temporaryDirectory } from '../../test/support/store.ts'
import { TestClock } from '../../test/support/test-clock.ts'

/* Placing and changing orders of a futures key, past the rules of the instrument. */

const directory = temporaryDirectory()
afterAll(() => directory.remove())
let files = 0
let path: string
let clock: TestClock
let venue: ScriptedExchange
let bench: AccountsBench
let lastPrice: string | null
let valued: unknown[]

const instrument: Instrument = {
  trading_mode: 'futures',
  symbol: 'BTCUSDT',
  base_asset: 'BTC',
  quote_asset: 'USDT',
  settle_asset: 'USDT',
  quantity_unit: 'BASE',
  contract_value: null,
  tick_size: '0.1',
  min_price: null,
  max_price: null,
  step_size: '0.001',
  min_quantity: '0.001',
  max_quantity: '100',
  market_step_size: null,
  market_min_quantity: null,
  market_max_quantity: null,
  min_notional: '50',
  max_notional: null,
  min_quote_quantity: null,
  quote_step_size: null,
  is_trading: true,
}

beforeEach(async () => {
  path = join(directory.path, `${++files}.db`)
  createDatabase(path, 1, 'futures').close()
  clock = new TestClock()
  venue = new ScriptedExchange(clock)
  venue.instruments = [instrument]
  lastPrice = null
  valued = []
  bench = await AccountsBench.open(path, clock, venue, {
    lastPrice: async (market) => {
      valued.push(market)
      return lastPrice
    },
  })
  await goLive()
})
afterEach(() => bench.close())

const until = (check: () => void) => vi.waitFor(check, { timeout: 10_000, interval: 5 })
const goLive = async () => {
  bench.accounts.startAll()
  venue.stream.up()
  await until(() => expect(bench.state()).toBe('live'))
}
const limit: PlaceOrderBody = {
  exchange_key_id: 1,
  symbol: 'BTCUSDT',
  side: 'BUY',
  type: 'LIMIT',
  quantity: '0.3',
  price: '64000.5',
}
let orders = 0
const place = (changes: Partial<PlaceOrderBody> = {}) =>
  bench.accounts.placeOrder({ user_id: 1 }, { ...limit, client_order_id: `c${++orders}`, ...changes })
const orderCount = () => bench.store.db.get<{ n: number }>('SELECT count(*) AS n FROM orders')?.n

describe('the rules of the instrument', () => {
  it('refuse an order before it is stored or sent, naming rule, limit and nearest value', async () => {
    await expect(place({ price: '64000.55', quantity: '0.0005' })).rejects.toMatchObject({
      name: 'InvalidOrder',
      problems: expect.arrayContaining([
        expect.objectContaining({ field: 'price', rule: 'price_tick', limit: '0.1', nearest: ['64000.5', '64000.6'] }),
        expect.objectContaining({ field: 'quantity', rule: 'min_quantity', limit: '0.001' }),
      ]),
    })
    await expect(place({ time_in_force: 'GTD' })).rejects.toMatchObject({
      problems: [{ field: 'time_in_force', rule: 'time_in_force_not_supported' }],
    })
    expect(venue.placed).toEqual([])
    expect(orderCount()).toBe(0)
  })

  it('refuse a margin mode that belongs to the symbol', async () => {
    const problem = { field: 'margin_mode', rule: 'margin_mode_not_supported' }
    await expect(place({ margin_mode: 'CROSS' })).rejects.toMatchObject({ problems: [problem] })
    expect([orderCount(), venue.placed]).toEqual([0, []])
  })

  it('value a market order at the last price, which is asked for only where that decides', async () => {
    const { price: _, ...order } = limit
    const market = (changes: Partial<PlaceOrderBody>) =>
      bench.accounts.placeOrder(
        { user_id: 1 },
        { ...order, type: 'MARKET', client_order_id: `c${++orders}`, ...changes },
      )
    lastPrice = '40000'
    await expect(market({ quantity: '0.001' })).rejects.toMatchObject({
      problems: [{ field: 'quantity', rule: 'min_notional', limit: '50', nearest: ['0.002'] }],
    })
    expect(orderCount()).toBe(0)
    await market({ quantity: '0.002' })
    const name = { exchange: 'binance', environment: 'paper', trading_mode: 'futures', symbol: 'BTCUSDT' }
    expect(valued).toEqual([name, name])
    await market({ quantity: '0.001', reduce_only: true })
    await market({ quantity: '0.001', side: 'SELL', position_side: 'LONG' })
    await place()
    expect(valued).toHaveLength(2)
    lastPrice = null
    await market({ quantity: '0.001' })
    expect(venue.placed.map(({ quantity }) => quantity)).toEqual(['0.002', '0.001', '0.001', '0.3', '0.001'])
  })

  it('let pass what they cannot judge: lists that fail, come late, or lack the symbol', async () => {
    venue.fetchInstruments = async () => {
      throw new ExchangeError('unavailable', 'unavailable', 'The exchange does not answer.')
    }
    await place({ price: '0.33' })
    expect(bench.logged).toContain('order_not_checked')
    venue.fetchInstruments = () => new Promise(() => {})
    const placed = place({ price: '0.44' })
    clock.advance(2_000)
    await placed
    venue.fetchInstruments = async () => [instrument]
    await place({ symbol: 'NEWUSDT', price: '0.55' })
    expect(venue.placed.map(({ price }) => price)).toEqual(['0.33', '0.44', '0.55'])
  })

  it('give an inverse contract its unit from the first moment', async () => {
    venue.instruments = [{ ...instrument, quantity_unit: 'CONTRACT', contract_value: '100', step_size: '1' }]
    expect(await place({ quantity: '3' })).toMatchObject({ status: 'PENDING_NEW', quantity_unit: 'CONTRACT' })
  })
})

describe('a market order that closes the position', () => {
  const close = (changes: Partial<PlaceOrderBody>) => {
    const { price: _, quantity: __, ...body } = limit
    return bench.accounts.placeOrder({ user_id: 1 }, { ...body, type: 'MARKET', close_position: true, ...changes })
  }
  const hold = async (...positions: Parameters<typeof positionEvent>[0][]) => {
    const before = bench.records('position_update').length
    venue.stream.send(...positions.map(positionEvent))
    await until(() => expect(bench.records('position_update')).toHaveLength(before + positions.length))
  }

  it('has its quantity, and can only reduce', async () => {
    await hold({ quantity: '-0.25' })
    const order = await close({ side: 'BUY' })
    expect(order).toMatchObject({ type: 'MARKET', quantity: '0.25', reduce_only: true, side: 'BUY' })
    expect(venue.placed).toMatchObject([{ quantity: '0.25', reduce_only: true, close_position: false }])
  })

  it('is refused when there is none, or when its side would make it larger', async () => {
    await expect(close({ side: 'SELL' })).rejects.toMatchObject({ code: 'no_position' })
    await hold({ quantity: '0.25' })
    await expect(close({ side: 'BUY' })).rejects.toMatchObject({ code: 'side_does_not_close', message: 'SELL' })
    await hold({ quantity: '0', update_time: 2_000 })
    await expect(close({ side: 'SELL' })).rejects.toMatchObject({ code: 'no_position' })
    expect(venue.placed).toEqual([])
  })

  it('of cross beside isolated closes the one that is named', async () => {
    const cross = { position_id: '7', margin_mode: 'CROSS', quantity: '0.2' } as const
    const isolated = { position_id: '8', margin_mode: 'ISOLATED', quantity: '0.1' } as const
    // Binance, whose key this is, has no such positions: without rules it is not held against what Binance takes.
    venue.instruments = []
    await hold(cross, isolated)
    await expect(close({ side: 'SELL' })).rejects.toMatchObject({ code: 'margin_mode_needed' })
    await close({ side: 'SELL', margin_mode: 'ISOLATED' })
    await hold({ ...isolated, quantity: '0', update_time: 2_000 })
    await expect(close({ side: 'SELL', margin_mode: 'ISOLATED' })).rejects.toMatchObject({ code: 'no_position' })
    await close({ side: 'SELL', client_order_id: 'second' })
    expect(venue.placed).toMatchObject([
      { quantity: '0.1', margin_mode: 'ISOLATED', reduce_only: true },
      { quantity: '0.2', margin_mode: 'CROSS', reduce_only: true },
    ])
  })

  it('names no margin mode where a symbol has one position', async () => {
    await hold({ margin_mode: 'ISOLATED', quantity: '0.1' })
    await close({ side: 'SELL' })
    expect(venue.placed).toMatchObject([{ quantity: '0.1', margin_mode: null }])
  })

  it('names the leg of a hedge: the side keeps it from opening another', async () => {
    await hold({ position_side: 'LONG', quantity: '0.2' }, { position_side: 'SHORT', quantity: '-0.1' })
    await expect(close({ side: 'SELL' })).rejects.toMatchObject({ code: 'position_side_needed' })
    await close({ side: 'BUY', position_side: 'SHORT' })
    expect(venue.placed).toMatchObject([{ quantity: '0.1', position_side: 'SHORT', reduce_only: false, side: 'BUY' }])
  })
})
