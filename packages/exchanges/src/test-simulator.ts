import type { AccountEvent, ExchangeId, ExecutionReport, OrderReport, TradingMode } from '@tradercoin/protocol'
import { compareDecimal } from '@tradercoin/protocol'
import type { AccountSnapshot, Credentials, DownCause, SnapshotSince, StreamHandlers } from './exchange.ts'

export interface SimAccount {
  account_id: string
  uid: string
  credentials: Credentials
}

export interface SimLedger {
  orders: {
    order_id: string
    client_order_id: string
    symbol: string
    status: string
    quantity: string
    executed_qty: string
  }[]
  executions: {
    trade_id: string
    order_id: string
    symbol: string
    side: string
    price: string
    quantity: string
    quote_qty: string
    fee: string
    fee_asset: string
    realized_pnl: string
    is_maker: boolean
  }[]
  balances: Record<string, string>
  locked: Record<string, string>
  positions: { symbol: string; position_side: string; quantity: string; entry_price: string; realized_pnl: string }[]
}

/** The paper exchange's levers, over HTTP as anyone has them. */
export class SimControls {
  readonly url: string
  readonly #exchange: ExchangeId
  readonly #mode: TradingMode

  constructor(url: string, exchange: ExchangeId, mode: TradingMode) {
    this.url = url
    this.#exchange = exchange
    this.#mode = mode
  }

