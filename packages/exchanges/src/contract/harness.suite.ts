import type { AccountEvent } from '@tradercoin/protocol'
import { addDecimal, compareDecimal, divideDecimal, multiplyDecimal } from '@tradercoin/protocol'
import { startSimulator } from '@tradercoin/simulator'
import { expect, vi } from 'vitest'
import type { Credentials, Exchange, OrderRef, PlaceRequest, SnapshotSince } from '../exchange.ts'
import {
  furthest,
  Recorder,
  type SimAccount,
  SimControls,
  type SimLedger,
  uniqueExecutions,
} from '../test-simulator.ts'
import { type Clock, systemClock } from '../transport/clock.ts'
import { testTransport } from '../transport/test-transport.ts'
import type { Transport } from '../transport/transport.ts'
import type { Capabilities } from '../venue.ts'
import { statesOf } from './ledger-words.suite.ts'
import { type LossyProxy, startLossyProxy } from './proxy.suite.ts'
import type { ContractTarget } from './target.suite.ts'

/** How long a card waits for something that should happen soon. */
export const soon = { timeout: 8_000, interval: 10 }

export const nothingKnown: SnapshotSince = { time: null, open_orders: [], symbols: [], balances: [], positions: [] }

export interface Setup {
  exchange: Exchange
  account: SimAccount
  who: Credentials
}

export interface Streaming extends Setup {
  recorder: Recorder
  stream: ReturnType<Exchange['openStream']>
}

type OpenOptions = { url?: string; restUrl?: string; streamUrl?: string } & Partial<Transport>

/** What a card works with: the paper exchange's levers, adapters and streams that are closed when the card is over. */
export class Harness {
  readonly target: ContractTarget
  readonly capabilities: Capabilities
  readonly #cleanups: (() => unknown)[] = []
  #simulator: { url: string; close(): Promise<void> } | null = null
  #sim: SimControls | null = null
  /** Whether a card moved the market or put an order into the spread. */
  #disturbed = false
  #ids = 0

  constructor(target: ContractTarget) {
    const capabilities = target.venue.capabilities[target.trading_mode]
    if (capabilities === undefined) throw new Error(`${target.venue.name} has no ${target.trading_mode}`)
    this.target = target
    this.capabilities = capabilities
  }

  get symbol(): string {
    return this.target.symbol
  }

  get offersStops(): boolean {
    return this.capabilities.order_types.includes('STOP_MARKET')
  }

