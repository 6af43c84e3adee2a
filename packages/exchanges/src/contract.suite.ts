import type { ExchangeId, TradingMode } from '@tradercoin/protocol'
import { compareDecimal } from '@tradercoin/protocol'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Exchange, PlaceRequest, SnapshotSince } from './exchange.ts'
import { createExchange, paperEndpoints } from './registry.ts'
import { Follower, furthest, Recorder, type SimAccount, SimControls, uniqueExecutions } from './test-simulator.ts'
import { type Clock, systemClock } from './transport/clock.ts'
import { SkippingClock, testTransport } from './transport/test-transport.ts'
import type { Transport } from './transport/transport.ts'

/** One venue and mode of the paper exchange, and what its book looks like at the start. */
export interface ContractTarget {
  exchange: ExchangeId
  trading_mode: TradingMode
  start(limits: 'real' | 'off'): Promise<{ url: string; close(): Promise<void> }>
  symbol: string
  /** A symbol whose order ids may exceed 2^53. */
  longIdSymbol: string
  /** Far below the book: a buy rests. */
  restingPrice: string
  /** Between best bid and ask: a buy is the best bid. */
  insidePrice: string
  /** Above the best ask: a buy takes. */
  takingPrice: string
  /** More than a new account can pay for at the resting price. */
  unaffordable: string
  /** Whether the venue says before it takes a server away (USDⓈ-M does not). */
  announcesShutdown: boolean
}

/** How long the tests wait for something that should happen soon. */
const soon = { timeout: 8_000, interval: 20 }
/** A dead line is discovered within this time. */
const silenceMs = 25_000

