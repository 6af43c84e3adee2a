import { expect, it } from 'vitest'
import { ExchangeError } from '../errors.ts'
import { FakeClock } from '../transport/test-transport.ts'
import { InstrumentBook } from './instrument-book.ts'
import { parseInstruments } from './instruments.ts'
import { fixture, instrumentNamed } from './test-fixtures.ts'

const rows = fixture('rest-instruments').frame as { instType?: string; instId?: string }[]

it('spot: sizes are in the coin, a market order’s greatest size is not', () => {
  expect(instrumentNamed('BTC-USDT')).toEqual({
    instrument: {
      trading_mode: 'spot',
      symbol: 'BTC-USDT',
      base_asset: 'BTC',
      quote_asset: 'USDT',
      settle_asset: 'USDT',
      quantity_unit: 'BASE',
      contract_value: null,
      tick_size: '0.1',
      min_price: null,
      max_price: null,
      step_size: '0.00000001',
      min_quantity: '0.00001',
      max_quantity: '9999999999',
      market_step_size: null,
      market_min_quantity: null,
      market_max_quantity: null,
      min_notional: null,
      max_notional: null,
      min_quote_quantity: null,
      quote_step_size: null,
      is_trading: true,
    },
    inst_type: 'SPOT',
    unit: '1',
    lot: '0.00000001',
  })
})

it('linear contracts are counted in coins, inverse ones in contracts', () => {
  expect(instrumentNamed('BTC-USDT-SWAP')).toMatchObject({
    inst_type: 'SWAP',
    unit: '0.01',
    lot: '0.01',
    instrument: {
      trading_mode: 'futures',
      base_asset: 'BTC',
      quote_asset: 'USDT',
      settle_asset: 'USDT',
      quantity_unit: 'BASE',
      contract_value: null,
      step_size: '0.0001',
      min_quantity: '0.0001',
      max_quantity: '1000000',
      market_max_quantity: '120',
    },
  })
  expect(instrumentNamed('BTC-USD-SWAP')).toMatchObject({
    unit: '1',
    instrument: {
      base_asset: 'BTC',
      quote_asset: 'USD',
      settle_asset: 'BTC',
      quantity_unit: 'CONTRACT',
      contract_value: '100',
      step_size: '1',
    },
  })
})

it('dated contracts: the multiplier counts; what is not open is not trading; perpetual-like ones keep their long names', () => {
  expect(instrumentNamed('BTC-USDT-281229')).toMatchObject({ unit: '0.1', instrument: { is_trading: false } })
  expect(instrumentNamed('BTC-USD_UM_XPERP-310404').instrument).toMatchObject({ base_asset: 'BTC', quote_asset: 'USD' })
})

it('options and rows that cannot be read are passed over', () => {
  expect(parseInstruments(rows)).toHaveLength(6)
})

function book() {
  const clock = new FakeClock()
  const asked: string[] = []
  const listed = [...rows]
  const answers = { fail: false }
  const instruments = new InstrumentBook(clock, async (instType, instId) => {
    asked.push(`${instType} ${instId ?? ''}`.trim())
    if (answers.fail) throw new ExchangeError('unavailable', 'unavailable', 'OKX does not answer.')
    const found = listed.filter((row) => row?.instType === instType && (instId ?? row.instId) === row.instId)
    if (instId !== undefined && found.length === 0) throw new ExchangeError('refused', 'unknown_symbol', 'Unknown.')
    return found
  })
  return { clock, asked, listed, instruments, answers }
}

it('reads the three products once, however many wait', async () => {
  const { instruments, asked } = book()
  await Promise.all([instruments.ready(), instruments.ready(), instruments.list()])
  await instruments.ready()
  expect(asked).toEqual(['SPOT', 'SWAP', 'FUTURES'])
  expect(instruments.find('BTC-USDT-SWAP')?.unit).toBe('0.01')
})

it('fetches one that is listed later, once; an unknown one is not asked for again at once', async () => {
  const { instruments, asked, listed, clock } = book()
  await instruments.ready()
  const late = { ...rows[2], instId: 'NEW-USDT-SWAP' }
  const name = { instType: 'SWAP', instId: 'NEW-USDT-SWAP' }
  expect(await instruments.learn([name])).toBe(false)
  listed.push(late)
  expect(await instruments.learn([name])).toBe(false)
  await clock.advance(10 * 60_000)
  expect(await Promise.all([instruments.learn([name]), instruments.learn([name])])).toEqual([true, true])
  expect(instruments.find('NEW-USDT-SWAP')?.instrument.symbol).toBe('NEW-USDT-SWAP')
  expect(asked.filter((call) => call.includes('NEW'))).toHaveLength(2)
})

it('a list that cannot be read says so, and is read the next time', async () => {
  const { instruments, answers } = book()
  answers.fail = true
  await expect(instruments.ready()).rejects.toMatchObject({ kind: 'unavailable' })
  answers.fail = false
  await instruments.ready()
  expect(instruments.find('BTC-USDT')).toBeDefined()
})

it('a site that does not offer a product lists the others; one that refuses all is down', async () => {
  const refuse = () => Promise.reject(new ExchangeError('refused', 'unknown_symbol', 'Unknown.'))
  const without = (...missing: string[]) =>
    new InstrumentBook(new FakeClock(), async (instType) =>
      missing.includes(instType) ? refuse() : rows.filter((row) => row?.instType === instType),
    )
  const europe = without('SWAP')
  await europe.ready()
  expect(europe.find('BTC-USD_UM_XPERP-310404')).toBeDefined()
  expect(europe.find('BTC-USDT')).toBeDefined()
  await expect(without('SPOT', 'SWAP', 'FUTURES').ready()).rejects.toMatchObject({ kind: 'refused' })
})

it('a contract that does not tell its settlement coin is counted all the same', () => {
  const [found] = parseInstruments([{ ...rows.find(({ instId }) => instId === 'BTC-USDT-SWAP'), settleCcy: '' }])
  expect(found).toMatchObject({ unit: '0.01', instrument: { settle_asset: 'USDT' } })
  const [inverse] = parseInstruments([{ ...rows.find(({ instId }) => instId === 'BTC-USD-SWAP'), settleCcy: '' }])
  expect(inverse?.instrument.settle_asset).toBe('BTC')
})