  get url(): string {
    if (this.#simulator === null) throw new Error('the exchange is not running')
    return this.#simulator.url
  }

  get sim(): SimControls {
    if (this.#sim === null) throw new Error('the exchange is not running')
    return this.#sim
  }

  async begin(): Promise<void> {
    this.#simulator = await this.startExchange('off')
    this.#sim = this.controls(this.#simulator.url)
  }

  /** After each card: nothing of it is left to disturb the next. */
  async tidy(): Promise<void> {
    await this.sim.clearFaults()
    for (const cleanup of this.#cleanups.splice(0).reverse()) await cleanup()
    if (!this.#disturbed) return
    this.#disturbed = false
    const { symbol, price } = this.target
    // What a card left in the spread trades away on the way.
    for (const offset of ['-200', '200', '0']) await this.sim.price(symbol, addDecimal(price, offset))
  }

  async end(): Promise<void> {
    await this.#simulator?.close()
  }

  startExchange(limits: 'real' | 'off'): Promise<{ url: string; close(): Promise<void> }> {
    return this.target.start?.(limits) ?? startSimulator({ port: 0, seed: 7, limits, bot: false })
  }

  controls(url: string): SimControls {
    return new SimControls(url, this.target.venue.exchange, this.target.trading_mode)
  }

  cleanup(fn: () => unknown): void {
    this.#cleanups.push(fn)
  }

  /** `restUrl`, `streamUrl`: where REST calls and streams go in place of the exchange itself. */
  open({ url = this.url, restUrl = url, streamUrl, ...transport }: OpenOptions = {}): Exchange {
    const { venue, trading_mode } = this.target
    const path = venue.paperPath(trading_mode)
    const socket = url.replace(/^http/, 'ws') + path
    const exchange = venue.create(trading_mode, {
      environment: 'paper',
      region: null,
      endpoints: { rest: restUrl + path, ws_api: socket, stream: streamUrl ?? socket },
      transport: testTransport({ budget: 'off', ...transport }),
    })
    this.cleanup(() => exchange.close())
    return exchange
  }

  async setUp(clock: Clock = systemClock): Promise<Setup> {
    const exchange = this.open({ clock })
    const account = await this.sim.account()
    return { exchange, account, who: account.credentials }
  }

  /** An account whose adapter speaks through a proxy that can lose a request or its answer. */
  async behindProxy(): Promise<Setup & { proxy: LossyProxy }> {
    const proxy = await startLossyProxy(this.url)
    this.cleanup(() => proxy.close())
    const account = await this.sim.account()
    return { exchange: this.open({ restUrl: proxy.url }), account, who: account.credentials, proxy }
  }

  async withStream(clock?: Clock): Promise<Streaming> {
    const setup = await this.setUp(clock)
    return { ...setup, ...(await this.follow(setup.exchange, setup.who)) }
  }

  async follow(exchange: Exchange, who: Credentials) {
    const recorder = new Recorder()
    const stream = exchange.openStream(who, recorder)
    this.cleanup(() => stream.close())
    await vi.waitFor(() => expect(recorder.ups).toBe(1), soon)
    return { recorder, stream }
  }

  /** A limit buy that rests, unless told otherwise. */
  request(overrides: Partial<PlaceRequest> = {}): PlaceRequest {
    this.#ids += 1
    if (overrides.price === this.target.price) this.#disturbed = true
    return {
      trading_mode: this.target.trading_mode,
      symbol: this.symbol,
      side: 'BUY',
      type: 'LIMIT',
      client_order_id: `contract${this.#ids}x${Date.now()}`,
      quantity: '0.01',
      quote_quantity: null,
      price: this.target.below,
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

  market(overrides: Partial<PlaceRequest> = {}): PlaceRequest {
    return this.request({ type: 'MARKET', price: null, ...overrides })
  }

  ref(order_id: string | null, client_order_id: string | null = null, symbol = this.symbol): OrderRef {
    return { trading_mode: this.target.trading_mode, symbol, order_id, client_order_id }
  }

  since(time: number, overrides: Partial<SnapshotSince> = {}): SnapshotSince {
    const symbols = [{ trading_mode: this.target.trading_mode, symbol: this.symbol }]
    return { ...nothingKnown, time, symbols, ...overrides }
  }

  /** An order from the exchange's own app; quantity in base coin. */
  elsewhere(
    account: SimAccount,
    order: { side: 'BUY' | 'SELL'; quantity: string; price?: string; symbol?: string },
  ): Promise<{ order_id: string; client_order_id: string }> {
    if (order.price === this.target.price) this.#disturbed = true
    const type = order.price === undefined ? 'MARKET' : 'LIMIT'
    const quantity = divideDecimal(order.quantity, this.#contractSize(order.symbol ?? this.symbol))
    return this.sim.order(account.account_id, { symbol: this.symbol, type, ...order, quantity })
  }

  /** Somebody else trades against what rests at the target's price. */
  async trade(order: { side: 'BUY' | 'SELL'; quantity: string; price?: string }): Promise<void> {
    await this.elsewhere(await this.sim.account(), order)
  }

  /** Moves the market; it is back at the start's price when the card is over. */
  async move(price: string): Promise<void> {
    this.#disturbed = true
    await this.sim.price(this.symbol, price)
  }

  /** Waits until the furthest state told of an order is this one; returns it. */
  async told(recorder: Recorder, name: string, status: string) {
    await vi.waitFor(() => expect(recorder.order(name)?.status, name).toBe(status), soon)
    const order = recorder.order(name)
    if (order === undefined) throw new Error('unreachable')
    return order
  }

  async ledger(account: SimAccount, from = this.sim): Promise<SimLedger> {
    return from.ledger(account.account_id)
  }

  /** Every order and execution of the account's ledger is among the events, with the same ids and quantities, and no other. */
  async expectLedger(account: SimAccount, events: AccountEvent[], from = this.sim): Promise<void> {
    const ledger = await from.ledger(account.account_id)
    for (const order of ledger.orders) {
      const told = furthest(events, order.order_id)
      expect(told, `order ${order.order_id}`).toBeDefined()
      const executed = this.#inCoins(order.symbol, order.executed_qty)
      const difference = compareDecimal(told?.executed_qty ?? '-1', executed)
      expect(difference, `order ${order.order_id}: told ${told?.executed_qty}, booked ${executed}`).toBe(0)
      expect(statesOf(order.status), `order ${order.order_id}`).toContain(told?.status)
    }
    const name = (row: { symbol: string; trade_id: string; order_id: string; quantity: string }) =>
      `${row.symbol} ${row.trade_id} ${row.order_id} ${row.quantity}`
    const told = uniqueExecutions(events).map(name)
    const booked = ledger.executions.map((row) => name({ ...row, quantity: this.#inCoins(row.symbol, row.quantity) }))
    expect(told.sort()).toEqual(booked.sort())
  }

  #inCoins(symbol: string, quantity: string): string {
    return multiplyDecimal(quantity, this.#contractSize(symbol))
  }

  #contractSize(symbol: string): string {
    return this.target.contract_sizes?.[symbol] ?? '1'
  }
}