/** The tests every venue passes against the paper exchange. */
export function exchangeContract(target: ContractTarget): void {
  const { symbol } = target
  let simulator: { url: string; close(): Promise<void> }
  let sim: SimControls
  const cleanups: (() => unknown)[] = []
  let ids = 0

  beforeAll(async () => {
    simulator = await target.start('real')
    sim = new SimControls(simulator.url, target.exchange, target.trading_mode)
  })
  afterEach(async () => {
    await sim.clearFaults()
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
  })
  afterAll(() => simulator.close())

  function open({ url = simulator.url, ...transport }: { url?: string } & Partial<Transport> = {}): Exchange {
    const exchange = createExchange(target.exchange, target.trading_mode, {
      environment: 'paper',
      region: null,
      endpoints: paperEndpoints(url, target.exchange, target.trading_mode),
      transport: testTransport(transport),
    })
    cleanups.push(() => exchange.close())
    return exchange
  }

  async function setUp(clock: Clock = systemClock) {
    const exchange = open({ clock })
    const account = await sim.account()
    return { exchange, account, who: account.credentials }
  }

  async function withStream(clock?: Clock) {
    const { exchange, account, who } = await setUp(clock)
    const recorder = new Recorder()
    const stream = exchange.openStream(who, recorder)
    cleanups.push(() => stream.close())
    await vi.waitFor(() => expect(recorder.ups).toBe(1), soon)
    return { exchange, account, who, recorder, stream }
  }

  function request(overrides: Partial<PlaceRequest> = {}): PlaceRequest {
    ids += 1
    return {
      trading_mode: target.trading_mode,
      symbol,
      side: 'BUY',
      type: 'LIMIT',
      client_order_id: `contract${ids}x${Date.now()}`,
      quantity: '0.01',
      quote_quantity: null,
      price: target.restingPrice,
      stop_price: null,
      time_in_force: null,
      post_only: false,
      reduce_only: false,
      position_side: null,
      margin_mode: null,
      trigger_by: null,
      callback_rate: null,
      close_position: false,
      ...overrides,
    }
  }

  const nothingKnown: SnapshotSince = { time: null, open_orders: [], symbols: [], balances: [], positions: [] }
  const since = (time: number, overrides: Partial<SnapshotSince> = {}): SnapshotSince => ({
    ...nothingKnown,
    time,
    symbols: [{ trading_mode: target.trading_mode, symbol }],
    ...overrides,
  })

  /** Every order and execution of the account's ledger is among the events, with the same ids and quantities. */
  async function expectLedger(account: SimAccount, events: Parameters<typeof furthest>[0], from = sim) {
    const ledger = await from.ledger(account.account_id)
    for (const order of ledger.orders) {
      const told = furthest(events, order.order_id)
      expect(told, `order ${order.order_id}`).toBeDefined()
      expect(compareDecimal(told?.executed_qty ?? '-1', order.executed_qty)).toBe(0)
      expect(told?.status).toBe(order.status)
    }
    const told = uniqueExecutions(events).map(
      (execution) => `${execution.symbol} ${execution.trade_id} ${execution.order_id}`,
    )
    const booked = ledger.executions.map(
      (execution) => `${execution.symbol} ${execution.trade_id} ${execution.order_id}`,
    )
    expect(told.sort()).toEqual(booked.sort())
  }

  describe('key check', () => {
    test('a trading key: its account and rights', async () => {
      const { exchange, account, who } = await setUp()
      const check = await exchange.checkKey(who)
      expect(check.account_uid).not.toBe('')
      expect(check.permissions).toMatchObject({ read: true, trade: true, withdraw: false, transfer: false })
      const again = await sim.account()
      expect((await exchange.checkKey(again.credentials)).account_uid).not.toBe(check.account_uid)
      expect(account.account_id).not.toBe(again.account_id)
    })

    test('the right to withdraw is reported', async () => {
      const exchange = open()
      const { credentials } = await sim.account({ permissions: ['read', 'trade', 'withdraw'] })
      expect(await exchange.checkKey(credentials)).toMatchObject({ permissions: { withdraw: true } })
    })

    test('a wrong secret, an unknown key and a malformed key are the owner’s to mend', async () => {
      const { exchange, who } = await setUp()
      for (const bad of [
        { ...who, api_secret: who.api_secret.split('').reverse().join('') },
        { ...who, api_key: who.api_key.split('').reverse().join('') },
        { ...who, api_key: 'x' },
      ]) {
        await expect(exchange.checkKey(bad)).rejects.toMatchObject({ kind: 'auth', code: 'invalid_credentials' })
      }
    })
  })

  describe('orders on the stream', () => {
    test('a resting order, told with the ids of the answer and the numbers as they were asked for', async () => {
      const { exchange, who, recorder, stream } = await withStream()
      const order = request()
      const { order_id } = await exchange.placeOrder(who, order)
      await vi.waitFor(() => expect(recorder.order(order_id)).toBeDefined(), soon)
      expect(recorder.order(order_id)).toMatchObject({
        symbol,
        order_id,
        client_order_id: order.client_order_id,
        side: 'BUY',
        type: 'LIMIT',
        time_in_force: 'GTC',
        status: 'NEW',
        price: order.price,
        quantity: order.quantity,
        executed_qty: '0',
        trading_mode: target.trading_mode,
      })
      expect(stream.lastAliveAt()).not.toBeNull()
    })

    test('a partial fill, then the rest', async () => {
      const { exchange, account, who, recorder } = await withStream()
      const other = await sim.account()
      const { order_id } = await exchange.placeOrder(who, request({ price: target.insidePrice }))
      const sell = { symbol, side: 'SELL', type: 'MARKET' } as const
      await sim.order(other.account_id, { ...sell, quantity: '0.004' })
      await vi.waitFor(() => expect(recorder.order(order_id)?.status).toBe('PARTIALLY_FILLED'), soon)
      await sim.order(other.account_id, { ...sell, quantity: '0.006' })
      await vi.waitFor(() => expect(recorder.order(order_id)?.status).toBe('FILLED'), soon)
      const executions = recorder.executions()
      expect(executions.map(({ quantity }) => quantity)).toEqual(['0.004', '0.006'])
      expect(executions.every((execution) => execution.order_id === order_id && execution.is_maker)).toBe(true)
      await vi.waitFor(() => expect(recorder.events.some((event) => event.kind === 'balance')).toBe(true), soon)
      await expectLedger(account, recorder.events)
    })

    test('a cancel keeps the order’s own client order id', async () => {
      const { exchange, account, who, recorder } = await withStream()
      const order = request()
      const { order_id } = await exchange.placeOrder(who, order)
      await exchange.cancelOrder(who, {
        trading_mode: target.trading_mode,
        symbol,
        order_id,
        client_order_id: order.client_order_id,
      })
      await vi.waitFor(() => expect(recorder.order(order_id)?.status).toBe('CANCELED'), soon)
      expect(recorder.order(order_id)?.client_order_id).toBe(order.client_order_id)
      await expectLedger(account, recorder.events)
    })

    test('a market order fills', async () => {
      const { exchange, account, who, recorder } = await withStream()
      const { order_id } = await exchange.placeOrder(who, request({ type: 'MARKET', price: null }))
      await vi.waitFor(() => expect(recorder.order(order_id)?.status).toBe('FILLED'), soon)
      expect(recorder.order(order_id)).toMatchObject({ type: 'MARKET', price: null })
      expect(recorder.order(order_id)?.venue_average_price).not.toBeNull()
      expect(recorder.executions()[0]).toMatchObject({ is_maker: false, kind: 'TRADE', fee_asset: expect.any(String) })
      await expectLedger(account, recorder.events)
    })

    test('the rest of an IOC order expires, its executions stay', async () => {
      const { exchange, account, who, recorder } = await withStream()
      const other = await sim.account()
      const offer = { symbol, side: 'SELL', type: 'LIMIT', quantity: '0.004', price: target.insidePrice } as const
      await sim.order(other.account_id, offer)
      const { order_id } = await exchange.placeOrder(who, request({ price: target.insidePrice, time_in_force: 'IOC' }))
      await vi.waitFor(() => expect(recorder.order(order_id)?.status).toBe('EXPIRED'), soon)
      expect(recorder.order(order_id)).toMatchObject({ executed_qty: '0.004', reason: expect.any(String) })
      expect(recorder.executions()).toMatchObject([{ order_id, quantity: '0.004', price: target.insidePrice }])
      await expectLedger(account, recorder.events)
    })

    test('a post-only order that would take is refused', async () => {
      const { exchange, who } = await withStream()
      const order = request({ post_only: true, price: target.takingPrice })
      await expect(exchange.placeOrder(who, order)).rejects.toMatchObject({
        kind: 'refused',
        code: 'post_only_would_take',
      })
      const { order_id } = await exchange.placeOrder(who, request({ post_only: true }))
      expect(
        await exchange.fetchOrder(who, { trading_mode: target.trading_mode, symbol, order_id, client_order_id: null }),
      ).toMatchObject([{ order: { post_only: true, type: 'LIMIT', status: 'NEW' } }])
    })

    test('an order placed elsewhere arrives like any other', async () => {
      const { account, recorder } = await withStream()
      const placed = await sim.order(account.account_id, {
        symbol,
        side: 'BUY',
        type: 'LIMIT',
        quantity: '0.02',
        price: target.restingPrice,
      })
      await vi.waitFor(() => expect(recorder.order(placed.order_id)?.status).toBe('NEW'), soon)
      expect(recorder.order(placed.order_id)?.client_order_id).toBe(placed.client_order_id)
    })

    test('long ids keep every digit, there and back', async () => {
      const { exchange, account, who, recorder } = await withStream()
      await sim.order(account.account_id, { symbol: target.longIdSymbol, side: 'BUY', type: 'MARKET', quantity: '0.1' })
      await vi.waitFor(() => expect(recorder.executions()).not.toHaveLength(0), soon)
      await expectLedger(account, recorder.events)
      const order_id = recorder.executions()[0]?.order_id ?? ''
      const found = await exchange.fetchOrder(who, {
        trading_mode: target.trading_mode,
        symbol: target.longIdSymbol,
        order_id,
        client_order_id: null,
      })
      expect(furthest(found ?? [], order_id)?.status).toBe('FILLED')
    })
  })

  describe('what the venue refuses', () => {
    test('an order beyond the funds', async () => {
      const { exchange, who } = await setUp()
      const order = request({ quantity: target.unaffordable })
      await expect(exchange.placeOrder(who, order)).rejects.toMatchObject({
        kind: 'refused',
        code: 'insufficient_funds',
      })
    })

    test('a symbol it does not have', async () => {
      const { exchange, who } = await setUp()
      await expect(exchange.placeOrder(who, request({ symbol: 'NOPEUSDT' }))).rejects.toMatchObject({
        kind: 'refused',
        code: 'unknown_symbol',
      })
    })

    test('the cancel of an order it does not know', async () => {
      const { exchange, who } = await setUp()
      await expect(
        exchange.cancelOrder(who, { trading_mode: target.trading_mode, symbol, order_id: '1', client_order_id: null }),
      ).rejects.toMatchObject({
        kind: 'not_found',
      })
    })
  })

  describe('the stream survives', () => {
    test('a dropped connection', async () => {
      const { exchange, account, who, recorder } = await withStream()
      await sim.fault('drop_connection', {}, account)
      await vi.waitFor(() => expect(recorder.ups).toBe(2), soon)
      expect(recorder.downs).toMatchObject([{ cause: 'connection_lost', retrying: true }])
      const { order_id } = await exchange.placeOrder(who, request())
      await vi.waitFor(() => expect(recorder.order(order_id)?.status).toBe('NEW'), soon)
    })

    test('a line that has gone silent', async () => {
      const clock = new SkippingClock()
      const { exchange, account, who, recorder } = await withStream(clock)
      await sim.fault('silent_stream', {}, account)
      const from = clock.now()
      await vi.waitFor(async () => {
        // Both sides live through the same seconds.
        await sim.advanceClock(1_000)
        clock.skip(1_000)
        expect(recorder.downs).not.toEqual([])
      }, soon)
      expect(clock.now() - from).toBeLessThan(silenceMs)
      await vi.waitFor(() => expect(recorder.ups).toBe(2), soon)
      expect(recorder.downs).toMatchObject([{ cause: 'silent', retrying: true }])
      const { order_id } = await exchange.placeOrder(who, request())
      await vi.waitFor(() => expect(recorder.order(order_id)?.status).toBe('NEW'), soon)
    })

    test('refused upgrades, also with 429', async () => {
      const { exchange, who } = await setUp()
      await sim.fault('reject_upgrade', { count: 2, status: 503 })
      const recorder = new Recorder()
      const stream = exchange.openStream(who, recorder)
      cleanups.push(() => stream.close())
      await vi.waitFor(() => expect(recorder.ups).toBe(1), soon)
      expect(recorder.downs).toMatchObject([{ cause: 'connect_failed', retrying: true }])
      await sim.fault('reject_upgrade', { count: 1, status: 429, retry_after: 1 })
      await sim.fault('drop_connection')
      await vi.waitFor(() => expect(recorder.ups).toBe(2), soon)
    })

    test('the end of its session', async () => {
      const { exchange, account, who, recorder } = await withStream()
      await sim.fault('expire_listen_key', {}, account)
      await vi.waitFor(() => expect(recorder.ups).toBe(2), soon)
      expect(recorder.downs[0]?.cause).toMatch(/terminated|listen_key_expired/)
      const { order_id } = await exchange.placeOrder(who, request())
      await vi.waitFor(() => expect(recorder.order(order_id)?.status).toBe('NEW'), soon)
    })

    test('the cut after a day', async () => {
      const { exchange, who, recorder } = await withStream()
      await sim.advanceClock(25 * 60 * 60_000)
      await vi.waitFor(() => expect(recorder.ups).toBe(2), soon)
      const { order_id } = await exchange.placeOrder(who, request())
      await vi.waitFor(() => expect(recorder.order(order_id)?.status).toBe('NEW'), soon)
    })

    test('duplicates and disorder: each execution is told with the same id', async () => {
      const { exchange, account, who, recorder } = await withStream()
      await sim.fault('duplicate_events', { count: 20 }, account)
      const first = await exchange.placeOrder(who, request({ type: 'MARKET', price: null }))
      await vi.waitFor(() => expect(recorder.order(first.order_id)?.status).toBe('FILLED'), soon)
      await sim.clearFaults()
      await sim.fault('reorder_events', { count: 8, window: 4 }, account)
      const second = await exchange.placeOrder(who, request({ type: 'MARKET', price: null }))
      await vi.waitFor(() => expect(recorder.order(second.order_id)?.status).toBe('FILLED'), soon)
      await vi.waitFor(() => expectLedger(account, recorder.events), soon)
    })

    test('an unreadable frame: it is kept, and the account is told to look for what it said', async () => {
      const { exchange, account, who, recorder } = await withStream()
      const from = Date.now()
      await sim.fault('malformed_frame', { count: 1 }, account)
      await exchange.placeOrder(who, request({ type: 'MARKET', price: null }))
      await vi.waitFor(() => expect(recorder.ups).toBeGreaterThan(1), soon)
      expect(recorder.downs.length).toBeGreaterThan(0)
      expect(recorder.events).toContainEqual(expect.objectContaining({ kind: 'raw', problem: expect.any(String) }))
      const snapshot = await exchange.fetchSnapshot(who, since(from))
      await expectLedger(account, [...recorder.events, ...snapshot.events])
    })

    test.runIf(target.announcesShutdown)(
      'nothing that is announced: a shutdown of the server leaves no gap',
      async () => {
        const { exchange, account, who, recorder } = await withStream()
        await sim.fault('service_upgrade_notice', { close_after_ms: 1_500 }, account)
        const until = Date.now() + 2_500
        let side: 'BUY' | 'SELL' = 'BUY'
        while (Date.now() < until) {
          await exchange.placeOrder(who, request({ side, type: 'MARKET', price: null, quantity: '0.002' }))
          side = side === 'BUY' ? 'SELL' : 'BUY'
        }
        await vi.waitFor(() => expectLedger(account, recorder.events), soon)
      },
    )
  })

  test('a storm through losses, duplicates, disorder and unreadable frames: in the end every order and execution is known, once', {
    timeout: 60_000,
  }, async () => {
    const stormy = await target.start('off')
    cleanups.push(() => stormy.close())
    const weather = new SimControls(stormy.url, target.exchange, target.trading_mode)
    const exchange = open({ url: stormy.url, budget: 'off' })
    const accounts = await Promise.all([weather.account(), weather.account(), weather.account()])
    const followers = accounts.map(({ credentials }) => {
      const follower = new Follower((known) => exchange.fetchSnapshot(credentials, known))
      const stream = exchange.openStream(credentials, follower)
      cleanups.push(() => stream.close())
      return follower
    })
    await vi.waitFor(() => expect(followers.every((follower) => follower.ups === 1)).toBe(true), soon)
    for (const account of accounts) {
      await weather.fault('duplicate_events', { count: 20 }, account)
      await weather.fault('reorder_events', { count: 40, window: 5 }, account)
      await weather.fault('malformed_frame', { count: 1 }, account)
    }
    let raging = true
    const ids = accounts.map((account) => account.account_id)
    const storm = weather.storm(ids, 300, 120, 5).finally(() => {
      raging = false
    })
    while (raging) {
      const before = followers.map(({ ups }) => ups)
      await weather.fault('drop_connection')
      await vi.waitFor(() => expect(followers.every(({ ups }, index) => ups > (before[index] ?? 0))).toBe(true), soon)
    }
    await storm
    await vi.waitFor(
      async () => {
        await Promise.all(followers.map((follower) => follower.settled()))
        for (const [index, account] of accounts.entries())
          await expectLedger(account, followers[index]?.events ?? [], weather)
      },
      { timeout: 20_000, interval: 200 },
    )
    expect(followers.every((follower) => follower.downs.length > 1)).toBe(true)
  })

  describe('a key that dies', () => {
    test('is not retried when it was never good', async () => {
      const { exchange, who } = await setUp()
      const recorder = new Recorder()
      const stream = exchange.openStream({ ...who, api_key: who.api_key.split('').reverse().join('') }, recorder)
      cleanups.push(() => stream.close())
      await vi.waitFor(() => expect(recorder.downs).toMatchObject([{ cause: 'auth', retrying: false }]), soon)
      expect(recorder.ups).toBe(0)
    })

    test('is found by a keep-alive', async () => {
      const { account, recorder, stream } = await withStream()
      await expect(stream.keepAlive()).resolves.toBeUndefined()
      await sim.revoke(account.account_id)
      await expect(stream.keepAlive()).rejects.toMatchObject({ kind: 'auth' })
      await vi.waitFor(() => expect(recorder.downs.at(-1)).toMatchObject({ cause: 'auth', retrying: false }), soon)
    })
  })

  describe('queries', () => {
    test('the first snapshot has the open orders and the balances', async () => {
      const { exchange, account, who } = await setUp()
      const { order_id } = await exchange.placeOrder(who, request())
      const snapshot = await exchange.fetchSnapshot(who, nothingKnown)
      expect(furthest(snapshot.events, order_id)).toMatchObject({ status: 'NEW', symbol })
      const { balances } = await sim.ledger(account.account_id)
      const told = snapshot.events.flatMap((event) => (event.kind === 'balance' ? [event.balance] : []))
      for (const [asset, total] of Object.entries(balances)) {
        expect(compareDecimal(told.find((balance) => balance.asset === asset)?.total ?? '-1', total), asset).toBe(0)
      }
      expect(snapshot.unproven).toBeNull()
    })

    test('after a gap: fills, cancels and orders from elsewhere, none of which was streamed', async () => {
      const { exchange, account, who } = await setUp()
      const other = await sim.account()
      const kept = await exchange.placeOrder(who, request())
      const filled = await exchange.placeOrder(who, request({ price: target.insidePrice }))
      const canceled = await exchange.placeOrder(who, request())
      const before = await exchange.fetchSnapshot(who, nothingKnown)
      await sim.order(other.account_id, { symbol, side: 'SELL', type: 'MARKET', quantity: '0.01' })
      await exchange.cancelOrder(who, {
        trading_mode: target.trading_mode,
        symbol,
        order_id: canceled.order_id,
        client_order_id: null,
      })
      await sim.order(account.account_id, { symbol, side: 'BUY', type: 'MARKET', quantity: '0.002' })
      const unseen = { symbol: target.longIdSymbol, side: 'BUY', type: 'MARKET', quantity: '0.1' } as const
      await sim.order(account.account_id, unseen)
      const snapshot = await exchange.fetchSnapshot(
        who,
        since(before.as_of, {
          open_orders: [kept, filled, canceled].map(({ order_id }) => ({
            trading_mode: target.trading_mode,
            symbol,
            order_id,
            client_order_id: null,
          })),
          balances: before.events.flatMap((event) => (event.kind === 'balance' ? [event.balance] : [])),
        }),
      )
      await expectLedger(account, snapshot.events)
      expect(snapshot.as_of).toBeGreaterThan(before.as_of)
    })

    test('lost events are found again', async () => {
      const { exchange, account, who, recorder } = await withStream()
      const before = await exchange.fetchSnapshot(who, nothingKnown)
      await sim.fault('lose_events', { count: 50 }, account)
      await exchange.placeOrder(who, request({ type: 'MARKET', price: null }))
      await exchange.placeOrder(who, request())
      const snapshot = await exchange.fetchSnapshot(who, since(before.as_of))
      expect(recorder.executions()).toEqual([])
      await expectLedger(account, snapshot.events)
    })

    test('one order, by either id; an unknown one is null', async () => {
      const { exchange, who } = await setUp()
      const order = request({ type: 'MARKET', price: null })
      const { order_id } = await exchange.placeOrder(who, order)
      const byId = await exchange.fetchOrder(who, {
        trading_mode: target.trading_mode,
        symbol,
        order_id,
        client_order_id: null,
      })
      const byName = await exchange.fetchOrder(who, {
        trading_mode: target.trading_mode,
        symbol,
        order_id: null,
        client_order_id: order.client_order_id,
      })
      expect(byId).toEqual(byName)
      expect(furthest(byId ?? [], order_id)?.status).toBe('FILLED')
      expect(uniqueExecutions(byId ?? [])).toHaveLength(1)
      expect(
        await exchange.fetchOrder(who, {
          trading_mode: target.trading_mode,
          symbol,
          order_id: null,
          client_order_id: 'nobody',
        }),
      ).toBeNull()
    })

    test('instruments', async () => {
      const list = await open().fetchInstruments()
      expect(list.find((instrument) => instrument.symbol === symbol)).toMatchObject({
        trading_mode: target.trading_mode,
        is_trading: true,
        tick_size: expect.any(String),
        step_size: expect.any(String),
        min_notional: expect.any(String),
      })
    })
  })

  describe('trouble on the way', () => {
    test('an ambiguous place that was executed is found by its client order id', async () => {
      const { exchange, account, who } = await setUp()
      await sim.fault('ambiguous_place', { accepted: true }, account)
      const order = request()
      await expect(exchange.placeOrder(who, order)).rejects.toMatchObject({ kind: 'unknown_outcome' })
      const ref = { trading_mode: target.trading_mode, symbol, order_id: null, client_order_id: order.client_order_id }
      expect(furthest((await exchange.fetchOrder(who, ref)) ?? [], order.client_order_id)?.status).toBe('NEW')
    })

    test('an ambiguous place that was not executed is not found', async () => {
      const { exchange, account, who } = await setUp()
      await sim.fault('ambiguous_place', { accepted: false, reply: 'hang_up' }, account)
      const order = request()
      await expect(exchange.placeOrder(who, order)).rejects.toMatchObject({ kind: 'unknown_outcome' })
      const ref = { trading_mode: target.trading_mode, symbol, order_id: null, client_order_id: order.client_order_id }
      expect(await exchange.fetchOrder(who, ref)).toBeNull()
    })

    test('a server error on a cancel leaves its outcome unknown, on a query it says nothing', async () => {
      const { exchange, account, who } = await setUp()
      const { order_id } = await exchange.placeOrder(who, request())
      await sim.fault('http_error', { count: 2, status: 502 }, account)
      const ref = { trading_mode: target.trading_mode, symbol, order_id, client_order_id: null }
      await expect(exchange.cancelOrder(who, ref)).rejects.toMatchObject({ kind: 'unknown_outcome' })
      await expect(exchange.fetchOrder(who, ref)).rejects.toMatchObject({ kind: 'unavailable' })
    })

    test('429: everyone waits for Retry-After, then queries go on by themselves', async () => {
      const { exchange, account, who } = await setUp()
      const { order_id } = await exchange.placeOrder(who, request())
      await sim.fault('http_error', { count: 1, status: 429, retry_after: 1, code: -1003 }, account)
      const started = Date.now()
      await expect(exchange.placeOrder(who, request())).rejects.toMatchObject({ kind: 'rate_limit' })
      const other = await sim.account()
      await Promise.all([
        exchange.fetchOrder(who, { trading_mode: target.trading_mode, symbol, order_id, client_order_id: null }),
        exchange.fetchSnapshot(other.credentials, nothingKnown),
      ])
      expect(Date.now() - started).toBeGreaterThanOrEqual(950)
    })

    test('a long ban is told at once, with its end', async () => {
      const { exchange, account, who } = await setUp()
      await sim.fault('http_error', { count: 1, status: 418, retry_after: 600, code: -1003 }, account)
      await expect(exchange.fetchSnapshot(who, nothingKnown)).rejects.toMatchObject({ kind: 'rate_limit' })
      const error = await exchange.placeOrder(who, request()).catch((problem) => problem)
      expect(error).toMatchObject({ kind: 'rate_limit' })
      expect(error.retry_at).toBeGreaterThan(Date.now() + 500_000)
    })

    test.each([-3_000, 30_000])('a clock that is off by %d ms is measured anew', async (skew_ms) => {
      const { exchange, who } = await setUp()
      await exchange.placeOrder(who, request())
      await sim.fault('clock_skew', { skew_ms })
      const { order_id } = await exchange.placeOrder(who, request())
      expect(order_id).not.toBe('')
    })

    test('an exchange that is away: a write was not sent, a read says nothing', async () => {
      const gone = await target.start('real')
      const account = await new SimControls(gone.url, target.exchange, target.trading_mode).account()
      const exchange = createExchange(target.exchange, target.trading_mode, {
        environment: 'paper',
        region: null,
        endpoints: paperEndpoints(gone.url, target.exchange, target.trading_mode),
        transport: testTransport(),
      })
      cleanups.push(() => exchange.close())
      await gone.close()
      const recorder = new Recorder()
      const stream = exchange.openStream(account.credentials, recorder)
      await expect(exchange.placeOrder(account.credentials, request())).rejects.toMatchObject({ kind: 'not_sent' })
      await expect(exchange.fetchSnapshot(account.credentials, nothingKnown)).rejects.toMatchObject({
        kind: 'unavailable',
      })
      await vi.waitFor(() => expect(recorder.downs).toMatchObject([{ cause: 'connect_failed', retrying: true }]), soon)
      stream.close()
    })
  })
}
