import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Account } from './account.ts'
import { Candles } from './candles.ts'
import { Clock } from './clock.ts'
import { type Big, dec, ZERO } from './decimal.ts'
import { Engine } from './engine.ts'
import type { OrderEvent } from './events.ts'
import { FuturesClearing } from './futures-clearing.ts'
import { House } from './house.ts'
import { instrument } from './instrument.ts'
import { Market } from './market.ts'
import type { Ticket } from './order.ts'
import { Random } from './random.ts'
import { SpotClearing } from './spot-clearing.ts'

const BTC = instrument({
  symbol: 'BTCUSDT',
  base: 'BTC',
  quote: 'USDT',
  tick: '0.01',
  step: '0.001',
  minPrice: '0.01',
  maxPrice: '1000000',
  minQty: '0.001',
  maxQty: '1000',
  marketMaxQty: '1000',
  minNotional: '1',
  makerRate: '0.001',
  takerRate: '0.002',
  startPrice: '100',
  levelNotional: '1000',
  firstOrderId: 1n,
  firstTradeId: 1n,
})

let ids = 0

function person(
  balances: Record<string, string> = { USDT: '10000', BTC: '100' },
  mode: 'spot' | 'futures' = 'spot',
): Account {
  const account = new Account({
    id: `a${++ids}`,
    exchange: 'test',
    mode,
    uid: ids,
    createdAt: 0,
    permissions: ['read', 'trade'],
    key: { apiKey: '', secret: '', passphrase: '', publicKey: '', revoked: false },
  })
  for (const [asset, amount] of Object.entries(balances)) account.wallet.credit(asset, dec(amount))
  return account
}

function world(mode: 'spot' | 'futures' = 'spot') {
  const market = new Market(BTC, new Candles())
  const markets = new Map([[BTC.symbol, market]])
  const events: string[] = []
  const clearing = mode === 'spot' ? new SpotClearing() : new FuturesClearing(markets)
  const engine = new Engine({
    markets,
    clearing,
    clock: new Clock(),
    sink: { order: (event) => events.push(describeEvent(event)), account: () => {}, trade: () => {} },
    commit: () => {},
    refuseUnfillableFok: mode === 'futures',
  })
  const place = (account: Account, side: 'BUY' | 'SELL', qty: string, price?: string, more: Partial<Ticket> = {}) =>
    engine.place(account, market, {
      clientId: `c${++ids}`,
      side,
      type: price === undefined ? 'MARKET' : 'LIMIT',
      kind: price === undefined ? 'MARKET' : 'LIMIT',
      tif: 'GTC',
      price: dec(price ?? '0'),
      qty: dec(qty),
      stp: 'NONE',
      ...more,
    })
  return { market, engine, events, place, clearing }
}

function describeEvent(event: OrderEvent): string {
  const qty = event.exec === 'TRADE' ? ` ${event.fill.qty}@${event.fill.price}` : ''
  return `${event.order.account.id} ${event.exec}${qty} ${event.order.status}`
}

const holds = (account: Account, asset: string) => {
  const { free, locked } = account.wallet.of(asset)
  return `${free.toFixed()}/${locked.toFixed()}`
}

