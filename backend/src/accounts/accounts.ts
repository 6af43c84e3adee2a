import type { Exchange } from '@tradercoin/exchanges'
import type { AmendOrderBody, KeyState, KeyStatus, Order, PlaceOrderBody } from '@tradercoin/protocol'
import { type AccountKey, activeAccountKey, activeAccountKeys } from '../store/account-keys.ts'
import { JobError } from '../store/errors.ts'
import { listOpenOrders, type OpenOrderFilter, readOrder } from '../store/order-list.ts'
import type { UserScope } from '../store/scope.ts'
import { Account } from './account.ts'
import { type AmendAnswer, amendOrder } from './amendment.ts'
import { cancelEach } from './cancel-all.ts'
import { KeyChecks } from './key-checks.ts'
import type { AccountParts } from './parts.ts'
import { type CancelAnswer, cancelOrder, placeOrder } from './placement.ts'
import { reasonFor } from './reason.ts'
import { SnapshotQueue } from './snapshot-queue.ts'

/** Streams opened in one step of a start, and the pause after it: sockets and signatures must not starve the tabs. */
const startsAtOnce = 50
const startPauseMs = 50
/** How often the accounts are looked over for what time alone changes. */
const roundEveryMs = 1_000
/** How often it is stored that streams were alive. */
const markEveryMs = 30_000
const marksAJob = 500

/** The adapter of a key; the same object for every key that shares it. */
export type ExchangeFor = (
  exchange: AccountKey['exchange'],
  tradingMode: AccountKey['trading_mode'],
  environment: AccountKey['environment'],
  region: AccountKey['region'],
) => Exchange

export interface AccountsOptions extends Omit<AccountParts, 'onStatus'> {
  exchangeFor: ExchangeFor
}

type StatusListener = (userId: number, status: KeyStatus) => void

/** Every exchange key at work. */
export class Accounts {
  private readonly options: AccountsOptions
  private readonly parts: AccountParts
  private readonly accounts = new Map<number, Account>()
  private readonly snapshotQueues = new Map<Exchange, SnapshotQueue>()
  private readonly listeners: StatusListener[] = []
  private isClosed = false
  private cancelRound: (() => void) | null = null
  private cancelStart: (() => void) | null = null
  private nextMarkAt = 0
  private readonly checks: KeyChecks

  constructor(options: AccountsOptions) {
    this.options = options
    this.parts = {
      ...options,
      onStatus: ({ user_id }, status) => {
        for (const listener of this.listeners) listener(user_id, status)
      },
    }
    this.checks = new KeyChecks(this.parts, {
      exchangeFor: (key) => this.exchangeOf(key),
      admits: (exchange) => this.queueOf(exchange).admitsComparison(),
      onSuspended: (keyId, reason) => this.stop(keyId, 'action_needed', reason),
      onResumed: (keyId) => this.start(keyId, 'key_suspended'),
    })
  }

  /** Told of each change of a key's state. */
  onKeyStatus(listener: StatusListener): void {
    this.listeners.push(listener)
  }

  /** Starts every active key, a few at a time. Returns at once: readiness does not wait for exchanges. */
  startAll(): void {
    const keys = activeAccountKeys(this.parts.db)
    const step = (from: number) => {
      for (const key of keys.slice(from, from + startsAtOnce)) this.startKey(key, 'hub_stopped')
      if (from + startsAtOnce >= keys.length || this.isClosed) return
      this.cancelStart = this.parts.clock.after(startPauseMs, () => step(from + startsAtOnce))
    }
    step(0)
    this.checks.planAll()
    this.nextMarkAt = this.parts.clock.now() + markEveryMs
    this.planRound()
  }

  /** Starts an active key that was added, switched on or resumed; one that runs is left alone. `cause`: of the gap before. */
  start(keyId: number, cause = 'key_inactive'): void {
    const key = activeAccountKey(this.parts.db, keyId)
    if (key) this.startKey(key, cause)
  }

  /** Plans the checks of the rights of a key that was added. */
  planCheck(keyId: number): void {
    this.checks.plan(keyId)
  }

  /** Looks at a key's rights now; suspends or resumes it where they have changed. Never throws. */
  checkRights(keyId: number): Promise<void> {
    return this.checks.check(keyId)
  }

  /** Ends a key's stream at once, in a state that says why; resolves when what had arrived is booked. */
  async stop(
    keyId: number,
    state: 'stopped' | 'action_needed' = 'stopped',
    reason: string | null = null,
  ): Promise<void> {
    const account = this.accounts.get(keyId)
    if (!account) return
    this.accounts.delete(keyId)
    await account.stop(state, reason)
  }

  /** A running key; undefined when it does not run. */
  get(keyId: number): Account | undefined {
    return this.accounts.get(keyId)
  }

  /** How many keys run in each state, by exchange, for the metrics. */
  count(): { exchange: AccountKey['exchange']; state: KeyState; accounts: number }[] {
    const counts = new Map<string, { exchange: AccountKey['exchange']; state: KeyState; accounts: number }>()
    for (const account of this.accounts.values()) {
      const { exchange } = account.key
      const { state } = account.status()
      const entry = counts.get(`${exchange} ${state}`) ?? { exchange, state, accounts: 0 }
      entry.accounts += 1
      counts.set(`${exchange} ${state}`, entry)
    }
    return [...counts.values()]
  }

