import {
  createBackoff,
  type DownCause,
  type Exchange,
  ExchangeError,
  type PrivateStream,
  type StreamHandlers,
} from '@tradercoin/exchanges'
import type { AccountEvent, KeyState, KeyStatus } from '@tradercoin/protocol'
import { type AccountKey, activeKeyRow, readKeyProgress } from '../store/account-keys.ts'
import { BookingQueue, isEnding } from './booking-queue.ts'
import { ComparisonPlan } from './comparison-plan.ts'
import { credentialsOf } from './credentials.ts'
import { LookUps } from './look-ups.ts'
import type { AccountParts } from './parts.ts'
import { reasonFor } from './reason.ts'
import type { SnapshotQueue } from './snapshot-queue.ts'
import { catchUp, compare } from './synchronise.ts'

/** A key whose owner must act is tried again after about this long. */
const actionRetryMs = 5 * 60_000
/** After events had to be given up, the stream is opened anew after this long. */
const startOverMs = 1_000
/** A line that has proved nothing for this long is not called live. */
const staleAfterMs = 75_000
/** An event that has waited this long for the database is shown as a delay. */
const delayedAfterMs = 5_000

/**
 * One exchange key at work: its private stream and what queries add make the ledger whole. It records from the moment it starts,
 * whoever looks. Each time the stream is up, events wait until a snapshot has filled what was missed; then they are released.
 */
export class Account implements StreamHandlers {
  readonly key: AccountKey
  readonly exchange: Exchange
  readonly parts: AccountParts
  readonly queue: BookingQueue
  readonly lookUps: LookUps
  private readonly snapshots: SnapshotQueue
  private state: KeyState = 'connecting'
  private reason: string | null = null
  private lastEventAt: number | null = null
  private stream: PrivateStream | null = null
  private cancelTimer: (() => void) | null = null
  private isClosed = false
  private isUp = false
  private wasUp = false
  private isCatchingUp = false
  /** Ends the wait before the next try to catch up. */
  private wake: (() => void) | null = null
  private isComparing = false
  /** Grows with each change of the line: what was begun on an earlier one does not speak for this one. */
  private line = 0
  private upAt = 0
  private readonly comparison: ComparisonPlan
  private toldState: KeyState | null = null
  private savedExpiry: number | null = null

  constructor(parts: AccountParts, key: AccountKey, exchange: Exchange, snapshots: SnapshotQueue) {
    this.parts = parts
    this.key = key
    this.exchange = exchange
    this.snapshots = snapshots
    this.comparison = new ComparisonPlan(parts.clock)
    this.queue = new BookingQueue(parts, key, {
      onOverflow: (oldestAt) => this.startOver(oldestAt),
      onUnread: () => this.comparison.doubt(),
      onIncomplete: (ids) => this.lookUps.expectExecutions(ids),
    })
    const line = () => ({ number: this.line, upSince: this.isUp ? this.upAt : null })
    this.lookUps = new LookUps(this, line, this.comparison)
  }

  /** Begins to record. `cause`: why it did not until now, for the gap of a key that did before. */
  start(cause: string): void {
    const { alive_at, synced_to } = readKeyProgress(this.parts.db, this.key.id)
    if (synced_to !== null) this.openGap(alive_at ?? synced_to, cause)
    this.connect()
  }

  /** What tabs are told of the key, as of now. */
  status(): KeyStatus {
    const { state, reason } = this.shown()
    return { exchange_key_id: this.key.id, state, reason, last_event_at: this.lastEventAt }
  }

  /** Milliseconds since the line last proved itself alive; null when it never has. */
  ageMs(): number | null {
    const aliveAt = this.stream?.lastAliveAt() ?? null
    return aliveAt === null ? null : Math.max(0, this.parts.clock.now() - aliveAt)
  }

  expiresAt(): number | null {
    return this.stream?.expiresAt() ?? null
  }

  get isLive(): boolean {
    return this.state === 'live'
  }

  /** What the next start may take as the end of this one's work; null while the line is down. */
  get aliveMark(): { id: number; alive_at: number; last_event_at: number | null } | null {
    const aliveAt = this.isUp ? this.stream?.lastAliveAt() : null
    return this.isLive && aliveAt ? { id: this.key.id, alive_at: aliveAt, last_event_at: this.lastEventAt } : null
  }

  /** Proves the line now, renewing the listen key where there is one. Throws ExchangeError. */
  async keepAlive(): Promise<void> {
    await this.stream?.keepAlive()
    this.saveListenKey()
  }