describe('matching', () => {
  it('fills the best price first, then the oldest order at it', () => {
    const { place } = world()
    const [early, late, better, taker] = [person(), person(), person(), person()]
    const first = place(early, 'SELL', '1', '101')
    const second = place(late, 'SELL', '1', '101')
    const third = place(better, 'SELL', '1', '100')
    const order = place(taker, 'BUY', '2.5', '102')
    expect(order.status).toBe('FILLED')
    expect(order.quote.toFixed()).toBe('251.5')
    expect([third.status, first.status, second.status]).toEqual(['FILLED', 'FILLED', 'PARTIALLY_FILLED'])
    expect(second.filled.toFixed()).toBe('0.5')
  })

  it('rests the remainder of a limit order and reports each step in order', () => {
    const { place, events, market } = world()
    const [maker, taker] = [person(), person()]
    place(maker, 'SELL', '1', '100')
    const order = place(taker, 'BUY', '3', '100')
    expect(order.status).toBe('PARTIALLY_FILLED')
    expect(market.book.bids[0]?.price.toFixed()).toBe('100')
    expect(events).toEqual([
      `${maker.id} NEW NEW`,
      `${taker.id} NEW NEW`,
      `${taker.id} TRADE 1@100 PARTIALLY_FILLED`,
      `${maker.id} TRADE 1@100 FILLED`,
    ])
  })

  it('takes the spot commission from the asset received and frees price improvement', () => {
    const { place } = world()
    const [maker, taker] = [person(), person()]
    place(maker, 'SELL', '1', '100')
    place(taker, 'BUY', '1', '105')
    expect(holds(taker, 'BTC')).toBe('100.998/0')
    expect(holds(taker, 'USDT')).toBe('9900/0')
    expect(holds(maker, 'USDT')).toBe('10099.9/0')
    expect(holds(maker, 'BTC')).toBe('99/0')
  })

  it('locks what an order needs and gives it back on cancel', () => {
    const { place, engine } = world()
    const user = person()
    const order = place(user, 'BUY', '2', '90')
    expect(holds(user, 'USDT')).toBe('9820/180')
    engine.cancel(order, 'my-cancel')
    expect(holds(user, 'USDT')).toBe('10000/0')
    expect([order.status, order.clientId]).toEqual(['CANCELED', 'my-cancel'])
    expect(() => engine.cancel(order)).toThrow('unknown_order')
  })

  it('expires what an IOC cannot fill, and all of a FOK', () => {
    const { place } = world()
    const [maker, taker] = [person(), person()]
    place(maker, 'SELL', '1', '100')
    const fok = place(taker, 'BUY', '2', '100', { tif: 'FOK' })
    expect([fok.status, fok.filled.toFixed(), fok.expiry]).toEqual(['EXPIRED', '0', 'FOK'])
    const ioc = place(taker, 'BUY', '2', '100', { tif: 'IOC' })
    expect([ioc.status, ioc.filled.toFixed(), ioc.expiry]).toEqual(['EXPIRED', '1', 'IOC'])
    expect(holds(taker, 'USDT')).toBe('9900/0')
  })

  it('refuses a post-only order that would take, an order without money and a client id in use', () => {
    const { place, events } = world()
    const [maker, user] = [person(), person({ USDT: '50' })]
    place(maker, 'SELL', '1', '100')
    const before = events.length
    expect(() => place(user, 'BUY', '0.1', '100', { postOnly: true })).toThrow('would_take')
    expect(() => place(user, 'BUY', '1', '60')).toThrow('insufficient_funds')
    expect(() => place(user, 'BUY', '1')).toThrow('insufficient_funds')
    expect(events).toHaveLength(before)
    place(user, 'BUY', '0.1', '50', { clientId: 'same' })
    expect(() => place(user, 'BUY', '0.1', '50', { clientId: 'same' })).toThrow('duplicate_client_id')
  })

  it('spends a quote amount as far as whole steps go', () => {
    const { place } = world()
    const [maker, taker] = [person(), person()]
    place(maker, 'SELL', '1', '100')
    place(maker, 'SELL', '1', '110')
    const order = place(taker, 'BUY', '0', undefined, { quoteQty: dec('150.05') })
    expect([order.status, order.filled.toFixed(), order.quote.toFixed()]).toEqual(['FILLED', '1.455', '150.05'])
  })

  it('fires stops when the price passes them, and one can fire the next', () => {
    const { place } = world()
    const [maker, first, second, seller] = [person(), person(), person(), person()]
    const stop = (price: string) => ({ trigger: { price: dec(price), direction: 'DOWN' as const, triggered: false } })
    const a = place(first, 'SELL', '1', undefined, { type: 'STOP_LOSS', ...stop('98') })
    const b = place(second, 'SELL', '1', undefined, { type: 'STOP_LOSS', ...stop('95') })
    expect(holds(first, 'BTC')).toBe('99/1')
    place(maker, 'BUY', '1', '98')
    place(maker, 'BUY', '1', '95')
    place(maker, 'BUY', '1', '94')
    place(seller, 'SELL', '1', '98')
    expect([a.status, b.status]).toEqual(['FILLED', 'FILLED'])
    expect(a.quote.toFixed()).toBe('95')
    expect(b.quote.toFixed()).toBe('94')
  })

  it('keeps the place in the queue when the quantity is cut', () => {
    const { place, engine } = world()
    const [a, b, taker] = [person(), person(), person()]
    const first = place(a, 'SELL', '2', '100')
    const second = place(b, 'SELL', '1', '100')
    engine.reduce(first, dec('1'), 'renamed')
    expect(holds(a, 'BTC')).toBe('99/1')
    place(taker, 'BUY', '1', '100')
    expect([first.status, second.status]).toEqual(['FILLED', 'NEW'])
    expect(() => engine.reduce(second, dec('2'), 'x')).toThrow('quantity_increase')
  })

  it('prevents a trade with oneself', () => {
    const { place } = world()
    const user = person()
    const resting = place(user, 'SELL', '1', '100')
    const taker = place(user, 'BUY', '1', '100', { stp: 'EXPIRE_MAKER' })
    expect([resting.status, taker.status]).toEqual(['EXPIRED_IN_MATCH', 'NEW'])
    const third = place(user, 'SELL', '1', '100', { stp: 'EXPIRE_TAKER' })
    expect([third.status, taker.status]).toEqual(['EXPIRED_IN_MATCH', 'NEW'])
    expect(holds(user, 'BTC')).toBe('100/0')
  })
})