  async account(
    options: { permissions?: string[]; balances?: Record<string, string>; ips?: string[] } = {},
  ): Promise<SimAccount> {
    const made = await this.#call('POST', '/sim/accounts', {
      exchange: this.#exchange,
      trading_mode: this.#mode,
      ...options,
    })
    const { account_id, uid, api_key, api_secret, passphrase } = made as Record<string, string>
    if (!account_id || !api_key || !api_secret) throw new Error('the simulator made no account')
    return { account_id, uid: String(uid), credentials: { api_key, api_secret, passphrase: passphrase ?? null } }
  }

  async revoke(accountId: string): Promise<void> {
    await this.#call('DELETE', `/sim/accounts/${accountId}`)
  }

  /** An order placed in the exchange's own app. */
  async order(
    accountId: string,
    order: { symbol: string; side: 'BUY' | 'SELL'; type: string; quantity: string; price?: string },
  ): Promise<{ order_id: string; client_order_id: string }> {
    const placed = await this.#call('POST', '/sim/orders', {
      account_id: accountId,
      trading_mode: this.#mode,
      ...order,
    })
    return placed as { order_id: string; client_order_id: string }
  }

  async price(symbol: string, price: string): Promise<void> {
    await this.#call('POST', '/sim/price', { exchange: this.#exchange, trading_mode: this.#mode, symbol, price })
  }

  /** Money from outside, or (negative) to it. */
  async transfer(accountId: string, asset: string, amount: string): Promise<void> {
    await this.#call('POST', '/sim/transfer', { account_id: accountId, asset, amount })
  }

  /** `account` limits the fault to one account; without it the whole venue is hit. */
  async fault(kind: string, settings: Record<string, unknown> = {}, account?: SimAccount): Promise<void> {
    const scope = account ? { account_id: account.account_id } : { exchange: this.#exchange, trading_mode: this.#mode }
    await this.#call('POST', '/sim/faults', { ...scope, kind, ...settings })
  }

  async clearFaults(): Promise<void> {
    await this.#call('DELETE', '/sim/faults')
  }

  /** Fills among these accounts at a steady rate; resolves when it is over. */
  async storm(
    accountIds: string[],
    fills: number,
    ratePerSecond: number,
    seed: number,
    symbol?: string,
  ): Promise<void> {
    await this.#call('POST', '/sim/storm', {
      account_ids: accountIds,
      fills,
      rate_per_s: ratePerSecond,
      seed,
      ...(symbol === undefined ? {} : { symbol }),
    })
  }

  async advanceClock(ms: number): Promise<void> {
    await this.#call('POST', '/sim/clock', { advance_ms: ms })
  }

  async ledger(accountId: string): Promise<SimLedger> {
    return (await this.#call('GET', `/sim/ledger?account_id=${accountId}`)) as SimLedger
  }

  /** Private connections the exchange has open, of all accounts. */
  async privateConnections(): Promise<number> {
    const { venues } = (await this.#call('GET', '/sim/health')) as {
      venues: { exchange: string; trading_modes: string[]; connections: { private: number } }[]
    }
    const own = venues.find((venue) => venue.exchange === this.#exchange && venue.trading_modes.includes(this.#mode))
    if (own === undefined) throw new Error('the simulator does not have this venue')
    return own.connections.private
  }

  async #call(method: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(this.url + path, {
      method,
      ...(body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {}),
    })
    const answer = await response.json()
    if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`)
    return answer
  }
}

/** Keeps what a stream tells, in order. */
export class Recorder implements StreamHandlers {
  readonly events: AccountEvent[] = []
  readonly downs: { cause: DownCause; detail: string; retrying: boolean }[] = []
  ups = 0

  onUp(): void {
    this.ups += 1
  }

  onDown(cause: DownCause, detail: string, retrying: boolean): void {
    this.downs.push({ cause, detail, retrying })
  }

  onEvents(events: AccountEvent[]): void {
    this.events.push(...events)
  }

  /** The furthest state told of an order, by its venue id or client order id; order of arrival does not matter. */
  order(name: string): OrderReport | undefined {
    return furthest(this.events, name)
  }

  executions(): ExecutionReport[] {
    return uniqueExecutions(this.events)
  }
}

/**
 * Follows an account as a hub does: whenever its stream comes up, it reads what it may have missed since it was last known complete.
 */
export class Follower extends Recorder {
  readonly #fetch: (since: SnapshotSince) => Promise<AccountSnapshot>
  #knownUntil: number | null = null
  #pending: Promise<void> = Promise.resolve()

  constructor(fetch: (since: SnapshotSince) => Promise<AccountSnapshot>) {
    super()
    this.#fetch = fetch
  }

  override onUp(): void {
    super.onUp()
    this.#pending = this.#pending.then(() => this.#repair())
  }

  /** Resolves when every repair asked for so far is done; throws what one of them threw. */
  settled(): Promise<void> {
    return this.#pending
  }

  async #repair(): Promise<void> {
    const names = new Set(this.events.flatMap((event) => (event.kind === 'order' ? [event.order.order_id] : [])))
    const known = [...names].flatMap((name) => this.order(name) ?? [])
    const totals = new Map(
      this.events.flatMap((event) =>
        event.kind === 'balance' ? [[event.balance.asset, event.balance.total] as const] : [],
      ),
    )
    const snapshot = await this.#fetch({
      time: this.#knownUntil,
      open_orders: known.filter((order) => !terminal.has(order.status)),
      symbols: [
        ...new Map(
          known.map(({ trading_mode, symbol }) => [`${trading_mode} ${symbol}`, { trading_mode, symbol }]),
        ).values(),
      ],
      balances: [...totals].map(([asset, total]) => ({ asset, total })),
      positions: [],
    })
    this.events.push(...snapshot.events)
    this.#knownUntil = snapshot.as_of
  }
}

export function furthest(events: AccountEvent[], name: string): OrderReport | undefined {
  let best: OrderReport | undefined
  for (const event of events) {
    if (event.kind !== 'order') continue
    const { order } = event
    if (order.order_id !== name && order.client_order_id !== name) continue
    if (best === undefined || isFurther(order, best)) best = order
  }
  return best
}

const terminal: ReadonlySet<string> = new Set(['FILLED', 'CANCELED', 'REJECTED', 'EXPIRED'])

function isFurther(order: OrderReport, best: OrderReport): boolean {
  const filled = compareDecimal(order.executed_qty, best.executed_qty)
  if (filled !== 0) return filled > 0
  if (terminal.has(best.status) !== terminal.has(order.status)) return terminal.has(order.status)
  return order.update_time >= best.update_time
}

export function uniqueExecutions(events: AccountEvent[]): ExecutionReport[] {
  const unique = new Map<string, ExecutionReport>()
  for (const event of events) {
    const execution = event.kind === 'order' || event.kind === 'execution' ? event.execution : null
    if (execution) unique.set(`${execution.symbol} ${execution.trade_id} ${execution.order_id}`, execution)
  }
  return [...unique.values()]
}