  /** Ends the stream, in a state that says why. What has arrived is still booked; resolves when it is. */
  async stop(state: 'stopped' | 'action_needed' = 'stopped', reason: string | null = null): Promise<void> {
    this.isClosed = true
    this.lookUps.close()
    this.line += 1
    this.isUp = false
    this.cancelTimer?.()
    this.closeStream()
    this.setState(state, reason)
    this.queue.release()
    await this.queue.idle()
    this.queue.close()
  }

  onUp(): void {
    if (this.isClosed) return
    this.isUp = true
    this.wasUp = true
    this.line += 1
    this.upAt = this.parts.clock.now()
    this.comparison.trust()
    this.queue.hold()
    this.setState('syncing', null)
    this.wake?.()
    void this.catchUp()
  }

  onDown(cause: DownCause, detail: string, retrying: boolean): void {
    if (this.isClosed) return
    if (this.isUp) {
      this.parts.observer.interrupted(this.key.exchange, cause)
      this.lineLost(this.stream?.lastAliveAt() ?? this.parts.clock.now(), cause)
    }
    this.parts.log('info', 'stream_down', { exchange_key_id: this.key.id, cause, detail, retrying })
    if (!retrying) this.needOwner(detail)
    else if (this.state !== 'action_needed') this.setState(this.wasUp ? 'reconnecting' : 'connecting', detail)
  }

  onEvents(events: AccountEvent[], receivedAt: number): void {
    if (this.isClosed) return
    this.lastEventAt = receivedAt
    this.queue.push(events, receivedAt)
  }

  /** Looks at what changes with time alone; called every few seconds. */
  refresh(): void {
    const { state, reason } = this.shown()
    if (state !== this.toldState) this.tell(state, reason)
    if (this.expiresAt() !== this.savedExpiry) this.saveListenKey()
  }

  /** When the next comparison with the venue is due (our clock, ms); null when none may run now. */
  get comparisonDueAt(): number | null {
    const mayRun = this.isUp && !this.isCatchingUp && !this.isComparing && !this.isClosed
    if (!mayRun || (this.state !== 'live' && this.state !== 'action_needed')) return null
    return this.comparison.dueAt
  }

  /** Compares with the venue. What only a query knew is booked; an execution the stream never brought condemns the stream. */
  async compare(): Promise<void> {
    const { log } = this.parts
    const { line } = this
    const { provenAt } = this.comparison
    const begun = this.comparison.begin()
    this.isComparing = true
    try {
      const { booked, isSettled } = await this.snapshots.run(() => compare(this))
      if (line !== this.line) return
      this.comparison.done(begun, isSettled)
      if (this.state === 'action_needed') this.setState('live', null)
      if (booked.execution === 0) return
      // What could not be read is no sign that the stream is deaf.
      if (begun.isDoubted && !begun.suspicion)
        return log('warn', 'unread_events_recovered', { exchange_key_id: this.key.id, executions: booked.execution })
      log('warn', 'stream_lost_events', { exchange_key_id: this.key.id, executions: booked.execution })
      this.lineLost(provenAt, 'silent', {
        orders: booked.orders,
        executions: booked.execution,
      })
      this.reopen(0)
    } catch (error) {
      if (line !== this.line || isEnding(error)) return
      this.comparison.failed(begun)
      if (error instanceof ExchangeError && error.kind === 'auth') this.setState('action_needed', error.message)
      else log('info', 'comparison_failed', { exchange_key_id: this.key.id, problem: messageOf(error) })
    } finally {
      this.isComparing = false
    }
  }

  private connect(): void {
    if (this.isClosed) return
    this.setState(this.wasUp ? 'reconnecting' : 'connecting', this.state === 'action_needed' ? this.reason : null)
    try {
      this.stream = this.exchange.openStream(credentialsOf(this.parts, this.key), this)
    } catch (error) {
      this.parts.log('warn', 'stream_not_opened', { exchange_key_id: this.key.id, problem: messageOf(error) })
      this.needOwner(reasonFor(error, 'open the stream of this key'))
    }
  }

  /** Fills what was missed, as often as it takes, then lets the events go. */
  private async catchUp(): Promise<void> {
    if (this.isCatchingUp) return
    this.isCatchingUp = true
    const backoff = createBackoff(this.parts.clock)
    try {
      while (this.isUp && !this.isClosed) {
        const line = this.line
        try {
          this.noteTurn()
          await this.snapshots.run(() => catchUp(this, () => (line === this.line ? this.upAt : null)))
          if (line !== this.line) continue
          this.goLive()
          return
        } catch (error) {
          if (isEnding(error)) return
          await this.catchUpFailed(error, backoff.next())
        }
      }
    } finally {
      this.isCatchingUp = false
    }
  }