describe('the market maker', () => {
  it('fills resting orders that a move passes, at their own price, and partly when the volume is limited', () => {
    const { place, engine, market } = world()
    const house = new House(engine, new Random(1), 'test', 'spot')
    house.quote(market, dec('100'))
    const user = person()
    const order = place(user, 'BUY', '2', '97')
    house.move(market, dec('96.5'), dec('0.5'))
    expect([order.status, order.filled.toFixed(), order.quote.toFixed()]).toEqual(['PARTIALLY_FILLED', '0.5', '48.5'])
    house.move(market, dec('96'))
    expect(order.status).toBe('FILLED')
    expect(market.last.toFixed()).toBe('96')
    expect(house.account.wallet.holdings.size).toBe(0)
  })

  it('never fills the book without end', () => {
    const { engine, market } = world()
    const house = new House(engine, new Random(1), 'test', 'spot')
    house.quote(market, dec('100'))
    for (let i = 0; i < 500; i++) house.beat(market)
    expect(market.orders.size).toBeLessThanOrEqual(100)
    expect(market.book.bids.length).toBeLessThan(60)
    expect(market.book.bids[0]?.price.lt(market.book.asks[0]?.price ?? ZERO)).toBe(true)
  })
})

describe('futures', () => {
  it('opens, reduces and flips a position and books profit and fees', () => {
    const { place, clearing } = world('futures')
    const [user, other] = [person({ USDT: '10000' }, 'futures'), person({ USDT: '100000' }, 'futures')]
    const position = () => (clearing as FuturesClearing).position(user, 'BTCUSDT', 'BOTH')
    place(other, 'SELL', '2', '100')
    place(user, 'BUY', '2')
    expect([position().amount.toFixed(), position().entry.toFixed()]).toEqual(['2', '100'])
    place(other, 'BUY', '5', '110')
    place(user, 'SELL', '3')
    expect([position().amount.toFixed(), position().entry.toFixed(), position().realized.toFixed()]).toEqual([
      '-1',
      '110',
      '20',
    ])
    // 10000 + 20 profit - 0.4 - 0.66 fees
    expect(user.wallet.total('USDT').toFixed()).toBe('10018.94')
  })

  it('refuses without margin, and reduce-only without a position', () => {
    const { place } = world('futures')
    const user = person({ USDT: '10' }, 'futures')
    expect(() => place(user, 'BUY', '10', '100')).toThrow('insufficient_funds')
    expect(() => place(user, 'SELL', '1', '100', { reduceOnly: true })).toThrow('reduce_only')
    expect(place(user, 'BUY', '1', '100').status).toBe('NEW')
    expect(() => place(user, 'BUY', '1', '100', { tif: 'FOK' })).toThrow('fok_unfillable')
  })

  it('cuts a reduce-only order down to the position', () => {
    const { place } = world('futures')
    const [user, other] = [person({ USDT: '10000' }, 'futures'), person({ USDT: '100000' }, 'futures')]
    place(other, 'SELL', '1', '100')
    place(user, 'BUY', '1')
    place(other, 'BUY', '5', '100')
    const order = place(user, 'SELL', '3', undefined, { reduceOnly: true })
    expect([order.filled.toFixed(), order.status, order.expiry]).toEqual(['1', 'EXPIRED', 'REDUCE_ONLY'])
  })

  it('moves a modified order to the back of the queue', () => {
    const { place, engine } = world('futures')
    const [a, b, taker] = [1, 2, 3].map(() => person({ USDT: '10000' }, 'futures')) as [Account, Account, Account]
    const first = place(a, 'SELL', '1', '100')
    const second = place(b, 'SELL', '1', '100')
    engine.modify(first, dec('100'), dec('2'))
    place(taker, 'BUY', '1')
    expect([first.status, second.status]).toEqual(['NEW', 'FILLED'])
  })
})

