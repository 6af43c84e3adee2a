import { describe, expect, it } from 'vitest'
import { Account } from './account.ts'
import { Candles } from './candles.ts'
import { Clock } from './clock.ts'
import { dec, ZERO } from './decimal.ts'
import { Engine } from './engine.ts'
import { House } from './house.ts'
import { instrument } from './instrument.ts'
import { Market } from './market.ts'
import type { Side, Ticket } from './order.ts'
import { Random } from './random.ts'
import { UnifiedClearing } from './unified-clearing.ts'

const common = {
  base: 'BTC',
  quote: 'USDT',
  tick: '1',
  minPrice: '1',
  maxPrice: '1000000',
  minQty: '1',
  maxQty: '1000000',
  marketMaxQty: '1000000',
  minNotional: '0',
  makerRate: '0',
  takerRate: '0',
  startPrice: '50000',
  levelNotional: '1000000',
  firstOrderId: 1n,
  firstTradeId: 1n,
}
const SPOT = instrument({ ...common, symbol: 'spot', name: 'BTCUSDT', step: '0.001', minQty: '0.001' })
const LINEAR = instrument({
  ...common,
  symbol: 'linear',
  name: 'BTCUSDT',
  kind: 'linear',
  step: '1',
  contractSize: '0.01',
})
const INVERSE = instrument({
  ...common,
  symbol: 'inverse',
  kind: 'inverse',
  quote: 'USD',
  step: '1',
  contractSize: '100',
})

function world(balances: Record<string, string>) {
  const markets = new Map([SPOT, LINEAR, INVERSE].map((each) => [each.symbol, new Market(each, new Candles())]))
  const clearing = new UnifiedClearing(markets, { defaultLeverage: 10 })
  const engine = new Engine({
    markets,
    clearing,
    clock: new Clock(),
    sink: { order: () => {}, account: () => {}, trade: () => {} },
    commit: () => {},
    postOnly: 'accept',
  })
  const house = new House(engine, new Random(1), 'test', 'spot')
  for (const market of markets.values()) house.quote(market, dec('50000'))
  const key = { apiKey: '', secret: '', passphrase: '', publicKey: '', revoked: false }
  const account = new Account({ id: 'a', exchange: 'test', mode: 'spot', uid: 1, createdAt: 0, permissions: [], key })
  for (const [asset, amount] of Object.entries(balances)) account.wallet.credit(asset, dec(amount))
  const market = (symbol: string) => markets.get(symbol) as Market
  const place = (symbol: string, side: Side, qty: string, price?: string, more: Partial<Ticket> = {}) =>
    engine.place(account, market(symbol), {
      clientId: '',
      side,
      type: '',
      kind: price ? 'LIMIT' : 'MARKET',
      tif: 'GTC',
      price: price ? dec(price) : ZERO,
      qty: dec(qty),
      stp: 'NONE',
      ...more,
    })
  return { account, clearing, engine, house, market, place }
}

describe('one wallet for spot and contracts', () => {
  it('keeps a spot order from spending what positions and contract orders hold as margin, and the other way round', () => {
    const { account, clearing, place } = world({ USDT: '1000' })
    place('linear', 'BUY', '10', '40000')
    expect(clearing.futures.available(account).toFixed()).toBe('600')
    expect(() => place('spot', 'BUY', '0.016', '40000')).toThrow('insufficient_funds')
    place('spot', 'BUY', '0.015', '40000')
    expect(clearing.spendable(account, 'USDT').toFixed()).toBe('0')
    expect(() => place('linear', 'BUY', '1', '40000')).toThrow('insufficient_funds')
  })

  it('settles linear contracts in the quote and inverse ones in the base asset, by contract size', () => {
    const { account, house, market, place } = world({ USDT: '10000', BTC: '1' })
    place('linear', 'BUY', '10')
    place('inverse', 'SELL', '10')
    const linear = account.positions.get('linear:BOTH')
    const inverse = account.positions.get('inverse:BOTH')
    expect([linear?.amount.toFixed(), inverse?.amount.toFixed()]).toEqual(['10', '-10'])
    const entries = [linear?.entry, inverse?.entry].map((each) => each ?? ZERO)
    house.move(market('linear'), dec('52000'))
    house.move(market('inverse'), dec('40000'))
    place('linear', 'SELL', '10', undefined, { reduceOnly: true })
    place('inverse', 'BUY', '10', undefined, { reduceOnly: true })
    const [sold, bought] = ['linear', 'inverse'].map((symbol) => dec(account.fills.get(symbol)?.[1]?.price ?? '0'))
    expect(account.wallet.total('USDT').minus(10_000).toFixed()).toBe(
      sold
        ?.minus(entries[0] ?? ZERO)
        .times('0.1')
        .toFixed(),
    )
    const gain = dec('1000')
      .div(bought ?? ZERO)
      .minus(dec('1000').div(entries[1] ?? ZERO))
      .round(8, 0)
    expect(account.wallet.total('BTC').minus(1).toFixed()).toBe(gain.toFixed())
    expect(gain.gt(0)).toBe(true)
  })

  it('keeps an isolated position beside a cross one, with money of its own', () => {
    const { account, clearing, house, market, place } = world({ USDT: '10000' })
    place('linear', 'BUY', '10')
    place('linear', 'BUY', '10', undefined, { isolated: true })
    expect([...account.positions.keys()]).toEqual(['linear:BOTH', 'linear:BOTH:ISOLATED'])
    expect(clearing.futures.doomed(account)).toEqual([])
    house.move(market('linear'), dec('45050'))
    expect(clearing.futures.doomed(account).map(({ isolated }) => isolated)).toEqual([true])
  })

  it('accepts a post-only order that would take and expires it at once, where a venue does so', () => {
    const { account, place } = world({ USDT: '10000' })
    const order = place('spot', 'BUY', '0.01', '60000', { postOnly: true })
    expect([order.status, order.expiry, account.open.size]).toEqual(['EXPIRED', 'POST_ONLY', 0])
    expect(account.wallet.of('USDT').locked.toFixed()).toBe('0')
  })
})