  private async catchUpFailed(error: unknown, backoffMs: number): Promise<void> {
    const { clock, log } = this.parts
    const level = error instanceof ExchangeError ? 'info' : 'error'
    log(level, 'snapshot_failed', { exchange_key_id: this.key.id, problem: messageOf(error) })
    const isAuth = error instanceof ExchangeError && error.kind === 'auth'
    if (this.isUp) this.setState(isAuth ? 'action_needed' : 'syncing', reasonFor(error, 'store what the exchange told'))
    const retryAt = error instanceof ExchangeError ? (error.retry_at ?? 0) : 0
    const ms = isAuth ? actionRetryMs * (0.5 + clock.random()) : Math.max(backoffMs, retryAt - clock.now())
    await new Promise<void>((resolve) => {
      this.wake = resolve
      clock.after(ms, resolve)
    })
  }

  private noteTurn(): void {
    const ahead = this.snapshots.length
    if (this.state === 'syncing' && ahead > 0) this.setState('syncing', `${ahead} accounts are ahead of this one`)
  }

  private goLive(): void {
    this.comparison.proven()
    this.queue.release()
    this.setState('live', null)
    this.saveListenKey()
    this.lookUps.expectOutcome(0)
  }

  /** What arrived before the line was lost is true all the same and is booked. */
  private lineLost(since: number, cause: string, recovered?: { orders: number; executions: number }): void {
    this.isUp = false
    this.line += 1
    this.openGap(since, cause, recovered)
    this.queue.release()
  }

  /** Events came faster than the ledger took them: they are dropped here, and a query brings them back. */
  private startOver(oldestAt: number): void {
    if (this.isClosed) return
    this.parts.log('warn', 'account_starts_over', { exchange_key_id: this.key.id })
    this.lineLost(oldestAt, 'backlog')
    this.reopen(startOverMs)
    this.setState('reconnecting', 'events arrived faster than the database took them')
  }

  private needOwner(reason: string): void {
    this.isUp = false
    this.line += 1
    this.setState('action_needed', reason)
    this.reopen(actionRetryMs * (0.5 + this.parts.clock.random()))
  }

  private reopen(ms: number): void {
    this.cancelTimer?.()
    this.closeStream()
    this.cancelTimer = this.parts.clock.after(ms, () => this.connect())
  }

  private closeStream(): void {
    const { stream } = this
    this.stream = null
    stream?.close()
  }

  private openGap(from: number, cause: string, recovered?: { orders: number; executions: number }): void {
    const { user_id, id } = this.key
    const args = { user_id, exchange_key_id: id, from, cause, ...(recovered && { recovered }) }
    // Jobs keep their order: the gap is there before the snapshot that ends it. If it cannot be stored, the writer says so itself.
    this.parts.writer.run('openGap', args).catch((error: unknown) => {
      if (!isEnding(error))
        this.parts.log('error', 'gap_not_stored', { exchange_key_id: id, problem: messageOf(error) })
    })
  }

  /** The state as it is shown: live only while line and ledger keep up. */
  private shown(): { state: KeyState; reason: string | null } {
    if (this.state !== 'live') return { state: this.state, reason: this.reason }
    const age = this.ageMs()
    if (age !== null && age > staleAfterMs) {
      return { state: 'stale', reason: `nothing was heard from the exchange for ${Math.round(age / 1000)} seconds` }
    }
    const { oldestAt } = this.queue
    if (oldestAt !== null && this.parts.clock.now() - oldestAt > delayedAfterMs) {
      return { state: 'stale', reason: 'the hub is late in storing what the exchange tells' }
    }
    return { state: 'live', reason: null }
  }

  private setState(state: KeyState, reason: string | null): void {
    if (this.state === state && this.reason === reason) return
    this.state = state
    this.reason = reason
    this.tell(state, reason)
    if (state !== 'action_needed' && state !== 'live' && state !== 'stopped') return
    const { id } = this.key
    this.parts.writer.run('saveKeyState', { id, state, reason }).catch(() => {
      // The stored state is a convenience for lists while the hub is down; the writer tells of its own trouble.
    })
  }

  private tell(state: KeyState, reason: string | null): void {
    this.toldState = state
    this.parts.onStatus(this.key, { exchange_key_id: this.key.id, state, reason, last_event_at: this.lastEventAt })
  }

  private saveListenKey(): void {
    const expiresAt = this.stream?.expiresAt() ?? null
    const listenKey = this.stream?.listenKey() ?? null
    this.savedExpiry = expiresAt
    const row = listenKey === null ? undefined : activeKeyRow(this.parts.db, this.key.id)
    if (!row || listenKey === null) return
    const listen_key_sealed = this.parts.sealListenKey(row, listenKey)
    const args = { id: row.id, listen_key_sealed, expires_at: expiresAt }
    this.parts.writer.run('saveListenKey', args).catch(() => {
      this.savedExpiry = null
    })
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