describe('conservation', () => {
  const operation = fc.record({
    who: fc.nat(2),
    side: fc.constantFrom('BUY' as const, 'SELL' as const),
    ticks: fc.integer({ min: 9_900, max: 10_100 }),
    lots: fc.integer({ min: 1, max: 3_000 }),
    kind: fc.constantFrom('GTC', 'IOC', 'FOK', 'MARKET', 'CANCEL', 'REDUCE'),
    stp: fc.constantFrom('NONE' as const, 'EXPIRE_MAKER' as const, 'EXPIRE_TAKER' as const, 'EXPIRE_BOTH' as const),
  })

  it('no operation makes or loses an asset, and every balance follows from its executions', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 80 }), (operations) => {
        const { place, engine } = world()
        const people = [person(), person(), person()]
        for (const { who, side, ticks, lots, kind, stp } of operations) {
          const account = people[who] as Account
          const oldest = [...account.open][0]
          const qty = dec(lots).div(1000)
          try {
            if (kind === 'CANCEL') oldest && engine.cancel(oldest)
            else if (kind === 'REDUCE') oldest && engine.reduce(oldest, qty, `r${++ids}`)
            else if (kind === 'MARKET') place(account, side, qty.toFixed(), undefined, { stp })
            else place(account, side, qty.toFixed(), dec(ticks).div(100).toFixed(), { tif: kind, stp })
          } catch (error) {
            if (!(error instanceof Error && error.name === 'Refusal')) throw error
          }
        }
        const total = (asset: string) => people.reduce((sum: Big, each) => sum.plus(each.wallet.total(asset)), ZERO)
        const fees = (asset: string) =>
          people
            .flatMap((each) => each.allFills())
            .reduce((sum: Big, fill) => (fill.feeAsset === asset ? sum.plus(fill.fee) : sum), ZERO)
        expect(total('USDT').plus(fees('USDT')).toFixed()).toBe('30000')
        expect(total('BTC').plus(fees('BTC')).toFixed()).toBe('300')
        for (const account of people) {
          let usdt = dec('10000')
          let btc = dec('100')
          for (const fill of account.allFills()) {
            const buy = fill.side === 'BUY'
            usdt = buy ? usdt.minus(fill.quote) : usdt.plus(fill.quote).minus(fill.fee)
            btc = buy ? btc.plus(fill.qty).minus(fill.fee) : btc.minus(fill.qty)
          }
          expect([account.wallet.total('USDT').toFixed(), account.wallet.total('BTC').toFixed()]).toEqual([
            usdt.toFixed(),
            btc.toFixed(),
          ])
          const locked = (side: 'BUY' | 'SELL') =>
            [...account.open].reduce((sum: Big, order) => (order.side === side ? sum.plus(order.reserved) : sum), ZERO)
          expect(account.wallet.of('USDT').locked.toFixed()).toBe(locked('BUY').toFixed())
          expect(account.wallet.of('BTC').locked.toFixed()).toBe(locked('SELL').toFixed())
          expect(account.wallet.of('USDT').free.gte(0) && account.wallet.of('BTC').free.gte(0)).toBe(true)
        }
      }),
      { numRuns: 150 },
    )
  })
})