  /**
   * Proves a running key's stream now; renews its listen key where there is one.
   * @throws ExchangeError when the venue refuses or does not answer
   */
  async keepAlive(keyId: number): Promise<void> {
    await this.accounts.get(keyId)?.keepAlive()
  }

  /** See placement.ts. @throws JobError `not_found` also for a key that is not the user's or not active */
  async placeOrder(scope: UserScope, body: PlaceOrderBody): Promise<Order> {
    return placeOrder(this.runningAccount(scope, body.exchange_key_id), body)
  }

  /** See placement.ts. @throws JobError `not_found` also for an order that is not the user's */
  async cancelOrder(scope: UserScope, orderId: number): Promise<CancelAnswer> {
    const order = readOrder(this.parts.db, scope, orderId)
    if (!order) throw new JobError('not_found')
    return cancelOrder(this.runningAccount(scope, order.exchange_key_id), orderId)
  }

  /** See amendment.ts. @throws JobError `not_found` also for an order that is not the user's */
  async amendOrder(scope: UserScope, orderId: number, body: AmendOrderBody): Promise<AmendAnswer> {
    const order = readOrder(this.parts.db, scope, orderId)
    if (!order) throw new JobError('not_found')
    return amendOrder(this.runningAccount(scope, order.exchange_key_id), orderId, body)
  }

  /** Cancels a user's open orders with one key, all or those that match. One that cannot be canceled does not keep the others. */
  async cancelAll(scope: UserScope, keyId: number, matching: OpenOrderFilter): Promise<CancelAnswer[]> {
    const account = this.runningAccount(scope, keyId)
    const orders = listOpenOrders(this.parts.db, scope, keyId, matching)
    return cancelEach(account, orders, (order, error) => {
      const detail = error instanceof Error ? error.message : String(error)
      this.parts.log('info', 'cancel_failed', { exchange_key_id: keyId, order: order.id, problem: detail })
      const problem = reasonFor(error, 'store the cancel')
      return { order: readOrder(this.parts.db, scope, order.id) ?? order, problem, retry_at: null }
    })
  }

  /** Ends every stream; resolves when all that had arrived is booked, after `deadlineMs` at the latest. */
  async close(deadlineMs: number): Promise<void> {
    this.isClosed = true
    this.cancelRound?.()
    this.cancelStart?.()
    const marked = this.markAlive()
    const stopped = [...this.accounts.keys()].map((keyId) => this.stop(keyId))
    let cancel = () => {}
    const deadline = new Promise<void>((resolve) => {
      cancel = this.parts.clock.after(deadlineMs, resolve)
    })
    await Promise.race([Promise.allSettled([marked, ...stopped]), deadline])
    cancel()
  }

  private startKey(key: AccountKey, cause: string): void {
    if (this.isClosed || this.accounts.has(key.id)) return
    const exchange = this.exchangeOf(key)
    const account = new Account(this.parts, key, exchange, this.queueOf(exchange))
    this.accounts.set(key.id, account)
    account.start(cause)
  }

  private exchangeOf({ exchange, trading_mode, environment, region }: AccountKey): Exchange {
    return this.options.exchangeFor(exchange, trading_mode, environment, region)
  }

  private runningAccount({ user_id }: UserScope, keyId: number): Account {
    const account = this.accounts.get(keyId)
    if (account?.key.user_id !== user_id) throw new JobError('not_found')
    return account
  }

  private queueOf(exchange: Exchange): SnapshotQueue {
    const known = this.snapshotQueues.get(exchange)
    if (known) return known
    const made = new SnapshotQueue(this.parts.clock)
    this.snapshotQueues.set(exchange, made)
    return made
  }

  private planRound(): void {
    if (!this.isClosed) this.cancelRound = this.parts.clock.after(roundEveryMs, () => this.round())
  }

  private round(): void {
    const now = this.parts.clock.now()
    const mostOverdue = new Map<Exchange, Account>()
    for (const account of this.accounts.values()) {
      account.refresh()
      if ((account.lookUps.dueAt ?? Number.POSITIVE_INFINITY) <= now) void account.lookUps.run()
      const dueAt = account.comparisonDueAt
      if (dueAt === null || dueAt > now) continue
      const other = mostOverdue.get(account.exchange)?.comparisonDueAt ?? Number.POSITIVE_INFINITY
      if (dueAt < other) mostOverdue.set(account.exchange, account)
    }
    for (const [exchange, account] of mostOverdue) {
      if (this.queueOf(exchange).admitsComparison()) void account.compare()
    }
    this.checks.round()
    if (now >= this.nextMarkAt) {
      this.nextMarkAt = now + markEveryMs
      void this.markAlive()
    }
    this.planRound()
  }

  /** A later start takes these as the beginning of its gaps; where they cannot be stored, the gap begins a little earlier. */
  private async markAlive(): Promise<void> {
    const keys = [...this.accounts.values()].flatMap(({ aliveMark }) => aliveMark ?? [])
    const jobs: Promise<void>[] = []
    for (let i = 0; i < keys.length; i += marksAJob) {
      jobs.push(this.parts.writer.run('markAlive', { keys: keys.slice(i, i + marksAJob) }))
    }
    await Promise.allSettled(jobs)
  }
}
