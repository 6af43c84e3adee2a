import type {
  AccountSnapshot,
  AmendRequest,
  Clock,
  Credentials,
  DownCause,
  Exchange,
  Instrument,
  KeyCheck,
  MarketSource,
  OrderRef,
  PlaceRequest,
  PrivateStream,
  SnapshotSince,
  StreamHandlers,
} from '@tradercoin/exchanges'
import { ExchangeError } from '@tradercoin/exchanges'
import type { AccountEvent } from '@tradercoin/protocol'

/** A private stream in the test's hands. */
export class ScriptedStream implements PrivateStream {
  isClosed = false
  aliveAt: number | null = null
  readonly handlers: StreamHandlers
  private readonly clock: Clock

  constructor(handlers: StreamHandlers, clock: Clock) {
    this.handlers = handlers
    this.clock = clock
  }

  up(): void {
    this.aliveAt = this.clock.now()
    this.handlers.onUp()
  }

  down(cause: DownCause = 'connection_lost', detail = 'the line broke', retrying = true): void {
    this.handlers.onDown(cause, detail, retrying)
  }

  send(...events: AccountEvent[]): void {
    this.aliveAt = this.clock.now()
    this.handlers.onEvents(events, this.clock.now())
  }

  lastAliveAt(): number | null {
    return this.aliveAt
  }

  expiresAt(): number | null {
    return null
  }

  listenKey(): string | null {
    return null
  }

  async keepAlive(): Promise<void> {
    this.aliveAt = this.clock.now()
  }

  close(): void {
    this.isClosed = true
  }
}

/** An exchange that does as the test says. By default it knows nothing, and takes every order. */
export class ScriptedExchange implements Exchange {
  readonly exchange = 'binance'
  readonly environment = 'paper'
  readonly streams: ScriptedStream[] = []
  readonly asked: SnapshotSince[] = []
  readonly placed: PlaceRequest[] = []
  readonly canceled: OrderRef[] = []
  readonly amended: AmendRequest[] = []
  readonly credentials: Credentials[] = []
  snapshot: (since: SnapshotSince) => Promise<AccountSnapshot> = async () => this.snapshotOf([])
  order: (ref: OrderRef) => Promise<AccountEvent[] | null> = async () => null
  place: (request: PlaceRequest) => Promise<{ order_id: string }> = async () => ({ order_id: 'v1' })
  cancel: (ref: OrderRef) => Promise<void> = async () => {}
  amend: (request: AmendRequest) => Promise<void> = async () => {}
  check: () => Promise<KeyCheck> = async () => {
    throw new Error('not part of this script')
  }
  instruments: readonly Instrument[] = []
  private readonly clock: Clock

  constructor(clock: Clock) {
    this.clock = clock
  }

  snapshotOf(events: AccountEvent[], unproven: string | null = null): AccountSnapshot {
    return { events, as_of: this.clock.now(), lost: [], unproven }
  }

  /** The stream opened last. */
  get stream(): ScriptedStream {
    const stream = this.streams.at(-1)
    if (!stream) throw new Error('no stream was opened')
    return stream
  }

  checkKey(): Promise<KeyCheck> {
    return this.check()
  }

  openStream(credentials: Credentials, handlers: StreamHandlers): PrivateStream {
    this.credentials.push(credentials)
    const stream = new ScriptedStream(handlers, this.clock)
    this.streams.push(stream)
    return stream
  }

  fetchSnapshot(credentials: Credentials, since: SnapshotSince): Promise<AccountSnapshot> {
    this.credentials.push(credentials)
    this.asked.push(since)
    return this.snapshot(since)
  }

  fetchOrder(_: Credentials, ref: OrderRef): Promise<AccountEvent[] | null> {
    return this.order(ref)
  }

  placeOrder(_: Credentials, request: PlaceRequest): Promise<{ order_id: string }> {
    this.placed.push(request)
    return this.place(request)
  }

  cancelOrder(_: Credentials, ref: OrderRef): Promise<void> {
    this.canceled.push(ref)
    return this.cancel(ref)
  }

  amendOrder(_: Credentials, request: AmendRequest): Promise<void> {
    this.amended.push(request)
    return this.amend(request)
  }

  async fetchInstruments(): Promise<readonly Instrument[]> {
    return this.instruments
  }

  /** A venue with no market data: whatever is asked for is refused. */
  readonly market: MarketSource = {
    open(_topic, handlers) {
      queueMicrotask(() => handlers.onRefused('This venue has no market data.'))
      return { close() {} }
    },
    fetchOrderBook: () => Promise.reject(noMarketData()),
    fetchTicker: () => Promise.reject(noMarketData()),
    fetchCandles: () => Promise.reject(noMarketData()),
  }

  async close(): Promise<void> {}
}

const noMarketData = () => new ExchangeError('refused', 'not_offered', 'This venue has no market data.')
